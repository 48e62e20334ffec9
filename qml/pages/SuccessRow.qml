// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// One signal with its counts; its form opens below it.
FocusScope {
    id: root

    required property int index
    required property SuccessModel success
    property var entry
    readonly property bool opened: entry.name !== "" && success.current === entry.name

    objectName: "signal_" + index
    implicitHeight: line.height + (opened ? form.implicitHeight + 14 : 0)
    activeFocusOnTab: true
    Keys.onReturnPressed: success.open(opened ? "" : entry.name)
    Keys.onEscapePressed: event => {
        event.accepted = opened;
        if (opened) {
            success.close();
            root.forceActiveFocus(Qt.TabFocusReason);
        }
    }

    Accessible.role: Accessible.Row
    Accessible.name: entry.accessible ?? ""
    Accessible.focusable: true
    Accessible.onPressAction: success.open(opened ? "" : entry.name)

    Rectangle {
        id: line

        width: parent.width
        height: Theme.px(27)
        color: root.opened ? Theme.selected : mouse.containsMouse ? Theme.hover : "transparent"

        FocusRing {
            shown: root.activeFocus && !root.opened
            inside: true
        }
        RowLayout {
            x: Theme.panelPad
            width: parent.width - 2 * Theme.panelPad
            height: parent.height
            spacing: 6

            NameText {
                Layout.fillWidth: true
                Layout.preferredWidth: 10
                role: PlainText.Small
                strong: root.entry.chosen === true
                text: root.entry.text ?? ""
                Accessible.ignored: true
            }
            Icon {
                visible: root.entry.chosen === true
                name: "check"
                size: 13
                color: Theme.toneColor("ok")
            }
            Repeater {
                model: ["coverage", "pass", "fail", "undecided"]

                PlainText {
                    required property int index
                    required property string modelData

                    Layout.preferredWidth: Theme.px(index === 0 ? 48 : 52)
                    role: PlainText.Small
                    tone: index === 1 ? "strong" : index === 2 && root.entry.fail !== "0" ? "crit" : "neutral"
                    horizontalAlignment: Text.AlignRight
                    text: root.entry[modelData] ?? ""
                    Accessible.ignored: true
                }
            }
        }
        MouseArea {
            id: mouse

            anchors.fill: parent
            hoverEnabled: true
            onClicked: {
                root.forceActiveFocus(Qt.MouseFocusReason);
                root.success.open(root.opened ? "" : root.entry.name);
            }
        }
        Hairline {
            anchors.bottom: parent.bottom
            width: parent.width
        }
    }
    ColumnLayout {
        id: form

        x: Theme.panelPad
        y: line.height + 8
        width: parent.width - 2 * Theme.panelPad
        visible: root.opened
        spacing: 6

        SuccessField {
            Layout.fillWidth: true
            visible: root.success.needsLabels
            name: "successLabels"
            label: qsTr("Labels that pass")
            placeholder: qsTr("as the signal says")
            hint: root.success.labelsHint
            text: root.success.labels
            onEdited: text => root.success.labels = text
        }
        SuccessField {
            Layout.fillWidth: true
            visible: root.success.needsThreshold
            name: "successThreshold"
            label: qsTr("Score that passes, from")
            placeholder: "0.8"
            hint: root.success.thresholdHint
            text: root.success.threshold
            invalid: root.success.error !== "" && root.success.threshold !== ""
            onEdited: text => root.success.threshold = text
        }
        PlainText {
            objectName: "successError"
            Layout.fillWidth: true
            visible: text !== ""
            role: PlainText.Caption
            tone: "warn"
            wrapMode: Text.Wrap
            text: root.success.error
        }
        Flow {
            Layout.fillWidth: true
            spacing: 8

            TextButton {
                objectName: "successUse"
                small: true
                kind: "primary"
                text: root.entry.chosen === true ? qsTr("Use these words") : qsTr("Use as success signal")
                enabled: root.success.canUse
                onClicked: root.success.use()
            }
            TextButton {
                objectName: "successCancel"
                small: true
                kind: "quiet"
                text: qsTr("Cancel")
                onClicked: root.success.close()
            }
        }
    }
}
