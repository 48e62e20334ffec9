// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

Rectangle {
    id: root

    property string text
    property string tone

    implicitWidth: Math.max(label.implicitWidth + 12, height)
    implicitHeight: Theme.px(16)
    radius: height / 2
    color: Theme.toneFill(tone)

    PlainText {
        id: label

        anchors.centerIn: parent
        role: PlainText.Caption
        font.weight: Font.DemiBold
        color: Theme.toneColor(root.tone)
        text: root.text
    }
}
