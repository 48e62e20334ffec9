// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick

// Root of a custom cell: `row` is the model object of the row, `value` the role named by the column key.
Item {
    id: root

    readonly property CellLoader host: parent as CellLoader
    readonly property var row: host ? host.row : null
    readonly property var value: host ? host.value : undefined
    readonly property int rowIndex: host ? host.rowIndex : -1
    readonly property bool selected: host !== null && host.selected
    readonly property bool hovered: host !== null && host.hovered

    width: parent ? parent.width : 0
    height: parent ? parent.height : 0
}
