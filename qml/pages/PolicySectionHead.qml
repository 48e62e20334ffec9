// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// Head of a section that opens: name, what is set, how many values this draft changes.
FocusScope {
    id: root

    property string title
    property string text
    property int changes: 0
    property bool opened: false

    signal toggled()

    implicitHeight: Theme.px(32)
    activeFocusOnTab: true
    Keys.onReturnPressed: toggled()
    Keys.onSpacePressed: toggled()

    Accessible.role: Accessible.Button
    Accessible.name: title + ", " + text
    Accessible.focusable: true
    Accessible.onPressAction: toggled()

    Rectangle {
        anchors.fill: parent
        color: hover.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: root.activeFocus
            inside: true
        }
    }
    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.panelPad
        anchors.rightMargin: Theme.panelPad
        spacing: 8

        Icon {
            name: root.opened ? "chevd" : "chev"
            size: 12
        }
        PlainText {
            role: PlainText.Small
            font.weight: Font.DemiBold
            text: root.title
            Accessible.ignored: true
        }
        PlainText {
            Layout.fillWidth: true
            role: PlainText.Small
            tone: "muted"
            text: root.text
            Accessible.ignored: true
        }
        Badge {
            visible: root.changes > 0
            text: String(root.changes)
            tone: "brass"
        }
    }
    HoverHandler {
        id: hover
    }
    TapHandler {
        onTapped: root.toggled()
    }
}
