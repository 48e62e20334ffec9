// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

// One line of input. `changed` = the operator set it (brass), `invalid` = refused value.
T.TextField {
    id: root

    property string placeholder
    property string suffix
    property string label: placeholder
    property bool changed: false
    property bool invalid: false
    property bool mono: false
    property bool alignRight: false

    signal edited(string text)
    signal committed(string text)

    implicitWidth: Theme.px(120)
    implicitHeight: Theme.fieldHeight
    leftPadding: 9
    rightPadding: suffix === "" ? 9 : unit.implicitWidth + 15
    topPadding: 0
    bottomPadding: 0
    verticalAlignment: TextInput.AlignVCenter
    horizontalAlignment: alignRight ? TextInput.AlignRight : TextInput.AlignLeft
    selectByMouse: true
    maximumLength: 4096
    color: !enabled ? Theme.text3 : changed ? Theme.brass : Theme.text
    selectionColor: Theme.accentFill
    selectedTextColor: Theme.accentInk
    placeholderTextColor: Theme.text3
    font.family: mono ? Theme.mono : Theme.family
    font.pixelSize: Theme.sizeSmall
    font.weight: changed ? Font.DemiBold : Font.Normal
    onTextEdited: root.edited(text)
    onEditingFinished: root.committed(text)

    Accessible.role: Accessible.EditableText
    Accessible.name: label
    Accessible.editable: !readOnly
    Accessible.passwordEdit: echoMode === TextInput.Password

    background: Rectangle {
        radius: Theme.radiusField
        color: Theme.inset
        border.width: 1
        border.color: root.invalid ? Theme.crit : root.changed ? Theme.brass : root.enabled ? Theme.ctl : Theme.line

        FocusRing {
            shown: root.activeFocus
            inside: true
            cornerRadius: Theme.radiusField
        }
    }

    PlainText {
        anchors.fill: parent
        anchors.leftMargin: root.leftPadding
        anchors.rightMargin: root.rightPadding
        visible: root.length === 0 && root.preeditText === ""
        role: PlainText.Small
        tone: "muted"
        text: root.placeholder
        horizontalAlignment: root.alignRight ? Text.AlignRight : Text.AlignLeft
        Accessible.ignored: true
    }
    PlainText {
        id: unit

        anchors.right: parent.right
        anchors.rightMargin: 9
        height: parent.height
        visible: root.suffix !== ""
        role: PlainText.Small
        tone: "muted"
        text: root.suffix
        Accessible.ignored: true
    }
}
