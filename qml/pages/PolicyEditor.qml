// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The form of one scope, or its JSON.
Panel {
    id: root

    required property Session session
    required property PolicyModel policy
    property string view: "form"
    property alias sideArea: area
    readonly property alias budgetTable: budgets.table
    property var views: [{ key: "form", text: qsTr("Form") }, { key: "json", text: qsTr("JSON") }]

    signal budgetsWanted

    title: policy.scopeTitle
    subtitle: policy.scopeText
    separator: true
    headerExtras: SegmentedControl {
        objectName: "policyView"
        compact: true
        accessibleName: qsTr("Policy as")
        options: root.views
        currentKey: root.view
        onActivated: key => root.view = key
    }

    Item {
        Item {
            id: area

            anchors.fill: parent
            anchors.margins: 8
            visible: root.view === "test"
        }
        PolicyJson {
            anchors.fill: parent
            anchors.margins: Theme.panelPad
            visible: root.view === "json"
            policy: root.policy
        }
        Flickable {
            id: scroll

            objectName: "policyForm"
            anchors.fill: parent
            visible: root.view === "form"
            contentHeight: form.implicitHeight + 8
            boundsBehavior: Flickable.StopAtBounds
            clip: true
            ScrollBar.vertical: ScrollBar {}

            ColumnLayout {
                id: form

                width: scroll.width
                spacing: 0

                PolicyFindings {
                    objectName: "policyFindings"
                    Layout.fillWidth: true
                    Layout.margins: Theme.panelPad
                    Layout.bottomMargin: 4
                    visible: rows.length > 0
                    most: Math.min(3, root.policy.findingsHere)
                    rows: root.policy.findings
                }
                Hairline {
                    Layout.fillWidth: true
                    visible: root.policy.findings.length > 0
                }
                PolicyCaps {
                    Layout.fillWidth: true
                    Layout.margins: Theme.panelPad
                    Layout.topMargin: 8
                    Layout.bottomMargin: 10
                    policy: root.policy
                }
                Hairline {
                    Layout.fillWidth: true
                }
                PolicyLimits {
                    Layout.fillWidth: true
                    Layout.margins: Theme.panelPad
                    Layout.topMargin: 10
                    Layout.bottomMargin: 10
                    policy: root.policy
                }
                Hairline {
                    Layout.fillWidth: true
                }
                PolicyWindows {
                    Layout.fillWidth: true
                    Layout.margins: Theme.panelPad
                    Layout.topMargin: 10
                    Layout.bottomMargin: 8
                    policy: root.policy
                }
                Hairline {
                    Layout.fillWidth: true
                }
                PolicyBudgets {
                    id: budgets

                    objectName: "policyBudgetsPanel"
                    Layout.fillWidth: true
                    Layout.margins: Theme.panelPad
                    Layout.topMargin: 10
                    Layout.bottomMargin: 8
                    session: root.session
                    onAllWanted: root.budgetsWanted()
                }
                Hairline {
                    Layout.fillWidth: true
                }
                PolicyActions {
                    Layout.fillWidth: true
                    Layout.margins: Theme.panelPad
                    Layout.topMargin: 10
                    Layout.bottomMargin: 10
                    form: root.policy.form
                }
                Hairline {
                    Layout.fillWidth: true
                }
                PolicyTierColumns {
                    Layout.fillWidth: true
                    Layout.margins: Theme.panelPad
                    Layout.topMargin: 8
                    tiers: root.policy.tiers
                }
                Hairline {
                    Layout.fillWidth: true
                }
                PolicyRulesTable {
                    Layout.fillWidth: true
                    policy: root.policy
                }
                Hairline {
                    Layout.fillWidth: true
                }
                PolicyTechniques {
                    Layout.fillWidth: true
                    form: root.policy.form
                }
            }
        }
    }
}
