// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Charts
import Flyball.Theme

WhiskerItem {
    property string tone
    property string text

    implicitWidth: Theme.px(108)
    implicitHeight: Theme.px(18)
    style: ChartTheme
    color: tone === "" ? Theme.accent : Theme.toneColor(tone)

    Accessible.role: Accessible.Graphic
    Accessible.name: text
}
