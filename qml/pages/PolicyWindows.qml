// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Caps of calendar windows: day and month, the others on demand.
ColumnLayout {
    id: root

    required property PolicyModel policy
    property bool more: false
    readonly property PolicyForm form: policy.form
    readonly property var rows: form.windows
    // Day and month come first in each group of four.
    readonly property var shown: rows.filter((row, index) => more || index % 4 < 2)

    spacing: 8

    GridLayout {
        Layout.fillWidth: true
        columns: Theme.large || root.width < Theme.px(520) ? 1 : 2
        columnSpacing: 20
        rowSpacing: 10

        Repeater {
            model: root.shown.length

            ColumnLayout {
                id: slot

                required property int index
                readonly property var row: root.shown[index] ?? ({ key: "", title: "", soft: "", hard: "" })

                Layout.fillWidth: true
                Layout.preferredWidth: 100
                Layout.minimumWidth: 0
                spacing: 4

                RowLayout {
                    spacing: 8

                    PlainText {
                        role: PlainText.Small
                        font.weight: Font.DemiBold
                        text: slot.row.title
                    }
                    NameText {
                        objectName: "used_" + slot.row.hard
                        Layout.fillWidth: true
                        role: PlainText.Small
                        tone: slot.row.usedTone ? slot.row.usedTone : "neutral"
                        text: slot.row.used ?? ""
                    }
                    NameText {
                        Layout.maximumWidth: Math.ceil(implicitWidth)
                        horizontalAlignment: Text.AlignRight
                        role: PlainText.Caption
                        tone: "muted"
                        text: slot.row.resets ?? ""
                    }
                }
                RowLayout {
                    spacing: 8

                    PlainText {
                        role: PlainText.Small
                        tone: "neutral"
                        text: qsTr("soft")
                    }
                    PolicyField {
                        form: root.form
                        pointer: slot.row.soft
                        labelled: false
                        fieldWidth: 94
                    }
                    PlainText {
                        role: PlainText.Small
                        tone: "neutral"
                        text: qsTr("hard")
                    }
                    PolicyField {
                        form: root.form
                        pointer: slot.row.hard
                        labelled: false
                        fieldWidth: 94
                    }
                    Item {
                        Layout.fillWidth: true
                    }
                }
            }
        }
    }
    TextButton {
        objectName: "moreWindows"
        kind: "link"
        small: true
        text: root.more ? qsTr("Day and month only") : qsTr("Hour and week")
        onClicked: root.more = !root.more
    }
}
