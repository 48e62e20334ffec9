// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls

// Swatch and name of what a row is about; a second line where there is one.
TableCell {
    id: root

    property color color: Theme.seriesColor(row?.slot ?? -1)
    property bool swatch: true
    property string second

    Swatch {
        id: mark

        anchors.verticalCenter: parent.verticalCenter
        visible: root.swatch
        color: root.color
    }
    Column {
        anchors.left: root.swatch ? mark.right : parent.left
        anchors.leftMargin: root.swatch ? 8 : 0
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter

        NameText {
            width: parent.width
            role: PlainText.Small
            strong: true
            text: root.value === undefined ? "" : String(root.value)
        }
        NameText {
            width: parent.width
            visible: text !== ""
            role: PlainText.Caption
            tone: "muted"
            text: root.second
        }
    }
}
