// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Flyball.Theme

// Type, choose, go. The model filters by `query` and has the roles title, subtitle, kind (icon name).
T.Popup {
    id: root

    property var model: null
    property alias query: field.text
    property string placeholder: qsTr("Search or jump")
    property string emptyText: qsTr("Nothing found")

    signal queryEdited(string text)
    signal activated(int index)

    function choose(index: int): void {
        if (index < 0 || index >= list.count)
            return;
        close();
        root.activated(index);
    }

    parent: T.Overlay.overlay
    x: parent ? Math.round((parent.width - width) / 2) : 0
    y: parent ? Math.round(Math.min(Theme.px(90), parent.height * 0.12)) : 0
    width: Math.min(Theme.px(520), parent ? parent.width - 24 : Theme.px(520))
    implicitHeight: contentHeight + topPadding + bottomPadding
    padding: 1
    modal: true
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
    onOpened: {
        field.text = "";
        root.queryEdited("");
        list.currentIndex = 0;
        field.forceActiveFocus();
    }
    T.Overlay.modal: Rectangle {
        color: Theme.overlay
    }

    background: PopupFrame {}
    contentItem: ColumnLayout {
        spacing: 0

        Accessible.role: Accessible.Dialog
        Accessible.name: qsTr("Command palette")

        RowLayout {
            Layout.fillWidth: true
            Layout.fillHeight: false
            Layout.preferredHeight: Theme.px(42)
            Layout.leftMargin: 14
            Layout.rightMargin: 14
            spacing: 10

            Icon {
                name: "search"
                color: Theme.text3
            }
            T.TextField {
                id: field

                objectName: "paletteField"
                Layout.fillWidth: true
                Layout.fillHeight: true
                verticalAlignment: TextInput.AlignVCenter
                color: Theme.text
                selectionColor: Theme.accentFill
                selectedTextColor: Theme.accentInk
                maximumLength: 256
                font.family: Theme.family
                font.pixelSize: Theme.px(14)
                onTextEdited: {
                    root.queryEdited(text);
                    list.currentIndex = 0;
                }
                onAccepted: root.choose(list.currentIndex)
                Keys.onUpPressed: list.currentIndex = Math.max(0, list.currentIndex - 1)
                Keys.onDownPressed: list.currentIndex = Math.min(list.count - 1, list.currentIndex + 1)

                Accessible.role: Accessible.EditableText
                Accessible.name: root.placeholder

                PlainText {
                    anchors.fill: parent
                    visible: field.text === ""
                    font.pixelSize: Theme.px(14)
                    tone: "muted"
                    text: root.placeholder
                    Accessible.ignored: true
                }
            }
        }
        Hairline {
            Layout.fillWidth: true
        }
        ListView {
            id: list

            objectName: "paletteList"
            Layout.fillWidth: true
            Layout.preferredHeight: Math.max(Theme.px(46), Math.min(contentHeight + 10, Theme.px(370)))
            topMargin: 5
            bottomMargin: 5
            leftMargin: 5
            rightMargin: 5
            clip: true
            reuseItems: true
            // Rows made ahead are made later, when a narrower search may have taken them away (Qt 6.4 warns then).
            cacheBuffer: 0
            boundsBehavior: Flickable.StopAtBounds
            model: root.model
            ScrollBar.vertical: ScrollBar {}
            delegate: PaletteRow {
                width: list.width - 10
                current: ListView.isCurrentItem
                onChosen: index => root.choose(index)
            }

            PlainText {
                anchors.centerIn: parent
                visible: list.count === 0
                role: PlainText.Small
                tone: "muted"
                text: root.emptyText
            }
        }
    }
}
