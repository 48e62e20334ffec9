// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts

// One part of what two sources told: its share, its money, and the calls behind it.
Item {
    id: root

    property string label
    property string value
    property string calls
    property string side
    property real share: 0
    readonly property bool opens: side !== "both" && calls !== "" && !calls.startsWith("0 ")

    signal opened

    objectName: "reconcile_" + side
    implicitHeight: Theme.px(32)
    activeFocusOnTab: opens
    Accessible.role: opens ? Accessible.Button : Accessible.StaticText
    Accessible.name: label + ", " + calls + ", " + value
    Accessible.onPressAction: opened()
    Keys.onReturnPressed: if (opens) opened()
    Keys.onEnterPressed: if (opens) opened()
    Keys.onSpacePressed: if (opens) opened()

    RowLayout {
        anchors.fill: parent
        spacing: 10

        NameText {
            Layout.fillWidth: true
            Layout.preferredWidth: 3
            role: PlainText.Small
            text: root.label
        }
        ShareBar {
            Layout.preferredWidth: Theme.px(90)
            value: root.share
            fill: Theme.alpha(Theme.seriesColor(root.side === "both" ? 0 : root.side === "first" ? 3 : 1), 0.85)
        }
        PlainText {
            Layout.preferredWidth: Theme.px(86)
            horizontalAlignment: Text.AlignRight
            role: PlainText.Small
            tone: root.opens ? "info" : "muted"
            text: root.calls
        }
        PlainText {
            Layout.preferredWidth: Theme.px(84)
            horizontalAlignment: Text.AlignRight
            role: PlainText.Small
            tone: "strong"
            font.weight: Font.Medium
            text: root.value
        }
    }
    FocusRing {
        shown: root.activeFocus
        inside: true
    }
    HoverHandler {
        enabled: root.opens
        cursorShape: Qt.PointingHandCursor
    }
    TapHandler {
        enabled: root.opens
        onTapped: root.opened()
    }
}
