// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme

// Put inside an item: shows a tooltip while the item is hovered. Empty text shows nothing.
// The tooltip exists only while it is shown: there is one of these in every cell.
Item {
    id: root

    property string text
    property bool active: true
    property ToolTip tip: null

    function hide(): void {
        delay.stop();
        if (tip)
            tip.destroy();
        tip = null;
    }

    anchors.fill: parent
    onTextChanged: hide()

    HoverHandler {
        id: hover

        enabled: root.active && root.text !== ""
        onHoveredChanged: hovered ? delay.start() : root.hide()
    }
    Timer {
        id: delay

        interval: 500
        onTriggered: root.tip = maker.createObject(root) as ToolTip
    }
    Component {
        id: maker

        ToolTip {
            text: root.text
            shown: true
        }
    }
}
