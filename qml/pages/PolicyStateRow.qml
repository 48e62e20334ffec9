// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// One thing a policy is pushed to, or one agent, and how far it is.
Item {
    id: root

    property string iconName
    property string name
    property string sub
    property string stateText
    property string stateTone
    property string tip

    implicitHeight: Theme.px(44)

    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("%1, %2, %3").arg(name).arg(stateText).arg(sub)

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.panelPad
        anchors.rightMargin: Theme.panelPad
        spacing: 11

        Icon {
            visible: root.iconName !== ""
            name: root.iconName
            size: 16
            color: Theme.text2
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 1

            NameText {
                Layout.fillWidth: true
                role: PlainText.Small
                strong: true
                text: root.name
                Accessible.ignored: true
            }
            NameText {
                Layout.fillWidth: true
                role: PlainText.Caption
                tone: "muted"
                text: root.sub
                Accessible.ignored: true
            }
        }
        StateChip {
            text: root.stateText
            tone: root.stateTone
            iconName: ""
            Accessible.ignored: true
        }
    }
    Hairline {
        anchors.bottom: parent.bottom
        width: parent.width
    }
    HoverTip {
        text: root.tip
    }
}
