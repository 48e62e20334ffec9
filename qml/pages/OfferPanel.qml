// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// One offer of the first page: what it is and the button for it.
Rectangle {
    id: root

    property string iconName
    property string iconTone
    property string heading
    property string text
    property string buttonName
    property string buttonText

    signal triggered()

    implicitHeight: column.implicitHeight + 32
    radius: Theme.radiusPanel
    color: Theme.panel
    border.width: 1
    border.color: Theme.line

    Accessible.role: Accessible.Grouping
    Accessible.name: heading

    ColumnLayout {
        id: column

        anchors.fill: parent
        anchors.margins: 16
        spacing: 6

        RowLayout {
            Layout.fillHeight: false
            spacing: 9

            Icon {
                name: root.iconName
                color: root.iconTone === "" ? Theme.text2 : Theme.toneColor(root.iconTone)
            }
            PlainText {
                Layout.fillWidth: true
                font.weight: Font.DemiBold
                text: root.heading
            }
        }
        PlainText {
            Layout.fillWidth: true
            Layout.bottomMargin: 6
            role: PlainText.Small
            tone: "neutral"
            wrapMode: Text.Wrap
            text: root.text
        }
        Item {
            Layout.fillHeight: true
        }
        TextButton {
            objectName: root.buttonName
            text: root.buttonText
            onClicked: root.triggered()
        }
    }
}
