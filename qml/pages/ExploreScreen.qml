// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What is spent by any two dimensions, and why the sum is not that of another time.
PageBase {
    id: root

    readonly property ExploreModel explore: session.explore
    readonly property bool pivoting: explore.mode === "pivot"
    readonly property ModelTable shown: pivoting ? pivot.table : changes.table

    objectName: "exploreScreen"
    title: qsTr("Explore")
    exports: pivoting ? [{ key: "pivot", text: qsTr("Table"), base: "explore", table: explore.pivot, columns: pivot.table.exportColumns }]
        : [{ key: "changes", text: qsTr("Changes"), base: "changes", table: explore.changes, columns: changes.table.exportColumns }]
    actions: Component {
        SegmentedControl {
            objectName: "exploreMode"
            accessibleName: qsTr("View")
            options: [{ key: "pivot", text: qsTr("Table") }, { key: "changes", text: qsTr("Changes") }]
            currentKey: root.explore.mode
            onActivated: key => root.explore.mode = key
        }
    }

    function copyRow(): bool {
        return shown.copyRow();
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.pagePadX
        anchors.rightMargin: Theme.pagePadX
        anchors.topMargin: Theme.pagePadY
        anchors.bottomMargin: Theme.pagePadY
        spacing: Theme.gap

        KpiRow {
            objectName: "exploreEffects"
            Layout.fillWidth: true
            visible: !root.pivoting
            kpis: root.explore.effects
            large: !root.compact
        }
        ExplorePivot {
            id: pivot

            objectName: "pivotPanel"
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: root.pivoting
            session: root.session
        }
        ExploreChanges {
            id: changes

            objectName: "changesPanel"
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: !root.pivoting
            session: root.session
        }
    }
}
