// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Theme

// One changed knob: path, what was, what will be.
RowLayout {
    id: root

    property string path
    property string oldText
    property string newText
    property int pathWidth: 130

    spacing: 10

    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("%1 from %2 to %3").arg(path).arg(oldText).arg(newText)

    NameText {
        Layout.preferredWidth: Theme.px(root.pathWidth)
        mono: true
        font.pixelSize: Theme.px(11.5)
        tone: "neutral"
        text: root.path
        Accessible.ignored: true
    }
    NameText {
        Layout.fillWidth: true
        Layout.maximumWidth: Math.ceil(implicitWidth)
        Layout.preferredWidth: Math.ceil(implicitWidth)
        mono: true
        font.pixelSize: Theme.px(11.5)
        tone: "crit"
        text: "\u2212" + root.oldText
        Accessible.ignored: true
    }
    NameText {
        Layout.fillWidth: true
        mono: true
        font.pixelSize: Theme.px(11.5)
        tone: "ok"
        text: "+" + root.newText
        Accessible.ignored: true
    }
}
