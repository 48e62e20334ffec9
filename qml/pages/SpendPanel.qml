// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// The hero chart: amounts over time by workflow; T shows the same as a table.
Panel {
    id: root

    required property Session session
    property bool asTable: false
    readonly property OverviewModel overview: session.overview
    // As var: qmllint 6.4 does not know the value types of the charts.
    readonly property var figures: overview
    readonly property var exportColumns: columnsFor(overview.chartTableHead)

    function columnsFor(names: var): var {
        const columns = names.map((name, index) => ({ key: "band" + index, title: name }));
        columns.unshift({ key: "time", title: qsTr("Time") }, { key: "total", title: qsTr("Total") });
        return columns;
    }

    title: overview.chartTitle
    headerExtras: [
        SegmentedControl {
            objectName: "chartKind"
            compact: true
            accessibleName: qsTr("Amount")
            options: [{ key: "spend", text: qsTr("Spend") }, { key: "tokens", text: qsTr("Tokens") }, { key: "runs", text: qsTr("Runs") }]
            currentKey: root.overview.chartKind
            onActivated: key => root.overview.chartKind = key
        },
        IconButton {
            objectName: "chartAsTable"
            small: true
            iconName: root.asTable ? "overview" : "list"
            text: root.asTable ? qsTr("Chart, T") : qsTr("Chart as table, T")
            onClicked: root.asTable = !root.asTable
        }
    ]

    Item {
        SkeletonBlock {
            anchors.fill: parent
            anchors.margins: Theme.panelPad
            visible: !root.session.ready
            rows: 8
        }
        StackedChart {
            objectName: "spendChart"
            anchors.fill: parent
            anchors.leftMargin: 6
            anchors.rightMargin: 6
            anchors.bottomMargin: 4
            visible: root.session.ready && !root.asTable
            chartData: root.figures.chart
            live: root.session.mode === "live"
            paused: root.session.mode === "paused"
            title: root.overview.chartTitle
            onBandClicked: index => {
                const id = root.overview.bandId(index);
                if (id !== "")
                    root.session.navigation.openWorkflow(id);
            }
            onZoomRequested: (fromMs, toMs) => root.session.range.zoom(fromMs, toMs)
            onZoomReset: root.session.range.reset()
            onPanRequested: deltaMs => root.session.range.pan(deltaMs)
        }
        ComponentSlot {
            anchors.fill: parent
            active: root.asTable
            component: tableComponent
        }
    }
    Component {
        id: tableComponent

        ChartTable {
            anchors.fill: parent
            session: root.session
        }
    }
}
