// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls

// State word of a row; a quiet check where all is well.
TableCell {
    id: root

    property bool quietOk: false
    readonly property string tone: row && row.stateTone !== undefined ? row.stateTone : ""
    readonly property string icon: row && row.stateIcon !== undefined ? row.stateIcon : ""

    StateChip {
        anchors.verticalCenter: parent.verticalCenter
        anchors.left: parent.left
        width: Math.min(implicitWidth, parent.width)
        visible: text !== ""
        text: root.value === undefined ? "" : String(root.value)
        tone: root.tone
        mark: root.row && root.row.stateMark !== undefined ? root.row.stateMark : ""
        quiet: root.quietOk && root.tone === "ok"
        iconName: root.icon
    }
}
