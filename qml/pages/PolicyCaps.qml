// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// The caps of a run on the distribution of what runs cost.
ColumnLayout {
    id: root

    required property PolicyModel policy
    property bool compact: false
    readonly property EvidenceModel evidence: policy.evidence
    readonly property PolicyForm form: policy.form
    readonly property string softPointer: "/budget/run_soft/" + evidence.unit
    readonly property string hardPointer: "/budget/run_hard/" + evidence.unit
    readonly property var soft: { form.revision; return form.field(softPointer); }
    readonly property var hard: { form.revision; return form.field(hardPointer); }

    spacing: 6

    RowLayout {
        Layout.fillWidth: true
        spacing: 10

        PlainText {
            font.weight: Font.DemiBold
            role: PlainText.Small
            text: qsTr("Budget per run")
        }
        NameText {
            objectName: "policyRuns"
            Layout.fillWidth: true
            role: PlainText.Small
            tone: root.evidence.error === "" ? "muted" : "crit"
            text: root.evidence.error === "" ? root.evidence.runsText : root.evidence.error
        }
        SegmentedControl {
            objectName: "policyUnit"
            compact: true
            accessibleName: qsTr("Caps in")
            options: [{ key: "usd", text: qsTr("USD") }, { key: "tokens", text: qsTr("Tokens") }]
            currentKey: root.evidence.unit
            onActivated: key => root.evidence.unit = key
        }
        SegmentedControl {
            objectName: "policyWindow"
            compact: true
            accessibleName: qsTr("Runs of the last")
            options: [{ key: "24h", text: qsTr("24 h") }, { key: "7d", text: qsTr("7 d") }]
            currentKey: root.evidence.window
            onActivated: key => root.evidence.window = key
        }
    }
    Histogram {
        id: chart

        objectName: "capHistogram"
        Layout.fillWidth: true
        Layout.preferredHeight: Theme.px(118)
        visible: count > 0
        title: qsTr("Runs by %1").arg(root.evidence.unit === "usd" ? qsTr("cost") : qsTr("tokens"))
        slot: Math.max(0, root.policy.scopeSlot)
        chartData: root.evidence.histogram
        softValue: root.soft.value ?? 0
        hardValue: root.hard.value ?? 0
        softText: qsTr("Soft %1").arg(root.soft.words ?? "")
        hardText: qsTr("Hard %1").arg(root.hard.words ?? "")
        onSoftMoved: value => root.form.drag(root.softPointer, value)
        onHardMoved: value => root.form.drag(root.hardPointer, value)
        onReleased: root.form.endDrag()
    }
    PlainText {
        Layout.fillWidth: true
        Layout.preferredHeight: Theme.px(54)
        visible: chart.count === 0
        role: PlainText.Small
        tone: "muted"
        horizontalAlignment: Text.AlignHCenter
        text: root.evidence.ready ? qsTr("No finished run with a known cost in this time.") : qsTr("Reading runs")
    }
    Flow {
        Layout.fillWidth: true
        spacing: 14

        Repeater {
            model: [root.softPointer, root.hardPointer]

            RowLayout {
                id: cap

                required property string modelData
                readonly property var entry: { root.form.revision; root.evidence.revision; return root.form.field(modelData); }

                spacing: 8

                PlainText {
                    role: PlainText.Small
                    tone: "neutral"
                    text: cap.modelData === root.softPointer ? qsTr("Soft") : qsTr("Hard")
                }
                PolicyField {
                    form: root.form
                    pointer: cap.modelData
                    labelled: false
                    inlineNote: true
                    fieldWidth: 92
                }
                TextButton {
                    objectName: "use_" + cap.modelData
                    visible: text !== ""
                    small: true
                    kind: "link"
                    tone: "brass"
                    text: cap.entry.proposalText ?? ""
                    toolTip: root.evidence.proposalNote
                    onClicked: root.form.useProposal(cap.modelData)
                }
            }
        }
        PlainText {
            objectName: "proposalNote"
            height: Theme.px(24)
            role: PlainText.Caption
            tone: "muted"
            text: root.evidence.proposalNote
        }
    }
}
