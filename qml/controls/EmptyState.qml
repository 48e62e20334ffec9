// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme

// What is not there, what is known, what to do. Actions: {key, text, kind}.
Item {
    id: root

    property string iconName: "clock"
    property string heading
    property string text
    property string tone: "muted"
    property var actions: []

    signal triggered(string key)

    implicitWidth: Theme.px(320)
    implicitHeight: column.implicitHeight + 28

    Accessible.role: Accessible.Grouping
    Accessible.name: heading + ". " + text

    ColumnLayout {
        id: column

        anchors.centerIn: parent
        width: Math.min(parent.width - 32, Theme.px(380))
        spacing: 6

        Icon {
            Layout.alignment: Qt.AlignHCenter
            name: root.iconName
            size: 26
            strokeWidth: 1.2
            color: Theme.toneColor(root.tone)
        }
        PlainText {
            Layout.fillWidth: true
            Layout.topMargin: 4
            font.pixelSize: Theme.px(14)
            font.weight: Font.DemiBold
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            maximumLineCount: 3
            text: root.heading
        }
        PlainText {
            Layout.fillWidth: true
            visible: text !== ""
            role: PlainText.Small
            tone: "neutral"
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            maximumLineCount: 6
            text: root.text
        }
        Row {
            Layout.alignment: Qt.AlignHCenter
            Layout.topMargin: 8
            visible: root.actions.length > 0
            spacing: 8

            Repeater {
                model: root.actions.length

                TextButton {
                    required property int index
                    readonly property var entry: root.actions[index] ?? ({ key: "", text: "" })

                    objectName: "state_" + (entry?.key ?? "")
                    text: String(entry?.text ?? "")
                    kind: String(entry?.kind ?? "normal")
                    onClicked: root.triggered(String(entry?.key ?? ""))
                }
            }
        }
    }
}
