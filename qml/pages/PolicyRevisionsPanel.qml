// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The revisions so far, newest first. A click offers the way back to one.
ColumnLayout {
    id: root

    required property Session session
    readonly property PolicyPush push: session.policyPush

    signal rollBackWanted(int number)

    spacing: 0

    PlainText {
        Layout.leftMargin: Theme.panelPad
        Layout.bottomMargin: 4
        role: PlainText.Small
        tone: "muted"
        text: qsTr("Revisions")
    }
    PlainText {
        Layout.fillWidth: true
        Layout.leftMargin: Theme.panelPad
        Layout.rightMargin: Theme.panelPad
        visible: list.count === 0
        role: PlainText.Caption
        tone: "muted"
        wrapMode: Text.Wrap
        text: qsTr("Nothing was pushed yet.")
    }
    ListView {
        id: list

        objectName: "revisionList"
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.preferredHeight: Math.min(6, count) * Theme.px(40)
        clip: true
        model: root.push.revisions
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: count > 0
        keyNavigationEnabled: true
        Keys.onReturnPressed: root.choose(currentIndex)
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Revisions")
        delegate: Item {
            id: row

            required property int index
            required property var model

            width: list.width
            height: Theme.px(40)

            Accessible.role: Accessible.ListItem
            Accessible.name: qsTr("Revision %1, %2, %3").arg(model.number).arg(model.name).arg(model.sub)

            Rectangle {
                anchors.fill: parent
                color: mouse.containsMouse || (list.activeFocus && list.currentIndex === row.index) ? Theme.hover : "transparent"
            }
            RowLayout {
                anchors.fill: parent
                anchors.leftMargin: Theme.panelPad
                anchors.rightMargin: Theme.panelPad
                spacing: 10

                PlainText {
                    Layout.preferredWidth: Theme.px(28)
                    Layout.alignment: Qt.AlignTop
                    Layout.topMargin: 4
                    role: PlainText.Small
                    color: Theme.brass
                    text: row.model.number
                    Accessible.ignored: true
                }
                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    NameText {
                        Layout.fillWidth: true
                        role: PlainText.Small
                        text: row.model.name
                        Accessible.ignored: true
                    }
                    NameText {
                        Layout.fillWidth: true
                        role: PlainText.Caption
                        tone: "muted"
                        text: row.model.sub
                        Accessible.ignored: true
                    }
                }
            }
            MouseArea {
                id: mouse

                anchors.fill: parent
                hoverEnabled: true
                onClicked: root.choose(row.index)
            }
            HoverTip {
                text: qsTr("%1 by %2").arg(row.model.time).arg(row.model.author)
            }
        }
    }

    function choose(index: int): void {
        const row = root.push.revisions.row(index);
        if (row && row.live !== true)
            root.rollBackWanted(Number(row.id));
    }
}
