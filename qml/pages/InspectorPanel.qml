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

    Flickable {
        implicitHeight: column.implicitHeight
        contentHeight: column.implicitHeight
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        interactive: contentHeight > height
        ScrollBar.vertical: ScrollBar {}

        ColumnLayout {
            id: column

            x: Theme.panelPad
            width: parent.width - 2 * Theme.panelPad
            spacing: 0

            // Not a layout: see SourcePanel.
            Item {
                id: facts

                readonly property real rowHeight: Theme.px(24)

                Layout.fillWidth: true
                implicitHeight: root.call.rows.count * rowHeight

                Repeater {
                    model: root.call.rows

                    FactRow {
                        required property var model
                        required property int index

                        y: index * facts.rowHeight
                        width: facts.width
                        label: model.label
                        value: model.value
                        tone: model.tone === "" ? "strong" : model.tone
                        mono: model.mono
                    }
                }
            }
            PlainText {
                objectName: "callRule"
                Layout.fillWidth: true
                Layout.topMargin: 8
                Layout.bottomMargin: 12
                visible: text !== ""
                role: PlainText.Small
                tone: root.call.ruleTone === "" ? "neutral" : root.call.ruleTone
                wrapMode: Text.Wrap
                text: root.call.ruleText
            }
        }
    }
}
