// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

Rectangle {
    id: root

    property int tier: -1
    property string text: tier === 0 ? qsTr("cheap") : tier === 1 ? qsTr("mid") : tier === 2 ? qsTr("frontier") : qsTr("unknown")

    implicitWidth: row.implicitWidth + 12
    implicitHeight: Theme.chipHeight
    radius: Theme.radiusChip
    color: Theme.track

    Accessible.role: Accessible.StaticText
    Accessible.name: text

    Row {
        id: row

        anchors.verticalCenter: parent.verticalCenter
        x: 6
        spacing: 5

        Swatch {
            anchors.verticalCenter: parent.verticalCenter
            size: 7
            color: Theme.tierColor(root.tier)
        }
        PlainText {
            anchors.verticalCenter: parent.verticalCenter
            role: PlainText.Caption
            strong: true
            tone: "neutral"
            text: root.text
            Accessible.ignored: true
        }
    }
}
