// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Theme

// Short message with at most one action; announced politely, errors assertively (role Alert).
Rectangle {
    id: root

    property string text
    property string tone: "ok"
    property string actionText

    signal acted()
    signal dismissed()

    implicitWidth: Math.min(Theme.px(460), row.implicitWidth + 24)
    implicitHeight: Math.max(Theme.px(36), row.implicitHeight + 12)
    radius: 8
    color: Theme.raised
    border.width: 1
    border.color: Theme.lineStrong

    Accessible.role: tone === "crit" ? Accessible.AlertMessage : Accessible.Notification
    Accessible.name: text

    RowLayout {
        id: row

        anchors.fill: parent
        anchors.leftMargin: 12
        anchors.rightMargin: 6
        spacing: 9

        Icon {
            name: root.tone === "ok" ? "check" : root.tone === "warn" || root.tone === "crit" ? "incident" : "info"
            size: 14
            color: Theme.toneColor(root.tone)
        }
        PlainText {
            Layout.fillWidth: true
            role: PlainText.Small
            wrapMode: Text.Wrap
            maximumLineCount: 3
            text: root.text
            Accessible.ignored: true
        }
        TextButton {
            objectName: "toastAction"
            visible: root.actionText !== ""
            kind: "link"
            small: true
            text: root.actionText
            onClicked: root.acted()
        }
        IconButton {
            objectName: "toastClose"
            iconName: "x"
            small: true
            text: qsTr("Dismiss")
            onClicked: root.dismissed()
        }
    }
}
