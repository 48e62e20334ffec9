// SPDX-License-Identifier: GPL-3.0-or-later
import QtCharts
import QtQuick
import Flyball.Charts
import Flyball.Controls
import Flyball.Theme

// Shares of a whole with the main one in the hole.
Item {
    id: root

    property alias chartData: feeder.chartData
    property string centreText
    property string centreSub

    function refill(): void {
        feeder.fill(pie);
    }

    implicitWidth: Theme.px(104)
    implicitHeight: Theme.px(104)
    Component.onCompleted: refill()

    Accessible.role: Accessible.Chart
    Accessible.name: centreText + " " + centreSub
    Accessible.description: feeder.summary

    DonutFeeder {
        id: feeder

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
        plotArea: Qt.rect(4, 4, root.width - 8, root.height - 8)

        PieSeries {
            id: pie

            holeSize: 0.68
            size: 1
        }
    }
    Column {
        anchors.centerIn: parent
        width: parent.width * 0.6

        PlainText {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            font.pixelSize: Theme.px(15)
            font.weight: Font.DemiBold
            text: root.centreText
        }
        PlainText {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            role: PlainText.Caption
            tone: "muted"
            text: root.centreSub
        }
    }
}
