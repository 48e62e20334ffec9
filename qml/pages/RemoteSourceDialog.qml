// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// A gateway or server that is asked, or an address that agents send to: tried before it is kept.
Dialog {
    id: root

    required property Session session
    readonly property RemoteForm form: session.sources.remote
    readonly property bool testing: form.state === "testing"

    function begin(kind: string): void {
        form.begin(kind);
        address.text = form.target;
        open();
    }
    function edit(id: string): void {
        if (!form.edit(id))
            return;
        address.text = form.target;
        open();
    }
    function submit(): void {
        if (root.form.save())
            root.finish();
    }

    objectName: "remoteSourceDialog"
    title: form.editing ? qsTr("Options of %1").arg(form.kindText) : qsTr("Add: %1").arg(form.kindText)
    text: form.about
    sheetWidth: Theme.px(620)
    onOpened: {
        if (form.editing)
            testButton.forceActiveFocus();
        else
            address.forceActiveFocus();
    }
    actions: [
        TextButton {
            objectName: "remoteSave"
            kind: "primary"
            text: root.form.editing ? qsTr("Save") : root.form.state === "bad" ? qsTr("Add all the same") : qsTr("Add")
            enabled: !root.testing && (root.form.state === "ok" || root.form.state === "bad" || root.form.editing || root.form.listens)
            onClicked: root.submit()
        },
        TextButton {
            id: testButton

            objectName: "remoteTest"
            text: root.testing ? qsTr("Testing…") : qsTr("Test")
            enabled: !root.testing
            onClicked: root.form.test()
        },
        TextButton {
            objectName: "remoteCancel"
            kind: "quiet"
            text: qsTr("Cancel")
            onClicked: root.close()
        }
    ]

    TextField {
        id: address

        objectName: "remoteAddress"
        Layout.fillWidth: true
        mono: true
        readOnly: root.form.editing
        label: root.form.listens ? qsTr("Address to listen on") : qsTr("Address")
        placeholder: root.form.targetHint
        onEdited: text => root.form.setTarget(text)
        onAccepted: root.form.test()
    }
    // Not a layout: see SourcePanel.
    Item {
        id: options

        readonly property real rowHeight: Theme.px(36)

        Layout.fillWidth: true
        implicitHeight: root.form.fields.count * rowHeight

        Repeater {
            model: root.form.fields

            RemoteOptionRow {
                required property var model
                required property int index

                y: index * options.rowHeight
                width: options.width
                height: Theme.px(30)
                name: model.id
                label: model.label
                hint: model.hint
                type: model.type
                value: model.value
                secret: type === "key" && root.form.keyTyped
                onKeep: root.form.keepKey()
                onChosen: value => root.form.setOption(name, value)
            }
        }
    }
    PlainText {
        objectName: "remoteState"
        Layout.fillWidth: true
        Layout.minimumHeight: Theme.px(18)
        role: PlainText.Small
        tone: root.form.state === "bad" ? "crit" : root.form.state === "ok" || root.form.state === "kept" ? "ok" : "muted"
        wrapMode: Text.Wrap
        text: root.form.state === "none" ? (root.form.listens ? qsTr("Agents send to it; nothing else is asked.")
                                                              : qsTr("Test it: nothing is kept before it is added."))
                                         : root.form.stateText
    }
}
