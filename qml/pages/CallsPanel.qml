// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// The calls of a run in time: who, when, what it read and wrote, what it cost so far.
Panel {
    id: root

    required property Session session
    required property RunModel run
    readonly property alias table: rows
    // Lanes take the place of the column, files have it.
    readonly property var exportColumns: run.hasLanes ? rows.exportColumns.concat([{ key: "agent", title: qsTr("Agent") }]) : rows.exportColumns
    readonly property int barIndex: rows.columns.findIndex(column => column.key === "waterfall")

    title: qsTr("Calls")
    subtitle: run.calls.totalText
    headHeight: Theme.px(36)
    headerExtras: [
        TextButton {
            objectName: "foldRepeats"
            small: true
            visible: root.run.hasRepeats
            iconName: "loop"
            text: root.run.folded ? qsTr("Show repeats") : qsTr("Fold repeats")
            onClicked: root.run.folded = !root.run.folded
        },
        TokenLegend {
            visible: !Theme.large
        }
    ]

    ModelTable {
        id: rows

        objectName: "callsTable"
        session: root.session
        table: root.run.calls
        accessibleName: qsTr("Calls of the run")
        rowHeight: Theme.px(24)
        activateOnClick: false
        selectable: true
        allColumns: [
            { key: "number", title: "", width: 44, kind: "custom", always: true },
            { key: "step", title: qsTr("Step"), width: 0, weight: root.run.hasLanes ? 1.2 : 0.72, kind: "custom" },
            { key: "agent", title: qsTr("Agent"), width: 0, weight: 0.9, kind: "text", wide: root.run.hasLanes ? Infinity : 1000 },
            { key: "modelName", title: qsTr("Model"), width: 0, weight: 1.35, kind: "custom", always: true },
            { key: "waterfall", title: "", width: 136, kind: "custom", always: true, wide: 760 },
            { key: "tokens", title: qsTr("Tokens by class"), width: 102, kind: "custom", always: true, exportKey: "tokensText" },
            { key: "input", title: qsTr("Input"), width: 60, align: "right", kind: "num", always: true },
            { key: "output", title: qsTr("Output"), width: 58, align: "right", kind: "num", always: true, wide: 560 },
            { key: "cost", title: qsTr("Cost"), width: 78, align: "right", kind: "custom", always: true },
            { key: "sum", title: qsTr("Sum"), width: 86, align: "right", kind: "custom", wide: 820 }
        ]
        delegates: ({ number: numberCell, step: stepCell, modelName: modelCell, waterfall: barCell, tokens: tokenCell, cost: costCell, sum: sumCell })
        onPicked: index => root.run.pick(index)
        onActivated: index => root.run.toggle(index)
        onKeyed: (index, key) => {
            if (key === Qt.Key_Right || key === Qt.Key_Left)
                root.run.setOpen(index, key === Qt.Key_Right);
        }

        Binding {
            target: rows
            property: "currentIndex"
            value: root.run.selectedRow
        }
        Connections {
            target: root.run
            function onSelectedChanged(): void {
                rows.reveal(root.run.selectedRow);
            }
        }
        Item {
            id: axis

            x: root.barIndex >= 0 ? rows.columnX[root.barIndex] + Theme.cellPad : 0
            width: root.barIndex >= 0 ? rows.columnWidth[root.barIndex] - 2 * Theme.cellPad : 0
            height: Theme.tableHeadHeight
            visible: root.barIndex >= 0

            readonly property real between: width * (root.run.gridPositions[1] ?? 1)
            readonly property string last: root.run.gridTexts[root.run.gridTexts.length - 1] ?? ""
            readonly property int every: Math.max(1, Math.ceil(Theme.px(8 + 6 * last.length) / Math.max(1, between)))

            Repeater {
                model: root.run.gridTexts.length

                PlainText {
                    required property int index
                    readonly property real at: (root.run.gridPositions[index] ?? 0) * axis.width

                    x: Math.max(0, Math.min(axis.width - width, index === 0 ? 0 : at - width / 2))
                    height: axis.height
                    visible: index % axis.every === 0
                    role: PlainText.Caption
                    tone: "muted"
                    text: root.run.gridTexts[index] ?? ""
                }
            }
        }
    }
    Component {
        id: numberCell

        RunNumberCell {
            onToggled: index => root.run.toggle(index)
        }
    }
    Component {
        id: stepCell

        RunStepCell {}
    }
    Component {
        id: modelCell

        RunModelCell {}
    }
    Component {
        id: barCell

        TableCell {
            id: bar

            WaterfallBar {
                anchors.fill: parent
                visible: bar.value !== undefined
                chartData: bar.value
            }
        }
    }
    Component {
        id: tokenCell

        TableCell {
            id: tokens

            TokenBar {
                anchors.fill: parent
                visible: tokens.value !== undefined
                chartData: tokens.value
            }
        }
    }
    Component {
        id: sumCell

        MarkedCell {
            mark: row?.sumMark ?? ""
            tone: "muted"
            strong: false
        }
    }
    Component {
        id: costCell

        MarkedCell {
            mark: row?.costMark ?? ""
            tone: row?.costTone ?? ""
        }
    }
}
