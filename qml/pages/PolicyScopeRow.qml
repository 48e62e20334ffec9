// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// One scope; the first workflow and the first override carry the name of their group.
Item {
    id: root

    required property int index
    property var scopes: []
    property bool current: false
    property bool highlighted: false
    readonly property var entry: scopes[index] ?? ({ key: "", kind: "", text: "", slot: -2, changes: 0, note: "" })
    readonly property string group: index > 0 && entry.kind !== scopes[index - 1]?.kind
        ? (entry.kind === "workflow" ? qsTr("Workflows") : qsTr("Overrides here")) : ""

    signal chosen()
    signal removeWanted()

    objectName: "scope_" + entry.key
    implicitHeight: Theme.px(28) + (group === "" ? 0 : Theme.px(28))

    Accessible.role: Accessible.ListItem
    Accessible.name: entry.text + (entry.changes > 0 ? ", " + qsTr("%1 changed").arg(entry.changes) : "")
    Accessible.selected: current
    Accessible.onPressAction: chosen()

    PlainText {
        x: Theme.panelPad
        height: Theme.px(26)
        visible: root.group !== ""
        role: PlainText.Small
        tone: "muted"
        text: root.group
    }
    Rectangle {
        x: 6
        width: parent.width - 12
        y: parent.height - height
        height: Theme.px(28)
        radius: Theme.radiusField
        color: root.current ? Theme.selected : mouse.containsMouse ? Theme.hover : "transparent"

        FocusRing {
            shown: root.highlighted
            inside: true
            cornerRadius: Theme.radiusField
        }
        RowLayout {
            anchors.fill: parent
            anchors.leftMargin: 8
            anchors.rightMargin: 6
            spacing: 8

            Swatch {
                visible: root.entry.kind === "workflow"
                size: 9
                color: Theme.seriesColor(root.entry.slot)
            }
            Icon {
                visible: root.entry.kind !== "workflow"
                name: root.entry.kind === "defaults" ? "menu" : "chev"
                size: root.entry.kind === "defaults" ? 14 : 12
            }
            NameText {
                Layout.fillWidth: true
                role: PlainText.Small
                strong: root.current
                tone: root.current ? "strong" : "neutral"
                text: root.entry.text
                Accessible.ignored: true
            }
            PlainText {
                visible: text !== "" && root.entry.changes === 0
                role: PlainText.Caption
                tone: "muted"
                text: root.entry.note
                Accessible.ignored: true
            }
            Badge {
                visible: root.entry.changes > 0
                text: String(root.entry.changes)
                tone: "brass"
            }
            Item {
                visible: remove.visible
                Layout.preferredWidth: Theme.px(18)
            }
        }
    }
    MouseArea {
        id: mouse

        anchors.fill: parent
        hoverEnabled: true
        onClicked: root.chosen()
    }
    IconButton {
        id: remove

        objectName: root.objectName + "_remove"
        anchors.right: parent.right
        anchors.rightMargin: 8
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.px(4)
        visible: root.entry.kind === "override" && root.current
        small: true
        width: Theme.px(20)
        height: Theme.px(20)
        iconName: "x"
        text: qsTr("Remove override %1").arg(root.entry.text)
        onClicked: root.removeWanted()
    }
}
