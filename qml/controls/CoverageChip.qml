// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

// How much of a total is priced; full coverage needs no word.
T.AbstractButton {
    id: root

    property string coverage: "partial"
    property string toolTip

    visible: coverage !== "full"
    implicitWidth: chip.implicitWidth
    implicitHeight: Theme.px(17)
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Keys.onReturnPressed: root.clicked()

    Accessible.role: Accessible.Button
    Accessible.name: text
    Accessible.description: toolTip
    Accessible.onPressAction: root.clicked()

    contentItem: Chip {
        id: chip

        text: root.text
        tone: root.coverage === "none" ? "crit" : "info"
        mark: root.coverage === "none" ? "" : "≥"
        iconName: root.coverage === "none" ? "incident" : ""
        Accessible.ignored: true
    }
    background: Item {
        FocusRing {
            shown: root.visualFocus
            cornerRadius: Theme.radiusChip
        }
    }

    HoverTip {
        text: root.toolTip
    }
}
