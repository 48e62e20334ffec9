// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Theme

// Small state word; colour is repeated by icon, mark or dot.
Rectangle {
    id: root

    property string text
    property string tone
    property string iconName
    property string mark
    property bool dot: false
    property bool outline: false
    property bool large: false
    readonly property color ink: Theme.toneColor(tone)

    implicitWidth: row.implicitWidth + (large ? 18 : 14)
    implicitHeight: large ? Theme.px(22) : Theme.chipHeight
    radius: Theme.radiusChip
    color: outline ? "transparent" : Theme.toneFill(tone)
    border.width: outline ? 1 : 0
    border.color: Theme.lineStrong

    Accessible.role: Accessible.StaticText
    Accessible.name: text

    RowLayout {
        id: row

        anchors.verticalCenter: parent.verticalCenter
        x: root.large ? 9 : 7
        width: Math.min(implicitWidth, root.width - 2 * x)
        spacing: 5

        Dot {
            visible: root.dot
            size: 6
            color: root.ink
        }
        Icon {
            visible: root.iconName !== ""
            name: root.iconName
            size: 12
            color: root.ink
        }
        PlainText {
            visible: root.mark !== ""
            role: root.large ? PlainText.Small : PlainText.Caption
            font.weight: Font.DemiBold
            color: root.ink
            text: root.mark
            Accessible.ignored: true
        }
        PlainText {
            Layout.fillWidth: true
            Layout.preferredWidth: Math.ceil(implicitWidth)
            role: root.large ? PlainText.Small : PlainText.Caption
            strong: true
            color: root.ink
            text: root.text
            Accessible.ignored: true
        }
    }
}
