// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Theme

// Chip with the icon of its tone; `quiet` leaves the fill away ("Within caps").
Item {
    id: root

    property string text
    property string tone
    property string iconName: tone === "ok" ? "check" : tone === "warn" || tone === "crit" ? "incident"
        : tone === "brass" ? "flag" : ""
    property string mark
    property bool dot: false
    property bool quiet: false

    implicitWidth: quiet ? line.implicitWidth : chip.implicitWidth
    implicitHeight: Theme.chipHeight

    Accessible.role: Accessible.StaticText
    Accessible.name: text

    Chip {
        id: chip

        visible: !root.quiet
        width: root.width > 0 ? Math.min(implicitWidth, root.width) : implicitWidth
        anchors.verticalCenter: parent.verticalCenter
        text: root.text
        tone: root.tone
        iconName: root.dot || root.mark !== "" ? "" : root.iconName
        mark: root.mark
        dot: root.dot
        Accessible.ignored: true
    }
    RowLayout {
        id: line

        visible: root.quiet
        anchors.verticalCenter: parent.verticalCenter
        width: Math.min(implicitWidth, root.width)
        spacing: 6

        Icon {
            name: root.iconName
            size: 13
            color: Theme.toneColor(root.tone)
        }
        PlainText {
            Layout.fillWidth: true
            Layout.preferredWidth: Math.ceil(implicitWidth)
            role: PlainText.Small
            tone: "muted"
            text: root.text
            Accessible.ignored: true
        }
    }
}
