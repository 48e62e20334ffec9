// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Models

// Where the window was and how large: kept half a second after it last moved, taken up at the next start.
Item {
    id: root

    required property Window window
    required property Settings settings
    property bool active: true

    function restore(): void {
        if (!active || settings.windowW <= 0)
            return;
        if (settings.windowX >= 0 && settings.windowY >= 0) {
            window.x = settings.windowX;
            window.y = settings.windowY;
        }
        window.width = Math.max(window.minimumWidth, settings.windowW);
        window.height = Math.max(window.minimumHeight, settings.windowH);
        if (settings.windowMaximized)
            window.visibility = Window.Maximized;
    }
    function keep(): void {
        if (!active || !window.visible)
            return;
        settings.windowMaximized = window.visibility === Window.Maximized;
        if (window.visibility !== Window.Windowed)
            return;
        settings.windowX = window.x;
        settings.windowY = window.y;
        settings.windowW = window.width;
        settings.windowH = window.height;
    }

    Timer {
        id: pause

        interval: 500
        onTriggered: root.keep()
    }
    Connections {
        target: root.window

        function onWidthChanged(): void { pause.restart(); }
        function onHeightChanged(): void { pause.restart(); }
        function onXChanged(): void { pause.restart(); }
        function onYChanged(): void { pause.restart(); }
        function onVisibilityChanged(): void { pause.restart(); }
        function onClosing(): void { root.keep(); }
    }
}
