// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// One call in full: exact counts, price rule, ids.
Panel {
    id: root

    required property RunModel run
    readonly property CallInspector call: run.call

    title: call.title
    subtitle: call.sub
    headerExtras: IconButton {
        objectName: "callCopyId"
        small: true
        iconName: "file"
        text: qsTr("Copy call id")
        onClicked: root.call.copyId()
    }

    ColumnLayout {
        spacing: 0

        Repeater {
            model: root.call.rows

            KeyValueRow {
                required property var model

                Layout.fillWidth: true
                Layout.leftMargin: Theme.panelPad
                Layout.rightMargin: Theme.panelPad
                label: model.label
                value: model.value
                tone: model.tone === "" ? "strong" : model.tone
                strong: model.strong
                mono: model.mono
            }
        }
        PlainText {
            objectName: "callRule"
            Layout.fillWidth: true
            Layout.margins: Theme.panelPad
            Layout.topMargin: 8
            visible: text !== ""
            role: PlainText.Small
            tone: root.call.ruleTone
            wrapMode: Text.Wrap
            text: root.call.ruleText
        }
        Item {
            Layout.fillHeight: true
        }
    }
}
