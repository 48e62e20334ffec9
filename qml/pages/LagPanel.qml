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

    LagChart {
        objectName: "lagChart"
        chartData: root.figures.lagChart
    }
}
