// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// Main column and side column; where the window is narrow the side goes below, two panels to a row.
PageScroll {
    id: root

    property bool compact: false
    property int sideWidth: 316
    property alias topItems: topColumn.data
    property alias mainItems: mainColumn.data
    property alias sideItems: sideGrid.data

    // Brings the side column into view where it is below.
    function revealSide(): void {
        if (root.compact)
            root.contentY = Math.max(0, Math.min(root.contentHeight - root.height, sideGrid.mapToItem(root.contentItem, 0, 0).y - Theme.gap));
    }

    ColumnLayout {
        id: topColumn

        Layout.fillWidth: true
        Layout.fillHeight: false
        spacing: Theme.gap
    }
    GridLayout {
        Layout.fillWidth: true
        Layout.fillHeight: true
        columns: root.compact ? 1 : 2
        columnSpacing: Theme.gap
        rowSpacing: Theme.gap

        ColumnLayout {
            id: mainColumn

            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.minimumWidth: 0
            Layout.preferredWidth: 600
            spacing: Theme.gap
        }
        GridLayout {
            id: sideGrid

            Layout.fillWidth: root.compact
            Layout.fillHeight: !root.compact
            Layout.preferredWidth: root.compact ? 600 : Theme.px(root.sideWidth)
            Layout.minimumWidth: 0
            columns: root.compact && !Theme.large ? 2 : 1
            columnSpacing: Theme.gap
            rowSpacing: Theme.gap
        }
    }
}
