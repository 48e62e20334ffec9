// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

// Verbatim text, selectable, never interpreted.
Rectangle {
    id: root

    property alias text: edit.text
    property string label: qsTr("Text")
    property int wrap: TextEdit.WrapAnywhere

    implicitWidth: 200
    implicitHeight: edit.implicitHeight + 12
    radius: Theme.radiusField
    color: Theme.inset
    border.width: 1
    border.color: edit.activeFocus ? Theme.accent : Theme.line

    TextEdit {
        id: edit

        anchors.fill: parent
        anchors.leftMargin: 9
        anchors.rightMargin: 9
        anchors.topMargin: 6
        anchors.bottomMargin: 6
        textFormat: TextEdit.PlainText
        readOnly: true
        selectByMouse: true
        activeFocusOnTab: true
        wrapMode: root.wrap
        renderType: TextEdit.NativeRendering
        color: Theme.text2
        selectionColor: Theme.accentFill
        selectedTextColor: Theme.accentInk
        font.family: Theme.mono
        font.pixelSize: Theme.px(11.5)

        Accessible.role: Accessible.EditableText
        Accessible.readOnly: true
        Accessible.name: root.label
    }
}
