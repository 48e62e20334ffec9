// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls

// One fact: what it is at the left, its value at the right, a line below.
Item {
    id: root

    property string label
    property string value
    property string tone: "strong"
    property bool strong: false
    property bool mono: false

    implicitHeight: Theme.px(24)
    Accessible.role: Accessible.StaticText
    Accessible.name: label + ", " + value

    PlainText {
        id: word

        width: Math.min(implicitWidth, Math.max(root.width * 0.45, root.width - answer.implicitWidth - 12))
        height: parent.height
        role: PlainText.Small
        tone: root.strong ? "strong" : "neutral"
        font.weight: root.strong ? Font.DemiBold : Font.Normal
        text: root.label
        Accessible.ignored: true
    }
    NameText {
        id: answer

        anchors.right: parent.right
        width: root.width - word.width - 12
        height: parent.height
        horizontalAlignment: Text.AlignRight
        elide: root.mono ? Text.ElideMiddle : Text.ElideRight
        role: PlainText.Small
        mono: root.mono
        tone: root.tone
        font.weight: root.strong ? Font.DemiBold : Font.Medium
        text: root.value
        Accessible.ignored: true
    }
    Hairline {
        anchors.bottom: parent.bottom
        width: parent.width
    }
}
