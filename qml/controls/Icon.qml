// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Controls
import Flyball.Theme

// Outline icon of the own set; `size` is at text scale 1.
IconItem {
    id: root

    property int size: 16

    implicitWidth: Theme.px(size)
    implicitHeight: Theme.px(size)
    color: Theme.text2

    Accessible.ignored: true
}
