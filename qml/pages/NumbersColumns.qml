// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The numbers of a workflow, and the workflow by segment, prompt version and agent.
TwoColumns {
    id: root

    required property Session session
    readonly property NumbersModel model: session.workflow.numbers
    readonly property alias numbers: numbersPanel
    readonly property alias segments: segmentsPanel
    readonly property alias prompts: promptsPanel

    function copyRow(): bool {
        return numbersPanel.table.copyRow() || segmentsPanel.table.copyRow() || promptsPanel.table.copyRow() || tree.table.copyRow();
    }

    sideWidth: 430
    LateVisible {
        target: tree
        value: root.model.agents.count > 0
    }
    mainItems: NumbersPanel {
        id: numbersPanel

        objectName: "numbersPanel"
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.preferredHeight: Theme.px(38 + 26 + 16 * 27)
        session: root.session
    }
    sideItems: [
        SplitPanel {
            id: promptsPanel

            objectName: "promptsPanel"
            Layout.fillWidth: true
            Layout.preferredWidth: Theme.px(400)
            Layout.minimumWidth: Theme.px(340)
            Layout.fillHeight: true
            Layout.preferredHeight: Theme.px(38 + 26 + Math.min(8, Math.max(4, root.model.prompts.count)) * 29)
            session: root.session
            model: root.model.prompts
            kind: "prompt"
            title: qsTr("Prompt versions")
            head: qsTr("Version")
        },
        SplitPanel {
            id: segmentsPanel

            objectName: "segmentsPanel"
            Layout.fillWidth: true
            Layout.preferredWidth: Theme.px(400)
            Layout.minimumWidth: Theme.px(340)
            Layout.fillHeight: true
            Layout.preferredHeight: Theme.px(38 + 26 + Math.min(8, Math.max(4, root.model.segments.count)) * 29)
            session: root.session
            model: root.model.segments
            kind: "segment"
            title: qsTr("Segments")
            head: qsTr("Segment")
        },
        AgentTreePanel {
            id: tree

            objectName: "agentTreePanel"
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredHeight: Theme.px(38 + 26 + Math.min(8, Math.max(3, root.model.agents.count)) * 29)
            visible: false
            session: root.session
        }
    ]
}
