// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// Cost over quality on one time axis.
Panel {
    id: root

    required property WorkflowModel workflow
    // As var: qmllint 6.4 does not know the value types of the charts.
    readonly property var figures: workflow

    title: workflow.trendTitle
    subtitle: workflow.trendSub

    Item {
        AlignedTrend {
            objectName: "trendChart"
            anchors.fill: parent
            anchors.leftMargin: 10
            anchors.rightMargin: 10
            anchors.bottomMargin: 4
            visible: root.workflow.hasTrend
            chartData: root.figures.trend
        }
        EmptyState {
            anchors.fill: parent
            visible: !root.workflow.hasTrend
            iconName: "quality"
            heading: root.workflow.trendEmptyHeading
            text: root.workflow.trendEmptyText
        }
    }
}
