// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What the edited caps would have done to the runs the ledger has. Greyed while it is computed again.
Panel {
    id: root

    required property PolicyModel policy
    readonly property EvidenceModel evidence: policy.evidence
    readonly property var rows: evidence.rows
    readonly property bool stale: evidence.testState === "computing"

    title: qsTr("Back-test")
    subtitle: evidence.runsText
    separator: true

    ColumnLayout {
        spacing: 0

        Repeater {
            model: root.rows.length

            ColumnLayout {
                id: line

                required property int index
                readonly property var row: root.rows[index] ?? ({ label: "", before: "", after: "", note: "", tone: "" })

                objectName: "test_" + (row.key ?? "")
                Layout.fillWidth: true
                Layout.leftMargin: Theme.panelPad
                Layout.rightMargin: Theme.panelPad
                spacing: 0
                opacity: root.stale ? 0.45 : 1

                Accessible.role: Accessible.StaticText
                Accessible.name: qsTr("%1, before %2, now %3 %4").arg(row.label).arg(row.before).arg(row.after).arg(row.note)

                RowLayout {
                    Layout.topMargin: 5
                    Layout.bottomMargin: 5
                    spacing: 6

                    PlainText {
                        Layout.fillWidth: true
                        role: PlainText.Small
                        tone: "neutral"
                        text: line.row.label
                        Accessible.ignored: true
                    }
                    PlainText {
                        visible: line.row.before !== line.row.after
                        role: PlainText.Small
                        tone: "muted"
                        text: line.row.before + " →"
                        Accessible.ignored: true
                    }
                    PlainText {
                        role: PlainText.Small
                        font.weight: Font.DemiBold
                        text: line.row.after
                        Accessible.ignored: true
                    }
                    PlainText {
                        visible: text !== ""
                        role: PlainText.Small
                        tone: line.row.tone === "" ? "muted" : line.row.tone
                        text: line.row.note
                        Accessible.ignored: true
                    }
                }
                Hairline {
                    Layout.fillWidth: true
                }
            }
        }
        ColumnLayout {
            Layout.fillWidth: true
            Layout.margins: Theme.panelPad
            Layout.topMargin: 8
            Layout.bottomMargin: 10
            spacing: 3

            Repeater {
                model: root.evidence.capRows.length

                KeyValueRow {
                    required property int index
                    readonly property var cap: root.evidence.capRows[index] ?? ({ text: "", runs: "" })

                    Layout.fillWidth: true
                    opacity: root.stale ? 0.45 : 1
                    label: qsTr("by %1").arg(cap.text)
                    value: cap.runs
                }
            }
            PlainText {
                objectName: "testNote"
                Layout.fillWidth: true
                role: PlainText.Caption
                tone: "muted"
                wrapMode: Text.Wrap
                text: root.evidence.error !== "" ? root.evidence.error
                    : root.rows.length === 0 ? (root.evidence.testNote !== "" ? root.evidence.testNote
                        : root.evidence.ready ? qsTr("Computing") : qsTr("Reading runs"))
                    : (root.evidence.testNote === "" ? "" : root.evidence.testNote + " ")
                        + qsTr("Certain stops only: an agent reserves each call at its largest answer and can stop earlier. Cheaper tiers, soft actions and overrides are not replayed.")
            }
        }
    }
}
