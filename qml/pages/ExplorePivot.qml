// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Sums by two dimensions, tinted by size; a cell opens the calls behind it.
Panel {
    id: root

    required property Session session
    readonly property ExploreModel explore: session.explore
    readonly property alias table: rows
    // As var: qmllint 6.4 does not know what a row holds.
    readonly property var cells: explore.pivot
    readonly property var heads: explore.heads
    readonly property var columns: columnsOf(heads)

    function columnsOf(heads: var): var {
        const list = [{ key: "name", title: "", width: 0, weight: 1.4, sortable: true, kind: "custom", always: true }];
        for (let i = 0; i < heads.length; ++i)
            list.push({ key: heads[i].key, title: heads[i].text, width: 0, weight: 1, align: "right", sortable: true,
                kind: "custom", always: true });
        return list;
    }

    title: explore.title
    subtitle: explore.note === "" ? explore.pivot.totalText : explore.note
    headHeight: Theme.px(44)
    separator: true
    headerExtras: [
        ExploreChoices {
            explore: root.explore
        },
        Select {
            objectName: "exploreMeasure"
            small: true
            implicitWidth: Theme.px(118)
            label: qsTr("Shown")
            options: root.explore.measures
            currentKey: root.explore.measure
            onActivated: key => root.explore.measure = key
        }
    ]

    Binding {
        target: root.explore
        property: "places"
        value: Math.floor((root.width / Theme.textScale - 200) / 136) - 1
        when: root.width > 0
    }
    ColumnLayout {
        spacing: 0

        ModelTable {
            id: rows

            objectName: "pivotTable"
            Layout.fillWidth: true
            Layout.fillHeight: true
            session: root.session
            table: root.explore.pivot
            accessibleName: root.title
            allColumns: root.columns
            delegates: ({ name: nameCell, rest: plainCell, total: totalCell, c0: heat0, c1: heat1, c2: heat2, c3: heat3,
                c4: heat4, c5: heat5, c6: heat6, c7: heat7 })
            onActivated: index => root.explore.openCalls(root.cells.row(index).id, -1)
        }
        Hairline {
            Layout.fillWidth: true
        }
        ModelTable {
            id: sum

            objectName: "pivotSum"
            Layout.fillWidth: true
            Layout.fillHeight: false
            Layout.preferredHeight: Theme.rowHeight
            visible: rows.count > 0
            headVisible: false
            activateOnClick: false
            session: root.session
            table: root.explore.pivotSum
            accessibleName: qsTr("Total")
            allColumns: root.columns
            delegates: ({ name: sumNameCell, rest: totalCell, total: totalCell, c0: totalCell, c1: totalCell, c2: totalCell,
                c3: totalCell, c4: totalCell, c5: totalCell, c6: totalCell, c7: totalCell })
        }
    }
    Component {
        id: nameCell

        NameCell {
            swatch: root.explore.rowsBy === "workflow"
        }
    }
    Component {
        id: sumNameCell

        NameCell {
            swatch: false
        }
    }
    Component {
        id: plainCell

        PivotCell {}
    }
    Component {
        id: totalCell

        PivotCell {
            strong: true
        }
    }
    component HeatCell: PivotCell {
        onOpened: root.explore.openCalls(row?.id ?? "", column)
    }
    Component { id: heat0; HeatCell { column: 0 } }
    Component { id: heat1; HeatCell { column: 1 } }
    Component { id: heat2; HeatCell { column: 2 } }
    Component { id: heat3; HeatCell { column: 3 } }
    Component { id: heat4; HeatCell { column: 4 } }
    Component { id: heat5; HeatCell { column: 5 } }
    Component { id: heat6; HeatCell { column: 6 } }
    Component { id: heat7; HeatCell { column: 7 } }
}
