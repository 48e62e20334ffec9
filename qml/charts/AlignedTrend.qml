// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Charts
import Flyball.Controls
import Flyball.Theme

// Cost over quality with one time axis and one cursor.
FocusScope {
    id: root

    property alias chartData: trend.chartData
    property alias timeZone: trend.timeZone
    property string title: qsTr("Cost against quality")
    property int cursor: -1

    implicitWidth: 600
    implicitHeight: Theme.px(240)
    activeFocusOnTab: true
    Keys.onLeftPressed: cursor = Math.max(0, (cursor < 0 ? trend.points : cursor) - 1)
    Keys.onRightPressed: cursor = Math.min(trend.points - 1, cursor + 1)
    Keys.onEscapePressed: event => {
        event.accepted = cursor >= 0;
        cursor = -1;
    }

    Accessible.role: Accessible.Chart
    Accessible.name: title
    Accessible.description: trend.summary
    Accessible.focusable: true

    TrendItem {
        id: trend

        anchors.fill: parent
        style: ChartTheme
        cursor: root.cursor
    }
    PlainText {
        anchors.centerIn: parent
        visible: trend.points < 1
        role: PlainText.Small
        tone: "muted"
        text: qsTr("No data in this range")
    }
    ReadoutTip {
        readonly property real at: trend.points > 0 ? trend.xOfPoint(root.cursor) : 0

        visible: root.cursor >= 0 && root.cursor < trend.points
        width: Theme.px(240)
        x: at > root.width / 2 ? at - width - 12 : at + 13
        y: Theme.px(24)
        readout: visible && trend.chartData && trend.style ? trend.readout(root.cursor) : ({})
    }
    MouseArea {
        anchors.fill: parent
        hoverEnabled: true
        onPressed: root.forceActiveFocus(Qt.MouseFocusReason)
        onPositionChanged: event => root.cursor = trend.pointAt(event.x)
        onExited: root.cursor = -1
    }
    FocusRing {
        shown: root.activeFocus && root.cursor < 0
        inside: true
    }
}
