// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Values that were changed here and elsewhere: base, mine, theirs, and whose it is to be.
Dialog {
    id: root

    required property PolicyModel policy
    readonly property var rows: policy.conflicts

    objectName: "conflictSheet"
    sheetWidth: Theme.px(620)
    title: qsTr("Changed here and elsewhere")
    text: qsTr("Everything else was merged. Nothing can be pushed until each of these is decided.")

    Repeater {
        model: root.rows.length

        ColumnLayout {
            id: conflict

            required property int index
            readonly property var row: root.rows[index] ?? ({ path: "", base: "", mine: "", theirs: "", choice: "open" })

            Layout.fillWidth: true
            spacing: 3

            NameText {
                Layout.fillWidth: true
                role: PlainText.Small
                mono: true
                text: conflict.row.path
            }
            Repeater {
                model: 3

                RowLayout {
                    id: side

                    required property int index

                    Layout.fillWidth: true
                    spacing: 8

                    PlainText {
                        Layout.preferredWidth: Theme.px(52)
                        role: PlainText.Caption
                        tone: "muted"
                        text: [qsTr("Before"), qsTr("Mine"), qsTr("Theirs")][side.index]
                    }
                    NameText {
                        Layout.fillWidth: true
                        role: PlainText.Small
                        mono: true
                        text: [conflict.row.base, conflict.row.mine, conflict.row.theirs][side.index]
                    }
                }
            }
            SegmentedControl {
                objectName: "conflict_" + conflict.index
                compact: true
                accessibleName: qsTr("Keep")
                options: [{ key: "mine", text: qsTr("Keep mine") }, { key: "theirs", text: qsTr("Take theirs") }]
                currentKey: conflict.row.choice
                onActivated: key => root.policy.decide(conflict.index, key === "mine")
            }
            Hairline {
                Layout.fillWidth: true
                Layout.topMargin: 5
            }
        }
    }
    actions: TextButton {
        objectName: "conflictClose"
        kind: root.policy.openConflicts === 0 ? "primary" : "normal"
        text: root.policy.openConflicts === 0 ? qsTr("Done") : qsTr("Later, %1 open").arg(root.policy.openConflicts)
        onClicked: root.finish()
    }
}
