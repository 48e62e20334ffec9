// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Models

// The operator's choice of looks, else the desktop's.
Item {
    id: root

    required property Settings settings
    property bool systemDark: true
    property string forced
    readonly property string chosen: forced !== "" ? forced : settings.theme

    function toggle(): void {
        const next = Theme.dark ? "light" : "dark";
        root.forced = "";
        settings.theme = next;
    }
    // 0 sets 100 %.
    function stepText(by: int): void {
        settings.textSize = by === 0 ? 100 : Math.max(100, Math.min(200, settings.textSize + by));
    }

    Binding {
        target: Theme
        property: "dark"
        value: root.chosen === "dark" || (root.chosen !== "light" && root.systemDark)
    }
    Binding {
        target: Theme
        property: "textScale"
        value: root.settings.textSize / 100
    }
    Binding {
        target: Theme
        property: "reducedMotion"
        value: root.settings.reducedMotion
    }
}
