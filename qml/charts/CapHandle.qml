// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Charts
import Flyball.Controls
import Flyball.Theme

// One cap on a distribution: flag with the value, line, round handle.
Item {
    id: root

    required property HistogramFrame frame
    property real value: 0
    property string text
    property string label
    property bool editable: true

    signal moved(real value)
    signal released()

    function step(pixels: real): void {
        root.moved(frame.valueAt(frame.xOf(value) + pixels));
    }

    // Not by a binding: the compiler of Qt 6.4 drops reads whose value is not used, and with them what the
    // place depends on.
    function place(): void {
        root.x = root.frame.xOf(root.value);
    }

    onValueChanged: place()
    Component.onCompleted: place()
    width: 0
    height: frame.plot.y + frame.plot.height
    activeFocusOnTab: editable
    Keys.onLeftPressed: event => step(event.modifiers & Qt.ShiftModifier ? -20 : -3)
    Keys.onRightPressed: event => step(event.modifiers & Qt.ShiftModifier ? 20 : 3)

    Accessible.role: Accessible.Slider
    Accessible.name: label + ", " + text
    Accessible.focusable: editable
    Accessible.onIncreaseAction: step(3)
    Accessible.onDecreaseAction: step(-3)

    Connections {
        target: root.frame

        function onChartDataChanged(): void {
            root.place();
        }
        function onPlotChanged(): void {
            root.place();
        }
    }
    Rectangle {
        x: -1
        y: Theme.px(19)
        width: 2
        height: parent.height - y
        color: Theme.brass
    }
    Rectangle {
        x: Math.max(-root.x, Math.min(-width / 2, root.frame.width - root.x - width))
        y: 1
        width: Math.min(flag.implicitWidth + 14, Theme.px(140))
        height: Theme.px(18)
        radius: 4
        color: Theme.brassFill
        border.width: 1
        border.color: Theme.brass

        PlainText {
            id: flag

            anchors.centerIn: parent
            width: Math.min(implicitWidth, parent.width - 8)
            role: PlainText.Caption
            font.weight: Font.DemiBold
            tone: "brass"
            text: root.text
            Accessible.ignored: true
        }
    }
    Rectangle {
        x: -width / 2
        y: parent.height - height / 2
        width: Theme.px(13)
        height: width
        radius: width / 2
        color: Theme.panel
        border.width: 2.5
        border.color: Theme.brass

        FocusRing {
            shown: root.activeFocus
            cornerRadius: parent.radius
        }
    }
    MouseArea {
        x: -9
        width: 18
        height: parent.height + 8
        enabled: root.editable
        cursorShape: Qt.SizeHorCursor
        preventStealing: true
        onPressed: root.forceActiveFocus(Qt.MouseFocusReason)
        onReleased: root.released()
        onPositionChanged: event => root.moved(root.frame.valueAt(root.x - 9 + event.x))
    }
}
