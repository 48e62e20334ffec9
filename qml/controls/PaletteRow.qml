// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Theme

Rectangle {
    id: root

    required property int index
    required property string title
    required property string subtitle
    required property string kind
    property bool current: false

    signal chosen(int index)

    implicitHeight: Theme.px(36)
    radius: Theme.radiusField
    color: current ? Theme.selected : hover.hovered ? Theme.hover : "transparent"

    Accessible.role: Accessible.ListItem
    Accessible.name: title + ", " + subtitle
    Accessible.selected: current
    Accessible.onPressAction: root.chosen(root.index)

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: 10
        anchors.rightMargin: 10
        spacing: 11

        Icon {
            name: root.kind
        }
        PlainText {
            Layout.fillWidth: true
            role: PlainText.Small
            strong: true
            text: root.title
            Accessible.ignored: true
        }
        PlainText {
            Layout.maximumWidth: root.width * 0.4
            role: PlainText.Small
            tone: "muted"
            text: root.subtitle
            Accessible.ignored: true
        }
        KeyHint {
            visible: root.current
            text: qsTr("Enter")
        }
    }
    HoverHandler {
        id: hover
    }
    TapHandler {
        onTapped: root.chosen(root.index)
    }
}
