// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

// Head line of a DataTable. Sortable heads are buttons: click, Enter or Space sorts.
Rectangle {
    id: root

    required property var columns
    required property var columnX
    required property var columnWidth
    property string sortKey
    property bool sortDescending: true

    signal sortRequested(string key)

    implicitHeight: Theme.tableHeadHeight
    color: Theme.inset

    Hairline {
        width: parent.width
    }
    Hairline {
        width: parent.width
        anchors.bottom: parent.bottom
    }
    Repeater {
        model: root.columns.length

        T.AbstractButton {
            id: head

            required property int index
            readonly property var column: root.columns[index]
            readonly property bool sorted: column.key === root.sortKey && root.sortKey !== ""
            readonly property string align: column.align === undefined ? "left" : column.align

            objectName: "head_" + column.key
            x: (root.columnX[index] ?? 0) ?? 0
            width: (root.columnWidth[index] ?? 0) ?? 0
            height: root.height
            enabled: column.sortable === true
            focusPolicy: enabled ? Qt.TabFocus : Qt.NoFocus
            hoverEnabled: true
            onClicked: root.sortRequested(String(column.key))
            Keys.onReturnPressed: head.clicked()

            Accessible.role: Accessible.ColumnHeader
            Accessible.name: String(column.title) + (sorted ? ", " + (root.sortDescending ? qsTr("falling") : qsTr("rising")) : "")
            Accessible.onPressAction: head.clicked()

            contentItem: PlainText {
                leftPadding: head.index === 0 ? Theme.panelPad : Theme.cellPad
                rightPadding: head.index === root.columns.length - 1 ? Theme.panelPad : Theme.cellPad
                role: PlainText.Caption
                strong: true
                color: head.sorted || (head.enabled && head.hovered) ? Theme.text : Theme.text3
                horizontalAlignment: head.align === "right" ? Text.AlignRight : head.align === "center" ? Text.AlignHCenter : Text.AlignLeft
                text: String(head.column.title) + (head.sorted ? (root.sortDescending ? " ↓" : " ↑") : "")
                Accessible.ignored: true
            }
            background: Item {
                FocusRing {
                    shown: head.visualFocus
                    inside: true
                    cornerRadius: 3
                }
            }

            HoverTip {
                text: head.column.tip === undefined ? "" : String(head.column.tip)
            }
        }
    }
}
