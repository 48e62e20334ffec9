// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

Rectangle {
    property int size: 8
    property string tone: "ok"

    implicitWidth: Theme.px(size)
    implicitHeight: Theme.px(size)
    radius: width / 2
    color: Theme.toneColor(tone)
}
