// SPDX-License-Identifier: GPL-3.0-or-later
import QtCharts
import QtQuick
import Flyball.Charts
import Flyball.Controls
import Flyball.Theme

// One line over time, broken at gaps.
FocusScope {
    id: root

    property alias chartData: frame.chartData
    property alias timeZone: frame.timeZone
    property string title: qsTr("Lag")
    property int cursor: -1

    property var lines: []

    // A gap ends a line, so there is one series for each stretch; surplus ones are emptied and kept.
    function refill(): void {
        while (lines.length < frame.segments) {
            const made = view.createSeries(ChartView.SeriesTypeLine, "", axisX, axisY);
            made.width = 1.8;
            lines.push(made);
        }
        for (let i = 0; i < lines.length; ++i) {
            lines[i].color = Theme.seriesColor(0);
            frame.fill(i, lines[i]);
        }
    }

    implicitWidth: 360
    implicitHeight: Theme.px(200)
    activeFocusOnTab: true
    Component.onCompleted: refill()
    Keys.onLeftPressed: cursor = Math.max(0, (cursor < 0 ? frame.points : cursor) - 1)
    Keys.onRightPressed: cursor = Math.min(frame.points - 1, cursor + 1)

    Accessible.role: Accessible.Chart
    Accessible.name: title
    Accessible.description: frame.summary
    Accessible.focusable: true

    LagFrame {
        id: frame

        anchors.fill: parent
        style: ChartTheme
        onChartDataChanged: root.refill()
    }
    Connections {
        target: ChartTheme
        function onChanged(): void { root.refill(); }
    }
    ChartView {
        id: view

        anchors.fill: parent
        antialiasing: true
        animationOptions: ChartView.NoAnimation
        backgroundColor: "transparent"
        plotAreaColor: "transparent"
        backgroundRoundness: 0
        dropShadowEnabled: false
        legend.visible: false
        margins.left: 0
        margins.right: 0
        margins.top: 0
        margins.bottom: 0
        plotArea: frame.plot

        ValuesAxis {
            id: axisX

            visible: false
            min: 0
            max: Math.max(1, frame.points - 1)
        }
        ValuesAxis {
            id: axisY

            visible: false
            min: 0
            max: frame.axisMaximum
        }
    }
    PlainText {
        anchors.centerIn: parent
        visible: frame.points < 1
        role: PlainText.Small
        tone: "muted"
        text: qsTr("No data in this range")
    }
    ReadoutTip {
        readonly property real at: frame.points > 0 ? frame.xOfPoint(root.cursor) : 0

        visible: root.cursor >= 0 && root.cursor < frame.points
        width: Theme.px(130)
        x: at > root.width / 2 ? at - width - 12 : at + 13
        y: 8
        readout: visible && frame.chartData ? frame.readout(root.cursor) : ({})
    }
    MouseArea {
        anchors.fill: parent
        hoverEnabled: true
        onPressed: root.forceActiveFocus(Qt.MouseFocusReason)
        onPositionChanged: event => root.cursor = frame.pointAt(event.x)
        onExited: root.cursor = -1
    }
    FocusRing {
        shown: root.activeFocus && root.cursor < 0
        inside: true
    }
}
