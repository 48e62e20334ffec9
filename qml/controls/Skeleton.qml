// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

Rectangle {
    implicitWidth: Theme.px(104)
    implicitHeight: Theme.px(20)
    radius: 4
    color: Theme.skeleton
    Accessible.ignored: true
}
