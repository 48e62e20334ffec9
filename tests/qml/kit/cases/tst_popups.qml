// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtTest
import Flyball.Controls

// What opens over a page answers the mouse and the keys, and goes away again.
Item {
    id: scene

    width: 900
    height: 700

    ToastHost {
        id: toasts

        x: 450
        y: 520
        width: 400
    }
    Menu {
        id: menu

        MenuItem {
            id: menuItem

            text: "Roll back"
        }
    }
    ConfirmSheet {
        id: sheet

        title: "Push?"
        withReason: true
        reasonRequired: true
    }
    CommandPalette {
        id: palette

        model: ListModel {
            ListElement { title: "One"; subtitle: "a"; kind: "runs" }
            ListElement { title: "Two"; subtitle: "b"; kind: "runs" }
        }
    }
    SignalSpy { id: spy }

    TestCase {
        name: "Popups"
        when: windowShown

        function watch(target: var, signalName: string): void {
            spy.target = null;
            spy.clear();
            spy.signalName = signalName;
            spy.target = target;
        }

        function test_toasts(): void {
            for (let i = 0; i < 6; ++i)
                toasts.show("message " + i, "ok", "Undo", "tag" + i);
            compare(toasts.count, 4, "never more than four");
            watch(toasts, "acted");
            tryVerify(() => findChild(toasts, "toastAction") !== null);
            mouseClick(findChild(toasts, "toastAction"));
            compare(spy.signalArguments[0][0].substr(0, 3), "tag");
            compare(toasts.count, 3);
            mouseClick(findChild(toasts, "toastClose"));
            compare(toasts.count, 2);
        }
        function test_menu(): void {
            watch(menuItem, "triggered");
            menu.popup(scene, 10, 10);
            tryCompare(menu, "opened", true);
            mouseClick(menuItem);
            compare(spy.count, 1);
            tryCompare(menu, "visible", false);
        }
        function test_confirmSheet(): void {
            watch(sheet, "confirmed");
            sheet.open();
            tryCompare(sheet, "opened", true);
            const confirm = findChild(sheet.contentItem, "confirmButton");
            compare(confirm.enabled, false, "a reason is required");
            const reason = findChild(sheet.contentItem, "confirmReason");
            mouseClick(reason);
            keyClick("x");
            compare(confirm.enabled, true);
            mouseClick(confirm);
            compare(spy.signalArguments[0][0], "x");
            tryCompare(sheet, "visible", false);
            watch(sheet, "cancelled");
            sheet.open();
            tryCompare(sheet, "opened", true);
            keyClick(Qt.Key_Escape);
            tryCompare(sheet, "visible", false);
            compare(spy.count, 1);
        }
        function test_palette(): void {
            watch(palette, "activated");
            palette.open();
            tryCompare(palette, "opened", true);
            verify(palette.height > 100);
            keyClick(Qt.Key_Down);
            keyClick(Qt.Key_Return);
            compare(spy.signalArguments[0][0], 1);
            tryCompare(palette, "visible", false);
        }
    }
}
