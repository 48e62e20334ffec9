// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// How much, since when, who.
PageBase {
    id: root

    readonly property OverviewModel overview: session.overview

    objectName: "overviewScreen"
    title: qsTr("Overview")
    exports: overview.empty ? [] : [
        { key: "workflows", text: qsTr("Workflows"), base: "workflows", table: overview.workflows, columns: workflows.table.exportColumns },
        { key: "series", text: qsTr("Chart"), base: "spend", table: overview.chartTable, columns: spend.exportColumns }
    ]

    function toggleTable(): bool {
        spend.asTable = !spend.asTable;
        return true;
    }
    function copyRow(): bool {
        return workflows.table.copyRow();
    }
    // As var: qmllint 6.4 does not know what a row holds.
    readonly property var rows: overview.workflows

    function workflowInView(): string {
        return workflows.table.listFocus ? String(rows.row(workflows.table.currentIndex).id ?? "") : "";
    }

    PageScroll {
        id: page

        anchors.fill: parent

        Banner {
            objectName: "troubleBanner"
            Layout.fillWidth: true
            Layout.fillHeight: false
            visible: heading !== ""
            radius: Theme.radiusPanel
            heading: root.session.sources.troubleHeading
            text: root.session.sources.troubleText
            actionText: qsTr("Open sources")
            onTriggered: root.session.navigation.show("sources")
        }
        KpiRow {
            objectName: "overviewKpis"
            Layout.fillWidth: true
            kpis: root.overview.kpis
            large: !root.compact
            chips: !root.compact
            weights: [1.3, 1.05, 1, 1, 1.05, 1.05]
        }
        Panel {
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: root.session.ready && root.overview.empty

            EmptyState {
                objectName: "overviewEmpty"
                heading: root.overview.emptyHeading
                text: root.overview.emptyText
                actions: root.overview.emptyActions
                onTriggered: key => root.overview.emptyAction(key)
            }
        }
        SpendPanel {
            id: spend

            objectName: "spendPanel"
            Layout.fillWidth: true
            Layout.fillHeight: false
            Layout.preferredHeight: Theme.large ? Theme.px(200) : Math.max(240, Math.min(330, page.height * 0.4))
            visible: !root.overview.empty || !root.session.ready
            session: root.session
        }
        WorkflowsPanel {
            id: workflows

            objectName: "workflowsPanel"
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredHeight: Theme.px(Theme.large ? 220 : 180)
            visible: !root.overview.empty || !root.session.ready
            session: root.session
        }
    }
}
