// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Sets the price of one model; shows what that makes of the spend before it is saved.
Panel {
    id: root

    required property Session session
    readonly property PriceEditor editor: session.prices.editor
    readonly property bool open: editor.modelId !== ""

    title: open ? editor.name : qsTr("Set a price")
    headerExtras: Chip {
        objectName: "editorState"
        visible: root.open && text !== ""
        text: root.editor.state
        tone: root.editor.stateTone
    }

    ColumnLayout {
        spacing: 8

        EmptyState {
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: !root.open
            iconName: "price"
            heading: qsTr("No model chosen")
            text: qsTr("Choose a row to set its price, to count it like another model, or as free on own hardware.")
            actions: root.session.prices.unpricedId === "" ? []
                : [{ key: "unpriced", text: qsTr("Price %1").arg(root.session.prices.unpricedName), kind: "primary" }]
            onTriggered: root.editor.load(root.session.prices.unpricedId)
        }
        ColumnLayout {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.panelPad
            Layout.rightMargin: Theme.panelPad
            Layout.bottomMargin: 12
            Layout.fillHeight: false
            Layout.alignment: Qt.AlignTop
            visible: root.open
            spacing: 5

            PlainText {
                objectName: "editorText"
                Layout.fillWidth: true
                Layout.bottomMargin: 4
                visible: text !== ""
                role: PlainText.Small
                tone: "neutral"
                wrapMode: Text.Wrap
                text: root.editor.text
            }
            SegmentedControl {
                objectName: "editorMode"
                accessibleName: qsTr("How it is priced")
                options: [{ key: "set", text: qsTr("Set price") }, { key: "same", text: qsTr("Same as") },
                    { key: "free", text: Theme.large ? qsTr("Free") : qsTr("Free, own hardware") }]
                currentKey: root.editor.mode
                onActivated: key => root.editor.mode = key
            }
            PriceForm {
                Layout.fillWidth: true
                editor: root.editor
            }
            Rectangle {
                Layout.fillWidth: true
                Layout.topMargin: 4
                visible: root.editor.preview !== ""
                implicitHeight: preview.implicitHeight + 16
                radius: Theme.radiusButton
                color: Theme.inset
                border.width: 1
                border.color: Theme.line

                PlainText {
                    id: preview

                    objectName: "editorPreview"
                    anchors.left: parent.left
                    anchors.right: parent.right
                    anchors.verticalCenter: parent.verticalCenter
                    anchors.margins: 10
                    role: PlainText.Small
                    wrapMode: Text.Wrap
                    text: root.editor.preview
                }
            }
            Flow {
                Layout.fillWidth: true
                Layout.topMargin: 4
                spacing: 8

                TextButton {
                    objectName: "priceSave"
                    kind: "primary"
                    text: root.session.prices.busy ? qsTr("Saving") : qsTr("Save price")
                    enabled: root.editor.canSave && !root.session.prices.busy
                    onClicked: root.editor.save()
                }
                TextButton {
                    objectName: "priceCancel"
                    kind: "quiet"
                    text: qsTr("Cancel")
                    onClicked: root.editor.load("")
                }
                TextButton {
                    objectName: "priceRemove"
                    visible: root.editor.hasOverride
                    kind: "danger"
                    text: qsTr("Remove override")
                    enabled: !root.session.prices.busy
                    onClicked: root.editor.remove()
                }
            }
        }
    }
}
