// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The operator's own attribution: ordered rules, tried on recent calls, applied to history as one action.
Panel {
    id: root

    required property AttributionModel rules
    readonly property var rows: rules.rows
    property int wantRow: -1

    function moveRow(from: int, to: int): void {
        wantRow = Math.max(0, Math.min(rows.length - 1, to));
        rules.move(from, wantRow);
        focusLater.start();
    }
    function removeRow(index: int): void {
        rules.remove(index);
        wantRow = Math.min(index, rows.length - 1);
        focusLater.start();
    }
    function focusWanted(): void {
        const row = repeater.itemAt(wantRow);
        if (row)
            row.forceActiveFocus(Qt.TabFocusReason);
        else
            addButton.forceActiveFocus(Qt.TabFocusReason);
    }

    title: qsTr("Attribution rules")
    subtitle: rules.state
    headerExtras: RowLayout {
        spacing: 8

        TextButton {
            objectName: "attributionDiscard"
            visible: root.rules.edited && !root.rules.busy
            small: true
            kind: "quiet"
            text: qsTr("Discard")
            onClicked: root.rules.discard()
        }
        TextButton {
            objectName: "attributionApply"
            visible: root.rules.edited && !root.rules.busy
            small: true
            kind: "primary"
            text: qsTr("Apply to history")
            toolTip: qsTr("Names every stored call again; can be undone")
            enabled: root.rules.canApply
            onClicked: root.rules.apply()
        }
        TextButton {
            id: addButton

            objectName: "attributionAdd"
            small: true
            iconName: "plus"
            text: qsTr("Add rule")
            enabled: !root.rules.busy
            onClicked: {
                root.rules.add();
                root.wantRow = root.rows.length - 1;
                focusLater.start();
            }
        }
    }

    ColumnLayout {
        spacing: 0

        Timer {
            id: focusLater

            interval: 0
            onTriggered: root.focusWanted()
        }
        RowLayout {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.panelPad
            Layout.rightMargin: Theme.panelPad
            Layout.preferredHeight: Theme.tableHeadHeight
            visible: root.rows.length > 0
            spacing: 10

            PlainText {
                Layout.preferredWidth: Theme.px(18)
                role: PlainText.Caption
                strong: true
                tone: "muted"
                text: "#"
            }
            PlainText {
                Layout.fillWidth: true
                Layout.preferredWidth: 3
                role: PlainText.Caption
                strong: true
                tone: "muted"
                text: qsTr("Where")
            }
            PlainText {
                Layout.fillWidth: true
                Layout.preferredWidth: 2
                role: PlainText.Caption
                strong: true
                tone: "muted"
                text: qsTr("Set")
            }
            PlainText {
                Layout.preferredWidth: Theme.px(86)
                role: PlainText.Caption
                strong: true
                tone: "muted"
                horizontalAlignment: Text.AlignRight
                text: qsTr("Recent calls")
            }
        }
        Repeater {
            id: repeater

            model: root.rows.length

            AttributionRow {
                Layout.fillWidth: true
                board: root
                entry: root.rows[index] ?? ({ when: "", set: "", conditions: [], targets: ({}) })
                opened: root.rules.current === index
            }
        }
        PlainText {
            objectName: "attributionEmpty"
            Layout.fillWidth: true
            Layout.leftMargin: Theme.panelPad
            Layout.rightMargin: Theme.panelPad
            Layout.bottomMargin: 12
            visible: root.rows.length === 0 && !root.rules.busy
            role: PlainText.Small
            tone: "neutral"
            wrapMode: Text.Wrap
            text: qsTr("Calls are named as their traces tell. A rule gives those it matches a workflow, step, segment or another name, now and in history.")
        }
        PlainText {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.panelPad
            Layout.rightMargin: Theme.panelPad
            Layout.topMargin: 8
            Layout.bottomMargin: root.rules.trial === "" && !root.rules.busy ? 12 : 4
            visible: root.rows.length > 0
            role: PlainText.Caption
            tone: "muted"
            wrapMode: Text.Wrap
            text: qsTr("For each name the first rule that matches and sets it wins. Conditions see a call as its trace tells it.")
        }
        PlainText {
            objectName: "attributionTrial"
            Layout.fillWidth: true
            Layout.leftMargin: Theme.panelPad
            Layout.rightMargin: Theme.panelPad
            Layout.bottomMargin: 12
            visible: text !== "" && !root.rules.busy
            role: PlainText.Small
            tone: root.rules.edited ? "strong" : "neutral"
            wrapMode: Text.Wrap
            text: root.rules.trial
        }
        RowLayout {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.panelPad
            Layout.rightMargin: Theme.panelPad
            Layout.bottomMargin: 12
            visible: root.rules.busy
            spacing: 12

            PlainText {
                objectName: "attributionProgress"
                role: PlainText.Small
                text: root.rules.progressText
            }
            ProgressLine {
                Layout.fillWidth: true
                value: root.rules.progress
            }
            TextButton {
                objectName: "attributionStop"
                small: true
                text: qsTr("Stop")
                onClicked: root.rules.stop()
            }
        }
    }
}
