// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Charts
import Flyball.Controls
import Flyball.Theme

// Context growth; a click or Enter picks the call.
FocusScope {
    id: root

    property alias chartData: item.chartData
    property alias selected: item.selected
    property string title: qsTr("Context growth")
    property int cursor: -1

    signal callClicked(int index)

    implicitWidth: 600
    implicitHeight: Theme.px(180)
    activeFocusOnTab: true
    Keys.onLeftPressed: cursor = Math.max(0, (cursor < 0 ? item.count : cursor) - 1)
    Keys.onRightPressed: cursor = Math.min(item.count - 1, cursor + 1)
    Keys.onReturnPressed: if (cursor >= 0) root.callClicked(cursor)
    Keys.onEscapePressed: event => {
        event.accepted = cursor >= 0;
        cursor = -1;
    }

    Accessible.role: Accessible.Chart
    Accessible.name: title
    Accessible.description: item.summary
    Accessible.focusable: true

    ContextItem {
        id: item

        anchors.fill: parent
        style: ChartTheme
        cursor: root.cursor
    }
    PlainText {
        anchors.centerIn: parent
        visible: item.count < 1
        role: PlainText.Small
        tone: "muted"
        text: qsTr("No calls yet")
    }
    ReadoutTip {
        readonly property real at: item.count > 0 ? item.xOfCall(root.cursor) : 0

        visible: root.cursor >= 0 && root.cursor < item.count
        x: at > root.width / 2 ? at - width - 16 : at + 16
        y: 4
        readout: visible && item.chartData && item.style ? item.readout(root.cursor) : ({})
    }
    MouseArea {
        anchors.fill: parent
        hoverEnabled: true
        onPositionChanged: event => root.cursor = item.callAt(event.x)
        onExited: root.cursor = -1
        onClicked: event => {
            root.forceActiveFocus(Qt.MouseFocusReason);
            const call = item.callAt(event.x);
            if (call >= 0)
                root.callClicked(call);
        }
    }
    FocusRing {
        shown: root.activeFocus && root.cursor < 0
        inside: true
    }
}
