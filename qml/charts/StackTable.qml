// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Charts
import Flyball.Controls
import Flyball.Theme

// The chart as rows, newest first.
Item {
    id: root

    required property StackItem source
    readonly property var head: { source.bins; return source.tableHead(); }
    readonly property real cellWidth: Math.max(Theme.px(90), width / Math.max(1, head.length))

    Accessible.role: Accessible.Table
    Accessible.name: qsTr("Chart as table")

    Flickable {
        anchors.fill: parent
        contentWidth: root.cellWidth * root.head.length
        clip: true
        boundsBehavior: Flickable.StopAtBounds

        Row {
            id: headRow

            height: Theme.tableHeadHeight

            Repeater {
                model: root.head

                PlainText {
                    required property string modelData
                    required property int index

                    width: root.cellWidth - 8
                    height: headRow.height
                    role: PlainText.Caption
                    strong: true
                    tone: "muted"
                    rightPadding: 8
                    horizontalAlignment: index === 0 ? Text.AlignLeft : Text.AlignRight
                    text: modelData
                }
            }
        }
        ListView {
            objectName: "chartRows"
            y: headRow.height
            width: parent.width
            height: root.height - headRow.height
            model: root.source.bins
            clip: true
            focus: true
            reuseItems: true
            boundsBehavior: Flickable.StopAtBounds
            ScrollBar.vertical: ScrollBar {}
            delegate: Row {
                id: line

                required property int index
                readonly property var cells: { root.source.chartData; return root.source.tableRow(index); }

                height: Theme.px(24)
                Accessible.role: Accessible.Row
                Accessible.name: cells.join(", ")

                Repeater {
                    model: line.cells

                    PlainText {
                        required property string modelData
                        required property int index

                        width: root.cellWidth - 8
                        height: line.height
                        role: PlainText.Small
                        tone: index === 1 ? "strong" : "neutral"
                        rightPadding: 8
                        horizontalAlignment: index === 0 ? Text.AlignLeft : Text.AlignRight
                        text: modelData
                    }
                }
            }
        }
    }
}
