// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtTest
import Flyball.Controls
import Flyball.Theme

// Colours, sizes and motion follow the operator's choices.
Item {
    id: scene

    width: 300
    height: 100

    TextButton {
        id: button

        text: "Reconnect"
    }

    TestCase {
        name: "Theme"
        when: windowShown

        function test_textScale(): void {
            const before = button.implicitHeight;
            Theme.textScale = 2;
            compare(button.implicitHeight, before * 2);
            compare(Theme.sizeBody, 26);
            Theme.textScale = 9;
            compare(Theme.sizeBody, 26, "never more than twice");
            Theme.textScale = 1;
        }
        function test_theme(): void {
            Theme.dark = true;
            compare(String(Theme.panel), "#151a20");
            Theme.dark = false;
            compare(String(Theme.panel), "#ffffff");
            compare(String(Theme.seriesColor(3)), "#4d27b5");
            compare(String(Theme.alpha(Theme.seriesColor(3), 0.5)), "#804d27b5");
            compare(Theme.seriesColor(-1), Theme.other);
            compare(Theme.seriesColor(10), Theme.other);
            Theme.dark = true;
            Theme.reducedMotion = true;
            compare(Theme.durDrawer, 0);
            Theme.reducedMotion = false;
            verify(Theme.family.indexOf("Flyball Sans") >= 0, Theme.family);
        }
    }
}
