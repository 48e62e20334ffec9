// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

T.Switch {
    id: root

    // What a click does, for Return and for screen readers.
    function flip(): void {
        root.toggle();
        root.toggled();
    }

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.px(20), implicitContentHeight)
    leftPadding: track.width + (text === "" ? 0 : 8)
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    opacity: enabled ? 1 : 0.5

    Accessible.role: Accessible.CheckBox
    Accessible.name: text
    Accessible.checkable: true
    Accessible.checked: checked
    Accessible.onPressAction: root.flip()

    indicator: Rectangle {
        id: track

        width: Theme.px(30)
        height: Theme.px(17)
        y: (root.height - height) / 2
        radius: height / 2
        color: root.checked ? Theme.accentFill : Theme.track
        border.width: root.checked ? 0 : 1
        border.color: Theme.ctl

        Rectangle {
            x: root.checked ? parent.width - width - 2 : 2
            anchors.verticalCenter: parent.verticalCenter
            width: parent.height - 4
            height: width
            radius: width / 2
            color: root.checked ? Theme.accentInk : Theme.text2

            Behavior on x {
                NumberAnimation {
                    duration: Theme.durColor
                    easing.type: Easing.OutCubic
                }
            }
        }
        FocusRing {
            shown: root.visualFocus
            cornerRadius: track.radius
        }
    }
    contentItem: PlainText {
        role: PlainText.Small
        text: root.text
        visible: text !== ""
        Accessible.ignored: true
    }
}
