// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The calls behind a number, over the page they were asked from.
T.Popup {
    id: root

    required property Session session

    signal exportRequested()

    objectName: "callsDrawer"
    parent: T.Overlay.overlay
    x: parent ? parent.width - width : 0
    width: parent ? Math.min(parent.width - Theme.px(24), Math.max(parent.width * 0.62, Theme.px(760))) : 800
    height: parent ? parent.height : 600
    modal: true
    focus: true
    padding: 0
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
    onClosed: session.callsOpen = false
    onOpened: (contentItem as CallsPage).focusTable()

    T.Overlay.modal: Rectangle {
        color: Theme.overlay
    }
    enter: Transition {
        NumberAnimation {
            property: "opacity"
            from: 0
            to: 1
            duration: Theme.durDrawer
            easing.type: Easing.OutCubic
        }
    }
    background: Rectangle {
        color: Theme.panel

        Hairline {
            height: parent.height
            vertical: true
        }
    }
    contentItem: CallsPage {
        session: root.session
        onExportRequested: root.exportRequested()
        onCloseRequested: root.close()
    }
}
