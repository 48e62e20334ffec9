// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// A DataTable on a model of the session: shows the columns that have data, asks it to sort, stands still under the pointer.
DataTable {
    id: root

    required property Session session
    required property TableModel table
    // As `columns`, plus: always (shown without data), wide (width at text scale 1 from which there is room for it).
    property var allColumns: []

    readonly property real room: width / Theme.textScale
    readonly property var exportColumns: columns.map(column => ({ key: column.exportKey === undefined ? column.key : column.exportKey,
        title: column.title })).filter(column => column.title !== "")

    // Tab separated, with the plain exact values.
    function copyCurrent(): void {
        root.session.copy(table.copyText(currentIndex, exportColumns.map(column => column.key)));
    }
    function copyRow(): bool {
        if (currentIndex < 0 || !listFocus)
            return false;
        copyCurrent();
        return true;
    }

    model: table
    columns: allColumns.filter(column => (column.always === true || table.present.length === 0 || table.present.indexOf(column.key) >= 0)
        && (column.wide === undefined || column.wide <= room))
    sortKey: table.sortKey
    sortDescending: table.sortDescending
    emptyText: table.loading ? qsTr("Loading") : table.emptyText
    accessibleRow: row => row.accessible
    onSortRequested: key => table.sortBy(key)

    Binding {
        target: root.table
        property: "frozen"
        value: root.frozen
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: {
            if (root.hoveredIndex < 0)
                return;
            root.currentIndex = root.hoveredIndex;
            menu.popup();
        }
    }
    Menu {
        id: menu

        objectName: "rowMenu"

        MenuItem {
            objectName: "menuOpen"
            visible: root.activateOnClick
            height: visible ? implicitHeight : 0
            text: qsTr("Open")
            iconName: "ext"
            shortcutText: qsTr("Enter")
            onTriggered: root.activated(root.currentIndex)
        }
        MenuItem {
            objectName: "menuCopy"
            text: qsTr("Copy row")
            iconName: "list"
            shortcutText: qsTr("Ctrl C")
            onTriggered: root.copyCurrent()
        }
    }
}
