// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Theme

// Number with unit and where its value comes from. fieldState: inherited, set, changed, invalid.
ColumnLayout {
    id: root

    property string label
    property alias text: field.text
    property alias suffix: field.suffix
    property string note
    property string origin
    property string error
    property string fieldState: "set"
    property int fieldWidth: 76

    signal committed(string text)
    signal edited(string text)

    spacing: 3

    PlainText {
        Layout.fillWidth: true
        visible: text !== ""
        role: PlainText.Small
        tone: "neutral"
        text: root.label
        Accessible.ignored: true
    }
    RowLayout {
        Layout.fillHeight: false
        spacing: 8

        TextField {
            id: field

            Layout.preferredHeight: Theme.px(24)
            Layout.preferredWidth: Theme.px(root.fieldWidth)
            changed: root.fieldState === "changed"
            invalid: root.fieldState === "invalid"
            color: root.fieldState === "inherited" ? Theme.text3 : changed ? Theme.brass : Theme.text
            label: root.label + (root.origin === "" ? "" : ", " + root.origin) + (root.error === "" ? "" : ", " + root.error)
            onEdited: text => root.edited(text)
            onCommitted: text => root.committed(text)
        }
        PlainText {
            Layout.fillWidth: true
            role: PlainText.Caption
            tone: root.fieldState === "invalid" ? "crit" : "muted"
            text: root.fieldState === "invalid" && root.error !== "" ? root.error
                : root.fieldState === "inherited" && root.origin !== "" ? root.origin : root.note
        }
    }
}
