// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme

// One to three bars: cheap 0, mid 1, frontier 2; -1 is no tier.
Item {
    id: root

    property int tier: -1

    implicitWidth: Theme.px(14)
    implicitHeight: Theme.px(12)

    Accessible.role: Accessible.Graphic
    Accessible.name: tier === 0 ? qsTr("tier cheap") : tier === 1 ? qsTr("tier mid") : tier === 2 ? qsTr("tier frontier") : qsTr("no tier")

    Repeater {
        model: root.tier < 0 ? 0 : 3

        Rectangle {
            required property int index

            x: Theme.px(5 * index)
            width: Theme.px(3.6)
            height: Theme.px(4 + 3.5 * index)
            y: root.height - height
            radius: 1
            color: index <= root.tier ? Theme.text : Theme.track
        }
    }
    PlainText {
        visible: root.tier < 0
        anchors.centerIn: parent
        role: PlainText.Small
        tone: "muted"
        text: "—"
        Accessible.ignored: true
    }
}
