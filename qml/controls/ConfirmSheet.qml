// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme

// Consequence before action: what happens, what each target cannot do, a reason, then the choice.
Dialog {
    id: root

    property var notes: []
    property string confirmText: qsTr("Confirm")
    property string confirmKind: "primary"
    property string secondText
    property bool withReason: false
    property bool reasonRequired: false
    property bool busy: false
    property alias reason: reasonField.text
    readonly property bool ready: !busy && (!reasonRequired || reasonField.text.trim() !== "")

    signal confirmed(string reason)
    signal second(string reason)

    onOpened: {
        reasonField.text = "";
        confirmButton.forceActiveFocus(Qt.TabFocusReason);
    }

    Repeater {
        model: root.notes.length

        RowLayout {
            id: note

            required property int index
            readonly property var item: root.notes[index]

            Layout.fillWidth: true
            spacing: 8

            Icon {
                Layout.alignment: Qt.AlignTop
                Layout.topMargin: 1
                name: note.item.tone === "ok" ? "check" : note.item.tone === "warn" || note.item.tone === "crit" ? "incident" : "info"
                size: 14
                color: Theme.toneColor(note.item.tone)
            }
            PlainText {
                Layout.fillWidth: true
                role: PlainText.Small
                wrapMode: Text.Wrap
                text: String(note.item.text)
            }
        }
    }
    TextField {
        id: reasonField

        objectName: "confirmReason"
        Layout.fillWidth: true
        Layout.topMargin: 4
        visible: root.withReason
        placeholder: qsTr("Reason, kept in the history")
        maximumLength: 500
    }
    ProgressLine {
        Layout.fillWidth: true
        visible: root.busy
        indeterminate: true
    }

    actions: [
        TextButton {
            id: confirmButton

            objectName: "confirmButton"
            kind: root.confirmKind
            text: root.confirmText
            enabled: root.ready
            onClicked: {
                root.confirmed(reasonField.text);
                root.finish();
            }
        },
        TextButton {
            objectName: "confirmSecond"
            visible: root.secondText !== ""
            text: root.secondText
            enabled: root.ready
            onClicked: {
                root.second(reasonField.text);
                root.finish();
            }
        },
        TextButton {
            objectName: "confirmCancel"
            kind: "quiet"
            text: qsTr("Cancel")
            onClicked: root.close()
        }
    ]
}
