// SPDX-License-Identifier: GPL-3.0-or-later
import QtCharts
import QtQuick
import Flyball.Charts
import Flyball.Controls
import Flyball.Theme

// Distribution with the two caps as handles: drag, or focus a handle and use the arrows.
Item {
    id: root

    property alias chartData: frame.chartData
    readonly property alias count: frame.count
    property real softValue: 0
    property real hardValue: 0
    property string softText
    property string hardText
    property string title: qsTr("Distribution")
    property bool editable: true
    property int slot: 0

    signal softMoved(real value)
    signal hardMoved(real value)
    signal released()

    function refill(): void {
        frame.fill(under, over);
    }

    implicitWidth: 600
    implicitHeight: Theme.px(110)
    Component.onCompleted: refill()
    onHardValueChanged: refill()

    Accessible.role: Accessible.Chart
    Accessible.name: title
    Accessible.description: frame.summary

    HistogramFrame {
        id: frame

        anchors.fill: parent
        style: ChartTheme
        hardValue: root.hardValue
        onChartDataChanged: root.refill()
    }
    ChartView {
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

        StackedBarSeries {
            barWidth: 0.86
            axisX: BarCategoryAxis {
                visible: false
                categories: { const names = []; for (let i = 0; i < frame.count; ++i) names.push(String(i)); return names; }
            }
            axisY: ValuesAxis {
                visible: false
                min: 0
                max: frame.maximum
            }

            BarSet {
                id: under

                color: Theme.alpha(Theme.seriesColor(root.slot), 0.75)
                borderColor: "transparent"
                borderWidth: 0
            }
            BarSet {
                id: over

                color: Theme.alpha(Theme.warn, 0.9)
                borderColor: "transparent"
                borderWidth: 0
            }
        }
    }
    Rectangle {
        x: frame.plot.x
        y: frame.plot.y + frame.plot.height
        width: frame.plot.width
        height: 1
        color: Theme.lineStrong
    }
    CapHandle {
        objectName: "softHandle"
        visible: root.softValue > 0
        frame: frame
        value: root.softValue
        text: root.softText === "" ? qsTr("Soft") + " " + frame.text(root.softValue) : root.softText
        label: qsTr("Soft cap")
        editable: root.editable
        onMoved: value => root.softMoved(value)
        onReleased: root.released()
    }
    CapHandle {
        objectName: "hardHandle"
        visible: root.hardValue > 0
        frame: frame
        value: root.hardValue
        text: root.hardText === "" ? qsTr("Hard") + " " + frame.text(root.hardValue) : root.hardText
        label: qsTr("Hard cap")
        editable: root.editable
        onMoved: value => root.hardMoved(value)
        onReleased: root.released()
    }
}
