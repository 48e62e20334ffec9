// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// Event time to screen over the last hours of one source.
Panel {
    id: root

    required property Session session
    // As var: qmllint 6.4 does not know the value types of the charts.
    readonly property var figures: session.sources
    property string sourceName

    title: sourceName === "" ? qsTr("Lag") : qsTr("Lag, %1").arg(sourceName)
    subtitle: qsTr("event time to screen")

    Item {
        LagChart {
            objectName: "lagChart"
            anchors.fill: parent
            visible: !empty.visible
            chartData: root.figures.lagChart
        }
        EmptyState {
            id: empty

            objectName: "lagEmpty"
            anchors.fill: parent
            visible: heading !== ""
            iconName: "clock"
            heading: root.session.sources.lagEmptyHeading
            text: root.session.sources.lagEmptyText
        }
    }
}
