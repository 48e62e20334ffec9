// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

Rectangle {
    id: root

    property real value: 0
    property bool indeterminate: false

    implicitWidth: 200
    implicitHeight: 4
    radius: 2
    color: Theme.track
    clip: true

    Accessible.role: Accessible.ProgressBar
    Accessible.name: indeterminate ? qsTr("Working") : Math.round(value * 100) + " %"

    NumberAnimation {
        id: run

        property real slide: 0

        target: run
        property: "slide"
        running: root.indeterminate && root.visible && !Theme.reducedMotion
        from: 0
        to: 1
        duration: 1000
        loops: Animation.Infinite
    }
    Rectangle {
        id: bar

        x: root.indeterminate && !Theme.reducedMotion ? run.slide * root.width * 1.3 - width : 0
        width: root.width * (root.indeterminate ? 0.3 : Math.min(1, Math.max(0, root.value)))
        height: parent.height
        radius: 2
        color: Theme.accent

    }
}
