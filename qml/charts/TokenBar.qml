// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Charts
import Flyball.Theme

TokenBarItem {
    implicitWidth: Theme.px(136)
    implicitHeight: Theme.px(24)
    style: ChartTheme

    Accessible.role: Accessible.Graphic
    Accessible.name: qsTr("%1 fresh, %2 cache read, %3 cache write, %4 output, %5 reasoning").arg(fresh).arg(read).arg(write).arg(out).arg(reason)
        + (estimated ? qsTr(", estimated") : "")
}
