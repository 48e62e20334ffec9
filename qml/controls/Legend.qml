// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme

// Colour words beside a chart title. Items: {text, color, line}.
Flow {
    id: root

    property var items: []

    spacing: 12

    Accessible.role: Accessible.List
    Accessible.name: qsTr("Legend")

    Repeater {
        model: root.items.length

        Row {
            id: entry

            required property int index
            readonly property var item: root.items[index]

            spacing: 5

            Rectangle {
                anchors.verticalCenter: parent.verticalCenter
                width: entry.item.line === true ? Theme.px(14) : Theme.px(9)
                height: entry.item.line === true ? 2 : Theme.px(9)
                radius: entry.item.line === true ? 0 : 2.5
                color: entry.item.color
            }
            PlainText {
                anchors.verticalCenter: parent.verticalCenter
                role: PlainText.Caption
                tone: "neutral"
                text: String(entry.item.text)
            }
        }
    }
}
