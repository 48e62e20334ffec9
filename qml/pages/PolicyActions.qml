// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What happens at the soft and at the hard cap.
ColumnLayout {
    id: root

    required property PolicyForm form
    readonly property var soft: { form.revision; return form.field("/budget/on_soft"); }
    readonly property var hard: { form.revision; return form.field("/budget/on_hard"); }

    spacing: 8

    // Rows, not a grid: repeated items with rows of their own make GridLayout of Qt 6.4 search for ever.
    RowLayout {
        Layout.fillWidth: true
        spacing: 12

        ColumnLayout {
            Layout.alignment: Qt.AlignTop
            Layout.fillWidth: false
            Layout.preferredWidth: Theme.px(82)
            spacing: 0

            PlainText {
                Layout.preferredHeight: Theme.px(22)
                role: PlainText.Small
                tone: root.soft.state === "changed" ? "brass" : "neutral"
                text: root.soft.label ?? ""
            }
            NameText {
                Layout.fillWidth: true
                visible: text !== ""
                role: PlainText.Caption
                tone: "muted"
                text: root.soft.state === "changed" ? root.soft.was : (root.soft.origin ?? "")
            }
        }
        Flow {
            Layout.fillWidth: true
            spacing: 8

            Repeater {
                model: (root.soft.options ?? []).length

                ChoiceChip {
                    required property int index
                    readonly property string key: root.soft.options[index].key

                    objectName: "soft_" + key
                    text: root.soft.options[index].text
                    checked: (root.soft.on ?? []).includes(key)
                    onToggled: {
                        root.form.toggle("/budget/on_soft", key);
                        checked = Qt.binding(() => (root.soft.on ?? []).includes(key));
                    }
                }
            }
            TextButton {
                objectName: "softReset"
                visible: root.soft.here === true
                height: Theme.px(22)
                kind: "link"
                text: qsTr("Reset")
                toolTip: qsTr("Not set here: inherited, or nothing")
                onClicked: root.form.reset("/budget/on_soft")
            }
        }
    }
    RowLayout {
        Layout.fillWidth: true
        spacing: 12

        ColumnLayout {
            Layout.alignment: Qt.AlignTop
            Layout.fillWidth: false
            Layout.preferredWidth: Theme.px(82)
            spacing: 0

            PlainText {
                Layout.preferredHeight: Theme.px(22)
                role: PlainText.Small
                tone: root.hard.state === "changed" ? "brass" : "neutral"
                text: root.hard.label ?? ""
            }
            NameText {
                Layout.fillWidth: true
                visible: text !== ""
                role: PlainText.Caption
                tone: "muted"
                text: root.hard.state === "changed" ? root.hard.was : (root.hard.origin ?? "")
            }
        }
        Flow {
            Layout.fillWidth: true
            spacing: 8

            Repeater {
                model: Math.max(0, (root.hard.options ?? []).length - 1)

                ChoiceChip {
                    required property int index
                    // The first option is "not set".
                    readonly property string key: root.hard.options[index + 1].key

                    objectName: "hard_" + key
                    text: root.hard.options[index + 1].text
                    checked: root.hard.current === key
                    onToggled: {
                        root.form.set("/budget/on_hard", root.hard.here && root.hard.current === key ? "" : key);
                        checked = Qt.binding(() => root.hard.current === key);
                    }
                }
            }
        }
    }
}
