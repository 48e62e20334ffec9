// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme

// Ground of every pop-up: 1 px border and a soft shadow of three flat steps (no blur, no images).
Rectangle {
    id: root

    color: Theme.raised
    radius: Theme.radiusDialog
    border.width: 1
    border.color: Theme.lineStrong

    Repeater {
        model: [{ grow: 8, dark: 0.05 }, { grow: 5, dark: 0.07 }, { grow: 2, dark: 0.10 }]

        Rectangle {
            required property var modelData

            anchors.fill: parent
            anchors.margins: -modelData.grow
            anchors.topMargin: -modelData.grow + 4
            anchors.bottomMargin: -modelData.grow - 4
            z: -1
            radius: root.radius + modelData.grow
            color: Qt.rgba(0, 0, 0, modelData.dark * (Theme.dark ? 1.6 : 0.7))
        }
    }
}
