// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The quality signals of the workflow; one of them can be made its measure of success.
Panel {
    id: root

    required property SuccessModel success
    readonly property var rows: success.rows

    title: qsTr("Quality signals")
    subtitle: success.busy ? qsTr("deciding history again") : success.origin
    headerExtras: TextButton {
        objectName: "successClear"
        visible: root.success.chosen && !root.success.busy
        small: true
        kind: "quiet"
        text: qsTr("Choose none")
        toolTip: qsTr("Signals then say themselves what succeeded")
        onClicked: root.success.clear()
    }

    ColumnLayout {
        spacing: 0

        RowLayout {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.panelPad
            Layout.rightMargin: Theme.panelPad
            Layout.preferredHeight: Theme.tableHeadHeight
            visible: root.rows.length > 0
            spacing: 6

            Repeater {
                model: 5

                PlainText {
                    required property int index

                    Layout.fillWidth: index === 0
                    Layout.preferredWidth: index === 0 ? 10 : Theme.px(index === 1 ? 48 : 52)
                    role: PlainText.Caption
                    strong: true
                    tone: "muted"
                    horizontalAlignment: index === 0 ? Text.AlignLeft : Text.AlignRight
                    text: [qsTr("Signal"), qsTr("Runs"), qsTr("Pass"), qsTr("Fail"), qsTr("Neither")][index]
                }
            }
        }
        Repeater {
            model: root.rows.length

            SuccessRow {
                Layout.fillWidth: true
                success: root.success
                entry: root.rows[index] ?? ({ name: "", text: "" })
            }
        }
        PlainText {
            objectName: "successEmpty"
            Layout.fillWidth: true
            Layout.leftMargin: Theme.panelPad
            Layout.rightMargin: Theme.panelPad
            Layout.bottomMargin: 6
            visible: root.rows.length === 0
            role: PlainText.Small
            tone: "muted"
            wrapMode: Text.Wrap
            text: qsTr("None in this range. Evaluations in traces and imported samples or feedback (a source of kind quality) appear here.")
        }
        PlainText {
            objectName: "successCounts"
            Layout.fillWidth: true
            Layout.leftMargin: Theme.panelPad
            Layout.rightMargin: Theme.panelPad
            Layout.topMargin: 6
            Layout.bottomMargin: 10
            visible: text !== ""
            role: PlainText.Caption
            tone: "neutral"
            wrapMode: Text.Wrap
            text: root.success.counts
        }
        Item {
            Layout.fillHeight: true
        }
    }
}
