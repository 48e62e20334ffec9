// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Flyball.Theme

// Filter field; with asButton only an opener (command palette).
FocusScope {
    id: root

    property alias text: input.text
    property string placeholder: qsTr("Search or jump")
    property string keyHint
    property bool asButton: false

    signal edited(string text)
    signal accepted()
    signal clicked()

    implicitWidth: Theme.px(190)
    implicitHeight: Theme.buttonHeight
    activeFocusOnTab: asButton
    Keys.onReturnPressed: asButton ? root.clicked() : root.accepted()
    Keys.onSpacePressed: event => {
        if (asButton)
            root.clicked();
        else
            event.accepted = false;
    }

    Accessible.role: asButton ? Accessible.Button : Accessible.Grouping
    Accessible.name: placeholder

    Rectangle {
        anchors.fill: parent
        radius: Theme.radiusButton
        color: Theme.inset
        border.width: 1
        border.color: hover.hovered ? Theme.lineStrong : Theme.line

        FocusRing {
            shown: root.activeFocus
            inside: true
        }
    }
    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: 8
        anchors.rightMargin: 6
        spacing: 7

        Icon {
            name: "search"
            size: 14
            color: Theme.text3
        }
        Item {
            Layout.fillWidth: true
            Layout.fillHeight: true

            T.TextField {
                id: input

                anchors.fill: parent
                visible: !root.asButton
                enabled: !root.asButton
                focus: !root.asButton
                activeFocusOnTab: true
                verticalAlignment: TextInput.AlignVCenter
                color: Theme.text
                selectionColor: Theme.accentFill
                selectedTextColor: Theme.accentInk
                selectByMouse: true
                maximumLength: 256
                font.family: Theme.family
                font.pixelSize: Theme.sizeSmall
                Keys.onEscapePressed: event => {
                    if (text === "") {
                        event.accepted = false;
                        return;
                    }
                    clear();
                    root.edited("");
                }
                onTextEdited: root.edited(text)
                onAccepted: root.accepted()

                Accessible.role: Accessible.EditableText
                Accessible.name: root.placeholder
            }
            PlainText {
                anchors.fill: parent
                visible: root.asButton || input.text === ""
                role: PlainText.Small
                tone: "muted"
                text: root.placeholder
                Accessible.ignored: true
            }
        }
        KeyHint {
            visible: root.keyHint !== ""
            text: root.keyHint
        }
    }
    HoverHandler {
        id: hover
    }
    TapHandler {
        enabled: root.asButton
        onTapped: root.clicked()
    }
}
