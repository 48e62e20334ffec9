// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Charts
import Flyball.Controls
import Flyball.Gallery
import Flyball.Theme

// Every chart with the same made-up story.
Item {
    id: root

    property bool cursorShown: true

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: 16
        spacing: 12

        RowLayout {
            Layout.fillHeight: false
            Layout.preferredHeight: Theme.px(330)
            spacing: 12

            Panel {
                Layout.fillWidth: true
                Layout.fillHeight: true
                title: "Spend per minute by workflow"
                headerExtras: SegmentedControl {
                    compact: true
                    options: ["Spend", "Tokens", "Runs"]
                    currentKey: "Spend"
                }

                StackedChart {
                    objectName: "stacked"
                    title: "Spend per minute by workflow"
                    chartData: Samples.stack
                    timeZone: "Europe/Berlin"
                    cursorBin: root.cursorShown ? 114 : -1
                }
            }
            Panel {
                Layout.preferredWidth: Theme.px(340)
                Layout.fillHeight: true
                title: "Small bars"
                contentPadding: 14
                topPadding: headHeight

                ColumnLayout {
                    spacing: 10

                    RowLayout {
                        Sparkline {
                            chartData: Samples.spark
                            color: Theme.seriesColor(0)
                        }
                        Sparkline {
                            chartData: Samples.spark
                            stale: true
                        }
                        Sparkline {
                            values: [1, 2, 3, 2, 5, 4, 6]
                            color: Theme.seriesColor(4)
                        }
                    }
                    RowLayout {
                        BudgetBar { value: 188; soft: 180; hard: 240 }
                        BudgetBar { value: 90; soft: 180; hard: 240 }
                    }
                    RowLayout {
                        BudgetBar { value: 250; soft: 180; hard: 240 }
                        BudgetBar { value: 20 }
                    }
                    RowLayout {
                        ShareBar { value: 0.7 }
                        ShareBar { value: 0.2 }
                    }
                    WaterfallHead { span: 140; step: 30 }
                    WaterfallBar { chartData: Samples.waterfall; gridStep: 30 }
                    WaterfallBar { start: 120; duration: 15; span: 140; gridStep: 30; color: Theme.crit; inFlight: true }
                    TokenBar { chartData: Samples.tokens }
                    TokenBar { fresh: 20; read: 40; write: 5; out: 10; reason: 5; estimated: true }
                    RowLayout {
                        WhiskerBar { low: 2210; mid: 2480; high: 2790; base: 3712; from: 2000; to: 4000; tone: "ok" }
                        WhiskerBar { low: 88; mid: 90.6; high: 93; base: 91.3; from: 80; to: 100 }
                    }
                    AgentStrip { current: 37; behind: 2; silent: 1; Layout.fillWidth: true }
                    AgentStrip { current: 300; behind: 40; silent: 20; Layout.fillWidth: true }
                }
            }
        }
        RowLayout {
            spacing: 12

            Panel {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 400
                title: "Cost against quality"

                AlignedTrend {
                    chartData: Samples.trend
                    timeZone: "UTC"
                }
            }
            Panel {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 400
                title: "Context growth"

                ContextChart {
                    chartData: Samples.context
                    selected: 10
                }
            }
        }
        RowLayout {
            spacing: 12

            Panel {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 520
                title: "Budget per run"
                contentPadding: 10
                topPadding: headHeight

                ColumnLayout {
                    Histogram {
                        Layout.fillWidth: true
                        Layout.fillHeight: true
                        chartData: Samples.histogram
                        softValue: 1.3
                        hardValue: 2.6
                    }
                    DriverBar {
                        Layout.fillWidth: true
                        chartData: Samples.parts
                    }
                }
            }
            Panel {
                Layout.preferredWidth: Theme.px(180)
                Layout.fillHeight: true
                title: "Mix"

                Item {
                    Donut {
                        anchors.centerIn: parent
                        chartData: Samples.donut
                        centreText: "64 %"
                        centreSub: "frontier"
                    }
                }
            }
            Panel {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 320
                title: "Lag, Agent spans"

                LagChart {
                    chartData: Samples.lag
                    timeZone: "UTC"
                }
            }
        }
    }
}
