// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// Which models, or tiers, the money goes to.
Panel {
    id: root

    required property Session session
    required property WorkflowModel workflow
    // As var: qmllint 6.4 does not know the value types of the charts.
    readonly property var figures: workflow
    readonly property alias exportColumns: rows.exportColumns

    title: workflow.canMixByTier ? qsTr("Model and tier mix") : qsTr("Model mix")
    subtitle: workflow.canMixByTier ? "" : qsTr("by spend")
    implicitHeight: headHeight + Math.max(Theme.px(120), rows.implicitHeight + 14)
    headerExtras: SegmentedControl {
        objectName: "mixBy"
        visible: root.workflow.canMixByTier
        compact: true
        accessibleName: qsTr("Mix by")
        options: [{ key: "model", text: qsTr("Models") }, { key: "tier", text: qsTr("Tiers") }]
        currentKey: root.workflow.mixBy
        onActivated: key => root.workflow.mixBy = key
    }

    RowLayout {
        spacing: 0

        Donut {
            objectName: "mixDonut"
            Layout.leftMargin: Theme.panelPad
            Layout.alignment: Qt.AlignVCenter
            Layout.preferredWidth: Theme.px(86)
            Layout.preferredHeight: Theme.px(86)
            chartData: root.figures.mix
            centreText: root.workflow.mixCentre
            centreSub: root.workflow.mixCentreSub
        }
        ModelTable {
            id: rows

            objectName: "mixTable"
            Layout.fillWidth: true
            Layout.leftMargin: -4
            Layout.alignment: Qt.AlignVCenter
            Layout.preferredHeight: Math.min(5, Math.max(1, count)) * rowHeight
            session: root.session
            table: root.workflow.mixRows
            accessibleName: root.title
            headVisible: false
            rowHeight: Theme.px(26)
            allColumns: [
                { key: "name", title: qsTr("Name"), width: 0, kind: "custom", always: true },
                { key: "spend", title: qsTr("Spend"), width: 84, align: "right", kind: "custom", always: true }
            ]
            delegates: ({ name: nameCell, spend: spendCell })
            onActivated: index => root.session.openCallsOf(root.workflow.mixBy === "tier" ? "tier" : "model", table.row(index).id)
        }
    }
    Component {
        id: nameCell

        NameCell {
            color: row && row.tier !== undefined && row.tier >= 0 ? Theme.tierColor(row.tier)
                : Theme.seriesColor(row?.slot ?? -1)
        }
    }
    Component {
        id: spendCell

        MarkedCell {
            mark: row?.mark ?? ""
        }
    }
}
