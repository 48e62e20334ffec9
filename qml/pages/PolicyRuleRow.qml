// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// One rule; its editor opens below it.
FocusScope {
    id: root

    required property int index
    required property var board
    property var entry
    property bool opened: false

    objectName: "rule_" + entry.id
    implicitHeight: line.height + (opened ? editor.implicitHeight + 14 : 0)
    activeFocusOnTab: true
    Keys.onReturnPressed: board.rules.current = opened ? -1 : index
    Keys.onPressed: event => {
        if (event.key === Qt.Key_Delete && !opened) {
            board.rules.remove(index);
            event.accepted = true;
        } else if (event.key === Qt.Key_Escape && opened) {
            board.rules.current = -1;
            root.forceActiveFocus(Qt.TabFocusReason);
            event.accepted = true;
        } else if ((event.modifiers & Qt.ControlModifier) && (event.key === Qt.Key_Up || event.key === Qt.Key_Down)) {
            board.moveRow(index, index + (event.key === Qt.Key_Up ? -1 : 1));
            event.accepted = true;
        }
    }

    Accessible.role: Accessible.Row
    Accessible.name: qsTr("Rule %1, %2, %3, %4, %5 calls").arg(index + 1).arg(entry.tasks).arg(entry.when).arg(entry.tierText).arg(entry.calls)
        + (entry.problem ? ", " + entry.problem : "")
    Accessible.focusable: true
    Accessible.onPressAction: board.rules.current = opened ? -1 : index

    Rectangle {
        id: line

        width: parent.width
        height: Theme.px(root.entry.problem ? 40 : 24)
        color: root.opened ? Theme.selected : mouse.containsMouse ? Theme.hover : root.entry.changed ? Theme.alpha(Theme.brassFill, 0.35) : "transparent"

        FocusRing {
            shown: root.activeFocus && !root.opened
            inside: true
        }
        RowLayout {
            x: Theme.panelPad
            width: parent.width - 2 * Theme.panelPad
            height: Theme.px(24)
            spacing: 8

            PlainText {
                Layout.preferredWidth: Theme.px(18)
                role: PlainText.Small
                tone: "muted"
                text: String(root.index + 1)
                Accessible.ignored: true
            }
            NameText {
                Layout.preferredWidth: root.board.wideTask
                role: PlainText.Small
                font.weight: Font.DemiBold
                text: root.entry.tasks
                Accessible.ignored: true
            }
            NameText {
                Layout.preferredWidth: root.board.wideWhen
                role: PlainText.Small
                tone: "neutral"
                text: root.entry.when
                Accessible.ignored: true
            }
            PlainText {
                visible: (root.entry.wasTier ?? "") !== ""
                role: PlainText.Small
                tone: "muted"
                font.strikeout: true
                text: root.entry.wasTier ?? ""
                Accessible.ignored: true
            }
            TierGlyph {
                tier: root.entry.tierIndex ?? -1
            }
            NameText {
                Layout.fillWidth: true
                role: PlainText.Small
                tone: root.entry.changed ? "brass" : "strong"
                font.weight: root.entry.changed ? Font.DemiBold : Font.Normal
                text: root.entry.tierText ?? ""
                Accessible.ignored: true
            }
            PlainText {
                role: PlainText.Small
                tone: root.entry.calls === qsTr("unknown") ? "muted" : "neutral"
                text: root.entry.calls ?? ""
                Accessible.ignored: true
            }
        }
        NameText {
            x: Theme.panelPad + Theme.px(18) + 8
            y: Theme.px(22)
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
    }
    // No Loader: see ComponentSlot.
    ComponentSlot {
        id: editor

        x: Theme.panelPad
        y: line.height + 6
        width: parent.width - 2 * Theme.panelPad
        active: root.opened
        component: Component {
            PolicyRuleEditor {
                width: editor.width
                board: root.board
                index: root.index
                entry: root.entry
            }
        }
    }
}
