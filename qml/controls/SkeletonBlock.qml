// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme

// The shape of a list before its rows are there.
Column {
    id: root

    property int rows: 4

    spacing: 12
    Accessible.role: Accessible.Animation
    Accessible.name: qsTr("Loading")

    Repeater {
        model: root.rows

        Row {
            required property int index

            spacing: 14

            Skeleton {
                width: Theme.px(90 + parent.index % 3 * 30)
                height: Theme.px(10)
            }
            Skeleton {
                width: Math.max(0, root.width - parent.children[0].width - 14)
                height: Theme.px(10)
            }
        }
    }
}
