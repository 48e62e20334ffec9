// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// What a push would change, where the policy stands with every target and agent, and the way back.
Panel {
    id: root

    required property Session session
    readonly property PolicyPush push: session.policyPush

    signal agentsWanted
    signal rollBackWanted(int number)

    title: push.changeCount > 0 ? qsTr("Push r%1").arg(push.nextRevision) : qsTr("Pushed")
    subtitle: push.changeCount === 1 ? qsTr("1 change") : push.changeCount > 1 ? qsTr("%1 changes").arg(push.changeCount)
        : push.revision > 0 ? qsTr("r%1, no changes since").arg(push.revision) : qsTr("nothing yet")
    separator: true

    ColumnLayout {
        spacing: 0

        ListView {
            id: changes

            objectName: "pushChanges"
            Layout.fillWidth: true
            Layout.preferredHeight: Math.min(6, count) * Theme.px(22) + 16
            visible: count > 0
            clip: true
            topMargin: 8
            bottomMargin: 8
            model: root.push.changes
            boundsBehavior: Flickable.StopAtBounds
            interactive: count > 6
            delegate: Item {
                id: change

                required property var model

                width: changes.width
                height: Theme.px(22)

                DiffRow {
                    anchors.fill: parent
                    anchors.leftMargin: Theme.panelPad
                    anchors.rightMargin: Theme.panelPad
                    pathWidth: 124
                    path: change.model.what
                    oldText: change.model.before
                    newText: change.model.after
                }
                HoverTip {
                    text: change.model.where + ": " + change.model.sentence
                }
            }
        }
        Hairline {
            visible: changes.visible
            Layout.fillWidth: true
        }
        PlainText {
            objectName: "pushProblem"
            Layout.fillWidth: true
            Layout.margins: Theme.panelPad
            visible: root.push.problem !== ""
            role: PlainText.Small
            tone: "warn"
            wrapMode: Text.Wrap
            text: root.push.available ? root.push.problem : qsTr("Nothing can be pushed from here. %1").arg(root.push.problem)
        }
        ListView {
            id: targets

            objectName: "pushTargets"
            Layout.fillWidth: true
            Layout.preferredHeight: count * Theme.px(44)
            interactive: false
            model: root.push.targets
            delegate: PolicyStateRow {
                required property var model

                objectName: "target_" + model.id
                width: targets.width
                iconName: model.icon
                name: model.name
                sub: model.sub
                stateText: model.state
                stateTone: model.stateTone
                tip: model.tip
            }
        }
        ColumnLayout {
            Layout.fillWidth: true
            Layout.margins: Theme.panelPad
            Layout.topMargin: 10
            Layout.bottomMargin: 10
            visible: root.push.revision > 0
            spacing: 8

            KeyValueRow {
                objectName: "adoption"
                Layout.fillWidth: true
                visible: root.push.agentsTotal > 0
                label: qsTr("r%1 acknowledged").arg(root.push.revision)
                value: qsTr("%1 of %2 agents").arg(root.push.agentsCurrent).arg(root.push.agentsTotal)
            }
            AgentStrip {
                objectName: "agentStrip"
                Layout.fillWidth: true
                visible: root.push.agentsTotal > 0
                current: root.push.agentsCurrent
                behind: root.push.agentsBehind
                silent: root.push.agentsSilent
            }
            RowLayout {
                Layout.fillWidth: true
                spacing: 8

                TextButton {
                    objectName: "rollBack"
                    visible: root.push.rollbackTo > 0
                    small: true
                    iconName: "undo"
                    text: qsTr("Roll back to r%1").arg(root.push.rollbackTo)
                    enabled: !root.push.busy
                    onClicked: root.rollBackWanted(root.push.rollbackTo)
                }
                Item {
                    Layout.fillWidth: true
                }
                TextButton {
                    objectName: "showAgents"
                    small: true
                    kind: "quiet"
                    readonly property int behind: root.push.agentsBehind + root.push.agentsSilent

                    text: behind === 0 ? qsTr("Agents") : behind === 1 ? qsTr("1 agent behind") : qsTr("%1 agents behind").arg(behind)
                    onClicked: root.agentsWanted()
                }
            }
        }
    }
}
