// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Models

// Keys with modifiers and function keys: they act wherever the focus is.
Item {
    id: root

    required property Session session

    signal paletteRequested()
    signal helpRequested()
    signal exportRequested()
    signal copyRequested()
    signal textStepped(int by)
    signal regionRequested(int by)

    readonly property var pages: ["overview", "runs", "explore", "policy", "sources", "prices", "settings"]

    Repeater {
        model: root.pages.length

        Item {
            id: page

            required property int index

            Shortcut {
                sequence: "Ctrl+" + (page.index + 1)
                onActivated: root.session.navigation.show(root.pages[page.index])
            }
        }
    }
    Shortcut {
        sequence: "Ctrl+K"
        onActivated: root.paletteRequested()
    }
    Shortcut {
        sequence: "F1"
        onActivated: root.helpRequested()
    }
    Shortcut {
        sequence: "Ctrl+E"
        onActivated: root.exportRequested()
    }
    Shortcut {
        sequence: "Ctrl+C"
        onActivated: root.copyRequested()
    }
    Shortcut {
        sequences: ["Alt+Left", "Back"]
        onActivated: root.session.navigation.back()
    }
    Shortcut {
        sequences: ["Alt+Right", "Forward"]
        onActivated: root.session.navigation.forward()
    }
    Shortcut {
        sequences: ["Ctrl++", "Ctrl+="]
        onActivated: root.textStepped(10)
    }
    Shortcut {
        sequence: "Ctrl+-"
        onActivated: root.textStepped(-10)
    }
    Shortcut {
        sequence: "Ctrl+0"
        onActivated: root.textStepped(0)
    }
    Shortcut {
        sequence: "F5"
        onActivated: root.session.sources.retryAll()
    }
    Shortcut {
        sequence: "F6"
        onActivated: root.regionRequested(1)
    }
    Shortcut {
        sequence: "Shift+F6"
        onActivated: root.regionRequested(-1)
    }
    Shortcut {
        sequence: "Ctrl+Q"
        onActivated: Qt.quit()
    }
}
