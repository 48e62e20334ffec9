// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

// Sliders set policy, so brass by default; value words go to screen readers through `valueText`.
T.Slider {
    id: root

    property string tone: "brass"
    property string label
    property string valueText
    readonly property color ink: tone === "brass" ? Theme.brass : Theme.accent

    signal dragged(real value)

    implicitWidth: Theme.px(134)
    implicitHeight: Theme.px(20)
    leftPadding: handleDot.width / 2
    rightPadding: leftPadding
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    opacity: enabled ? 1 : 0.5
    onMoved: root.dragged(value)

    Accessible.role: Accessible.Slider
    Accessible.name: valueText === "" ? label : label + ", " + valueText
    Accessible.onIncreaseAction: { increase(); dragged(value); }
    Accessible.onDecreaseAction: { decrease(); dragged(value); }

    background: Rectangle {
        x: root.leftPadding
        y: (root.height - height) / 2
        width: root.availableWidth
        height: 4
        radius: 2
        color: Theme.track

        Rectangle {
            width: root.position * parent.width
            height: parent.height
            radius: 2
            color: Theme.alpha(root.ink, 0.75)
        }
    }
    handle: Rectangle {
        id: handleDot

        x: root.leftPadding + root.visualPosition * root.availableWidth - width / 2
        y: (root.height - height) / 2
        width: Theme.px(12)
        height: width
        radius: width / 2
        color: root.hovered || root.pressed ? Theme.raised : Theme.panel
        border.width: 2.2
        border.color: root.ink

        FocusRing {
            shown: root.visualFocus
            cornerRadius: handleDot.radius
        }
    }
}
