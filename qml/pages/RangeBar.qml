// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Time range: switch, or a menu when there is no room for it. A zoomed range is named and can be undone.
RowLayout {
    id: root

    required property Session session
    property bool compact: false

    readonly property RangeModel range: session.range
    readonly property bool zoomed: range.key === "custom"

    spacing: 6

    TextButton {
        objectName: "rangeReset"
        visible: root.zoomed && !root.compact
        small: true
        kind: "quiet"
        iconName: "undo"
        text: root.range.text
        toolTip: qsTr("Back to the range before")
        onClicked: root.range.canBack ? root.range.back() : root.range.reset()
    }
    IconButton {
        objectName: "rangeResetIcon"
        visible: root.zoomed && root.compact
        iconName: "undo"
        text: root.range.text + ", " + qsTr("back to the range before")
        onClicked: root.range.canBack ? root.range.back() : root.range.reset()
    }
    RangeSwitch {
        objectName: "rangeSwitch"
        visible: !Theme.large
        options: root.range.options
        currentKey: root.range.key
        onActivated: key => root.range.setKey(key)
    }
    Select {
        objectName: "rangeSelect"
        visible: Theme.large
        implicitWidth: Theme.px(92)
        label: qsTr("Time range")
        placeholder: root.range.shortText
        options: root.range.options
        currentKey: root.range.key
        onActivated: key => root.range.setKey(key)
    }
}
