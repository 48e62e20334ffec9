// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick

// Carries the row into a custom cell of a DataTable.
ComponentSlot {
    property var row: null
    property var value
    property int rowIndex: -1
    property bool selected: false
    property bool hovered: false
}
