// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Charts
import Flyball.Theme

WaterfallBarItem {
    implicitWidth: Theme.px(184)
    implicitHeight: Theme.px(24)
    style: ChartTheme

    Accessible.role: Accessible.Graphic
    Accessible.name: qsTr("from %1 s for %2 s").arg(start.toFixed(1)).arg(duration.toFixed(1))
}
