// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Flyball.Theme

T.MenuItem {
    id: root

    property string sub
    property string subTone: "muted"
    property string iconName
    property string tone
    property string shortcutText
    readonly property color ink: !enabled ? Theme.text3 : tone === "" ? Theme.text : Theme.toneColor(tone)

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: sub === "" ? Theme.px(30) : Theme.px(42)
    leftPadding: 10
    rightPadding: 10
    hoverEnabled: true

    Accessible.role: Accessible.MenuItem
    Accessible.name: sub === "" ? text : text + ", " + sub
    Accessible.onPressAction: root.clicked()

    contentItem: RowLayout {
        spacing: 11

        Icon {
            visible: root.iconName !== "" || root.checkable
            name: root.checkable ? (root.checked ? "check" : "") : root.iconName
            color: root.tone === "" ? Theme.text2 : root.ink
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            PlainText {
                Layout.fillWidth: true
                Layout.maximumWidth: Theme.px(320)
                role: PlainText.Small
                strong: true
                color: root.ink
                text: root.text
                Accessible.ignored: true
            }
            PlainText {
                Layout.fillWidth: true
                Layout.maximumWidth: Theme.px(320)
                visible: root.sub !== ""
                role: PlainText.Caption
                tone: root.subTone
                text: root.sub
                Accessible.ignored: true
            }
        }
        KeyHint {
            visible: root.shortcutText !== ""
            text: root.shortcutText
        }
    }
    background: Rectangle {
        radius: Theme.radiusField
        color: root.highlighted || root.hovered ? Theme.selected : "transparent"
        border.width: root.visualFocus ? 2 : 0
        border.color: Theme.accent
    }
}
