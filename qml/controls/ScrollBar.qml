// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

T.ScrollBar {
    id: root

    implicitWidth: orientation === Qt.Vertical ? 9 : 60
    implicitHeight: orientation === Qt.Vertical ? 60 : 9
    padding: 2
    minimumSize: 0.08
    visible: policy === T.ScrollBar.AlwaysOn || (policy === T.ScrollBar.AsNeeded && size < 1)

    contentItem: Rectangle {
        radius: 3
        color: root.pressed ? Theme.text3 : root.hovered ? Theme.ctl : Theme.lineStrong
    }
}
