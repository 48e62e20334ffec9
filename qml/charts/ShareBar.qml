// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

Rectangle {
    id: root

    property real value: 0
    property color fill: Theme.alpha(Theme.seriesColor(0), 0.85)

    implicitWidth: Theme.px(90)
    implicitHeight: Theme.px(8)
    radius: 2
    color: Theme.track

    Accessible.role: Accessible.ProgressBar
    Accessible.name: Math.round(Math.min(1, Math.max(0, value)) * 100) + " %"

    Rectangle {
        width: parent.width * Math.min(1, Math.max(0, root.value))
        height: parent.height
        radius: 2
        color: root.fill
    }
}
