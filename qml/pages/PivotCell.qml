// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls

// One sum of a table by two dimensions; one with a column opens its calls.
TableCell {
    id: root

    property int column: -1
    property bool strong: false
    readonly property real heat: value?.heat ?? 0
    readonly property bool clickable: column >= 0 && text.text !== ""

    signal opened()

    Rectangle {
        anchors.fill: parent
        anchors.topMargin: 2
        anchors.bottomMargin: 2
        anchors.leftMargin: 2
        anchors.rightMargin: -4
        visible: root.heat > 0
        radius: 3
        color: Theme.alpha(Theme.accent, 0.04 + 0.36 * root.heat)
        border.width: hover.hovered && root.clickable ? 1 : 0
        border.color: Theme.accent
    }
    PlainText {
        id: text

        anchors.fill: parent
        horizontalAlignment: Text.AlignRight
        role: PlainText.Small
        strong: root.strong
        text: root.value?.text ?? ""
    }
    HoverHandler {
        id: hover

        enabled: root.clickable
        cursorShape: Qt.PointingHandCursor
    }
    TapHandler {
        enabled: root.clickable
        gesturePolicy: TapHandler.ReleaseWithinBounds
        onTapped: root.opened()
    }
}
