// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

// Many lines of input, plain text, with its own scrolling.
Rectangle {
    id: root

    property alias text: edit.text
    property alias readOnly: edit.readOnly
    property string label: qsTr("Text")
    property bool invalid: false

    signal edited()

    implicitWidth: Theme.px(300)
    implicitHeight: Theme.px(200)
    radius: Theme.radiusField
    color: Theme.inset
    border.width: 1
    border.color: invalid ? Theme.crit : edit.activeFocus ? Theme.accent : Theme.line

    Flickable {
        id: scroll

        anchors.fill: parent
        anchors.margins: 6
        contentWidth: edit.width
        contentHeight: edit.height
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        ScrollBar.vertical: ScrollBar {}
        ScrollBar.horizontal: ScrollBar {}

        function reveal(at: rect): void {
            contentX = Math.max(0, Math.min(at.x, Math.max(contentX, at.x + at.width - width)));
            contentY = at.y < contentY ? at.y : Math.max(contentY, at.y + at.height - height);
        }

        TextEdit {
            id: edit

            width: Math.max(scroll.width, implicitWidth)
            height: Math.max(scroll.height, implicitHeight)
            textFormat: TextEdit.PlainText
            wrapMode: TextEdit.NoWrap
            selectByMouse: true
            activeFocusOnTab: true
            renderType: TextEdit.NativeRendering
            color: readOnly ? Theme.text2 : Theme.text
            selectionColor: Theme.accentFill
            selectedTextColor: Theme.accentInk
            font.family: Theme.mono
            font.pixelSize: Theme.px(11.5)
            onCursorRectangleChanged: scroll.reveal(cursorRectangle)
            onTextChanged: if (activeFocus) root.edited()
            // Tab leaves the field: the keyboard must not be caught here.
            KeyNavigation.priority: KeyNavigation.BeforeItem
            Keys.onTabPressed: nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
            Keys.onBacktabPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)

            Accessible.role: Accessible.EditableText
            Accessible.multiLine: true
            Accessible.readOnly: readOnly
            Accessible.name: root.label
        }
    }
}
