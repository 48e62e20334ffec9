// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Charts
import Flyball.Theme

// Spend against soft and hard ticks. `text` is the spoken state.
BudgetItem {
    property string text: hard > 0 ? qsTr("%1 percent of hard cap").arg(Math.round(value / hard * 100))
        + (value >= hard ? qsTr(", over hard cap") : soft > 0 && value >= soft ? qsTr(", over soft cap") : "") : qsTr("no cap")

    implicitWidth: Theme.px(112)
    implicitHeight: Theme.px(16)
    style: ChartTheme

    Accessible.role: Accessible.ProgressBar
    Accessible.name: text
}
