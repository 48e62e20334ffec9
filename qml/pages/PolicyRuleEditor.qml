// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// All fields of one rule.
ColumnLayout {
    id: root

    required property var board
    required property int index
    property var entry
    readonly property var yesNo: [{ key: "", text: qsTr("either") }, { key: "true", text: qsTr("yes") }, { key: "false", text: qsTr("no") }]
    readonly property var fields: [
        { key: "task_type", label: qsTr("Task types") },
        { key: "tier", label: qsTr("Tier"), tiers: true },
        { key: "doc_from", label: qsTr("Document tokens from") },
        { key: "doc_below", label: qsTr("Document tokens below") },
        { key: "security_sensitive", label: qsTr("Security sensitive"), options: yesNo },
        { key: "multi_step_reasoning", label: qsTr("Multi-step reasoning"), options: yesNo },
        { key: "confidence", label: qsTr("Confidence asked over") },
        { key: "keywords", label: qsTr("Says any of") },
        { key: "agent", label: qsTr("Agent") },
        { key: "user_segment", label: qsTr("Segment") },
        { key: "allow_cascade", label: qsTr("Cascade allowed"), options: [{ key: "", text: qsTr("not set") }, { key: "true", text: qsTr("yes") }, { key: "false", text: qsTr("no") }] },
        { key: "id", label: qsTr("Name") },
        { key: "reason", label: qsTr("Reason") }
    ]

    spacing: 8

    GridLayout {
        Layout.fillWidth: true
        columns: Theme.large || root.width < Theme.px(420) ? 2 : 4
        columnSpacing: 12
        rowSpacing: 8

        Repeater {
            model: root.fields.length

            ColumnLayout {
                id: field

                required property int index
                readonly property var spec: root.fields[index]

                Layout.fillWidth: true
                Layout.preferredWidth: 100
                Layout.minimumWidth: 0
                spacing: 3

                PlainText {
                    Layout.fillWidth: true
                    role: PlainText.Caption
                    tone: "neutral"
                    text: field.spec.label
                    Accessible.ignored: true
                }
                TextField {
                    objectName: "ruleField_" + field.spec.key
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.px(24)
                    visible: !field.spec.options && !field.spec.tiers
                    label: field.spec.label
                    placeholder: field.spec.key === "task_type" ? qsTr("any") : ""
                    text: root.entry[field.spec.key] ?? ""
                    onCommitted: text => root.board.rules.set(root.index, field.spec.key, text)
                }
                Select {
                    objectName: "ruleSelect_" + field.spec.key
                    Layout.fillWidth: true
                    visible: field.spec.options !== undefined || field.spec.tiers === true
                    small: true
                    label: field.spec.label
                    options: field.spec.tiers ? root.board.policy.tiers.columns.map(tier => ({ key: tier.id, text: tier.title, sub: tier.price }))
                        : (field.spec.options ?? [])
                    currentKey: root.entry[field.spec.key] ?? ""
                    onActivated: key => root.board.rules.set(root.index, field.spec.key, key)
                }
            }
        }
    }
    Flow {
        Layout.fillWidth: true
        spacing: 8

        TextButton {
            objectName: "ruleUp"
            small: true
            iconName: "up"
            text: qsTr("Earlier")
            enabled: root.index > 0
            onClicked: root.board.rules.move(root.index, root.index - 1)
        }
        TextButton {
            objectName: "ruleDown"
            small: true
            iconName: "down"
            text: qsTr("Later")
            enabled: root.index + 1 < root.board.rows.length
            onClicked: root.board.rules.move(root.index, root.index + 1)
        }
        TextButton {
            objectName: "ruleRemove"
            small: true
            kind: "danger"
            text: qsTr("Remove rule")
            onClicked: root.board.rules.remove(root.index)
        }
        TextButton {
            objectName: "ruleClose"
            small: true
            kind: "quiet"
            text: qsTr("Close")
            onClicked: root.board.rules.current = -1
        }
    }
}
