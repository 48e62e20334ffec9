// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models
import Flyball.Pages

// What is asked before the policy moves, and the lists too long for the page.
Item {
    id: root

    required property Session session
    readonly property PolicyPush push: session.policyPush

    function review(): void {
        pushSheet.title = qsTr("Push r%1?").arg(push.nextRevision);
        pushSheet.notes = push.pushNotes();
        pushSheet.open();
    }
    function rollBack(number: int): void {
        backSheet.number = number;
        backSheet.title = qsTr("Roll back to r%1?").arg(number);
        backSheet.notes = push.rollBackNotes(number);
        backSheet.open();
    }
    function showAgents(): void {
        agentsDialog.open();
    }
    function showAudit(): void {
        session.policyAudit.load();
        auditDialog.open();
    }

    FilePicker {
        id: picker

        onPicked: urls => {
            const wrong = root.session.policyAudit.exportTo(String(urls[0]));
            if (wrong !== "")
                root.session.notice(wrong, "crit", "", "");
        }
    }
    ConfirmSheet {
        id: pushSheet

        objectName: "pushSheet"
        text: qsTr("What changes for whom. It counts as applied when agents say so, never before.")
        withReason: true
        confirmText: qsTr("Push")
        busy: root.push.busy
        onConfirmed: reason => root.push.push(reason)
    }
    ConfirmSheet {
        id: backSheet

        property int number: 0

        objectName: "rollBackSheet"
        text: qsTr("A new revision with the old content; nothing is erased.")
        withReason: true
        confirmText: qsTr("Roll back")
        onConfirmed: reason => root.push.rollBack(number, reason)
    }
    Dialog {
        id: agentsDialog

        objectName: "agentsDialog"
        title: qsTr("Agents on the policy channel")
        text: root.push.agentsTotal > 0 ? root.push.url : qsTr("No agent is registered. `flyballctl policy serve --agent NAME=WORKFLOW` registers one.")
        sheetWidth: Theme.px(560)
        actions: TextButton {
            text: qsTr("Close")
            onClicked: agentsDialog.close()
        }

        ListView {
            id: agentList

            objectName: "agentList"
            Layout.fillWidth: true
            Layout.preferredHeight: Math.min(9, Math.max(1, count)) * Theme.px(44)
            clip: true
            model: root.push.agents
            boundsBehavior: Flickable.StopAtBounds
            delegate: PolicyStateRow {
                required property var model

                width: agentList.width
                name: model.name
                sub: model.sub
                stateText: model.state
                stateTone: model.stateTone
                tip: model.tip
            }
        }
    }
    Dialog {
        id: auditDialog

        objectName: "auditDialog"
        title: qsTr("Audit")
        text: root.session.policyAudit.summary
        sheetWidth: Theme.px(760)
        actions: [
            TextButton {
                objectName: "auditExport"
                kind: "primary"
                iconName: "down"
                text: qsTr("Export")
                enabled: root.session.policyAudit.table.count > 0
                onClicked: picker.pickSaveFile(qsTr("Export the audit"), "", "flyball-audit.jsonl", "audit")
            },
            TextButton {
                text: qsTr("Close")
                onClicked: auditDialog.close()
            }
        ]

        ListView {
            id: auditList

            objectName: "auditList"
            Layout.fillWidth: true
            Layout.preferredHeight: Theme.px(420)
            clip: true
            model: root.session.policyAudit.table
            boundsBehavior: Flickable.StopAtBounds
            delegate: PolicyStateRow {
                required property var model

                width: auditList.width
                name: model.what
                sub: model.sub
                stateText: model.state
                stateTone: model.stateTone
                tip: model.tip
            }
        }
    }
}
