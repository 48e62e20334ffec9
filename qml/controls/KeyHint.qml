// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

Rectangle {
    id: root

    property string text

    implicitWidth: label.implicitWidth + 10
    implicitHeight: Theme.px(18)
    radius: 4
    color: Theme.panel
    border.width: 1
    border.color: Theme.line

    PlainText {
        id: label

        anchors.centerIn: parent
        role: PlainText.Caption
        strong: true
        tone: "muted"
        text: root.text
    }
}
