// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// The conditions and names of one rule.
ColumnLayout {
    id: root

    required property var board
    required property int index
    property var entry
    readonly property var rules: board.rules
    readonly property int conditions: entry.conditions?.length ?? 0

    spacing: 6

    Repeater {
        model: root.conditions

        RowLayout {
            id: condition

            required property int index
            readonly property var part: root.entry.conditions[index] ?? ({ field: "", is: "", text: "" })

            Layout.fillWidth: true
            spacing: 8

            PlainText {
                Layout.preferredWidth: Theme.px(46)
                role: PlainText.Small
                tone: "muted"
                text: condition.index === 0 ? qsTr("Where") : qsTr("and")
            }
            Select {
                objectName: "conditionField_" + condition.index
                Layout.preferredWidth: Theme.px(140)
                small: true
                label: qsTr("What is compared")
                options: root.rules.fields
                currentKey: condition.part.field
                onActivated: key => root.rules.setCondition(root.index, condition.index, "field", key)
            }
            Select {
                objectName: "conditionIs_" + condition.index
                Layout.preferredWidth: Theme.px(110)
                small: true
                label: qsTr("How")
                options: root.rules.tests
                currentKey: condition.part.is
                onActivated: key => root.rules.setCondition(root.index, condition.index, "is", key)
            }
            TextField {
                objectName: "conditionText_" + condition.index
                Layout.fillWidth: true
                Layout.preferredHeight: Theme.px(24)
                label: qsTr("Text")
                maximumLength: 400
                placeholder: condition.part.is === "equals" ? qsTr("empty: not known") : condition.part.is === "glob" ? "*/web/*" : ""
                text: condition.part.text
                onCommitted: text => root.rules.setCondition(root.index, condition.index, "text", text)
            }
            IconButton {
                objectName: "conditionRemove_" + condition.index
                iconName: "x"
                small: true
                text: qsTr("Remove this condition")
                enabled: root.conditions > 1
                onClicked: root.rules.removeCondition(root.index, condition.index)
            }
        }
    }
    TextButton {
        objectName: "conditionAdd"
        Layout.leftMargin: Theme.px(46) + 8
        small: true
        kind: "link"
        text: qsTr("and another condition")
        onClicked: root.rules.addCondition(root.index)
    }
    GridLayout {
        Layout.fillWidth: true
        Layout.topMargin: 4
        columns: Theme.large ? 2 : 4
        columnSpacing: 12
        rowSpacing: 8

        Repeater {
            model: root.rules.targets.length

            ColumnLayout {
                id: target

                required property int index
                readonly property var spec: root.rules.targets[index]

                Layout.fillWidth: true
                Layout.preferredWidth: 100
                Layout.minimumWidth: 0
                spacing: 3

                PlainText {
                    Layout.fillWidth: true
                    role: PlainText.Caption
                    tone: "neutral"
                    text: qsTr("Set %1").arg(target.spec.text.toLowerCase())
                    Accessible.ignored: true
                }
                TextField {
                    objectName: "target_" + target.spec.key
                    Layout.fillWidth: true
                    Layout.preferredHeight: Theme.px(24)
                    label: qsTr("Set %1").arg(target.spec.text.toLowerCase())
                    maximumLength: 400
                    placeholder: qsTr("as it is")
                    text: root.entry.targets?.[target.spec.key] ?? ""
                    onCommitted: text => root.rules.setTarget(root.index, target.spec.key, text)
                }
            }
        }
    }
    Flow {
        Layout.fillWidth: true
        Layout.topMargin: 4
        Layout.bottomMargin: 4
        spacing: 8

        TextButton {
            objectName: "attributionUp"
            small: true
            iconName: "up"
            text: qsTr("Earlier")
            enabled: root.index > 0
            onClicked: root.board.moveRow(root.index, root.index - 1)
        }
        TextButton {
            objectName: "attributionDown"
            small: true
            iconName: "down"
            text: qsTr("Later")
            enabled: root.index + 1 < root.board.rows.length
            onClicked: root.board.moveRow(root.index, root.index + 1)
        }
        TextButton {
            objectName: "attributionToggle"
            small: true
            text: root.entry.enabled === false ? qsTr("Switch on") : qsTr("Switch off")
            onClicked: root.rules.setEnabled(root.index, root.entry.enabled === false)
        }
        TextButton {
            objectName: "attributionRemove"
            small: true
            kind: "danger"
            text: qsTr("Remove rule")
            onClicked: root.board.removeRow(root.index)
        }
        TextButton {
            objectName: "attributionClose"
            small: true
            kind: "quiet"
            text: qsTr("Close")
            onClicked: root.rules.current = -1
        }
    }
}
