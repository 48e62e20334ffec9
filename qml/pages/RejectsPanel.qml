// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What was not counted and why, with the place of the newest one.
Panel {
    id: root

    required property Session session
    readonly property alias table: rows
    readonly property alias exportColumns: rows.exportColumns

    title: qsTr("Rejected lines")
    headerExtras: Badge {
        objectName: "rejectsTotal"
        visible: text !== ""
        text: root.session.sources.rejectsTotal
    }
    separator: true

    ModelTable {
        id: rows

        objectName: "rejectsTable"
        session: root.session
        table: root.session.sources.rejects
        accessibleName: root.title
        headVisible: false
        rowHeight: Theme.px(57)
        activateOnClick: false
        emptyText: ""
        allColumns: [
            { key: "reason", title: qsTr("Reason"), width: 0, kind: "custom", always: true },
            { key: "count", title: qsTr("Lines"), width: 84, align: "right", kind: "strong", always: true }
        ]
        delegates: ({ reason: reasonCell })

        EmptyState {
            anchors.fill: parent
            visible: rows.count === 0
            iconName: "check"
            heading: rows.table.emptyHeading
            text: rows.table.emptyText
        }
    }
    Component {
        id: reasonCell

        TableCell {
            id: cell

            Column {
                anchors.verticalCenter: parent.verticalCenter
                width: parent.width
                spacing: 1

                NameText {
                    width: parent.width
                    role: PlainText.Small
                    strong: true
                    text: cell.value === undefined ? "" : String(cell.value)
                }
                NameText {
                    width: parent.width
                    role: PlainText.Caption
                    tone: "muted"
                    elide: Text.ElideMiddle
                    text: cell.row ? [cell.row.sub, cell.row.where].filter(part => part !== "").join(", ") : ""
                }
            }
        }
    }
}
