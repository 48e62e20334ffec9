// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

// 2 px ring, 2 px outside its parent (or inside, for rows and fields).
Rectangle {
    id: root

    property bool shown: false
    property bool inside: false
    property real cornerRadius: Theme.radiusButton

    anchors.fill: parent
    anchors.margins: inside ? 0 : -4
    visible: shown
    color: "transparent"
    border.width: 2
    border.color: Theme.accent
    radius: inside ? cornerRadius : cornerRadius + 3
    z: 10
}
