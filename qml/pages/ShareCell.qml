// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts

// A part of the whole as bar and words.
TableCell {
    id: root

    property real share: 0
    property string text
    property color color: Theme.accent
    readonly property real wordWidth: text === "" ? 0 : Theme.px(46)

    ShareBar {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.rightMargin: root.wordWidth
        anchors.verticalCenter: parent.verticalCenter
        height: Theme.px(8)
        value: root.share
        fill: root.color
    }
    PlainText {
        anchors.right: parent.right
        height: parent.height
        width: root.wordWidth
        visible: root.text !== ""
        horizontalAlignment: Text.AlignRight
        role: PlainText.Small
        tone: "muted"
        text: root.text
    }
}
