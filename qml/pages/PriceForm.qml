// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The fields of one price: amounts, or the model it is counted like, and from when.
ColumnLayout {
    id: root

    required property PriceEditor editor
    readonly property var errors: editor.errors

    spacing: 5

    PriceField {
        objectName: "priceInput"
        visible: root.editor.mode === "set"
        label: qsTr("Input")
        value: root.editor.input
        error: root.errors.input || ""
        onEdited: text => root.editor.input = text
    }
    PriceField {
        objectName: "priceCacheRead"
        visible: root.editor.mode === "set"
        label: qsTr("Cache read")
        value: root.editor.cacheRead
        error: root.errors.cacheRead || ""
        onEdited: text => root.editor.cacheRead = text
    }
    PriceField {
        objectName: "priceCacheWrite"
        visible: root.editor.mode === "set"
        label: qsTr("Cache write")
        value: root.editor.cacheWrite
        error: root.errors.cacheWrite || ""
        onEdited: text => root.editor.cacheWrite = text
    }
    PriceField {
        objectName: "priceOutput"
        visible: root.editor.mode === "set"
        label: qsTr("Output")
        value: root.editor.output
        error: root.errors.output || ""
        onEdited: text => root.editor.output = text
    }
    PriceField {
        objectName: "priceSameAs"
        visible: root.editor.mode === "same"
        label: qsTr("Model in the book")
        unit: ""
        fieldWidth: Theme.px(180)
        value: root.editor.sameAs
        error: root.errors.sameAs || ""
        onEdited: text => root.editor.sameAs = text
    }
    Flow {
        Layout.fillWidth: true
        visible: root.editor.mode === "same" && root.editor.nearest.length > 0
        spacing: 6

        Repeater {
            model: root.editor.nearest.length

            ChoiceChip {
                required property int index
                readonly property var entry: root.editor.nearest[index]

                objectName: "nearest_" + index
                text: entry?.text ?? ""
                checked: entry !== undefined && root.editor.sameAs === entry.key
                onToggled: root.editor.sameAs = entry.key
            }
        }
    }
    PriceField {
        objectName: "priceFrom"
        label: qsTr("In force from")
        unit: ""
        hint: qsTr("always")
        value: root.editor.from
        error: root.errors.from || ""
        onEdited: text => root.editor.from = text
    }
}
