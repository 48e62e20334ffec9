// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Caps that gateways keep for this scope, beside ours.
ColumnLayout {
    id: root

    required property Session session
    readonly property BudgetsModel budgets: session.budgets
    readonly property alias table: rows
    readonly property int most: 6

    signal allWanted()

    spacing: 6

    RowLayout {
        Layout.fillWidth: true
        spacing: 10

        PlainText {
            font.weight: Font.DemiBold
            role: PlainText.Small
            text: qsTr("Budgets at gateways")
        }
        NameText {
            objectName: "budgetsHere"
            Layout.fillWidth: true
            role: PlainText.Small
            tone: root.budgets.differing > 0 ? "warn" : "muted"
            text: root.budgets.hereText
        }
        TextButton {
            objectName: "budgetsAll"
            visible: root.budgets.total > 0
            small: true
            kind: "link"
            text: qsTr("All %1").arg(root.budgets.total)
            onClicked: root.allWanted()
        }
    }
    NameText {
        objectName: "budgetsProblem"
        Layout.fillWidth: true
        visible: text !== ""
        role: PlainText.Caption
        tone: "warn"
        text: root.budgets.problem
    }
    PlainText {
        objectName: "budgetsDiffer"
        Layout.fillWidth: true
        visible: text !== ""
        role: PlainText.Caption
        tone: "warn"
        wrapMode: Text.Wrap
        text: root.budgets.differences
    }
    BudgetTable {
        id: rows

        objectName: "policyBudgets"
        Layout.fillWidth: true
        Layout.preferredHeight: count > 0 ? Theme.tableHeadHeight + Math.min(root.most, count) * rowHeight : 0
        opacity: count > 0 ? 1 : 0
        session: root.session
        table: root.budgets.here
        accessibleName: qsTr("Budgets at gateways")
    }
}
