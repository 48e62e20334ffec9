// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// One model of a tier.
FocusScope {
    id: root

    required property int index
    required property var board
    required property int tier
    property var entry

    objectName: "model_" + tier + "_" + index
    implicitHeight: Theme.px(26)
    activeFocusOnTab: true
    z: mouse.dragging ? 10 : 0
    Keys.onPressed: event => {
        if (event.key === Qt.Key_Delete) {
            root.board.tiers.remove(root.tier, root.index);
            event.accepted = true;
        } else if (event.modifiers & Qt.ControlModifier) {
            const by = { [Qt.Key_Up]: [0, -1], [Qt.Key_Down]: [0, 1], [Qt.Key_Left]: [-1, 0], [Qt.Key_Right]: [1, 0] }[event.key];
            event.accepted = by !== undefined;
            if (by)
                root.board.moveBy(root.tier, root.index, by[0], by[1]);
        }
    }

    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2 per million input tokens").arg(entry.full).arg(entry.price)
    Accessible.description: qsTr("Ctrl and arrows move it, Delete removes it")
    Accessible.focusable: true

    Rectangle {
        anchors.fill: parent
        radius: Theme.radiusField
        color: mouse.dragging ? Theme.selected : mouse.containsMouse || remove.hovered ? Theme.hover : Theme.raised
        border.width: root.entry.changed ? 1 : 0
        border.color: Theme.brass
        transform: Translate {
            x: mouse.dragging ? mouse.byX : 0
            y: mouse.dragging ? mouse.byY : 0
        }

        FocusRing {
            shown: root.activeFocus
            inside: true
            cornerRadius: Theme.radiusField
        }
        RowLayout {
            anchors.fill: parent
            anchors.leftMargin: 6
            anchors.rightMargin: remove.visible ? 2 : 8
            spacing: 6

            Icon {
                name: "grip"
                size: 12
                color: Theme.text3
            }
            NameText {
                Layout.fillWidth: true
                role: PlainText.Small
                strong: true
                tone: root.entry.changed ? "brass" : "strong"
                text: root.entry.text
                Accessible.ignored: true
            }
            PlainText {
                role: PlainText.Small
                tone: root.entry.known ? "muted" : "warn"
                text: root.entry.price
                Accessible.ignored: true
            }
            Item {
                visible: remove.visible
                Layout.preferredWidth: Theme.px(18)
            }
        }
    }
    MouseArea {
        id: mouse

        property bool dragging: false
        property real byX: 0
        property real byY: 0
        property point from

        anchors.fill: parent
        hoverEnabled: true
        preventStealing: true
        cursorShape: dragging ? Qt.ClosedHandCursor : Qt.OpenHandCursor
        onPressed: event => {
            root.forceActiveFocus(Qt.MouseFocusReason);
            from = Qt.point(event.x, event.y);
        }
        onPositionChanged: event => {
            if (!pressed)
                return;
            byX = event.x - from.x;
            byY = event.y - from.y;
            dragging = dragging || Math.abs(byX) + Math.abs(byY) > 8;
            if (dragging)
                root.board.aim(mapToItem(root.board, event.x, event.y));
        }
        onReleased: {
            const was = dragging;
            dragging = false;
            if (was)
                root.board.drop(root.tier, root.index);
        }
        onCanceled: dragging = false
    }
    IconButton {
        id: remove

        objectName: root.objectName + "_remove"
        anchors.right: parent.right
        anchors.rightMargin: 2
        anchors.verticalCenter: parent.verticalCenter
        visible: (mouse.containsMouse || hovered || root.activeFocus) && !mouse.dragging
        small: true
        width: Theme.px(20)
        height: Theme.px(20)
        focusPolicy: Qt.NoFocus
        iconName: "x"
        text: qsTr("Remove %1").arg(root.entry.full)
        onClicked: root.board.tiers.remove(root.tier, root.index)
    }
}
