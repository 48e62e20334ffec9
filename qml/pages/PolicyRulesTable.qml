// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Ordered rules: the first match wins. A click opens one for editing.
ColumnLayout {
    id: root

    required property PolicyModel policy
    readonly property PolicyRules rules: policy.rules
    readonly property var rows: rules.rows
    readonly property int wideTask: Math.round(width * 0.27)
    readonly property int wideWhen: Math.round(width * 0.27)
    property int wantRow: -1

    function moveRow(from: int, to: int): void {
        wantRow = to;
        rules.move(from, to);
        focusLater.start();
    }
    function focusWanted(): void {
        const row = repeater.itemAt(wantRow);
        if (row)
            row.forceActiveFocus(Qt.TabFocusReason);
    }

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
        Layout.preferredHeight: Theme.px(34)
        spacing: 10

        PlainText {
            role: PlainText.Small
            font.weight: Font.DemiBold
            text: qsTr("Rules")
        }
        NameText {
            Layout.fillWidth: true
            role: PlainText.Small
            tone: root.rules.error === "" ? "muted" : "crit"
            text: root.rules.error !== "" ? root.rules.error
                : root.rules.origin !== "" ? qsTr("%1; an edit makes a copy here").arg(root.rules.origin) : qsTr("the first match wins")
        }
        TextButton {
            objectName: "rulesInherit"
            visible: root.rules.here && root.policy.scope !== ""
            kind: "link"
            small: true
            text: qsTr("Use inherited")
            onClicked: root.rules.inherit()
        }
        PlainText {
            role: PlainText.Small
            tone: "neutral"
            text: qsTr("Otherwise")
        }
        PolicyField {
            form: root.policy.form
            pointer: "/routing/default_tier"
            labelled: false
            fieldWidth: 104
        }
        Select {
            objectName: "addRule"
            implicitWidth: Theme.px(110)
            small: true
            label: qsTr("Add rule")
            placeholder: qsTr("Add rule")
            options: [...root.rules.offers, { key: "*", text: qsTr("Any task"), sub: qsTr("narrow it afterwards") }]
            onActivated: key => root.rules.add(key === "*" ? "" : key)
        }
    }
    RowLayout {
        Layout.fillWidth: true
        Layout.leftMargin: Theme.panelPad
        Layout.rightMargin: Theme.panelPad
        Layout.preferredHeight: Theme.tableHeadHeight
        visible: root.rows.length > 0
        spacing: 8

        Repeater {
            model: 5

            PlainText {
                required property int index
                readonly property var modelData: [["#", Theme.px(18)], [qsTr("Task type"), root.wideTask], [qsTr("When"), root.wideWhen],
                    [qsTr("Tier"), 0], [qsTr("Calls %1").arg(root.policy.evidence.window), -1]][index]

                Layout.preferredWidth: modelData[1] > 0 ? modelData[1] : -1
                Layout.fillWidth: modelData[1] === 0
                role: PlainText.Caption
                strong: true
                tone: "muted"
                text: modelData[0]
            }
        }
    }
    Repeater {
        id: repeater

        model: root.rows.length

        PolicyRuleRow {
            Layout.fillWidth: true
            board: root
            entry: root.rows[index] ?? ({ id: "", tasks: "", when: "" })
            opened: root.rules.current === index
        }
    }
    PlainText {
        Layout.fillWidth: true
        Layout.margins: Theme.panelPad
        Layout.topMargin: root.rows.length === 0 ? 0 : 6
        visible: text !== ""
        role: root.rows.length === 0 ? PlainText.Small : PlainText.Caption
        tone: "muted"
        wrapMode: Text.Wrap
        text: root.rows.length === 0 ? qsTr("No rules: every task goes to the default tier, or where the agent sends it.") : root.rules.note
    }
}
