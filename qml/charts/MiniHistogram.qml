// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme

// The shape of a distribution above a slider: heights 0 to 1, a dashed mark at 0 to 1 (below 0: none).
Item {
    id: root

    property var bars: []
    property real mark: -1
    property real cap: -1
    property int slot: 0

    implicitWidth: Theme.px(134)
    implicitHeight: Theme.px(26)
    Accessible.ignored: true

    Row {
        anchors.fill: parent

        Repeater {
            model: root.bars.length

            Item {
                required property int index

                width: root.width / root.bars.length
                height: root.height

                Rectangle {
                    anchors.bottom: parent.bottom
                    width: Math.max(1, parent.width - 1)
                    height: Number(root.bars[parent.index] ?? 0) > 0 ? Math.max(1, Number(root.bars[parent.index]) * root.height) : 0
                    color: Theme.alpha(Theme.seriesColor(root.slot), 0.7)
                }
            }
        }
    }
    Column {
        x: Math.round(root.mark * root.width)
        visible: root.mark >= 0
        spacing: 2

        Repeater {
            model: Math.ceil(root.height / 5)

            Rectangle {
                width: 1
                height: 3
                color: Theme.text2
            }
        }
    }
    Rectangle {
        x: Math.round(root.cap * root.width) - 1
        visible: root.cap > 0
        width: 2
        height: root.height
        color: Theme.brass
    }
}
