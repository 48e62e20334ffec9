// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Agents below those that called them; the bar is how dear each is.
Panel {
    id: root

    required property Session session
    readonly property NumbersModel numbers: session.workflow.numbers
    readonly property alias table: rows

    title: qsTr("Who calls whom")

    ModelTable {
        id: rows

        objectName: "agentTree"
        session: root.session
        table: root.numbers.agents
        accessibleName: root.title
        rowHeight: Theme.px(29)
        allColumns: [
            { key: "name", title: qsTr("Agent"), width: 0, weight: 1.5, kind: "custom", always: true },
            { key: "share", title: qsTr("Cost"), width: 0, kind: "custom", always: true },
            { key: "calls", title: qsTr("Calls"), width: 58, align: "right", kind: "num", always: true },
            { key: "spend", title: qsTr("Spend"), width: 78, align: "right", kind: "custom", always: true }
        ]
        delegates: ({ name: nameCell, share: shareCell, spend: spendCell })
        onActivated: index => root.numbers.openPart("agent", table.row(index).id)
    }
    Component {
        id: nameCell

        TableCell {
            id: name

            readonly property int indent: Theme.px(14) * (row?.depth ?? 0)

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                x: name.indent - Theme.px(14)
                visible: name.indent > 0
                name: "chev"
                size: 11
                color: Theme.text3
            }
            NameText {
                anchors.fill: parent
                anchors.leftMargin: name.indent
                role: PlainText.Small
                strong: true
                text: name.value === undefined ? "" : String(name.value)
            }
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
