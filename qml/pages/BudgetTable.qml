// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// Budgets that gateways keep: spent of cap, what is left, when it is reset, and what our policy says beside it.
ModelTable {
    id: root

    rowHeight: Theme.px(44)
    emptyText: ""
    allColumns: [
        { key: "name", title: qsTr("Budget of"), width: 0, weight: 1.2, kind: "custom", always: true },
        { key: "spent", title: qsTr("Spent of cap"), width: 168, kind: "custom", always: true },
        { key: "left", title: qsTr("Left"), width: 84, align: "right", kind: "num", toneKey: "leftTone", always: true, wide: 440 },
        { key: "reset", title: qsTr("Period"), width: 176, kind: "muted", always: true, wide: 760 },
        { key: "policy", title: qsTr("Our policy"), width: 0, weight: 1.3, kind: "custom", exportKey: "verdict", always: true },
        { key: "told", title: qsTr("Told"), width: 64, align: "right", kind: "num", toneKey: "toldTone", always: true, wide: 660 }
    ]
    delegates: ({ name: nameCell, spent: spentCell, policy: policyCell })

    Component {
        id: nameCell

        TableCell {
            id: name

            ColumnLayout {
                anchors.left: parent.left
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                spacing: 1

                NameText {
                    Layout.fillWidth: true
                    role: PlainText.Small
                    strong: true
                    text: name.value === undefined ? "" : String(name.value)
                }
                NameText {
                    Layout.fillWidth: true
                    role: PlainText.Caption
                    tone: "muted"
                    text: name.row?.sub ?? ""
                }
            }
            HoverTip {
                text: String(name.row?.tip ?? "")
            }
        }
    }
    Component {
        id: spentCell

        TableCell {
            id: spent

            ColumnLayout {
                anchors.left: parent.left
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                spacing: 1

                NameText {
                    Layout.fillWidth: true
                    role: PlainText.Small
                    tone: spent.row?.spentTone ?? ""
                    text: spent.value === undefined ? "" : String(spent.value)
                }
                BudgetBar {
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.px(12)
                    opacity: hard > 0 ? 1 : 0
                    value: Number(spent.row?.value ?? 0)
                    soft: Number(spent.row?.soft ?? 0)
                    hard: Number(spent.row?.hard ?? 0)
                    stale: spent.row?.stale === true
                }
            }
        }
    }
    Component {
        id: policyCell

        TableCell {
            id: ours

            ColumnLayout {
                anchors.left: parent.left
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                spacing: 1

                NameText {
                    Layout.fillWidth: true
                    role: PlainText.Small
                    text: ours.value === undefined ? "" : String(ours.value)
                }
                NameText {
                    Layout.fillWidth: true
                    role: PlainText.Caption
                    tone: ours.row?.verdictTone ?? "muted"
                    text: ours.row?.verdict ?? ""
                }
            }
            HoverTip {
                text: String(ours.row?.tip ?? "")
            }
        }
    }
}
