// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// Input of each call and how much of it came from the cache.
Panel {
    id: root

    required property RunModel run
    // As var: qmllint 6.4 does not know the value types of the charts.
    readonly property var figures: run

    title: qsTr("Context growth")
    subtitle: run.contextText
    headHeight: Theme.px(36)
    headerExtras: Legend {
        visible: !Theme.large
        items: [{ text: qsTr("Sent before"), color: Theme.seriesColor(0) }, { text: qsTr("New"), color: Theme.seriesColor(4) },
            { text: qsTr("Read from cache"), color: Theme.tokenColor(1), line: true },
            { text: qsTr("Least squares"), color: Theme.text2, line: true }]
    }

    ContextChart {
        objectName: "contextChart"
        chartData: root.figures.context
        selected: root.run.contextSelected
        onCallClicked: index => root.run.selectContext(index)
    }
}
