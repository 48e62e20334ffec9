// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What can be added: files, then everything that is asked or listens.
Menu {
    id: root

    required property Session session
    readonly property RemoteForm form: session.sources.remote

    signal filesChosen()
    signal remoteChosen(string kind)

    objectName: "addSourceMenu"
    minimumWidth: Theme.px(300)

    MenuItem {
        objectName: "addFiles"
        iconName: "file"
        text: qsTr("Trace files")
        sub: qsTr("A file, or a folder that is watched")
        onTriggered: root.filesChosen()
    }
    Repeater {
        model: root.form.kinds

        MenuItem {
            required property var modelData

            objectName: "add-" + modelData.key
            iconName: "gate"
            text: modelData.text
            sub: modelData.sub
            onTriggered: root.remoteChosen(modelData.key)
        }
    }
}
