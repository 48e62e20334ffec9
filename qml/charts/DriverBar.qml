// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Charts
import Flyball.Controls
import Flyball.Theme

// The bill in parts; arrows choose one, Enter or a click opens it.
FocusScope {
    id: root

    property alias chartData: bar.chartData
    property string title: qsTr("What the bill is made of")
    property int current: -1

    signal partClicked(int index)

    implicitWidth: 400
    implicitHeight: Theme.px(26)
    activeFocusOnTab: true
    Keys.onLeftPressed: current = Math.max(0, current - 1)
    Keys.onRightPressed: current = Math.min(bar.count - 1, current + 1)
    Keys.onReturnPressed: if (current >= 0) root.partClicked(current)

    Accessible.role: Accessible.Chart
    Accessible.name: title
    Accessible.description: bar.summary
    Accessible.focusable: true

    DriverBarItem {
        id: bar

        anchors.fill: parent
        style: ChartTheme
    }
    MouseArea {
        id: mouse

        anchors.fill: parent
        hoverEnabled: true
        onPositionChanged: event => root.current = bar.partAt(event.x)
        onExited: root.current = -1
        onClicked: event => {
            const part = bar.partAt(event.x);
            if (part >= 0)
                root.partClicked(part);
        }
    }
    ToolTip {
        text: root.current >= 0 ? bar.partName(root.current) : ""
        shown: text !== "" && (mouse.containsMouse || root.activeFocus)
    }
    FocusRing {
        shown: root.activeFocus
    }
}
