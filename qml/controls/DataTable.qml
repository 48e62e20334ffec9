// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme

// Head and virtual rows of one height. The model delivers ready strings and the order; sorting is asked for, never done here.
FocusScope {
    id: root

    property var model: null
    property var columns: []
    property var delegates: ({})
    property string sortKey
    property bool sortDescending: true
    property int rowHeight: Theme.rowHeight
    property alias currentIndex: list.currentIndex
    property string emptyText: qsTr("No rows")
    property bool headVisible: true
    property bool activateOnClick: true
    property bool selectable: false
    property bool closeLast: false
    property string accessibleName
    property var accessibleRow: null

    readonly property int count: list.count
    readonly property int hoveredIndex: hoverRow
    readonly property bool frozen: hoverRow >= 0 || list.activeFocus
    readonly property bool listFocus: list.activeFocus
    property bool keyboardUsed: false
    property int hoverRow: -1
    readonly property var columnWidth: layoutColumns(width)
    readonly property var columnX: {
        let x = 0;
        return columnWidth.map(w => { const at = x; x += w; return at; });
    }

    signal sortRequested(string key)
    signal activated(int index)
    signal picked(int index)
    signal keyed(int index, int key)

    // Fixed columns take their width times the text scale, the rest is shared by weight.
    function layoutColumns(total: real): var {
        let fixed = 0, weights = 0;
        for (const column of columns) {
            if (column.width > 0)
                fixed += Theme.px(column.width);
            else
                weights += column.weight === undefined ? 1 : column.weight;
        }
        const squeeze = weights === 0 && fixed > 0 && total > 0 ? total / fixed : fixed > total && total > 0 ? total * 0.8 / fixed : 1;
        const rest = Math.max(0, total - fixed * Math.min(1, squeeze));
        return columns.map(column => column.width > 0 ? Theme.px(column.width) * squeeze
            : rest * (column.weight === undefined ? 1 : column.weight) / weights);
    }
    function rowName(row: var): string {
        if (!row)
            return "";
        if (accessibleRow instanceof Function)
            return String(accessibleRow.call(null, row));
        const words = [];
        for (const column of columns) {
            const value = row[column.key];
            if (column.kind !== "custom" && value !== undefined && value !== null && typeof value !== "object")
                words.push(column.title === "" ? String(value) : column.title + " " + value);
        }
        return words.join(", ");
    }
    function rowHovered(index: int, hovered: bool): void {
        if (hovered)
            hoverRow = index;
        else if (hoverRow === index)
            hoverRow = -1;
    }
    function rowTapped(index: int, twice: bool): void {
        keyboardUsed = false;
        list.currentIndex = index;
        list.forceActiveFocus(Qt.MouseFocusReason);
        if (!twice)
            root.picked(index);
        if (activateOnClick !== twice)
            root.activated(index);
    }
    // Into view, without choosing it.
    function reveal(index: int): void {
        if (index >= 0 && index < list.count)
            list.positionViewAtIndex(index, ListView.Contain);
    }
    function moveTo(index: int): void {
        keyboardUsed = true;
        if (list.count === 0)
            return;
        list.currentIndex = Math.min(list.count - 1, Math.max(0, index));
        list.positionViewAtIndex(list.currentIndex, ListView.Contain);
        root.picked(list.currentIndex);
    }

    implicitWidth: 400
    implicitHeight: (headVisible ? Theme.tableHeadHeight : 0) + Math.max(1, list.count) * rowHeight

    Accessible.role: Accessible.Table
    Accessible.name: accessibleName

    TableHead {
        id: head

        width: parent.width
        visible: root.headVisible
        height: visible ? implicitHeight : 0
        columns: root.columns
        columnX: root.columnX
        columnWidth: root.columnWidth
        sortKey: root.sortKey
        sortDescending: root.sortDescending
        onSortRequested: key => root.sortRequested(key)
    }
    ListView {
        id: list

        objectName: "rows"
        anchors.top: head.bottom
        anchors.bottom: parent.bottom
        width: parent.width
        clip: true
        focus: true
        activeFocusOnTab: true
        reuseItems: true
        cacheBuffer: root.rowHeight * 4
        boundsBehavior: Flickable.StopAtBounds
        highlightFollowsCurrentItem: false
        currentIndex: -1
        model: root.model
        delegate: TableRow {
            table: root
        }
        ScrollBar.vertical: ScrollBar {}
        onActiveFocusChanged: {
            if (activeFocus && currentIndex < 0 && count > 0)
                currentIndex = 0;
            if (activeFocus)
                root.keyboardUsed = focusReason === Qt.TabFocusReason || focusReason === Qt.BacktabFocusReason || root.keyboardUsed;
        }

        property int focusReason: Qt.OtherFocusReason

        Keys.onPressed: event => {
            const page = Math.max(1, Math.floor(height / root.rowHeight) - 1);
            event.accepted = true;
            switch (event.key) {
            case Qt.Key_Up: root.moveTo(currentIndex - 1); break;
            case Qt.Key_Down: root.moveTo(currentIndex + 1); break;
            case Qt.Key_Home: root.moveTo(0); break;
            case Qt.Key_End: root.moveTo(count - 1); break;
            case Qt.Key_PageUp: root.moveTo(currentIndex - page); break;
            case Qt.Key_PageDown: root.moveTo(currentIndex + page); break;
            case Qt.Key_Return:
            case Qt.Key_Enter:
                if (currentIndex >= 0)
                    root.activated(currentIndex);
                break;
            default:
                event.accepted = false;
                if (currentIndex >= 0 && event.modifiers === Qt.NoModifier)
                    root.keyed(currentIndex, event.key);
            }
        }

        PlainText {
            anchors.centerIn: parent
            width: Math.min(implicitWidth, parent.width - 28)
            visible: list.count === 0 && root.emptyText !== ""
            role: PlainText.Small
            tone: "muted"
            text: root.emptyText
        }
    }
}
