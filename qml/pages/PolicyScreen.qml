// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models
import Flyball.Pages

// The governing half: caps, tiers, rules and techniques of each workflow.
PageBase {
    id: root

    readonly property PolicyModel policy: session.policy
    // Filled by whoever pushes: a panel below the back-test, the revisions, the button of the header.
    property Component push: null
    property Component revisions: null
    property Component pushAction: null

    objectName: "policyScreen"
    title: qsTr("Policy")
    usesRange: false
    actions: Component {
        PolicyHead {
            policy: root.policy
            compact: root.compact
            push: root.pushAction
            onDiscardWanted: discardSheet.open()
            onImportWanted: picker.pickFiles(qsTr("Import a policy"), "import")
            onExportWanted: picker.pickSaveFile(qsTr("Export the policy"), root.session.exporter.folder, root.policy.exportName(), "export")
        }
    }

    function leave(): bool {
        if (policy.rules.current < 0)
            return false;
        policy.rules.current = -1;
        return true;
    }

    function copyRow(): bool {
        return budgetsDialog.copyRow() || editor.budgetTable.copyRow();
    }

    FilePicker {
        id: picker

        onPicked: (urls, tag) => tag === "export" ? root.policy.exportTo(urls[0]) : root.policy.importFile(urls[0])
    }
    Shortcut {
        sequence: "Ctrl+Z"
        enabled: root.visible
        onActivated: root.policy.undo()
    }
    Shortcut {
        sequence: "Ctrl+Shift+Z"
        enabled: root.visible
        onActivated: root.policy.redo()
    }
    Shortcut {
        sequence: "Ctrl+S"
        enabled: root.visible
        onActivated: root.policy.save()
    }
    ConfirmSheet {
        id: discardSheet

        objectName: "discardSheet"
        title: qsTr("Discard the draft?")
        text: root.policy.basedText
        confirmText: qsTr("Discard")
        confirmKind: "danger"
        notes: [{ tone: "ok", text: qsTr("Undo brings it back until the window closes.") }]
        onConfirmed: root.policy.discard()
    }
    PolicyConflictSheet {
        id: conflictSheet

        policy: root.policy
    }
    BudgetsDialog {
        id: budgetsDialog

        session: root.session
    }
    PolicyOverrideSheet {
        id: overrideSheet

        policy: root.policy
    }
    LateVisible {
        target: sideCell
        value: !root.compact
    }
    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.pagePadX
        anchors.rightMargin: Theme.pagePadX
        anchors.topMargin: Theme.pagePadY
        anchors.bottomMargin: Theme.pagePadY
        spacing: Theme.gap

        Banner {
            objectName: "policyConflictBanner"
            Layout.fillWidth: true
            visible: root.policy.openConflicts > 0
            radius: Theme.radiusPanel
            tone: "warn"
            iconName: "drift"
            heading: qsTr("The policy was changed elsewhere")
            text: root.policy.openConflicts === 1 ? qsTr("One value was changed here and there, differently.")
                : qsTr("%1 values were changed here and there, differently.").arg(root.policy.openConflicts)
            actionText: qsTr("Compare")
            onTriggered: conflictSheet.open()
        }
        Banner {
            objectName: "policyProblem"
            Layout.fillWidth: true
            visible: root.policy.problem !== ""
            radius: Theme.radiusPanel
            tone: "warn"
            iconName: "incident"
            text: root.policy.problem
        }
        Panel {
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: !root.policy.started

            EmptyState {
                objectName: "policyEmpty"
                iconName: "policy"
                heading: qsTr("No policy yet")
                text: root.policy.startText
                actions: root.policy.canStart ? [{ key: "start", text: qsTr("Start from what was seen"), kind: "primary" },
                        { key: "import", text: qsTr("Import a file") }]
                    : [{ key: "import", text: qsTr("Import a file") }]
                onTriggered: key => key === "start" ? root.policy.startFromSeen() : picker.pickFiles(qsTr("Import a policy"), "import")
            }
        }
        RowLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: root.policy.started
            spacing: Theme.gap

            PolicyScopes {
                Layout.preferredWidth: Theme.px(root.compact ? 172 : 194)
                Layout.fillHeight: true
                policy: root.policy
                revisions: root.revisions
                onAddOverrideWanted: overrideSheet.open()
            }
            PolicyEditor {
                id: editor

                objectName: "policyEditor"
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 600
                Layout.minimumWidth: 0
                session: root.session
                policy: root.policy
                onBudgetsWanted: budgetsDialog.show("")
                views: root.compact ? [{ key: "form", text: qsTr("Form") }, { key: "json", text: qsTr("JSON") }, { key: "test", text: qsTr("Test and push") }]
                    : [{ key: "form", text: qsTr("Form") }, { key: "json", text: qsTr("JSON") }]
            }
            Item {
                id: sideCell

                Layout.preferredWidth: Theme.px(336)
                Layout.maximumWidth: Theme.px(336)
                Layout.fillHeight: true
            }
        }
    }
    // In a narrow window the right column is a third view of the editor.
    PolicySide {
        parent: root.compact ? editor.sideArea : sideCell
        anchors.fill: parent
        policy: root.policy
        push: root.push
    }
}
