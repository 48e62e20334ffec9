// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

// Pauses the screen, never the reading. mode: live, paused, catchup.
T.AbstractButton {
    id: root

    property string mode: "live"
    property string detail
    readonly property string word: mode === "paused" ? qsTr("Paused") : mode === "catchup" ? qsTr("Catching up") : qsTr("Live")

    signal switched()

    implicitWidth: implicitContentWidth + 16
    implicitHeight: Theme.buttonHeight
    leftPadding: 8
    rightPadding: 8
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    onClicked: root.switched()
    Keys.onReturnPressed: root.clicked()

    Accessible.role: Accessible.Button
    Accessible.name: mode === "live" ? qsTr("Live, pause updates") : word + (detail === "" ? "" : " " + detail) + ", " + qsTr("go live")
    Accessible.onPressAction: root.clicked()

    contentItem: Row {
        spacing: 7

        Dot {
            anchors.verticalCenter: parent.verticalCenter
            tone: root.mode === "live" ? "ok" : root.mode === "paused" ? "muted" : "warn"
        }
        PlainText {
            anchors.verticalCenter: parent.verticalCenter
            role: PlainText.Small
            strong: true
            tone: root.hovered ? "strong" : "neutral"
            text: root.detail === "" ? root.word : root.word + " " + root.detail
            Accessible.ignored: true
        }
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: root.mode === "live" ? "pause" : "play"
            size: 12
        }
    }
    background: Rectangle {
        radius: Theme.radiusButton
        color: root.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: root.visualFocus
        }
    }
}
