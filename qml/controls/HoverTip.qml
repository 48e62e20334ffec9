// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick

// Put inside an item: shows a tooltip while the item is hovered. Empty text shows nothing.
Item {
    id: root

    property string text
    property bool active: true

    anchors.fill: parent

    HoverHandler {
        id: hover

        enabled: root.active && root.text !== ""
    }
    Timer {
        id: delay

        interval: 500
        running: hover.hovered
    }
    Loader {
        active: hover.hovered && !delay.running
        sourceComponent: ToolTip {
            parent: root
            text: root.text
            shown: true
        }
    }
}
