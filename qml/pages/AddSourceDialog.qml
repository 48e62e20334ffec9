// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models
import Flyball.Pages

// A file or folder, checked before it is added.
Dialog {
    id: root

    required property Session session
    readonly property SourcesModel sources: session.sources
    property string kind

    signal added()

    function kindOptions(kinds: var): var {
        const options = kinds.slice();
        options.unshift({ key: "", text: qsTr("Detect") });
        return options;
    }
    function submit(): void {
        root.sources.add(path.text, root.kind);
        root.finish();
        root.added();
    }

    objectName: "addSourceDialog"
    title: qsTr("Add source")
    text: qsTr("A trace file, or a folder that is watched. It is only read, and nothing leaves this computer.")
    sheetWidth: Theme.px(520)
    onOpened: {
        path.text = "";
        root.kind = "";
        root.sources.check("");
        path.forceActiveFocus();
    }
    actions: [
        TextButton {
            objectName: "addConfirm"
            kind: "primary"
            text: qsTr("Add")
            enabled: root.sources.checkState === "ok" || (root.kind !== "" && path.text !== "")
            onClicked: root.submit()
        },
        TextButton {
            objectName: "addCancel"
            kind: "quiet"
            text: qsTr("Cancel")
            onClicked: root.close()
        }
    ]

    FilePicker {
        id: picker

        onPicked: urls => {
            path.text = picker.localPath(urls[0]);
            root.sources.check(path.text);
        }
    }
    Timer {
        id: pause

        interval: 250
        onTriggered: root.sources.check(path.text)
    }
    RowLayout {
        Layout.fillWidth: true
        spacing: 8

        TextField {
            id: path

            objectName: "addPath"
            Layout.fillWidth: true
            mono: true
            placeholder: qsTr("Path of a file or folder")
            invalid: root.sources.checkState === "bad"
            onEdited: pause.restart()
            onAccepted: if (root.sources.checkState === "ok") root.submit()
        }
        TextButton {
            objectName: "addFile"
            text: qsTr("File…")
            onClicked: picker.pickFiles(qsTr("Add a trace file"), "")
        }
        TextButton {
            objectName: "addFolder"
            text: qsTr("Folder…")
            onClicked: picker.pickFolder(qsTr("Add a folder"), "")
        }
    }
    PlainText {
        objectName: "addCheck"
        Layout.fillWidth: true
        visible: text !== ""
        role: PlainText.Small
        tone: root.sources.checkState === "bad" ? "crit" : root.sources.checkState === "ok" ? "ok" : "muted"
        wrapMode: Text.Wrap
        text: root.sources.checkText
    }
    RowLayout {
        Layout.fillWidth: true
        spacing: 8

        PlainText {
            Layout.fillWidth: true
            role: PlainText.Small
            tone: "neutral"
            text: qsTr("Format")
        }
        Select {
            objectName: "addKind"
            implicitWidth: Theme.px(220)
            label: qsTr("Format")
            placeholder: qsTr("Detect")
            options: root.kindOptions(root.sources.kinds)
            currentKey: root.kind
            onActivated: key => root.kind = key
        }
    }
}
