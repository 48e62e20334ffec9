// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls

// Agent, step, tool or repeats, moved in by depth; how often it came round, and whether it failed.
TableCell {
    id: root

    readonly property string kind: row?.kind ?? ""
    readonly property real indent: Math.min(6, row?.depth ?? 0) * Theme.px(10)
    readonly property string round: row?.round ?? ""

    Swatch {
        id: swatch

        x: root.indent
        anchors.verticalCenter: parent.verticalCenter
        visible: root.kind === "lane"
        color: Theme.seriesColor(root.row?.slot ?? -1)
    }
    Icon {
        id: sort

        x: root.indent
        anchors.verticalCenter: parent.verticalCenter
        visible: root.kind === "tool" || root.kind === "fold"
        name: root.kind === "fold" ? "loop" : "settings"
        size: 12
        color: root.kind === "fold" && root.row?.loop === true ? Theme.crit : Theme.text3
    }
    NameText {
        id: name

        x: root.indent + (swatch.visible || sort.visible ? Theme.px(18) : 0)
        width: Math.max(0, Math.min(implicitWidth, (failed.visible ? failed.x : parent.width) - x - (again.visible ? again.width + 6 : 0)))
        height: parent.height
        role: PlainText.Small
        strong: root.kind !== "tool"
        tone: root.kind === "tool" || root.kind === "fold" ? "neutral" : "strong"
        text: root.value === undefined ? "" : String(root.value)
    }
    Row {
        id: again

        anchors.left: name.right
        anchors.leftMargin: 6
        anchors.verticalCenter: parent.verticalCenter
        visible: root.round !== "" || root.row?.retry === true
        spacing: 3

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: root.row?.retry === true ? "undo" : "loop"
            size: 11
            color: root.row?.loop === true ? Theme.crit : root.row?.retry === true ? Theme.warn : Theme.text3

            HoverTip {
                text: root.row?.retry === true ? qsTr("Retry") : root.row?.loop === true ? qsTr("Repeat in a loop") : qsTr("Repeat of the same step")
            }
        }
        PlainText {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.round !== ""
            role: PlainText.Caption
            color: root.row?.loop === true ? Theme.crit : Theme.text3
            text: root.round
        }
    }
    Icon {
        id: failed

        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        visible: root.row?.failed === true && root.kind !== "lane"
        name: "incident"
        size: 12
        color: Theme.crit

        HoverTip {
            text: root.row?.status ?? ""
        }
    }
}
