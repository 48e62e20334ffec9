// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Whose policy is edited: defaults, a workflow, an override of it.
Panel {
    id: root

    required property PolicyModel policy
    property alias revisions: revisionsSlot.component
    readonly property var scopes: policy.scopes
    readonly property bool inWorkflow: policy.scope !== ""

    signal addOverrideWanted()

    headerVisible: false

    ColumnLayout {
        spacing: 0

        ListView {
            id: list

            objectName: "policyScopes"
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.minimumHeight: Math.min(Theme.px(120), contentHeight)
            Layout.topMargin: 8
            Layout.preferredHeight: contentHeight
            Layout.maximumHeight: contentHeight
            clip: true
            model: root.scopes.length
            boundsBehavior: Flickable.StopAtBounds
            interactive: contentHeight > height
            keyNavigationEnabled: true
            activeFocusOnTab: true
            Keys.onReturnPressed: root.policy.scope = root.scopes[currentIndex].key
            ScrollBar.vertical: ScrollBar {}

            Accessible.role: Accessible.List
            Accessible.name: qsTr("Scope")

            delegate: PolicyScopeRow {
                width: ListView.view.width
                scopes: root.scopes
                current: root.policy.scope === entry.key
                highlighted: ListView.isCurrentItem && list.activeFocus
                onChosen: {
                    list.currentIndex = index;
                    root.policy.scope = entry.key;
                }
                onRemoveWanted: root.policy.removeOverride(entry.key)
            }
        }
        TextButton {
            objectName: "addOverride"
            Layout.leftMargin: Theme.panelPad
            Layout.topMargin: 4
            Layout.bottomMargin: 8
            visible: root.inWorkflow && root.policy.started
            kind: "link"
            iconName: "plus"
            text: qsTr("Add override")
            onClicked: root.addOverrideWanted()
        }
        Item {
            Layout.fillHeight: true
        }
        Hairline {
            Layout.fillWidth: true
            visible: revisionsSlot.item !== null
        }
        ComponentSlot {
            id: revisionsSlot

            objectName: "policyRevisionsSlot"
            Layout.fillWidth: true
            Layout.topMargin: item ? 10 : 0
            Layout.bottomMargin: item ? 8 : 0
            Layout.preferredHeight: item ? Math.min(item.implicitHeight, Theme.px(250)) : 0

            Binding {
                target: revisionsSlot.item
                property: "width"
                value: revisionsSlot.width
            }
            Binding {
                target: revisionsSlot.item
                property: "height"
                value: revisionsSlot.height
            }
        }
    }
}
