// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What evaluations said about the run.
Panel {
    id: root

    required property Session session
    required property RunModel run

    title: qsTr("Quality signals")
    implicitHeight: headHeight + Theme.tableHeadHeight + Math.min(4, rows.count) * rows.rowHeight + 4

    ModelTable {
        id: rows

        objectName: "signalsTable"
        session: root.session
        table: root.run.signalRows
        accessibleName: root.title
        rowHeight: Theme.px(25)
        activateOnClick: false
        allColumns: [
            { key: "name", title: qsTr("Signal"), width: 0, weight: 1.3, kind: "name", always: true },
            { key: "value", title: qsTr("Value"), width: 0, kind: "text", always: true },
            { key: "verdict", title: qsTr("Verdict"), width: 74, kind: "text", toneKey: "verdictTone", always: true }
        ]
    }
}
