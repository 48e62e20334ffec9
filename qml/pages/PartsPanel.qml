// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Steps or agents of a workflow by spend; a row opens its calls.
Panel {
    id: root

    required property Session session
    required property TableModel model
    required property string kind
    required property string head
    property int slot: -1
    readonly property alias table: rows
    readonly property var present: model.present
    readonly property bool tiered: present.indexOf("tier") >= 0

    ModelTable {
        id: rows

        objectName: root.kind + "Table"
        session: root.session
        table: root.model
        accessibleName: root.title
        rowHeight: Theme.px(29)
        allColumns: [
            { key: "name", title: root.head, width: 0, weight: 1.4, kind: "name", always: true },
            { key: "tier", title: qsTr("Tier"), width: 84, kind: "custom" },
            { key: "share", title: qsTr("Share"), width: 0, kind: "custom", always: true, exportKey: "shareText" },
            { key: "calls", title: qsTr("Calls"), width: 56, align: "right", kind: "num", wide: root.tiered ? 420 : 0 },
            { key: "errors", title: qsTr("Errors"), width: 56, align: "right", kind: "num", wide: root.tiered ? 480 : 0 },
            { key: "spend", title: qsTr("Spend"), width: 82, align: "right", kind: "custom", always: true }
        ]
        delegates: ({ tier: tierCell, share: shareCell, spend: spendCell })
        onActivated: index => root.session.openCallsOf(root.kind, table.row(index).id)
    }
    Component {
        id: tierCell

        TableCell {
            id: tier

            TierChip {
                anchors.verticalCenter: parent.verticalCenter
                visible: text !== ""
                tier: tier.row?.tier ?? -1
                text: tier.row?.tierName ?? ""
            }
        }
    }
    Component {
        id: shareCell

        ShareCell {
            share: row?.share ?? 0
            color: Theme.seriesColor(root.slot)
        }
    }
    Component {
        id: spendCell

        MarkedCell {
            mark: row?.mark ?? ""
        }
    }
}
