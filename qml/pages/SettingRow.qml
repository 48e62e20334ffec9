// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// Label and note at the left, one control at the right.
Item {
    id: root

    property string label
    property string note
    property bool line: true
    default property alias control: place.data

    Layout.fillWidth: true
    implicitWidth: words.implicitWidth + place.childrenRect.width + 2 * Theme.panelPad + 16
    implicitHeight: Math.max(words.implicitHeight, place.childrenRect.height) + 18

    ColumnLayout {
        id: words

        anchors.left: parent.left
        anchors.leftMargin: Theme.panelPad
        anchors.right: place.left
        anchors.rightMargin: 16
        anchors.verticalCenter: parent.verticalCenter
        spacing: 1

        PlainText {
            Layout.fillWidth: true
            strong: true
            role: PlainText.Small
            wrapMode: Text.Wrap
            text: root.label
        }
        PlainText {
            Layout.fillWidth: true
            visible: text !== ""
            role: PlainText.Caption
            tone: "muted"
            wrapMode: Text.Wrap
            text: root.note
        }
    }
    Item {
        id: place

        anchors.right: parent.right
        anchors.rightMargin: Theme.panelPad
        anchors.verticalCenter: parent.verticalCenter
        width: childrenRect.width
        height: childrenRect.height
    }
    Hairline {
        anchors.bottom: parent.bottom
        width: parent.width
        visible: root.line
    }
}
