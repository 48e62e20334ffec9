// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Charts
import Flyball.Theme

SparkItem {
    implicitWidth: Theme.px(88)
    implicitHeight: Theme.px(24)
    style: ChartTheme

    Accessible.role: Accessible.Chart
    Accessible.name: summary
}
