// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

Rectangle {
    property int size: 9

    implicitWidth: Theme.px(size)
    implicitHeight: Theme.px(size)
    radius: 2.5
    color: Theme.other
}
