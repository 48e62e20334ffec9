// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Why the sum is not that of another time: four steps that sum to the difference, row by row.
Panel {
    id: root

    required property Session session
    readonly property ExploreModel explore: session.explore
    readonly property alias table: rows
    // As var: qmllint 6.4 does not know what a row holds.
    readonly property var cells: explore.changes

    title: qsTr("Changes")
    subtitle: explore.note === "" || !explore.comparable ? explore.title : explore.title + ". " + explore.note
    headHeight: Theme.px(44)
    separator: true
    headerExtras: [
        ExploreChoices {
            explore: root.explore
            columnsToo: false
        },
        Select {
            objectName: "exploreAgainst"
            small: true
            implicitWidth: Theme.px(136)
            label: qsTr("Against")
            options: root.explore.times
            currentKey: root.explore.against
            onActivated: key => root.explore.against = key
        },
        Row {
            visible: root.explore.betweenValues
            spacing: 6

            Select {
                objectName: "exploreSplit"
                small: true
                implicitWidth: Theme.px(122)
                label: qsTr("Two values of")
                options: root.explore.dimensions
                currentKey: root.explore.splitBy
                onActivated: key => root.explore.splitBy = key
            }
            Select {
                objectName: "exploreFirst"
                small: true
                implicitWidth: Theme.px(104)
                label: qsTr("From")
                options: root.explore.splitValues
                currentKey: root.explore.first
                onActivated: key => root.explore.first = key
            }
            Select {
                objectName: "exploreSecond"
                small: true
                implicitWidth: Theme.px(104)
                label: qsTr("To")
                options: root.explore.splitValues
                currentKey: root.explore.second
                onActivated: key => root.explore.second = key
            }
        }
    ]

    Item {
        ModelTable {
            id: rows

            objectName: "changesTable"
            anchors.fill: parent
            visible: root.explore.comparable
            session: root.session
            table: root.explore.changes
            accessibleName: root.title
            allColumns: [
                { key: "name", title: "", width: 0, weight: 1.5, sortable: true, kind: "custom", always: true },
                { key: "before", title: root.explore.beforeText, width: 92, align: "right", sortable: true, kind: "num" },
                { key: "after", title: root.explore.afterText, width: 92, align: "right", sortable: true, kind: "num" },
                { key: "difference", title: qsTr("Difference"), width: 98, align: "right", sortable: true, kind: "num", toneKey: "differenceTone" },
                { key: "calls", title: qsTr("Calls"), width: 76, align: "right", sortable: true, kind: "num", wide: 960 },
                { key: "volume", title: qsTr("by volume"), width: 92, align: "right", sortable: true, kind: "num" },
                { key: "mix", title: qsTr("by mix"), width: 92, align: "right", sortable: true, kind: "num" },
                { key: "size", title: qsTr("by size"), width: 92, align: "right", sortable: true, kind: "num" },
                { key: "rate", title: qsTr("by rate"), width: 92, align: "right", sortable: true, kind: "num" }
            ]
            delegates: ({ name: nameCell })
            onActivated: index => root.explore.openCalls(root.cells.row(index).id, -1)
        }
        EmptyState {
            objectName: "changesEmpty"
            anchors.fill: parent
            visible: !root.explore.comparable
            heading: root.explore.changes.emptyHeading
            text: root.explore.note
        }
    }
    Component {
        id: nameCell

        NameCell {
            swatch: root.explore.rowsBy === "workflow"
        }
    }
}
