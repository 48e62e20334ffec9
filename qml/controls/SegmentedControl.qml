// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme

// One choice of few, arrows move it. Options are strings or {key, text}.
FocusScope {
    id: root

    property var options: []
    property string currentKey
    property bool compact: false
    property string accessibleName

    signal activated(string key)

    readonly property int currentIndex: {
        for (let i = 0; i < options.length; ++i) {
            if (keyAt(i) === currentKey)
                return i;
        }
        return -1;
    }

    function keyAt(index: int): string {
        const option = options[index];
        return typeof option === "string" ? option : String(option?.key ?? "");
    }
    function textAt(index: int): string {
        const option = options[index];
        return typeof option === "string" ? option : String(option?.text ?? "");
    }
    function move(step: int): void {
        const next = Math.min(options.length - 1, Math.max(0, currentIndex + step));
        if (options.length > 0 && next !== currentIndex)
            root.activated(keyAt(next));
    }

    implicitWidth: row.implicitWidth + 4
    implicitHeight: compact ? Theme.buttonSmallHeight : Theme.buttonHeight
    activeFocusOnTab: true
    Keys.onLeftPressed: move(-1)
    Keys.onRightPressed: move(1)

    Accessible.role: Accessible.PageTabList
    Accessible.name: accessibleName + (currentIndex >= 0 ? ", " + textAt(currentIndex) : "")
    Accessible.focusable: true

    Rectangle {
        anchors.fill: parent
        radius: Theme.radiusButton
        color: Theme.inset
        border.width: 1
        border.color: Theme.line

        FocusRing {
            shown: root.activeFocus && !press.pressedOnce
        }
    }
    QtObject {
        id: press

        property bool pressedOnce: false
    }
    onActiveFocusChanged: if (!activeFocus) press.pressedOnce = false
    Keys.onPressed: press.pressedOnce = false
    Row {
        id: row

        anchors.centerIn: parent
        height: parent.height - 4

        Repeater {
            model: root.options.length

            Rectangle {
                id: segment

                required property int index
                readonly property bool current: index === root.currentIndex

                objectName: "segment_" + root.keyAt(index)
                width: label.implicitWidth + 18
                height: row.height
                radius: 5
                color: current ? Theme.raised : hover.hovered ? Theme.hover : "transparent"
                border.width: current ? 1 : 0
                border.color: Theme.line

                Accessible.role: Accessible.PageTab
                Accessible.name: label.text
                Accessible.selected: current
                Accessible.onPressAction: root.activated(root.keyAt(index))

                PlainText {
                    id: label

                    anchors.centerIn: parent
                    role: PlainText.Small
                    strong: true
                    color: segment.current || hover.hovered ? Theme.text : Theme.text2
                    text: root.textAt(segment.index)
                    elide: Text.ElideNone
                    Accessible.ignored: true
                }
                HoverHandler {
                    id: hover
                }
                TapHandler {
                    onTapped: {
                        press.pressedOnce = true;
                        root.forceActiveFocus(Qt.MouseFocusReason);
                        root.activated(root.keyAt(segment.index));
                    }
                }
            }
        }
    }
}
