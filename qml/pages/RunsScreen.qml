// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Models

// Every run of the range.
PageBase {
    id: root

    objectName: "runsScreen"
    title: qsTr("Runs")
    exports: [{ key: "runs", text: qsTr("Runs"), base: "runs", table: session.runs.table, columns: panel.table.exportColumns, note: session.runs.exportNote }]

    function focusFilter(): bool {
        return panel.focusFilter();
    }
    function copyRow(): bool {
        return panel.table.copyRow();
    }

    RunsPanel {
        id: panel

        objectName: "runsPanel"
        anchors.fill: parent
        anchors.leftMargin: Theme.pagePadX
        anchors.rightMargin: Theme.pagePadX
        anchors.topMargin: Theme.pagePadY
        anchors.bottomMargin: Theme.pagePadY
        session: root.session
        list: root.session.runs
    }
}
