// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// F1: every key of the window.
Dialog {
    id: root

    readonly property var keys: [
        [qsTr("Ctrl K"), qsTr("Search or jump")], [qsTr("Ctrl 1 to 7"), qsTr("Pages")],
        ["/", qsTr("Filter the table")], [qsTr("Space"), qsTr("Pause or go live")],
        ["[  ]", qsTr("Range shorter, longer")], [qsTr("Arrows"), qsTr("Move in a table or chart")],
        [qsTr("Enter"), qsTr("Open")], [qsTr("Esc, Alt Left"), qsTr("Back")],
        [qsTr("Alt Right"), qsTr("Forward")], ["T", qsTr("Chart as table")],
        ["E", qsTr("Edit the policy of the workflow")], [qsTr("Ctrl Z, Ctrl Shift Z"), qsTr("Undo, redo in the policy draft")],
        [qsTr("Ctrl S"), qsTr("Save the policy draft")],
        ["H", qsTr("Hide a workflow in the chart")], [qsTr("Ctrl C"), qsTr("Copy the row")],
        [qsTr("Ctrl E"), qsTr("Export what is shown")], ["F5", qsTr("Reconnect sources")],
        ["F6", qsTr("Next region")], [qsTr("Ctrl +  Ctrl −"), qsTr("Text size")],
        ["F1", qsTr("This list")], [qsTr("Ctrl Q"), qsTr("Quit")]
    ]

    objectName: "shortcutsDialog"
    title: qsTr("Shortcuts")
    text: qsTr("Single letters act only when no field has the focus.")
    sheetWidth: Theme.px(560)
    actions: TextButton {
        objectName: "shortcutsClose"
        focus: true
        text: qsTr("Close")
        onClicked: root.close()
    }

    GridLayout {
        Layout.fillWidth: true
        columns: Theme.large ? 1 : 2
        columnSpacing: 28
        rowSpacing: 0

        Repeater {
            model: root.keys.length

            RowLayout {
                id: line

                required property int index

                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(27)
                spacing: 10

                PlainText {
                    Layout.fillWidth: true
                    role: PlainText.Small
                    tone: "neutral"
                    text: root.keys[line.index][1]
                }
                KeyHint {
                    text: root.keys[line.index][0]
                }
            }
        }
    }
}
