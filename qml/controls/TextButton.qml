// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Flyball.Theme

T.Button {
    id: root

    property string kind: "normal"
    property bool small: false
    property string iconName
    property string trailingIcon
    property string badge
    property string badgeTone: "crit"
    property string toolTip
    property string tone

    readonly property color ink: !enabled ? Theme.text3
        : kind === "primary" ? Theme.accentInk
        : kind === "quiet" ? Theme.text2
        : kind === "danger" ? Theme.crit
        : kind === "link" ? (tone === "" ? Theme.accent : Theme.toneColor(tone)) : Theme.text
    readonly property bool framed: kind === "normal" || kind === "danger"

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: small ? Theme.buttonSmallHeight : Theme.buttonHeight
    leftPadding: kind === "link" ? 0 : small ? 8 : 11
    rightPadding: leftPadding
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Keys.onReturnPressed: root.clicked()
    Keys.onEnterPressed: root.clicked()

    Accessible.role: Accessible.Button
    Accessible.name: badge === "" ? text : text + ", " + badge
    Accessible.description: toolTip
    Accessible.onPressAction: root.clicked()

    contentItem: Item {
        implicitWidth: row.implicitWidth
        implicitHeight: row.implicitHeight

        RowLayout {
            id: row

            anchors.centerIn: parent
            width: Math.min(implicitWidth, root.availableWidth)
            spacing: 6

            Icon {
                visible: root.iconName !== ""
                name: root.iconName
                size: 14
                color: root.ink
            }
            PlainText {
                Layout.fillWidth: true
                Layout.preferredWidth: Math.ceil(implicitWidth)
                visible: root.text !== ""
                role: PlainText.Small
                strong: true
                color: root.ink
                text: root.text
                Accessible.ignored: true
            }
            Badge {
                visible: root.badge !== ""
                text: root.badge
                tone: root.badgeTone
            }
            Icon {
                visible: root.trailingIcon !== ""
                name: root.trailingIcon
                size: 12
                color: root.ink
            }
        }
    }
    background: Rectangle {
        radius: root.small ? Theme.radiusField : Theme.radiusButton
        color: root.kind === "primary" ? (root.enabled ? (root.down ? Qt.darker(Theme.accentFill, 1.15)
                : root.hovered ? Qt.lighter(Theme.accentFill, 1.08) : Theme.accentFill) : Theme.track)
            : root.kind === "link" ? "transparent"
            : root.down ? Theme.selected
            : root.hovered && root.enabled ? Theme.hover
            : root.framed ? Theme.raised : "transparent"
        border.width: root.framed ? 1 : 0
        border.color: root.enabled ? Theme.lineStrong : Theme.line

        FocusRing {
            shown: root.visualFocus
            cornerRadius: parent.radius
        }
    }

    HoverTip {
        text: root.toolTip
    }
}
