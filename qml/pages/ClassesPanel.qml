// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What each class of tokens cost.
Panel {
    id: root

    required property Session session
    required property RunModel run
    readonly property alias exportColumns: rows.exportColumns

    title: qsTr("Tokens and cost by class")
    implicitHeight: headHeight + Theme.tableHeadHeight + rows.count * rows.rowHeight + 4

    ModelTable {
        id: rows

        objectName: "classesTable"
        session: root.session
        table: root.run.classes
        accessibleName: root.title
        rowHeight: Theme.px(25)
        activateOnClick: false
        allColumns: [
            { key: "name", title: qsTr("Class"), width: 0, kind: "custom", always: true },
            { key: "tokens", title: qsTr("Tokens"), width: 62, align: "right", kind: "num", always: true },
            { key: "cost", title: qsTr("Cost"), width: 78, align: "right", kind: "custom", always: true },
            { key: "share", title: qsTr("Share"), width: 62, align: "right", kind: "muted", always: true }
        ]
        delegates: ({ name: nameCell, cost: costCell })
    }
    Component {
        id: nameCell

        TableCell {
            id: cell

            readonly property bool total: row !== null && row.id === "total"

            Swatch {
                id: swatch

                anchors.verticalCenter: parent.verticalCenter
                visible: !cell.total
                color: Theme.tokenColor(cell.row?.token ?? -1)
            }
            NameText {
                anchors.left: cell.total ? parent.left : swatch.right
                anchors.leftMargin: cell.total ? 0 : 8
                anchors.right: parent.right
                height: parent.height
                role: PlainText.Small
                font.weight: cell.total ? Font.DemiBold : Font.Normal
                text: cell.value === undefined ? "" : String(cell.value)
            }
        }
    }
    Component {
        id: costCell

        MarkedCell {
            mark: row?.costMark ?? ""
        }
    }
}
