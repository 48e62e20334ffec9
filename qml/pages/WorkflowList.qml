// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Workflows by spend: the legend of the charts and a way to each of them.
Item {
    id: root

    required property Session session

    ColumnLayout {
        anchors.fill: parent
        spacing: 0
        visible: list.count > 0

        RowLayout {
            Layout.fillWidth: true
            Layout.fillHeight: false
            Layout.preferredHeight: Theme.px(24)
            Layout.leftMargin: 8
            Layout.rightMargin: 8

            PlainText {
                Layout.fillWidth: true
                role: PlainText.Caption
                strong: true
                tone: "muted"
                text: qsTr("Workflows")
            }
            PlainText {
                role: PlainText.Caption
                strong: true
                tone: "muted"
                text: qsTr("USD/h")
            }
        }
        ListView {
            id: list

            objectName: "workflowList"
            Layout.fillWidth: true
            Layout.fillHeight: true
            clip: true
            reuseItems: true
            boundsBehavior: Flickable.StopAtBounds
            model: root.session.overview.sidebar
            ScrollBar.vertical: ScrollBar {}
            delegate: WorkflowItem {
                required property var model

                objectName: "workflow_" + model.name
                width: ListView.view.width
                label: model.name
                color: Theme.seriesColor(model.slot)
                value: model.mark === "" ? model.rate : model.mark + "\u2009" + model.rate
                hiddenInChart: model.hiddenInChart
                stale: model.stale
                current: root.session.navigation.workflowId === model.id && (root.session.navigation.page === "workflow" || root.session.navigation.page === "run")
                onOpened: root.session.navigation.openWorkflow(model.id)
                onHideToggled: root.session.overview.toggleHidden(model.id)
            }
        }
    }
}
