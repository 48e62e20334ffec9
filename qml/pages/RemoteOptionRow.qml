// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme
import Flyball.Controls

// One option of a remote source: a field, or a box to tick.
Item {
    id: root

    property string name
    property string label
    property string hint
    property string type
    property string value
    /// What stands in it is a key, not where one is.
    property bool secret: false
    readonly property bool flag: type === "flag"

    signal chosen(string value)
    signal keep

    implicitHeight: Theme.px(30)

    PlainText {
        anchors.left: parent.left
        anchors.verticalCenter: parent.verticalCenter
        width: Theme.px(206)
        role: PlainText.Small
        tone: "neutral"
        elide: Text.ElideRight
        text: root.flag ? "" : root.label
    }
    TextField {
        objectName: "option-" + root.name
        anchors.left: parent.left
        anchors.leftMargin: Theme.px(214)
        anchors.right: keepButton.visible ? keepButton.left : parent.right
        anchors.rightMargin: keepButton.visible ? Theme.px(8) : 0
        anchors.verticalCenter: parent.verticalCenter
        visible: !root.flag
        echoMode: root.secret ? TextInput.Password : TextInput.Normal
        mono: true
        label: root.label
        placeholder: root.hint
        text: root.value
        onEdited: text => root.chosen(text)
    }
    TextButton {
        id: keepButton

        objectName: "keepKey"
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        visible: root.secret
        text: qsTr("Keep in keychain")
        onClicked: root.keep()
    }
    CheckBox {
        objectName: "option-" + root.name
        anchors.left: parent.left
        anchors.leftMargin: Theme.px(214)
        anchors.verticalCenter: parent.verticalCenter
        visible: root.flag
        text: root.flag ? root.label : ""
        checked: root.value === "1"
        onToggled: root.chosen(checked ? "1" : "")
    }
}
