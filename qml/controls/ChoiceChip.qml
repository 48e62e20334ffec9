// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

// On or off choice of the operator, hence brass when on.
T.AbstractButton {
    id: root

    property string toolTip

    // What a click does, for Return and for screen readers.
    function flip(): void {
        root.toggle();
        root.toggled();
    }

    implicitWidth: row.implicitWidth + 18
    implicitHeight: Theme.px(22)
    checkable: true
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    opacity: enabled ? 1 : 0.5
    Keys.onReturnPressed: root.flip()

    Accessible.role: Accessible.CheckBox
    Accessible.name: text
    Accessible.description: toolTip
    Accessible.checkable: true
    Accessible.checked: checked
    Accessible.onPressAction: root.flip()

    contentItem: Item {
        Row {
            id: row

            anchors.centerIn: parent
            spacing: 5

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.checked
                name: "check"
                size: 12
                color: Theme.brass
            }
            PlainText {
                anchors.verticalCenter: parent.verticalCenter
                role: PlainText.Small
                strong: true
                tone: root.checked ? "brass" : ""
                text: root.text
                font.strikeout: !root.enabled
                Accessible.ignored: true
            }
        }
    }
    background: Rectangle {
        radius: Theme.radiusChip
        color: root.checked ? Theme.brassFill : root.hovered ? Theme.hover : "transparent"
        border.width: root.checked ? 0 : 1
        border.color: Theme.lineStrong

        FocusRing {
            shown: root.visualFocus
            cornerRadius: Theme.radiusChip
        }
    }

    HoverTip {
        text: root.toolTip
    }
}
