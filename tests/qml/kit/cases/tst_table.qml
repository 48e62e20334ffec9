// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtTest
import Flyball.Controls

// The table moves with the keys, asks for sorting instead of sorting, and freezes while it is used.
Item {
    id: scene

    width: 800
    height: 500

    ListModel {
        id: rows

        Component.onCompleted: {
            for (let i = 0; i < 200; ++i)
                append({ name: "wf " + i, spend: "$" + i, tone: i === 1 ? "crit" : "" });
        }
    }
    DataTable {
        id: table

        width: parent.width
        height: 400
        model: rows
        sortKey: "spend"
        columns: [{ key: "name", title: "Workflow", width: 0, kind: "custom", sortable: true },
            { key: "spend", title: "Today", width: 100, align: "right", kind: "strong", sortable: true, toneKey: "tone" },
            { key: "missing", title: "Missing", width: 80 }]
        delegates: ({ name: nameCell })
    }
    Component {
        id: nameCell

        TableCell {
            id: cell

            objectName: "nameCell" + rowIndex

            NameText {
                anchors.fill: parent
                text: cell.value ?? ""
            }
        }
    }
    SignalSpy { id: sorts; target: table; signalName: "sortRequested" }
    SignalSpy { id: opens; target: table; signalName: "activated" }
    SignalSpy { id: keys; target: table; signalName: "keyed" }

    TestCase {
        name: "Table"
        when: windowShown

        function init(): void {
            sorts.clear();
            opens.clear();
            keys.clear();
            findChild(table, "rows").forceActiveFocus(Qt.TabFocusReason);
            table.currentIndex = 0;
        }
        function test_keys(): void {
            keyClick(Qt.Key_Down);
            compare(table.currentIndex, 1);
            keyClick(Qt.Key_End);
            compare(table.currentIndex, 199);
            keyClick(Qt.Key_Down);
            compare(table.currentIndex, 199);
            keyClick(Qt.Key_PageUp);
            verify(table.currentIndex > 180 && table.currentIndex < 199);
            keyClick(Qt.Key_Home);
            compare(table.currentIndex, 0);
            keyClick(Qt.Key_PageDown);
            verify(table.currentIndex >= 5);
            keyClick(Qt.Key_Return);
            compare(opens.count, 1);
            compare(opens.signalArguments[0][0], table.currentIndex);
            keyClick(Qt.Key_E);
            compare(keys.signalArguments[0][1], Qt.Key_E);
        }
        function test_sort(): void {
            mouseClick(findChild(table, "head_name"));
            compare(sorts.signalArguments[0][0], "name");
            compare(rows.get(0).name, "wf 0", "the table never sorts by itself");
            findChild(table, "head_spend").forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Return);
            compare(sorts.signalArguments[1][0], "spend");
            mouseClick(findChild(table, "head_missing"));
            compare(sorts.count, 2, "not sortable");
            compare(findChild(table, "head_spend").Accessible.name, "Today, falling");
        }
        function test_click(): void {
            mouseClick(table, 60, 26 + 36 * 2 + 10);
            compare(table.currentIndex, 2);
            compare(opens.signalArguments[0][0], 2);
        }
        function test_frozen(): void {
            mouseMove(table, 60, 26 + 36 + 10);
            tryCompare(table, "hoveredIndex", 1);
            verify(table.frozen);
        }
        function test_customCells(): void {
            const cell = findChild(table, "nameCell3");
            verify(cell !== null);
            compare(cell.value, "wf 3");
            rows.setProperty(3, "name", "renamed");
            compare(cell.value, "renamed");
            rows.setProperty(3, "name", "wf 3");
        }
        function test_accessible(): void {
            compare(table.rowName(rows.get(1)), "Today $1");
            table.accessibleRow = row => "row " + row.name;
            compare(table.rowName(rows.get(1)), "row wf 1");
            table.accessibleRow = null;
        }
        function test_emptied(): void {
            const kept = table.model;
            table.model = null;
            compare(table.count, 0);
            keyClick(Qt.Key_Down);
            keyClick(Qt.Key_Return);
            compare(opens.count, 0);
            table.model = kept;
        }
    }
}
