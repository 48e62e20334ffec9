// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// One knob: label, the control of its kind, and where its value comes from. Brass = changed in this draft.
ColumnLayout {
    id: root

    required property PolicyForm form
    required property string pointer
    property bool labelled: true
    property bool inlineNote: false
    property int fieldWidth: 0
    property string label: entry.label ?? ""
    property int again: 0
    readonly property var entry: { form.revision; return form.field(pointer); }
    readonly property string fieldState: entry.state ?? "unset"
    readonly property string note: entry.error ?? (fieldState === "changed" ? entry.was : (entry.origin ?? ""))
    readonly property string noteTone: entry.error !== undefined ? entry.tone : "muted"

    objectName: "knob_" + pointer
    spacing: 3

    PlainText {
        Layout.fillWidth: true
        visible: root.labelled
        role: PlainText.Small
        tone: "neutral"
        text: root.label
        Accessible.ignored: true
    }
    RowLayout {
        Layout.fillWidth: true
        Layout.fillHeight: false
        spacing: 8

        TextField {
            objectName: root.objectName + "_field"
            visible: root.entry.kind === "text"
            Layout.fillWidth: root.fieldWidth === 0
            Layout.preferredWidth: root.fieldWidth === 0 ? Theme.px(110) : Theme.px(root.fieldWidth)
            Layout.preferredHeight: Theme.px(24)
            label: [root.label, root.entry.unit ?? "", root.note].filter(word => word !== "").join(", ")
            placeholder: qsTr("not set")
            suffix: root.entry.unit === "USD" ? "$" : root.inlineNote || !root.entry.unit ? "" : root.entry.unit
            changed: root.fieldState === "changed"
            invalid: root.fieldState === "invalid"
            color: changed ? Theme.brass : root.fieldState === "inherited" ? Theme.text3 : Theme.text
            text: root.again >= 0 ? root.entry.text ?? "" : ""
            onCommitted: text => root.form.set(root.pointer, text)
            Keys.onEscapePressed: event => {
                root.again++;
                event.accepted = false;
            }
        }
        Select {
            objectName: root.objectName + "_select"
            visible: root.entry.kind === "choice"
            Layout.fillWidth: root.fieldWidth === 0
            Layout.preferredWidth: root.fieldWidth === 0 ? Theme.px(110) : Theme.px(root.fieldWidth)
            small: true
            label: root.label
            tone: root.fieldState === "changed" ? "brass" : root.fieldState === "inherited" || root.fieldState === "unset" ? "muted" : ""
            options: root.entry.options ?? []
            currentKey: root.entry.current ?? ""
            onActivated: key => root.form.set(root.pointer, key)
        }
        PlainText {
            visible: root.inlineNote && text !== ""
            Layout.fillWidth: true
            role: PlainText.Caption
            tone: root.noteTone
            text: root.note
        }
    }
    NameText {
        Layout.fillWidth: true
        visible: !root.inlineNote && text !== ""
        role: PlainText.Caption
        tone: root.noteTone
        wrapMode: root.entry.error !== undefined ? Text.Wrap : Text.NoWrap
        text: root.note
    }
}
