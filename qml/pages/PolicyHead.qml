// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// State of the draft and what can be done with it, in the header of the window.
RowLayout {
    id: root

    required property PolicyModel policy
    property bool compact: false
    property Component push: null

    signal discardWanted()
    signal importWanted()
    signal exportWanted()

    spacing: Theme.large ? 6 : 10

    Chip {
        objectName: "draftChip"
        visible: root.policy.started
        iconName: "flag"
        tone: root.policy.dirty ? "brass" : ""
        text: root.policy.draftText
    }
    PlainText {
        objectName: "draftBased"
        visible: !root.compact && root.policy.started
        Layout.maximumWidth: Theme.px(300)
        role: PlainText.Small
        tone: "neutral"
        text: root.policy.basedText
    }
    TextButton {
        objectName: "policyUndo"
        visible: root.policy.started || root.policy.canUndo
        enabled: root.policy.canUndo
        kind: "quiet"
        iconName: "undo"
        text: root.compact ? "" : qsTr("Undo")
        toolTip: root.policy.canUndo ? qsTr("Undo %1").arg(root.policy.undoLabel) : qsTr("Nothing to undo")
        Accessible.name: qsTr("Undo")
        onClicked: root.policy.undo()
    }
    TextButton {
        objectName: "policyDiscard"
        visible: root.policy.dirty
        text: qsTr("Discard")
        onClicked: root.discardWanted()
    }
    IconButton {
        objectName: "policyMore"
        iconName: "dots"
        text: qsTr("More")
        onClicked: more.open()

        Menu {
            id: more

            y: parent.height + 4

            MenuItem {
                objectName: "policyRedo"
                iconName: "loop"
                text: qsTr("Redo")
                shortcutText: qsTr("Ctrl Shift Z")
                enabled: root.policy.canRedo
                onTriggered: root.policy.redo()
            }
            MenuItem {
                objectName: "policySave"
                iconName: "file"
                text: qsTr("Save draft")
                shortcutText: qsTr("Ctrl S")
                enabled: root.policy.started
                onTriggered: root.policy.save()
            }
            MenuItem {
                objectName: "policyImport"
                iconName: "down"
                text: qsTr("Import a policy file")
                onTriggered: root.importWanted()
            }
            MenuItem {
                objectName: "policyExport"
                iconName: "up"
                text: qsTr("Export the draft")
                enabled: root.policy.started
                onTriggered: root.exportWanted()
            }
        }
    }
    ComponentSlot {
        objectName: "policyPushAction"
        component: root.push
    }
}
