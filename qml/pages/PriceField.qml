// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// Label, field and what is wrong with it.
ColumnLayout {
    id: root

    property string label
    property string value
    property string unit: "/ M"
    property string hint
    property string error
    property int fieldWidth: Theme.px(118)

    signal edited(string text)

    Layout.fillWidth: true
    spacing: 1

    RowLayout {
        Layout.fillWidth: true

        PlainText {
            Layout.fillWidth: true
            role: PlainText.Small
            tone: "neutral"
            text: root.label
        }
        TextField {
            id: field

            objectName: root.objectName + "Field"
            Layout.preferredWidth: root.fieldWidth
            label: root.label
            placeholder: root.hint
            suffix: root.unit
            maximumLength: 256
            invalid: root.error !== ""
            changed: text !== "" && !invalid
            text: root.value
            onEdited: text => root.edited(text)
        }
    }
    PlainText {
        Layout.fillWidth: true
        visible: text !== ""
        role: PlainText.Caption
        tone: "crit"
        horizontalAlignment: Text.AlignRight
        wrapMode: Text.Wrap
        text: root.error
    }
}
