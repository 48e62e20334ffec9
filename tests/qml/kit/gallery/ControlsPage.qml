// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// Shell parts, tiles, chips and a table, laid out like the overview.
Item {
    id: root

    readonly property string nasty: "<img src=\"file:///etc/hostname\"><b>x</b> & a very long name of a workflow that never ends"

    Rectangle {
        id: side

        width: Theme.large ? Theme.railWidth : Theme.sidebarWidth
        height: parent.height
        color: Theme.sidebar

        Hairline {
            anchors.right: parent.right
            height: parent.height
        }
        Column {
            x: 8
            width: parent.width - 16

            Row {
                height: Theme.headerHeight
                spacing: 9
                leftPadding: 6

                Logo {
                    anchors.verticalCenter: parent.verticalCenter
                }
                PlainText {
                    anchors.verticalCenter: parent.verticalCenter
                    visible: !Theme.large
                    font.pixelSize: Theme.px(15)
                    font.weight: Font.DemiBold
                    text: "Flyball"
                }
            }
            Repeater {
                model: [["overview", "Overview", "", ""], ["runs", "Runs", "", ""], ["policy", "Policy", "r43 draft", "brass"],
                    ["incident", "Incidents", "3", "crit"], ["source", "Sources", "1", "warn"], ["price", "Models & prices", "1", "warn"]]

                NavItem {
                    required property var modelData
                    required property int index

                    width: side.width - 16
                    rail: Theme.large
                    iconName: modelData[0]
                    label: modelData[1]
                    badge: modelData[2]
                    badgeTone: modelData[3]
                    current: index === 0
                }
            }
            Item {
                width: 1
                height: 30
            }
            Repeater {
                model: Theme.large ? [] : ["research_agent", "support_triage", "code_review", "doc_enrichment", "invoice_extract", "contract_qa", "sales_outreach", root.nasty]

                WorkflowItem {
                    required property var modelData
                    required property int index

                    width: side.width - 16
                    label: modelData
                    value: index === 7 ? "≥ 2.0" : "15." + index
                    color: Theme.seriesColor(index)
                    current: index === 1
                    hiddenInChart: index === 3
                    stale: index === 4
                }
            }
        }
    }
    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: side.width + 16
        anchors.rightMargin: 16
        anchors.bottomMargin: 12
        spacing: 12

        RowLayout {
            Layout.preferredHeight: Theme.headerHeight
            Layout.fillHeight: false
            spacing: 10

            Breadcrumbs {
                items: [{ key: "overview", text: "Overview" }]
            }
            PlainText {
                role: PlainText.Title
                text: "research_agent"
            }
            Item {
                Layout.fillWidth: true
            }
            TextButton {
                iconName: "policy"
                text: "Edit policy"
            }
            RangeSwitch {
                options: ["15 m", "1 h", "3 h", "24 h", "7 d", "30 d", "Month"]
                currentKey: "3 h"
                visible: !Theme.large
            }
            LiveToggle {}
            SearchField {
                asButton: true
                keyHint: "Ctrl K"
                visible: !Theme.large
            }
        }
        KpiStrip {
            Layout.fillWidth: true
            weights: [1.32, 1.12, 1.25, 1.12, 1.02, 1]

            KpiTile {
                label: "Spend today"
                value: "$642.18"
                tileState: "partial"
                unit: "of $1,100"
                chipText: "97.4 % priced"
                chipMark: "≥"
                sub: "58 %"
            }
            KpiTile {
                label: "Burn rate"
                value: "$61.4"
                unit: "/ h"
                sub: "Hard cap at 21:59"
                subTone: "warn"
                note: "at this rate"
            }
            KpiTile {
                label: "Month-end forecast"
                value: "$22.6 k"
                mark: "≈"
                unit: "of $24 k"
                sub: "90 %: $21.1–24.1 k"
            }
            KpiTile {
                label: "Cache hit rate"
                value: "61.8"
                unit: "%"
                tileState: "stale"
                sub: "from 14:27:58"
            }
            KpiTile {
                label: "Cost per success"
                tileState: "loading"
            }
            KpiTile {
                label: "Pass rate"
                tileState: "nodata"
                sub: "No validator in these spans"
            }
        }
        RowLayout {
            spacing: 12

            Panel {
                Layout.fillWidth: true
                Layout.fillHeight: true
                title: "Workflows"
                subtitle: "8 active, 40 agents"
                headHeight: Theme.px(34)
                headerExtras: [
                    SegmentedControl {
                        compact: true
                        options: ["Spend", "Tokens", "Runs"]
                        currentKey: "Spend"
                    }
                ]

                DataTable {
                    id: table

                    focus: true
                    columns: [{ key: "name", title: "Workflow", width: 148, kind: "custom", sortable: true },
                        { key: "today", title: "Today", width: 80, align: "right", kind: "strong", sortable: true },
                        { key: "p95", title: "P95 / run", width: 76, align: "right", kind: "num", sortable: true },
                        { key: "pass", title: "Pass", width: 60, align: "right", kind: "num", toneKey: "passTone" },
                        { key: "run", title: "Last run", width: 80, kind: "mono" },
                        { key: "chip", title: "State", width: 0, kind: "custom" }]
                    sortKey: "today"
                    delegates: ({ name: nameCell, chip: chipCell })
                    model: rows
                    Component.onCompleted: {
                        forceActiveFocus(Qt.TabFocusReason);
                        moveTo(1);
                    }
                }
                Component {
                    id: nameCell

                    TableCell {
                        id: cell

                        Row {
                            anchors.verticalCenter: parent.verticalCenter
                            spacing: 8

                            Swatch {
                                anchors.verticalCenter: parent.verticalCenter
                                color: Theme.seriesColor(cell.rowIndex)
                            }
                            NameText {
                                width: Math.min(implicitWidth, cell.width - 24)
                                role: PlainText.Small
                                strong: true
                                text: cell.value ?? ""
                            }
                        }
                    }
                }
                Component {
                    id: chipCell

                    TableCell {
                        id: cell

                        StateChip {
                            anchors.verticalCenter: parent.verticalCenter
                            width: Math.min(implicitWidth, cell.width)
                            quiet: cell.value === "Within caps"
                            tone: cell.row ? cell.row.chipTone : ""
                            text: cell.value ?? ""
                        }
                    }
                }
                ListModel {
                    id: rows

                    Component.onCompleted: {
                        for (let i = 0; i < 60; ++i)
                            append({ name: i === 3 ? root.nasty : ["research_agent", "support_triage", "code_review"][i % 3], today: "$" + (188 - i) + ".42",
                                p95: "$1.12", pass: "91.3", passTone: i === 2 ? "crit" : "", run: "8f3a1c",
                                chip: ["Soft cap", "Within caps", "Quality drop", "34 % unpriced", "r43 draft"][i % 5], chipTone: ["warn", "ok", "crit", "info", "brass"][i % 5] });
                    }
                }
            }
            Panel {
                Layout.preferredWidth: Theme.px(300)
                Layout.fillHeight: true
                title: "Loop, rule L1"
                iconName: "loop"
                tone: "crit"
                contentPadding: 14
                topPadding: headHeight

                ColumnLayout {
                    spacing: 8

                    PlainText {
                        Layout.fillWidth: true
                        role: PlainText.Small
                        tone: "neutral"
                        wrapMode: Text.Wrap
                        text: "search_web with the same arguments in calls 9 to 15. The result did not change."
                    }
                    CodeBlock {
                        Layout.fillWidth: true
                        text: "{\"q\": \"eu csrd thresholds 2026\",\n \"limit\": 10}"
                    }
                    KeyValueRow {
                        Layout.fillWidth: true
                        label: "Cost after the 2nd repeat"
                        value: "$2.16, 70 %"
                        tone: "crit"
                    }
                    KeyValueRow {
                        Layout.fillWidth: true
                        label: root.nasty
                        value: root.nasty
                    }
                    DiffRow {
                        Layout.fillWidth: true
                        path: "run_hard.usd"
                        oldText: "4.00"
                        newText: "2.60"
                    }
                    Flow {
                        Layout.fillWidth: true
                        spacing: 6

                        Chip { text: "Live"; tone: "ok"; dot: true }
                        Chip { text: "Stale"; tone: "warn"; dot: true }
                        Chip { text: "No price"; tone: "crit" }
                        Chip { text: "Override"; tone: "brass" }
                        Chip { text: "Running"; tone: "info" }
                        Chip { text: "saved"; iconName: "check" }
                        Chip { text: "97.4 % priced"; tone: "info"; mark: "≥" }
                        Chip { text: "Outline"; outline: true }
                        CoverageChip { text: "nothing priced"; coverage: "none" }
                        TierChip { tier: 2 }
                        TierChip { tier: 1 }
                        TierChip { tier: 0 }
                        TierGlyph { tier: 0 }
                        TierGlyph { tier: 1 }
                        TierGlyph { tier: 2 }
                        Badge { text: "3 open"; tone: "crit" }
                        Badge { text: "41" }
                        KeyHint { text: "Ctrl K" }
                    }
                    TokenLegend {
                        Layout.fillWidth: true
                    }
                    Item {
                        Layout.fillHeight: true
                    }
                    Flow {
                        Layout.fillWidth: true
                        spacing: 6

                        Repeater {
                            model: iconNames.names()

                            Icon {
                                required property string modelData

                                name: modelData
                            }
                        }
                        IconItem {
                            id: iconNames

                            visible: false
                        }
                    }
                }
            }
        }
    }
}
