// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// A line of the form of a success signal: what it is, the field, and what has been seen.
ColumnLayout {
    id: root

    property string name
    property string label
    property string placeholder
    property string hint
    property string text
    property bool invalid: false

    signal edited(string text)

    spacing: 3

    RowLayout {
        Layout.fillWidth: true
        spacing: 8

        PlainText {
            role: PlainText.Caption
            tone: "neutral"
            text: root.label
            Accessible.ignored: true
        }
        NameText {
            Layout.fillWidth: true
            role: PlainText.Caption
            tone: "muted"
            horizontalAlignment: Text.AlignRight
            text: root.hint
        }
    }
    TextField {
        objectName: root.name
        Layout.fillWidth: true
        Layout.preferredHeight: Theme.px(24)
        label: root.label
        placeholder: root.placeholder
        maximumLength: 400
        invalid: root.invalid
        text: root.text
        onEdited: text => root.edited(text)
    }
}
