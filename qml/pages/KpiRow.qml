// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Controls
import Flyball.Models

// The number strip of a page; a number that has calls behind it opens them.
KpiStrip {
    id: root

    required property var kpis
    property bool large: true
    property bool chips: true

    Repeater {
        model: root.kpis

        KpiTile {
            id: tile

            required property Kpi modelData

            objectName: "kpi_" + modelData.key
            large: root.large
            label: modelData.label
            value: modelData.value
            mark: modelData.mark
            unit: modelData.unit
            sub: modelData.sub
            subTone: modelData.subTone === "" ? "muted" : modelData.subTone
            note: root.chips ? modelData.note : ""
            chipText: root.chips ? modelData.chipText : ""
            chipTone: modelData.chipTone
            chipMark: modelData.chipMark
            tileState: modelData.tileState
            explained: modelData.explained
            onClicked: if (tile.modelData.clickable) tile.modelData.openCalls()
        }
    }
}
