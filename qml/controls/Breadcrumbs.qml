// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme

// The way here; every item is a link. Items: {key, text}.
Row {
    id: root

    property var items: []

    signal activated(string key)

    spacing: 6

    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("Path")

    Repeater {
        model: root.items.length

        Row {
            id: crumb

            required property int index
            readonly property var item: root.items[index]

            spacing: 6

            TextButton {
                anchors.verticalCenter: parent.verticalCenter
                objectName: "crumb_" + crumb.item.key
                width: Math.min(implicitWidth, Theme.px(220))
                kind: "quiet"
                small: true
                leftPadding: 2
                rightPadding: 2
                text: String(crumb.item.text)
                onClicked: root.activated(String(crumb.item.key))
            }
            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: "chev"
                size: 12
                color: Theme.text3
            }
        }
    }
}
