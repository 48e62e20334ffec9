// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

// Icon only; `text` is its accessible name and tooltip.
T.Button {
    id: root

    property string iconName
    property bool small: false
    property color iconColor: Theme.text2
    property int size: small ? 14 : 16

    implicitWidth: small ? Theme.buttonSmallHeight : Theme.buttonHeight
    implicitHeight: implicitWidth
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    opacity: enabled ? 1 : 0.45
    Keys.onReturnPressed: root.clicked()
    Keys.onEnterPressed: root.clicked()

    Accessible.role: Accessible.Button
    Accessible.name: text
    Accessible.onPressAction: root.clicked()

    contentItem: Item {
        Icon {
            anchors.centerIn: parent
            name: root.iconName
            size: root.size
            color: root.hovered && root.iconColor === Theme.text2 ? Theme.text : root.iconColor
        }
    }
    background: Rectangle {
        radius: Theme.radiusField
        color: root.down ? Theme.selected : root.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: root.visualFocus
            cornerRadius: parent.radius
        }
    }

    HoverTip {
        text: root.text
    }
}
