// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The editor with the way of its draft to the agents beside it.
PolicyScreen {
    id: root

    readonly property PolicyPush channel: session.policyPush

    function review(): void {
        if (channel.canPush)
            sheets.review();
        else
            session.notice(channel.blockedText, "warn", "", "");
    }

    push: Component {
        ColumnLayout {
            spacing: Theme.gap

            PolicyPushPanel {
                objectName: "pushPanel"
                Layout.fillWidth: true
                session: root.session
                onAgentsWanted: sheets.showAgents()
                onRollBackWanted: number => sheets.rollBack(number)
            }
            PolicyProofPanel {
                objectName: "proofPanel"
                Layout.fillWidth: true
                Layout.fillHeight: true
                session: root.session
                onAuditWanted: sheets.showAudit()
            }
        }
    }
    revisions: Component {
        PolicyRevisionsPanel {
            objectName: "revisionsPanel"
            session: root.session
            onRollBackWanted: number => sheets.rollBack(number)
        }
    }
    pushAction: Component {
        TextButton {
            objectName: "reviewPush"
            kind: "primary"
            iconName: "push"
            text: root.compact ? qsTr("Push") : qsTr("Review and push")
            enabled: root.channel.canPush
            toolTip: root.channel.blockedText === "" ? "Ctrl+Enter" : root.channel.blockedText
            onClicked: root.review()
        }
    }

    PolicySheets {
        id: sheets

        session: root.session
    }
    Shortcut {
        sequences: ["Ctrl+Return", "Ctrl+Enter"]
        enabled: root.visible
        onActivated: root.review()
    }
    Shortcut {
        sequence: "Ctrl+Shift+R"
        enabled: root.visible && root.channel.rollbackTo > 0
        onActivated: sheets.rollBack(root.channel.rollbackTo)
    }
}
