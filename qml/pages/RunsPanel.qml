// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Runs with their segments and a filter; Enter opens one.
Panel {
    id: root

    required property Session session
    required property RunsList list
    property bool ofWorkflow: false
    readonly property alias table: rows

    function focusFilter(): bool {
        filter.forceActiveFocus(Qt.ShortcutFocusReason);
        return true;
    }

    title: qsTr("Runs")
    subtitle: list.sub
    headHeight: Theme.px(ofWorkflow ? 34 : 44)
    headerExtras: [
        SearchField {
            id: filter

            objectName: "runsFilter"
            implicitWidth: Theme.px(root.ofWorkflow ? 150 : 240)
            implicitHeight: Theme.px(root.ofWorkflow ? 24 : 28)
            placeholder: root.ofWorkflow ? qsTr("Filter") : qsTr("Filter by workflow, run, session")
            keyHint: activeFocus ? "" : "/"
            onEdited: text => root.list.filterText = text
        },
        SegmentedControl {
            objectName: "runsSegments"
            visible: !Theme.large
            compact: true
            accessibleName: qsTr("Runs shown")
            options: root.list.segments
            currentKey: root.list.segment
            onActivated: key => root.list.setSegment(key)
        },
        Select {
            objectName: "runsSegmentSelect"
            visible: Theme.large
            small: true
            label: qsTr("Runs shown")
            options: root.list.segments
            currentKey: root.list.segment
            onActivated: key => root.list.setSegment(key)
        }
    ]

    ColumnLayout {
        spacing: 0

        RunsFilterBar {
            objectName: "runsFilterBar"
            Layout.fillWidth: true
            Layout.fillHeight: false
            Layout.leftMargin: Theme.panelPad
            Layout.rightMargin: Theme.panelPad
            Layout.topMargin: 8
            Layout.bottomMargin: 8
            visible: !root.ofWorkflow
            filters: root.list.filters
        }
        ModelTable {
            id: rows

            objectName: "runsTable"
            Layout.fillWidth: true
            Layout.fillHeight: true
            session: root.session
            table: root.list.table
            accessibleName: qsTr("Runs")
            rowHeight: Theme.rowDense
            emptyText: ""
            closeLast: true
            allColumns: [
                { key: "shortId", title: qsTr("Run"), width: 92, kind: "mono", always: true },
                { key: "workflow", title: qsTr("Workflow"), width: 0, weight: 1.6, sortable: true, kind: "custom", wide: root.ofWorkflow ? Infinity : 0 },
                { key: "start", title: qsTr("Start"), width: 112, sortable: true, kind: "text", always: true },
                { key: "duration", title: qsTr("Duration"), width: 92, align: "right", sortable: true, kind: "num", wide: 700 },
                { key: "state", title: qsTr("State"), width: 112, sortable: true, kind: "custom", always: true },
                { key: "calls", title: qsTr("Calls"), width: 64, align: "right", sortable: true, kind: "num", always: true },
                { key: "errors", title: qsTr("Errors"), width: 64, align: "right", sortable: true, kind: "num", wide: 800 },
                { key: "tokens", title: qsTr("Tokens"), width: 80, align: "right", sortable: true, kind: "num", wide: 700 },
                { key: "cache", title: qsTr("Cache"), width: 68, align: "right", sortable: true, kind: "num" },
                { key: "cost", title: qsTr("Cost"), width: 92, align: "right", sortable: true, kind: "custom", always: true },
                { key: "costShare", title: "", width: 0, weight: 0.8, kind: "custom", wide: root.ofWorkflow ? Infinity : 1060 },
                { key: "signals", title: qsTr("Signals"), width: 0, weight: 0.8, kind: "muted", wide: root.ofWorkflow ? 900 : 1060 }
            ]
            delegates: ({ workflow: workflowCell, state: stateCell, cost: costCell, costShare: shareCell })
            onActivated: index => root.list.open(table.row(index).id)

            EmptyState {
                objectName: "runsEmpty"
                anchors.fill: parent
                anchors.topMargin: Theme.tableHeadHeight
                visible: rows.count === 0 && !rows.table.loading
                heading: rows.table.emptyHeading
                text: rows.table.emptyText
                actions: root.list.narrowed ? [{ key: "clear", text: qsTr("Clear"), kind: "normal" }] : []
                onTriggered: {
                    filter.text = "";
                    root.list.clear();
                }
            }
            SkeletonBlock {
                anchors.fill: parent
                anchors.margins: Theme.panelPad
                anchors.topMargin: Theme.tableHeadHeight + Theme.panelPad
                visible: rows.count === 0 && rows.table.loading
                rows: 6
            }
        }
        RowLayout {
            Layout.fillWidth: true
            Layout.fillHeight: false
            Layout.preferredHeight: Theme.px(36)
            Layout.leftMargin: Theme.panelPad
            Layout.rightMargin: Theme.panelPad
            visible: root.list.table.canLoadMore

            PlainText {
                Layout.fillWidth: true
                role: PlainText.Small
                tone: "muted"
                text: root.list.table.totalText
            }
            TextButton {
                objectName: "runsMore"
                small: true
                text: qsTr("Show more")
                onClicked: root.list.table.loadMore()
            }
        }
    }
    Component {
        id: workflowCell

        NameCell {}
    }
    Component {
        id: stateCell

        StateCell {}
    }
    Component {
        id: costCell

        MarkedCell {
            mark: row?.costMark ?? ""
        }
    }
    Component {
        id: shareCell

        ShareCell {
            share: row?.costShare ?? 0
            color: Theme.seriesColor(row?.slot ?? -1)
        }
    }
}
