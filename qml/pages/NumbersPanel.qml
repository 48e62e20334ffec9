// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Every measure of the workflow or of a part of it, with its fraction and interval; a row opens the calls behind it.
Panel {
    id: root

    required property Session session
    readonly property NumbersModel numbers: session.workflow.numbers
    readonly property alias table: rows
    readonly property var exportColumns: columnsOf(["key", "name", "value", "unit", "n", "low", "high", "top", "bottom", "note", "formula"])

    // As var: qmllint 6.4 does not know the methods of a list.
    function columnsOf(keys: var): var {
        return keys.map(key => ({ key: key, title: key }));
    }

    title: qsTr("Numbers")
    subtitle: numbers.state !== "ready" || numbers.note === "" ? numbers.sub : numbers.sub + ". " + numbers.note
    headHeight: Theme.px(38)
    separator: true
    headerExtras: [
        Select {
            objectName: "numbersDimension"
            small: true
            implicitWidth: Theme.px(132)
            label: qsTr("Numbers of")
            options: root.numbers.dimensions
            currentKey: root.numbers.dimension
            onActivated: key => root.numbers.dimension = key
        },
        Select {
            objectName: "numbersValue"
            visible: root.numbers.dimension !== ""
            small: true
            implicitWidth: Theme.px(150)
            label: qsTr("Which one")
            options: root.numbers.values
            currentKey: root.numbers.value
            onActivated: key => root.numbers.value = key
        }
    ]

    Item {
        ModelTable {
            id: rows

            objectName: "numbersTable"
            anchors.fill: parent
            visible: count > 0 && root.numbers.state !== "error"
            session: root.session
            table: root.numbers.measures
            accessibleName: root.title
            rowHeight: Theme.px(27)
            allColumns: [
                { key: "group", title: "", width: 74, kind: "muted", always: true, wide: 520 },
                { key: "name", title: qsTr("Measure"), width: 0, weight: 1.5, kind: "custom", always: true },
                { key: "value", title: qsTr("Value"), width: 0, weight: 1.1, align: "right", kind: "custom", always: true },
                { key: "interval", title: qsTr("90 % interval"), width: 128, align: "right", kind: "muted", wide: 560 },
                { key: "of", title: qsTr("Fraction"), width: 156, align: "right", kind: "num", wide: 460 },
                { key: "n", title: qsTr("n"), width: 66, align: "right", kind: "num", always: true }
            ]
            delegates: ({ name: nameCell, value: valueCell })
            onActivated: index => root.numbers.openCalls(table.row(index).id)
        }
        SkeletonBlock {
            objectName: "numbersLoading"
            anchors.fill: parent
            anchors.margins: Theme.panelPad
            visible: root.numbers.state === "loading" && rows.count === 0
            rows: 12
        }
        EmptyState {
            objectName: "numbersError"
            anchors.fill: parent
            visible: root.numbers.state === "error"
            iconName: "incident"
            tone: "crit"
            heading: qsTr("The calls could not be read")
            text: root.numbers.note
        }
    }
    Component {
        id: nameCell

        TableCell {
            id: name

            NameText {
                anchors.fill: parent
                role: PlainText.Small
                strong: true
                text: name.value === undefined ? "" : String(name.value)
            }
            HoverTip {
                text: String(name.row?.tip ?? "")
            }
        }
    }
    Component {
        id: valueCell

        MarkedCell {
            id: measured

            mark: row?.valueMark ?? ""
            tone: row?.valueTone ?? ""
            strong: tone !== "muted"

            HoverTip {
                text: String(measured.row?.tip ?? "")
            }
        }
    }
}
