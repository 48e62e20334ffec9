// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls

// The model of a call, with the colour of its tier; for other lines what they hold.
TableCell {
    id: root

    readonly property bool isCall: row?.kind === "call"

    Swatch {
        id: mark

        anchors.verticalCenter: parent.verticalCenter
        visible: root.isCall
        color: root.row && root.row.tier >= 0 ? Theme.tierColor(root.row.tier) : Theme.other
    }
    NameText {
        anchors.left: root.isCall ? mark.right : parent.left
        anchors.leftMargin: root.isCall ? 8 : 0
        anchors.right: parent.right
        height: parent.height
        role: PlainText.Small
        strong: root.isCall
        tone: root.isCall ? "strong" : root.row?.statusTone === "crit" ? "crit" : "muted"
        text: root.value === undefined ? "" : String(root.value)
    }
}
