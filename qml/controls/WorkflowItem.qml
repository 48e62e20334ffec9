// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Flyball.Theme

// Legend entry and jump: click opens, Ctrl click or H hides it in the chart.
T.AbstractButton {
    id: root

    property string label
    property string value
    property string badge
    property string badgeTone: "brass"
    property color color: Theme.other
    property bool current: false
    property bool hiddenInChart: false
    property bool stale: false

    signal hideToggled()
    signal opened()

    implicitWidth: Theme.sidebarWidth - 16
    implicitHeight: Theme.px(25)
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    onClicked: root.opened()
    Keys.onReturnPressed: root.clicked()
    Keys.onPressed: event => {
        if (event.key === Qt.Key_H) {
            root.hideToggled();
            event.accepted = true;
        }
    }

    Accessible.role: Accessible.ListItem
    Accessible.name: label + (value === "" ? "" : ", " + value) + (hiddenInChart ? ", " + qsTr("hidden") : "")
        + (stale ? ", " + qsTr("stale") : "")
    Accessible.selected: current
    Accessible.onPressAction: root.clicked()

    contentItem: RowLayout {
        spacing: 8

        Rectangle {
            Layout.leftMargin: 8
            implicitWidth: Theme.px(9)
            implicitHeight: Theme.px(9)
            radius: 2.5
            color: root.hiddenInChart ? "transparent" : root.color
            border.width: root.hiddenInChart ? 1.5 : 0
            border.color: root.color
        }
        NameText {
            Layout.fillWidth: true
            role: PlainText.Small
            color: root.current ? Theme.text : root.hiddenInChart || root.stale ? Theme.text3 : Theme.text2
            font.strikeout: root.hiddenInChart
            text: root.label
            Accessible.ignored: true
        }
        Icon {
            visible: root.stale
            name: "clock"
            size: 12
            color: Theme.warn
        }
        PlainText {
            Layout.rightMargin: root.badge === "" ? 8 : 0
            visible: text !== ""
            role: PlainText.Small
            strong: true
            color: root.stale ? Theme.text3 : Theme.text2
            text: root.value
            Accessible.ignored: true
        }
        Badge {
            Layout.rightMargin: 8
            visible: root.badge !== ""
            text: root.badge
            tone: root.badgeTone
        }
    }
    background: Rectangle {
        radius: Theme.radiusField
        color: root.current ? Theme.selected : root.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: root.visualFocus
            inside: true
            cornerRadius: Theme.radiusField
        }
    }

    MouseArea {
        anchors.fill: parent
        acceptedButtons: Qt.LeftButton
        onPressed: mouse => mouse.accepted = (mouse.modifiers & Qt.ControlModifier) !== 0
        onClicked: root.hideToggled()
    }
}
