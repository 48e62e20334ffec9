// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Every budget of one source, or of all.
Dialog {
    id: root

    required property Session session

    function show(source: string): void {
        session.budgets.source = source;
        open();
    }
    function copyRow(): bool {
        return opened && rows.copyRow();
    }

    objectName: "budgetsDialog"
    title: session.budgets.allTitle
    text: session.budgets.allText
    sheetWidth: Theme.px(980)
    actions: [
        TextButton {
            objectName: "budgetsCopy"
            text: qsTr("Copy row")
            enabled: rows.currentIndex >= 0
            onClicked: rows.copyCurrent()
        },
        TextButton {
            objectName: "budgetsClose"
            kind: "primary"
            text: qsTr("Close")
            onClicked: root.close()
        }
    ]
    onOpened: rows.forceActiveFocus()

    PlainText {
        objectName: "budgetsDialogProblem"
        Layout.fillWidth: true
        visible: text !== ""
        role: PlainText.Small
        tone: "warn"
        wrapMode: Text.Wrap
        text: root.session.budgets.problem
    }
    BudgetTable {
        id: rows

        objectName: "allBudgets"
        Layout.fillWidth: true
        Layout.preferredHeight: Theme.tableHeadHeight + Math.min(10, Math.max(3, count)) * rowHeight
        session: root.session
        table: root.session.budgets.all
        accessibleName: root.title
        emptyText: qsTr("This source told of no budget.")
        // Shortcuts of the window do not reach into what is modal.
        Keys.onPressed: event => event.accepted = event.key === Qt.Key_C && event.modifiers === Qt.ControlModifier && root.copyRow()
    }
}
