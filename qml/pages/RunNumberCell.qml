// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls

// Number of a call, or the arrow of a line that opens; a rail where a loop rule fired.
TableCell {
    id: root

    readonly property string kind: row?.kind ?? ""
    readonly property bool opens: kind === "lane" || kind === "fold"

    signal toggled(int index)

    Rectangle {
        x: -Theme.panelPad
        width: 3
        height: parent.height
        visible: root.row?.loop === true
        color: Theme.crit
    }
    PlainText {
        anchors.fill: parent
        visible: !root.opens
        role: PlainText.Small
        tone: "muted"
        text: root.value === undefined ? "" : String(root.value)
    }
    Icon {
        anchors.verticalCenter: parent.verticalCenter
        visible: root.opens
        name: root.row?.open === true ? "chevd" : "chev"
        size: 12
        color: Theme.text2
    }
    TapHandler {
        enabled: root.opens
        gesturePolicy: TapHandler.ReleaseWithinBounds
        onTapped: root.toggled(root.rowIndex)
    }
}
