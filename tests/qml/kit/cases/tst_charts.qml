// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtTest
import Flyball.Charts
import Flyball.Controls
import Flyball.Gallery
import Flyball.Theme

// Charts answer mouse and keys; what they draw shows in the pixels.
Item {
    id: scene

    width: 900
    height: 700

    Rectangle {
        anchors.fill: parent
        color: Theme.panel
    }
    StackedChart {
        id: chart

        width: 900
        height: 300
        title: "Spend"
        chartData: Samples.stack
        timeZone: "Europe/Berlin"
    }
    StackedChart {
        id: emptyChart

        y: 300
        width: 300
        height: 100
        chartData: Samples.emptyStack
    }
    ContextChart {
        id: context

        y: 400
        width: 600
        height: 180
        chartData: Samples.context
    }
    AlignedTrend {
        id: trend

        x: 300
        y: 300
        width: 300
        height: 100
        chartData: Samples.trend
        timeZone: "UTC"
    }
    Histogram {
        id: histogram

        y: 590
        width: 600
        height: 110
        chartData: Samples.histogram
        softValue: 1.3
        hardValue: 2.6
    }
    Histogram {
        id: widerHistogram

        y: 720
        width: 500
        height: 110
        chartData: Samples.widerHistogram
        softValue: 1.3
        hardValue: 2.6
    }
    Donut {
        x: 620
        y: 320
        chartData: Samples.donut
        centreText: "64 %"
    }
    LagChart {
        id: lag

        x: 620
        y: 440
        width: 270
        height: 160
        chartData: Samples.lag
        timeZone: "UTC"
    }
    DriverBar {
        id: parts

        x: 620
        y: 620
        width: 260
        chartData: Samples.parts
    }
    Sparkline {
        id: lateSpark

        x: 620
        y: 660
        chartData: undefined
    }
    SignalSpy { id: spy }

    TestCase {
        name: "Charts"
        when: windowShown

        function watch(target: var, signalName: string): void {
            spy.target = null;
            spy.clear();
            spy.signalName = signalName;
            spy.target = target;
        }
        function cleanup(): void {
            chart.cursorBin = -1;
            chart.showTable = false;
        }

        function test_cursorKeys(): void {
            chart.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Left);
            compare(chart.cursorBin, 179);
            keyClick(Qt.Key_Left);
            compare(chart.cursorBin, 178);
            keyClick(Qt.Key_Home);
            compare(chart.cursorBin, 0);
            verify(chart.hoveredTimeMs > 0);
            watch(chart, "bandClicked");
            keyClick(Qt.Key_Return);
            compare(spy.count, 1);
            keyClick(Qt.Key_Escape);
            compare(chart.cursorBin, -1);
        }
        function test_clickBand(): void {
            watch(chart, "bandClicked");
            mouseClick(chart, chart.plot.x + chart.plot.width * 0.75, chart.plot.y + chart.plot.height - 6);
            compare(spy.signalArguments[0][0], 0, "the lowest band is the first");
            spy.clear();
            mouseClick(chart, chart.plot.x + chart.plot.width * 0.3, chart.plot.y + 4);
            compare(spy.count, 0, "nothing above the stack");
        }
        function test_gapHasNoBand(): void {
            watch(chart, "bandClicked");
            mouseClick(chart, chart.plot.x + chart.plot.width * 19 / 179, chart.plot.y + chart.plot.height - 6);
            compare(spy.count, 0);
        }
        function test_markClick(): void {
            watch(chart, "markClicked");
            mouseClick(chart, chart.plot.x + chart.plot.width * 45 / 179 + 6, chart.plot.y - 10);
            compare(spy.signalArguments[0][0], 0);
        }
        function test_zoomByDrag(): void {
            watch(chart, "zoomRequested");
            const y = chart.plot.y + 30;
            mousePress(chart, chart.plot.x + 100, y);
            mouseMove(chart, chart.plot.x + 180, y);
            mouseMove(chart, chart.plot.x + 300, y);
            mouseRelease(chart, chart.plot.x + 300, y);
            compare(spy.count, 1);
            verify(spy.signalArguments[0][0] < spy.signalArguments[0][1]);
            watch(chart, "zoomReset");
            mouseDoubleClickSequence(chart, chart.plot.x + 100, y);
            compare(spy.count, 1);
        }
        function test_pan(): void {
            watch(chart, "panRequested");
            chart.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Left, Qt.ShiftModifier);
            verify(spy.signalArguments[0][0] < 0);
            keyClick(Qt.Key_Right, Qt.ShiftModifier);
            verify(spy.signalArguments[1][0] > 0);
        }
        function test_table(): void {
            chart.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_T);
            compare(chart.showTable, true);
            tryVerify(() => findChild(chart, "chartRows") !== null);
            compare(findChild(chart, "chartRows").count, 180);
        }
        function test_emptyChart(): void {
            emptyChart.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Left);
            keyClick(Qt.Key_Return);
            mouseClick(emptyChart);
            compare(emptyChart.cursorBin, -1);
        }
        function test_pixels(): void {
            const image = grabImage(chart);
            const x = chart.plot.x + chart.plot.width * 0.75, y = chart.plot.y + chart.plot.height - 8;
            const blue = image.pixel(x, y);
            // Series 1 at 56 % over the panel.
            fuzzyCompare(blue.b * 255, 0x20 + (0xba - 0x20) * 0.56, 6);
            const above = image.pixel(chart.plot.x + chart.plot.width * 0.5, chart.plot.y + 12);
            fuzzyCompare(above.b * 255, 0x20, 10);
        }
        function test_context(): void {
            watch(context, "callClicked");
            mouseClick(context, 46 + 538 * 10.5 / 16, 90);
            compare(spy.signalArguments[0][0], 10);
            context.forceActiveFocus(Qt.TabFocusReason);
            context.cursor = 3;
            keyClick(Qt.Key_Return);
            compare(spy.signalArguments[1][0], 3);
        }
        function test_trend(): void {
            trend.forceActiveFocus(Qt.TabFocusReason);
            trend.cursor = -1;
            keyClick(Qt.Key_Left);
            compare(trend.cursor, 55);
        }
        function test_histogramHandles(): void {
            watch(histogram, "hardMoved");
            findChild(histogram, "hardHandle").forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Right);
            verify(spy.signalArguments[0][0] > 2.6);
            keyClick(Qt.Key_Left);
            verify(spy.signalArguments[1][0] < 2.6);
        }
        function test_histogramHandlesFollow(): void {
            histogram.width = widerHistogram.width;
            histogram.chartData = Samples.widerHistogram;
            compare(findChild(histogram, "hardHandle").x, findChild(widerHistogram, "hardHandle").x);
            histogram.width = 600;
            histogram.chartData = Samples.histogram;
            verify(findChild(histogram, "hardHandle").x > findChild(widerHistogram, "hardHandle").x + 50);
        }
        function test_lagKeys(): void {
            lag.forceActiveFocus(Qt.TabFocusReason);
            lag.cursor = -1;
            keyClick(Qt.Key_Left);
            compare(lag.cursor, 89);
            compare(lag.lines.length, 2, "a gap splits the line");
        }
        function test_parts(): void {
            watch(parts, "partClicked");
            mouseClick(parts, 10, 10);
            compare(spy.signalArguments[0][0], 0);
        }
        function test_lateRole(): void {
            lateSpark.chartData = Samples.spark;
            compare(lateSpark.Accessible.name, "now 0.26, peak 1.06 dollars per minute");
        }
    }
}
