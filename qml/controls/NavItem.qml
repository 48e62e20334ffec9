// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Flyball.Theme

// A page of the sidebar. In rail mode only the icon, its badge becomes a dot, the label a tooltip.
T.AbstractButton {
    id: root

    property string label
    property string iconName
    property string badge
    property string badgeTone
    property bool current: false
    property bool rail: false

    implicitWidth: rail ? Theme.px(36) : Theme.sidebarWidth - 16
    implicitHeight: rail ? Theme.px(36) : Theme.navHeight
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Keys.onReturnPressed: root.clicked()

    Accessible.role: Accessible.PageTab
    Accessible.name: badge === "" ? label : label + ", " + badge
    Accessible.selected: current
    Accessible.onPressAction: root.clicked()

    contentItem: Item {
        RowLayout {
            anchors.fill: parent
            anchors.leftMargin: 8
            anchors.rightMargin: 8
            spacing: 10
            visible: !root.rail

            Icon {
                name: root.iconName
                color: root.current ? Theme.text : Theme.text2
            }
            PlainText {
                Layout.fillWidth: true
                strong: true
                color: root.current || root.hovered ? Theme.text : Theme.text2
                text: root.label
                Accessible.ignored: true
            }
            Badge {
                visible: root.badge !== ""
                text: root.badge
                tone: root.badgeTone
            }
        }
        Icon {
            anchors.centerIn: parent
            visible: root.rail
            name: root.iconName
            color: root.current ? Theme.text : Theme.text2
        }
        Dot {
            visible: root.rail && root.badge !== ""
            x: parent.width / 2 + Theme.px(4)
            y: parent.height / 2 - Theme.px(11)
            size: 6
            tone: root.badgeTone
        }
    }
    background: Rectangle {
        radius: Theme.radiusField
        color: root.current ? Theme.selected : root.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: root.visualFocus
            inside: true
            cornerRadius: Theme.radiusField
        }
    }

    HoverTip {
        text: root.rail ? root.Accessible.name : ""
    }
}
