// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// One rule; its editor opens below it. Return opens, Delete removes, Alt and the arrows move it.
FocusScope {
    id: root

    required property int index
    required property var board
    property var entry
    property bool opened: false

    objectName: "attributionRule_" + index
    implicitHeight: line.height + (opened ? editor.implicitHeight + 14 : 0)
    activeFocusOnTab: true
    Keys.onReturnPressed: board.rules.current = opened ? -1 : index
    Keys.onPressed: event => {
        if (event.key === Qt.Key_Delete && !opened) {
            board.removeRow(index);
            event.accepted = true;
        } else if (event.key === Qt.Key_Escape && opened) {
            board.rules.current = -1;
            root.forceActiveFocus(Qt.TabFocusReason);
            event.accepted = true;
        } else if ((event.modifiers & Qt.AltModifier) && (event.key === Qt.Key_Up || event.key === Qt.Key_Down)) {
            board.moveRow(index, index + (event.key === Qt.Key_Up ? -1 : 1));
            event.accepted = true;
        }
    }

    Accessible.role: Accessible.Row
    Accessible.name: qsTr("Rule %1: where %2, set %3").arg(index + 1).arg(entry.when).arg(entry.set)
        + (entry.problem ? ", " + entry.problem : entry.matched ? ", " + qsTr("%1 recent calls").arg(entry.matched) : "")
    Accessible.focusable: true
    Accessible.onPressAction: board.rules.current = opened ? -1 : index

    Rectangle {
        id: line

        width: parent.width
        height: Theme.px(root.entry.problem ? 46 : 29)
        color: root.opened ? Theme.selected : mouse.containsMouse ? Theme.hover : root.entry.changed ? Theme.alpha(Theme.brassFill, 0.35) : "transparent"

        FocusRing {
            shown: root.activeFocus && !root.opened
            inside: true
        }
        RowLayout {
            x: Theme.panelPad
            width: parent.width - 2 * Theme.panelPad
            height: Theme.px(29)
            spacing: 10
            opacity: root.entry.enabled === false ? 0.55 : 1

            PlainText {
                Layout.preferredWidth: Theme.px(18)
                role: PlainText.Small
                tone: "muted"
                text: root.index + 1
                Accessible.ignored: true
            }
            NameText {
                Layout.fillWidth: true
                Layout.preferredWidth: 3
                role: PlainText.Small
                text: root.entry.when ?? ""
                Accessible.ignored: true
            }
            NameText {
                Layout.fillWidth: true
                Layout.preferredWidth: 2
                role: PlainText.Small
                tone: root.entry.changed ? "brass" : "strong"
                text: root.entry.set ?? ""
                Accessible.ignored: true
            }
            PlainText {
                Layout.preferredWidth: Theme.px(86)
                role: PlainText.Small
                tone: root.entry.matched === "0" ? "muted" : "neutral"
                horizontalAlignment: Text.AlignRight
                text: root.entry.matched ?? ""
                Accessible.ignored: true
            }
        }
        NameText {
            x: Theme.panelPad + Theme.px(18) + 10
            y: Theme.px(25)
            width: parent.width - x - Theme.panelPad
            visible: text !== ""
            role: PlainText.Caption
            tone: "warn"
            text: root.entry.problem ?? ""
            Accessible.ignored: true
        }
        MouseArea {
            id: mouse

            anchors.fill: parent
            hoverEnabled: true
            onClicked: {
                root.forceActiveFocus(Qt.MouseFocusReason);
                root.board.rules.current = root.opened ? -1 : root.index;
            }
        }
        Hairline {
            anchors.bottom: parent.bottom
            width: parent.width
        }
    }
    // No Loader: see ComponentSlot.
    ComponentSlot {
        id: editor

        x: Theme.panelPad
        y: line.height + 6
        width: parent.width - 2 * Theme.panelPad
        active: root.opened
        component: Component {
            AttributionEditor {
                width: editor.width
                board: root.board
                index: root.index
                entry: root.entry
            }
        }
    }
}
