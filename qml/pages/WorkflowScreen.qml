// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// One workflow: cost against quality, its runs, what it spends on.
PageBase {
    id: root

    readonly property WorkflowModel workflow: session.workflow
    readonly property bool counting: workflow.numbers.open

    objectName: "workflowScreen"
    title: workflow.name
    titleSlot: workflow.slot
    exports: counting ? [
        { key: "numbers", text: qsTr("Numbers"), base: "numbers", table: workflow.numbers.measures, columns: numbers.numbers.exportColumns },
        { key: "prompts", text: qsTr("Prompt versions"), base: "prompts", table: workflow.numbers.prompts, columns: numbers.prompts.table.exportColumns },
        { key: "segments", text: qsTr("Segments"), base: "segments", table: workflow.numbers.segments, columns: numbers.segments.table.exportColumns }
    ] : [
        { key: "runs", text: qsTr("Runs"), base: "runs", table: workflow.runs.table, columns: runs.table.exportColumns },
        { key: "steps", text: qsTr("Steps"), base: "steps", table: workflow.steps, columns: steps.table.exportColumns },
        { key: "mix", text: qsTr("Models"), base: "models", table: workflow.mixRows, columns: mix.exportColumns }
    ]
    actions: Component {
        Row {
            spacing: 8

            SegmentedControl {
                objectName: "workflowView"
                accessibleName: qsTr("View")
                options: [{ key: "shape", text: qsTr("Course") }, { key: "numbers", text: qsTr("Numbers") }]
                currentKey: root.counting ? "numbers" : "shape"
                onActivated: key => root.workflow.numbers.open = key === "numbers"
            }
            TextButton {
                objectName: "workflowCalls"
                visible: !Theme.large && !root.compact
                iconName: "list"
                text: qsTr("Calls")
                toolTip: qsTr("The calls behind these numbers")
                onClicked: root.session.openCallsOf("workflow", root.workflow.id)
            }
            IconButton {
                objectName: "workflowCallsSmall"
                visible: !Theme.large && root.compact
                iconName: "list"
                text: qsTr("The calls behind these numbers")
                onClicked: root.session.openCallsOf("workflow", root.workflow.id)
            }
        }
    }

    function focusFilter(): bool {
        return !counting && runs.focusFilter();
    }
    function copyRow(): bool {
        return counting ? numbers.copyRow() : runs.table.copyRow() || steps.table.copyRow() || agents.table.copyRow();
    }

    LateVisible {
        target: agents
        value: root.workflow.agents.count > 0
    }
    NumbersColumns {
        id: numbers

        objectName: "numbersColumns"
        anchors.fill: parent
        visible: root.counting
        compact: root.compact
        session: root.session
    }
    TwoColumns {
        id: page

        anchors.fill: parent
        visible: !root.counting
        compact: root.compact
        sideWidth: 390
        topItems: KpiRow {
            objectName: "workflowKpis"
            Layout.fillWidth: true
            kpis: root.workflow.kpis
            large: false
            chips: !root.compact
            weights: [1, 1, 1.02, 1.22, 1.02, 1, 1.02]
        }
        mainItems: [
            TrendPanel {
                objectName: "trendPanel"
                Layout.fillWidth: true
                Layout.fillHeight: false
                Layout.preferredHeight: Theme.large ? Theme.px(240) : Math.max(240, Math.min(300, page.height * 0.36))
                workflow: root.workflow
            },
            RunsPanel {
                id: runs

                objectName: "workflowRuns"
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredHeight: Theme.px(260)
                session: root.session
                list: root.workflow.runs
                ofWorkflow: true
            }
        ]
        sideItems: [
            MixPanel {
                id: mix

                objectName: "mixPanel"
                Layout.fillWidth: true
                Layout.fillHeight: false
                Layout.alignment: Qt.AlignTop
                session: root.session
                workflow: root.workflow
            },
            PartsPanel {
                id: steps

                objectName: "stepsPanel"
                Layout.fillWidth: true
                Layout.fillHeight: !agents.visible
                Layout.preferredHeight: Theme.px(38 + 26 + Math.min(8, Math.max(3, root.workflow.steps.count)) * 29) + 2
                session: root.session
                model: root.workflow.steps
                kind: "step"
                title: qsTr("Top steps")
                subtitle: root.workflow.stepsSub
                head: qsTr("Step")
                slot: root.workflow.slot
            },
            SuccessPanel {
                objectName: "successPanel"
                Layout.fillWidth: true
                Layout.fillHeight: false
                success: root.session.success
            },
            PartsPanel {
                id: agents

                objectName: "agentsPanel"
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredHeight: Theme.px(38 + 26 + 4 * 29)
                visible: false
                session: root.session
                model: root.workflow.agents
                kind: "agent"
                title: qsTr("Agents")
                head: qsTr("Agent")
                slot: root.workflow.slot
            }
        ]
    }
}
