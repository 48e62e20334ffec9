// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls

// Swatch and name of what a row is about.
TableCell {
    id: root

    property color color: row && row.slot !== undefined ? Theme.seriesColor(row.slot) : Theme.other

    Swatch {
        id: swatch

        anchors.verticalCenter: parent.verticalCenter
        color: root.color
    }
    NameText {
        anchors.left: swatch.right
        anchors.leftMargin: 8
        anchors.right: parent.right
        height: parent.height
        role: PlainText.Small
        strong: true
        text: root.value === undefined ? "" : String(root.value)
    }
}
