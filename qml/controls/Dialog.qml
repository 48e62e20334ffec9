// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Flyball.Theme

// Modal sheet in the middle of the window. Children go between the words and the buttons (`actions`).
T.Popup {
    id: root

    default property alias body: bodyColumn.data
    property alias actions: actionRow.data
    property string title
    property string text
    property real sheetWidth: Theme.px(440)

    signal cancelled()

    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(sheetWidth, parent ? parent.width - 32 : sheetWidth)
    implicitHeight: Math.min(contentHeight + topPadding + bottomPadding, parent ? parent.height - 32 : 4000)
    modal: true
    focus: true
    padding: 16
    topPadding: 14
    closePolicy: T.Popup.CloseOnEscape
    onAboutToHide: if (!settled) cancelled()
    onAboutToShow: settled = false

    // True once an action took the decision, so that closing is no cancel.
    property bool settled: false

    function finish(): void {
        settled = true;
        close();
    }

    contentItem: Flickable {
        implicitHeight: column.implicitHeight
        contentHeight: column.implicitHeight
        interactive: contentHeight > height
        clip: interactive
        boundsBehavior: Flickable.StopAtBounds
        ScrollBar.vertical: ScrollBar {}

        Accessible.role: Accessible.Dialog
        Accessible.name: root.title
        Accessible.description: root.text

        ColumnLayout {
            id: column

            width: parent.width
            spacing: 4

            PlainText {
                Layout.fillWidth: true
                font.pixelSize: Theme.px(15)
                font.weight: Font.DemiBold
                wrapMode: Text.Wrap
                text: root.title
            }
            PlainText {
                Layout.fillWidth: true
                visible: text !== ""
                role: PlainText.Small
                tone: "neutral"
                wrapMode: Text.Wrap
                text: root.text
            }
            ColumnLayout {
                id: bodyColumn

                Layout.fillWidth: true
                Layout.topMargin: 6
                spacing: 6
            }
            Flow {
                id: actionRow

                Layout.fillWidth: true
                Layout.topMargin: 10
                spacing: 8
            }
        }
    }
    background: PopupFrame {}
    enter: Transition {
        NumberAnimation {
            property: "opacity"
            from: 0
            to: 1
            duration: Theme.durFade
            easing.type: Easing.OutCubic
        }
    }
    T.Overlay.modal: Rectangle {
        color: Theme.overlay
    }
}
