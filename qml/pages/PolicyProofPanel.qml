// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Whether caps hold: each cap with its proof, what crossed one, and the orders in force.
Panel {
    id: root

    required property Session session
    readonly property PolicyPush push: session.policyPush
    property string view: "caps"

    signal auditWanted

    readonly property TableModel rows: view === "caps" ? push.caps : view === "crossings" ? push.crossings : push.orders

    title: qsTr("Caps")
    separator: true
    implicitHeight: headHeight + Theme.px(190)
    headerExtras: [
        SegmentedControl {
            objectName: "proofView"
            compact: true
            accessibleName: root.title
            options: [
                { key: "caps", text: qsTr("Proof") },
                { key: "crossings", text: qsTr("Crossed") },
                { key: "orders", text: qsTr("Orders") }
            ]
            currentKey: root.view
            onActivated: key => root.view = key
        },
        IconButton {
            objectName: "showAudit"
            small: true
            iconName: "file"
            text: qsTr("Audit")
            onClicked: root.auditWanted()
        }
    ]

    ListView {
        id: list

        objectName: "proofList"
        clip: true
        model: root.rows
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: count > 0
        Accessible.role: Accessible.List
        Accessible.name: root.title
        delegate: root.view === "caps" ? capRow : root.view === "crossings" ? crossingRow : orderRow

        EmptyState {
            anchors.fill: parent
            visible: list.count === 0
            iconName: root.view === "caps" ? "policy" : "check"
            heading: root.view === "caps" ? qsTr("No hard cap is pushed")
                : root.view === "crossings" ? qsTr("No cap was crossed") : qsTr("No orders in force")
            text: root.view === "caps" ? qsTr("Hard caps in USD appear here with their proof.")
                : root.view === "crossings" ? qsTr("Soft and hard caps are watched as spend arrives.")
                    : qsTr("Stopped runs and paused workflows appear here.")
        }
    }
    Component {
        id: capRow

        PolicyStateRow {
            required property var model

            width: list.width
            name: qsTr("%1, %2").arg(model.scope).arg(model.cap)
            sub: qsTr("%1 of %2, %3").arg(model.spend).arg(model.limit).arg(model.bound)
            stateText: model.state
            stateTone: model.stateTone
            tip: model.tip

            TapHandler {
                enabled: parent.model.run !== ""
                onTapped: root.session.navigation.openRun(parent.model.run)
            }
        }
    }
    Component {
        id: crossingRow

        PolicyStateRow {
            required property var model

            width: list.width
            name: model.scope
            sub: model.text
            stateText: model.time
            stateTone: model.tone
            tip: model.text

            TapHandler {
                enabled: parent.model.run !== ""
                onTapped: root.session.navigation.openRun(parent.model.run)
            }
        }
    }
    Component {
        id: orderRow

        PolicyStateRow {
            id: orderItem

            required property var model

            width: list.width
            name: model.text
            sub: model.sub
            tip: model.sub

            TextButton {
                objectName: "endOrder"
                anchors.right: parent.right
                anchors.rightMargin: Theme.panelPad
                anchors.verticalCenter: parent.verticalCenter
                small: true
                text: qsTr("End")
                onClicked: root.push.endOrder(orderItem.model.order)
            }
        }
    }
}
