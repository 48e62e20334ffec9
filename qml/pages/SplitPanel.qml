// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// A workflow by segment or prompt version: what each costs, and what a success of it costs.
Panel {
    id: root

    required property Session session
    required property TableModel model
    required property string kind
    required property string head
    readonly property NumbersModel numbers: session.workflow.numbers
    readonly property alias table: rows

    Item {
        ModelTable {
            id: rows

            objectName: root.kind + "SplitTable"
            anchors.fill: parent
            visible: count > 0
            session: root.session
            table: root.model
            accessibleName: root.title
            rowHeight: Theme.px(29)
            allColumns: [
                { key: "name", title: root.head, width: 0, weight: 1.2, kind: "name", always: true },
                { key: "share", title: qsTr("Share"), width: 0, weight: 0.6, kind: "custom", always: true, exportKey: "shareText" },
                { key: "spend", title: qsTr("Spend"), width: 76, align: "right", sortable: true, kind: "custom", always: true },
                { key: "runs", title: qsTr("Runs"), width: 50, align: "right", sortable: true, kind: "num", always: true },
                { key: "pass", title: qsTr("Pass"), width: 66, align: "right", sortable: true, kind: "num", always: true },
                { key: "perSuccess", title: qsTr("$ / success"), width: 84, align: "right", sortable: true, kind: "num", always: true }
            ]
            delegates: ({ share: shareCell, spend: spendCell })
            onActivated: index => root.numbers.openPart(root.kind, table.row(index).id)
        }
        SkeletonBlock {
            anchors.fill: parent
            anchors.margins: Theme.panelPad
            visible: rows.count === 0 && root.numbers.state === "loading"
            rows: 3
        }
        EmptyState {
            anchors.fill: parent
            visible: rows.count === 0 && root.numbers.state === "ready"
            iconName: "list"
            heading: root.model.emptyHeading
            text: root.model.emptyText
        }
    }
    Component {
        id: shareCell

        ShareCell {
            share: row?.share ?? 0
            color: Theme.seriesColor(root.session.workflow.slot)
        }
    }
    Component {
        id: spendCell

        MarkedCell {
            mark: row?.spendMark ?? ""
        }
    }
}
