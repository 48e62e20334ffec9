// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The hero chart in rows: a moment, its total, one number per band.
ModelTable {
    id: root

    readonly property var bandNames: session.overview.chartTableHead

    objectName: "chartTable"
    table: session.overview.chartTable
    accessibleName: session.overview.chartTitle
    rowHeight: Theme.rowDense
    activateOnClick: false
    allColumns: [
        { key: "time", title: qsTr("Time"), width: 92, always: true, kind: "text" },
        { key: "total", title: qsTr("Total"), width: 88, align: "right", always: true, kind: "strong" },
        { key: "bands", title: "", width: 0, always: true, kind: "custom" }
    ]
    delegates: ({ bands: bandsCell })

    Row {
        x: root.columnX[2]
        width: root.columnWidth[2]
        height: Theme.tableHeadHeight

        Repeater {
            model: root.bandNames.length

            NameText {
                required property int index

                width: (parent.width - Theme.panelPad) / root.bandNames.length
                height: parent.height
                leftPadding: Theme.cellPad
                role: PlainText.Caption
                strong: true
                tone: "muted"
                horizontalAlignment: Text.AlignRight
                text: root.bandNames[index] ?? ""
            }
        }
    }
    Component {
        id: bandsCell

        TableCell {
            id: cell

            Row {
                anchors.fill: parent

                Repeater {
                    model: cell.value ? cell.value.length : 0

                    PlainText {
                        required property int index

                        width: parent.width / Math.max(1, cell.value.length)
                        height: parent.height
                        role: PlainText.Small
                        tone: "neutral"
                        horizontalAlignment: Text.AlignRight
                        text: cell.value[index]
                    }
                }
            }
        }
    }
}
