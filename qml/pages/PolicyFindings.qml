// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// What is wrong or odd in a policy, by place.
ColumnLayout {
    id: root

    property var rows: []
    property int most: 6
    property bool all: false

    spacing: 6

    Repeater {
        model: root.all ? root.rows.length : Math.min(root.most, root.rows.length)

        RowLayout {
            id: finding

            required property int index
            readonly property var row: root.rows[index] ?? ({ path: "", text: "", tone: "" })

            Layout.fillWidth: true
            spacing: 8

            Icon {
                Layout.alignment: Qt.AlignTop
                Layout.topMargin: 1
                name: "incident"
                size: 14
                color: Theme.toneColor(finding.row.tone)
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0

                PlainText {
                    Layout.fillWidth: true
                    role: PlainText.Small
                    wrapMode: Text.Wrap
                    text: finding.row.text
                }
                NameText {
                    Layout.fillWidth: true
                    visible: text !== ""
                    role: PlainText.Caption
                    mono: true
                    tone: "muted"
                    text: finding.row.path
                }
            }
        }
    }
    TextButton {
        visible: root.rows.length > root.most
        kind: "link"
        small: true
        text: root.all ? qsTr("Fewer") : root.most === 0 ? qsTr("%1 notes on other scopes").arg(root.rows.length)
            : qsTr("%1 more notes").arg(root.rows.length - root.most)
        onClicked: root.all = !root.all
    }
}
