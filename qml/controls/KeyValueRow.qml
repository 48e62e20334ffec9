// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Theme

Item {
    id: root

    property string label
    property string value
    property string tone: "strong"
    property bool strong: false
    property bool mono: false
    property bool line: true

    implicitWidth: row.implicitWidth
    implicitHeight: Theme.px(24)

    Accessible.role: Accessible.StaticText
    Accessible.name: label + ", " + value

    RowLayout {
        id: row

        anchors.fill: parent
        spacing: 10

        PlainText {
            Layout.fillWidth: true
            Layout.minimumWidth: Math.min(implicitWidth, root.width * 0.3)
            role: PlainText.Small
            tone: root.strong ? "strong" : "neutral"
            font.weight: root.strong ? Font.DemiBold : Font.Normal
            text: root.label
            Accessible.ignored: true
        }
        NameText {
            Layout.maximumWidth: root.width * 0.68
            role: PlainText.Small
            tone: root.tone
            mono: root.mono
            font.weight: root.strong ? Font.DemiBold : Font.Medium
            text: root.value
            Accessible.ignored: true
        }
    }
    Hairline {
        visible: root.line
        anchors.bottom: parent.bottom
        width: parent.width
    }
}
