// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Controls
import Flyball.Theme

// Read-out beside a chart cursor: time, total, the largest parts.
Rectangle {
    id: root

    property var readout: ({})
    readonly property var rows: readout.rows === undefined ? [] : readout.rows

    width: Theme.px(200)
    height: column.implicitHeight + 18
    radius: 8
    color: Theme.raised
    border.width: 1
    border.color: Theme.lineStrong
    z: 5

    Column {
        id: column

        x: 11
        y: 9
        width: parent.width - 22
        spacing: 3

        Item {
            width: parent.width
            height: time.implicitHeight + 2

            PlainText {
                id: time

                width: parent.width - total.width - 8
                role: PlainText.Small
                font.weight: Font.DemiBold
                text: root.readout.time === undefined ? "" : root.readout.time
            }
            PlainText {
                id: total

                anchors.right: parent.right
                width: Math.min(implicitWidth, parent.width * 0.7)
                role: PlainText.Small
                font.weight: Font.DemiBold
                text: root.readout.total === undefined ? "" : root.readout.known === false ? qsTr("No data") : root.readout.total
            }
        }
        Repeater {
            model: root.readout.known === false ? 0 : root.rows.length

            Item {
                id: line

                required property int index
                readonly property var row: root.rows[index]

                width: column.width
                height: name.implicitHeight + 1

                Swatch {
                    id: swatch

                    anchors.verticalCenter: parent.verticalCenter
                    color: line.row.color
                }
                PlainText {
                    id: name

                    x: swatch.width + 7
                    width: parent.width - x - value.width - 8
                    role: PlainText.Small
                    tone: "neutral"
                    text: line.row.name
                }
                PlainText {
                    id: value

                    anchors.right: parent.right
                    width: Math.min(implicitWidth, parent.width * 0.62)
                    role: PlainText.Small
                    text: line.row.value
                }
            }
        }
    }
}
