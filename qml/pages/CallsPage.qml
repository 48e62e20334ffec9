// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The calls behind a number: what was asked, what it took, what it cost; a row opens its run.
ColumnLayout {
    id: root

    required property Session session
    readonly property CallsView calls: session.calls

    signal exportRequested()
    signal closeRequested()

    function focusTable(): void {
        table.forceActiveFocus();
    }

    spacing: 0
    Accessible.role: Accessible.Dialog
    Accessible.name: root.calls.title

    RowLayout {
        Layout.fillWidth: true
        Layout.fillHeight: false
        Layout.preferredHeight: Theme.headerHeight
        Layout.leftMargin: Theme.panelPad
        Layout.rightMargin: 8
        spacing: 10

        NameText {
            objectName: "callsTitle"
            Layout.fillWidth: true
            Layout.maximumWidth: implicitWidth
            role: PlainText.Title
            text: root.calls.title
        }
        PlainText {
            objectName: "callsTotal"
            Layout.fillWidth: true
            role: PlainText.Small
            tone: "muted"
            text: root.calls.table.totalText
        }
        IconButton {
            objectName: "callsExport"
            iconName: "down"
            text: qsTr("Export these calls")
            onClicked: root.exportRequested()
        }
        IconButton {
            objectName: "callsClose"
            iconName: "x"
            text: qsTr("Close, Esc")
            onClicked: root.closeRequested()
        }
    }
    ModelTable {
        id: table

        objectName: "drawerTable"
        Layout.fillWidth: true
        Layout.fillHeight: true
        session: root.session
        table: root.calls.table
        accessibleName: root.calls.title
        rowHeight: Theme.rowDense
        emptyText: ""
        closeLast: true
        allColumns: [
            { key: "time", title: qsTr("Time"), width: 128, sortable: true, kind: "text", always: true },
            { key: "workflow", title: qsTr("Workflow"), width: 0, weight: 1.2, kind: "name" },
            { key: "step", title: qsTr("Step"), width: 0, kind: "text" },
            { key: "agent", title: qsTr("Agent"), width: 0, kind: "text", wide: 820 },
            { key: "modelName", title: qsTr("Model"), width: 0, weight: 1.2, kind: "text", always: true },
            { key: "provider", title: qsTr("Provider"), width: 84, kind: "muted", wide: 820 },
            { key: "input", title: qsTr("Input"), width: 70, align: "right", kind: "num", always: true },
            { key: "output", title: qsTr("Output"), width: 70, align: "right", kind: "num", always: true },
            { key: "latency", title: qsTr("Latency"), width: 76, align: "right", kind: "num", wide: 820 },
            { key: "status", title: qsTr("Status"), width: 92, kind: "text", toneKey: "statusTone", always: true },
            { key: "cost", title: qsTr("Cost"), width: 92, align: "right", sortable: true, kind: "custom", always: true }
        ]
        delegates: ({ cost: costCell })
        onActivated: index => root.calls.openRun(index)

        EmptyState {
            anchors.fill: parent
            anchors.topMargin: Theme.tableHeadHeight
            visible: table.count === 0 && !table.table.loading
            heading: table.table.emptyHeading
            text: table.table.emptyText
        }
        SkeletonBlock {
            anchors.fill: parent
            anchors.margins: Theme.panelPad
            anchors.topMargin: Theme.tableHeadHeight + Theme.panelPad
            visible: table.count === 0 && table.table.loading
            rows: 8
        }
    }
    Component {
        id: costCell

        MarkedCell {
            mark: row?.costMark ?? ""
        }
    }
}
