// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Health at a glance; each part opens its page.
FocusScope {
    id: root

    required property Session session
    property bool compact: false

    implicitHeight: Theme.statusHeight
    Accessible.role: Accessible.StatusBar
    Accessible.name: qsTr("Status")

    Rectangle {
        anchors.fill: parent
        color: Theme.sidebar
    }
    Hairline {
        width: parent.width
    }
    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.pagePadX - 4
        anchors.rightMargin: Theme.pagePadX
        spacing: Theme.large ? 4 : 8

        Repeater {
            model: root.session.status.parts

            T.AbstractButton {
                id: part

                required property int index
                required property var model
                readonly property string tone: model.tone
                readonly property string page: model.page

                objectName: "status_" + model.id
                Layout.fillWidth: true
                Layout.maximumWidth: implicitWidth
                Layout.minimumWidth: 0
                visible: !Theme.large || index < 3
                implicitWidth: implicitContentWidth + 8
                implicitHeight: Theme.statusHeight - 6
                text: String(model.text)
                focus: index === 0
                focusPolicy: Qt.TabFocus
                hoverEnabled: true
                clip: true
                onClicked: if (page !== "") root.session.navigation.show(page)
                Keys.onReturnPressed: part.clicked()

                Accessible.role: Accessible.Button
                Accessible.name: text

                contentItem: Row {
                    leftPadding: 4
                    spacing: 6

                    Dot {
                        anchors.verticalCenter: parent.verticalCenter
                        visible: part.index === 0
                        size: 7
                        tone: part.tone
                    }
                    PlainText {
                        anchors.verticalCenter: parent.verticalCenter
                        role: PlainText.Caption
                        tone: part.index > 0 && (part.tone === "warn" || part.tone === "crit") ? part.tone
                            : part.hovered ? "strong" : "neutral"
                        text: part.text
                        Accessible.ignored: true
                    }
                }
                background: Item {
                    FocusRing {
                        shown: part.visualFocus
                        inside: true
                        cornerRadius: 4
                    }
                }
            }
        }
        Item {
            Layout.fillWidth: true
        }
        PlainText {
            objectName: "clock"
            Layout.maximumWidth: implicitWidth
            role: PlainText.Caption
            tone: "neutral"
            visible: !Theme.large
            text: root.session.status.clock
        }
    }
}
