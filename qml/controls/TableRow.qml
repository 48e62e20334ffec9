// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme

// One row of a DataTable: text cells by column kind, own cells by CellLoader.
Rectangle {
    id: root

    required property int index
    required property var model
    required property var table
    readonly property bool current: ListView.isCurrentItem
    readonly property bool hovered: hover.hovered

    width: ListView.view ? ListView.view.width : 0
    height: table.rowHeight
    color: current && (table.selectable || table.listFocus) ? Theme.selected : hovered ? Theme.hover : "transparent"

    Accessible.role: Accessible.Row
    Accessible.name: table.rowName(model)
    Accessible.selected: current

    Repeater {
        model: root.table.columns.length

        Item {
            id: cell

            required property int index
            readonly property var column: root.table.columns[index] ?? ({ key: "" }) // gone already while the columns grow fewer
            readonly property var value: root.model ? root.model[column.key] : undefined
            readonly property string kind: column.kind === undefined ? "text" : column.kind
            readonly property string tone: column.toneKey !== undefined && root.model && root.model[column.toneKey] !== undefined
                ? String(root.model[column.toneKey]) : ""
            readonly property bool last: index === root.table.columns.length - 1
            readonly property int padLeft: index === 0 ? Theme.panelPad : Theme.cellPad
            readonly property int padRight: last ? Theme.panelPad : Theme.cellPad

            x: (root.table.columnX[index] ?? 0)
            width: (root.table.columnWidth[index] ?? 0)
            height: root.height

            NameText {
                anchors.fill: parent
                anchors.leftMargin: cell.padLeft
                anchors.rightMargin: cell.padRight
                visible: cell.kind !== "custom"
                role: PlainText.Small
                mono: cell.kind === "mono"
                strong: cell.kind === "strong" || cell.kind === "name"
                color: cell.tone !== "" ? Theme.toneColor(cell.tone)
                    : cell.kind === "muted" ? Theme.text3
                    : cell.kind === "text" || cell.kind === "num" ? Theme.text2 : Theme.text
                horizontalAlignment: cell.column.align === "right" ? Text.AlignRight
                    : cell.column.align === "center" ? Text.AlignHCenter : Text.AlignLeft
                text: cell.kind === "custom" || cell.value === undefined || cell.value === null ? "" : String(cell.value)
                Accessible.ignored: true
            }
            CellLoader {
                anchors.fill: parent
                anchors.leftMargin: cell.padLeft
                anchors.rightMargin: cell.padRight
                active: cell.kind === "custom"
                component: cell.kind === "custom" && root.table.delegates[cell.column.key] !== undefined
                    ? root.table.delegates[cell.column.key] : null
                row: root.model
                value: cell.value
                rowIndex: root.index
                selected: root.current
                hovered: root.hovered
            }
        }
    }
    Hairline {
        anchors.bottom: parent.bottom
        width: parent.width
        visible: root.index < root.table.count - 1 || root.table.closeLast
    }
    Rectangle {
        anchors.fill: parent
        visible: root.current && root.table.listFocus && root.table.keyboardUsed
        color: "transparent"
        border.width: 2
        border.color: Theme.accent
    }
    HoverHandler {
        id: hover

        onHoveredChanged: root.table.rowHovered(root.index, hovered)
    }
    TapHandler {
        onTapped: root.table.rowTapped(root.index, false)
        onDoubleTapped: root.table.rowTapped(root.index, true)
    }
}
