// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Theme

// One line over a panel or page: stale, disk full, demo.
Rectangle {
    id: root

    property string tone: "warn"
    property string iconName: tone === "warn" ? "clock" : tone === "crit" ? "incident" : "info"
    property string heading
    property string text
    property string actionText
    readonly property color ink: Theme.toneColor(tone)

    signal triggered()

    implicitWidth: row.implicitWidth + 28
    implicitHeight: Theme.px(34)
    color: Theme.toneFill(tone)

    Accessible.role: Accessible.AlertMessage
    Accessible.name: heading + " " + text

    RowLayout {
        id: row

        anchors.fill: parent
        anchors.leftMargin: 14
        anchors.rightMargin: 14
        spacing: 8

        Icon {
            name: root.iconName
            size: 14
            color: root.ink
        }
        NameText {
            Layout.fillWidth: true
            Layout.maximumWidth: Math.ceil(implicitWidth)
            Layout.preferredWidth: Math.ceil(implicitWidth)
            Layout.minimumWidth: Math.min(Math.ceil(implicitWidth), root.width * 0.5)
            role: PlainText.Small
            strong: true
            color: root.ink
            text: root.heading
            Accessible.ignored: true
        }
        NameText {
            Layout.fillWidth: true
            role: PlainText.Small
            color: root.ink
            text: root.text
            Accessible.ignored: true
        }
        TextButton {
            objectName: "bannerAction"
            visible: root.actionText !== ""
            kind: "link"
            tone: root.tone
            small: true
            text: root.actionText
            onClicked: root.triggered()
        }
    }
}
