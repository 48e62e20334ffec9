// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// Who spends: one row per workflow, every head sorts, Enter opens.
Panel {
    id: root

    required property Session session
    readonly property alias table: rows

    title: qsTr("Workflows")
    subtitle: session.overview.summary
    headHeight: Theme.px(34)

    ModelTable {
        id: rows

        objectName: "workflowsTable"
        session: root.session
        table: root.session.overview.workflows
        accessibleName: qsTr("Workflows")
        allColumns: [
            { key: "name", title: qsTr("Workflow"), width: 0, weight: 1.5, sortable: true, kind: "custom", always: true },
            { key: "spark", title: qsTr("Trend"), width: 116, kind: "custom", wide: 880 },
            { key: "spend", title: qsTr("Spend"), width: 100, align: "right", sortable: true, kind: "custom", always: true },
            { key: "share", title: qsTr("Share"), width: 130, kind: "custom", always: true, wide: 960 },
            { key: "calls", title: qsTr("Calls"), width: 72, align: "right", sortable: true, kind: "num", wide: 1060 },
            { key: "tokens", title: qsTr("Tokens"), width: 78, align: "right", sortable: true, kind: "num", wide: 1060 },
            { key: "runs", title: qsTr("Runs"), width: 66, align: "right", sortable: true, kind: "num" },
            { key: "p95", title: qsTr("P95 / run"), width: 80, align: "right", sortable: true, kind: "num", wide: 880 },
            { key: "costPerSuccess", title: qsTr("$ / success"), width: 88, align: "right", sortable: true, kind: "num", wide: 880 },
            { key: "cache", title: qsTr("Cache"), width: 66, align: "right", sortable: true, kind: "num", toneKey: "cacheTone" },
            { key: "pass", title: qsTr("Pass"), width: 66, align: "right", sortable: true, kind: "num", toneKey: "passTone" },
            { key: "state", title: qsTr("State"), width: 138, sortable: true, kind: "custom", always: true }
        ]
        delegates: ({ name: nameCell, spark: sparkCell, spend: spendCell, share: shareCell, state: stateCell })
        onActivated: index => root.session.navigation.openWorkflow(rows.table.row(index).id)
    }
    Component {
        id: nameCell

        NameCell {}
    }
    Component {
        id: sparkCell

        TableCell {
            id: spark

            Sparkline {
                anchors.fill: parent
                anchors.topMargin: 6
                anchors.bottomMargin: 6
                anchors.rightMargin: 8
                visible: spark.value !== undefined
                chartData: spark.value
                color: Theme.seriesColor(spark.row?.slot ?? -1)
            }
        }
    }
    Component {
        id: spendCell

        MarkedCell {
            mark: row?.spendMark ?? ""
        }
    }
    Component {
        id: shareCell

        ShareCell {
            share: row?.share ?? 0
            text: row?.shareText ?? ""
            color: Theme.seriesColor(row?.slot ?? -1)
        }
    }
    Component {
        id: stateCell

        StateCell {
            quietOk: true
        }
    }
}
