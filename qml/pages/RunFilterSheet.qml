// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// A filter being written: its name and the conditions that must all hold.
Dialog {
    id: root

    required property RunFilters filters
    property string error

    function save(): void {
        error = filters.save();
        if (error === "")
            finish();
    }

    objectName: "filterSheet"
    sheetWidth: Theme.px(560)
    title: filters.draftIsNew ? qsTr("New filter") : qsTr("Edit filter")
    text: qsTr("A run is shown when all conditions hold.")
    onAboutToShow: error = ""
    onOpened: name.forceActiveFocus(Qt.TabFocusReason)

    TextField {
        id: name

        objectName: "filterName"
        Layout.fillWidth: true
        placeholder: qsTr("Name")
        maximumLength: 80
        text: root.filters.draftName
        onEdited: text => root.filters.draftName = text
        Keys.onReturnPressed: root.save()
    }
    Column {
        Layout.fillWidth: true
        Layout.topMargin: 6
        spacing: 6

        Repeater {
            model: root.filters.draft.length

            Item {
                id: row

                required property int index
                readonly property var entry: root.filters.draft[index] ?? ({})

                width: parent ? parent.width : 0
                height: Theme.fieldHeight

                Select {
                    id: test

                    objectName: "filterTest_" + row.index
                    width: Theme.px(270)
                    label: qsTr("Condition %1").arg(row.index + 1)
                    options: root.filters.tests
                    currentKey: row.entry.test ?? ""
                    onActivated: key => root.filters.setTest(row.index, key)
                }
                Select {
                    anchors.left: test.right
                    anchors.leftMargin: 8
                    anchors.right: away.left
                    anchors.rightMargin: 8
                    visible: row.entry.kind === "choice"
                    label: qsTr("Outcome")
                    options: root.filters.outcomes
                    currentKey: row.entry.value ?? ""
                    onActivated: key => root.filters.setValue(row.index, key)
                }
                TextField {
                    objectName: "filterValue_" + row.index
                    anchors.left: test.right
                    anchors.leftMargin: 8
                    anchors.right: away.left
                    anchors.rightMargin: 8
                    visible: row.entry.kind === "text" || row.entry.kind === "number"
                    label: qsTr("Value of condition %1").arg(row.index + 1)
                    suffix: row.entry.unit ?? ""
                    maximumLength: 256
                    invalid: row.entry.wrong === true && text !== ""
                    text: row.entry.value ?? ""
                    onEdited: text => root.filters.setValue(row.index, text)
                    Keys.onReturnPressed: root.save()
                }
                IconButton {
                    id: away

                    objectName: "filterRemove_" + row.index
                    anchors.right: parent.right
                    anchors.verticalCenter: parent.verticalCenter
                    small: true
                    iconName: "x"
                    text: qsTr("Remove condition %1").arg(row.index + 1)
                    onClicked: root.filters.removeCondition(row.index)
                }
            }
        }
    }
    TextButton {
        objectName: "filterAdd"
        small: true
        kind: "quiet"
        iconName: "plus"
        text: qsTr("Add condition")
        onClicked: root.filters.addCondition()
    }
    PlainText {
        Layout.fillWidth: true
        visible: text !== ""
        role: PlainText.Small
        tone: "crit"
        wrapMode: Text.Wrap
        text: root.error
    }
    actions: [
        TextButton {
            objectName: "filterSave"
            kind: "primary"
            text: qsTr("Save and apply")
            onClicked: root.save()
        },
        TextButton {
            kind: "quiet"
            text: qsTr("Cancel")
            onClicked: root.close()
        }
    ]
}
