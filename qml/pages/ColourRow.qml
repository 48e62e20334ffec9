// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Flyball.Theme
import Flyball.Controls

// Name and the ten colours as one row of choices.
Item {
    id: root

    required property var model
    readonly property int step: Theme.px(20)

    signal slotChosen(string id, int slot)

    implicitHeight: Theme.rowHeight
    Accessible.role: Accessible.Row
    Accessible.name: model.name

    NameText {
        anchors.left: parent.left
        anchors.leftMargin: Theme.panelPad
        anchors.right: slots.left
        anchors.rightMargin: 10
        height: parent.height
        role: PlainText.Small
        strong: true
        text: root.model.name
    }
    Row {
        id: slots

        anchors.right: parent.right
        anchors.rightMargin: Theme.panelPad
        anchors.verticalCenter: parent.verticalCenter

        Repeater {
            model: Theme.seriesColors.length

            T.AbstractButton {
                id: slotButton

                required property int index
                readonly property bool current: root.model.slot === index

                objectName: "slot_" + index
                width: root.step
                height: root.step
                focusPolicy: Qt.StrongFocus
                onClicked: root.slotChosen(root.model.id, index)

                Accessible.role: Accessible.RadioButton
                Accessible.name: qsTr("Colour %1").arg(index + 1)
                Accessible.checked: current

                contentItem: Item {
                    Rectangle {
                        anchors.centerIn: parent
                        width: Theme.px(slotButton.current ? 14 : 10)
                        height: width
                        radius: 3
                        color: Theme.seriesColor(slotButton.index)
                    }
                }
                background: Rectangle {
                    radius: 5
                    color: "transparent"
                    border.width: slotButton.current ? 1 : 0
                    border.color: Theme.text

                    FocusRing {
                        shown: slotButton.visualFocus
                        inside: true
                    }
                }
            }
        }
    }
    Hairline {
        anchors.bottom: parent.bottom
        width: parent.width
    }
}
