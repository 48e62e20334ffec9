// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Charts
import Flyball.Theme

AgentStripItem {
    property int total: current + behind + silent
    property string text: qsTr("%1 of %2 agents on the newest revision").arg(current).arg(total)

    implicitWidth: Theme.px(280)
    implicitHeight: Theme.px(8)
    style: ChartTheme

    Accessible.role: Accessible.Graphic
    Accessible.name: text
}
