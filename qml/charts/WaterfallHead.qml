// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Controls
import Flyball.Theme

// Second labels over a waterfall column.
Item {
    id: root

    property real span: 0
    property real step: 0
    property string unit: "s"

    implicitWidth: Theme.px(184)
    implicitHeight: Theme.px(16)

    Repeater {
        model: root.step > 0 && root.span > 0 ? Math.min(40, Math.floor(root.span / root.step) + 1) : 0

        PlainText {
            required property int index

            x: index === 0 ? 0 : index * root.step / root.span * root.width - width / 2
            anchors.verticalCenter: parent.verticalCenter
            visible: x + width <= root.width + 8
            role: PlainText.Caption
            tone: "muted"
            text: (index * root.step) + "\u2009" + root.unit
        }
    }
}
