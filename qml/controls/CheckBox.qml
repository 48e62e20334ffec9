// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

T.CheckBox {
    id: root

    // What a click does, for Return and for screen readers.
    function flip(): void {
        root.toggle();
        root.toggled();
    }

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.px(20), implicitContentHeight)
    leftPadding: mark.width + 8
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    opacity: enabled ? 1 : 0.5

    Accessible.role: Accessible.CheckBox
    Accessible.name: text
    Accessible.checkable: true
    Accessible.checked: checked
    Accessible.onPressAction: root.flip()

    indicator: Rectangle {
        id: mark

        width: Theme.px(15)
        height: width
        y: (root.height - height) / 2
        radius: 4
        color: root.checkState !== Qt.Unchecked ? Theme.accentFill : Theme.inset
        border.width: root.checkState !== Qt.Unchecked ? 0 : 1
        border.color: root.hovered ? Theme.text2 : Theme.ctl

        Icon {
            anchors.centerIn: parent
            visible: root.checkState !== Qt.Unchecked
            name: root.checkState === Qt.PartiallyChecked ? "minus" : "check"
            size: 12
            strokeWidth: 2
            color: Theme.accentInk
        }
        FocusRing {
            shown: root.visualFocus
            cornerRadius: 4
        }
    }
    contentItem: PlainText {
        role: PlainText.Small
        text: root.text
        Accessible.ignored: true
    }
}
