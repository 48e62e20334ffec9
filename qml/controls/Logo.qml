// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Controls
import Flyball.Theme

LogoItem {
    property int size: 22

    implicitWidth: Theme.px(size)
    implicitHeight: Theme.px(size)
    line: Theme.text
    stand: Theme.text2
    ball: Theme.brass

    Accessible.role: Accessible.Graphic
    Accessible.name: "Flyball"
}
