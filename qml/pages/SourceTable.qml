// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// One row per source; a row selects its details.
ModelTable {
    id: root

    readonly property SourcesModel sources: session.sources
    property int changes: 0
    readonly property var selectedRow: changes >= 0 && sources.selected >= 0 && sources.selected < count
        ? table.row(sources.selected) : null

    objectName: "sourcesTable"
    table: sources.table
    accessibleName: qsTr("Sources")
    rowHeight: Theme.px(55)
    selectable: true
    emptyText: ""
    allColumns: [
        { key: "name", title: qsTr("Source"), width: 0, kind: "custom", always: true },
        { key: "state", title: qsTr("State"), width: 100, kind: "custom", always: true },
        { key: "lag", title: qsTr("Lag"), width: 108, align: "right", kind: "num", toneKey: "lagTone", always: true },
        { key: "spark", title: qsTr("Lines, last hour"), width: 104, kind: "custom", wide: 740 },
        { key: "linesPerSecond", title: qsTr("Lines/s"), width: 60, align: "right", kind: "num", wide: 740, always: true },
        { key: "records", title: qsTr("Records"), width: 70, align: "right", kind: "num", toneKey: "recordsTone", always: true },
        { key: "rejected", title: qsTr("Rejected"), width: 72, align: "right", kind: "num", always: true },
        { key: "spend", title: qsTr("Spend seen"), width: 98, align: "right", kind: "custom", always: true }
    ]
    delegates: ({ name: nameCell, state: stateCell, spark: sparkCell, spend: spendCell })
    onPicked: index => root.sources.select(index)

    Connections {
        target: root.sources.table

        function onDataChanged(): void {
            root.changes += 1;
        }
    }
    Binding {
        target: root
        property: "currentIndex"
        value: root.sources.selected
    }
    EmptyState {
        objectName: "sourcesEmpty"
        anchors.fill: parent
        anchors.topMargin: Theme.tableHeadHeight
        visible: root.count === 0 && root.session.ready
        iconName: "source"
        heading: root.table.emptyHeading
        text: root.table.emptyText
    }
    Component {
        id: nameCell

        TableCell {
            id: name

            RowLayout {
                anchors.fill: parent
                spacing: 11

                Icon {
                    name: name.row?.icon ?? ""
                    size: 17
                }
                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 1

                    NameText {
                        Layout.fillWidth: true
                        role: PlainText.Small
                        strong: true
                        text: name.value === undefined ? "" : String(name.value)
                    }
                    NameText {
                        Layout.fillWidth: true
                        role: PlainText.Caption
                        tone: "muted"
                        text: name.row?.sub ?? ""
                    }
                }
            }
        }
    }
    Component {
        id: stateCell

        TableCell {
            id: state

            Chip {
                anchors.verticalCenter: parent.verticalCenter
                width: Math.min(implicitWidth, parent.width)
                text: state.value === undefined ? "" : String(state.value)
                tone: state.row?.stateTone ?? ""
                dot: true

                HoverTip {
                    text: state.row?.stateText ?? ""
                }
            }
        }
    }
    Component {
        id: sparkCell

        TableCell {
            id: spark

            Sparkline {
                anchors.fill: parent
                anchors.topMargin: 14
                anchors.bottomMargin: 14
                visible: spark.value !== undefined
                chartData: spark.value
                color: spark.row && spark.row.stateTone === "warn" ? Theme.warn : Theme.seriesColor(0)
            }
        }
    }
    Component {
        id: spendCell

        MarkedCell {
            mark: row?.spendMark ?? ""
        }
    }
}
