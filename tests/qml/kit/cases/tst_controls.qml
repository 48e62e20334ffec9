// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtTest
import Flyball.Controls
import Flyball.Theme

// Each control answers the mouse and the keys, and names itself for screen readers.
Item {
    id: scene

    width: 900
    height: 700

    TextButton {
        id: button

        text: "Push"
    }
    IconButton {
        id: icon

        x: 120
        iconName: "x"
        text: "Close"
    }
    SegmentedControl {
        id: segments

        y: 40
        options: ["15 m", { key: "1h", text: "1 h" }, "3 h"]
        currentKey: "1h"
        accessibleName: "Range"
    }
    LiveToggle {
        id: live

        y: 80
    }
    CheckBox {
        id: check

        y: 120
        text: "Keep"
    }
    Switch {
        id: toggle

        x: 200
        y: 120
        text: "Cascade"
    }
    ChoiceChip {
        id: choice

        x: 400
        y: 120
        text: "Warn"
    }
    Select {
        id: select

        y: 160
        label: "Period"
        options: [{ key: "m", text: "Month" }, { key: "d", text: "Day" }, { key: "h", text: "Hour" }]
        currentKey: "m"
    }
    Slider {
        id: slider

        y: 200
        from: 0
        to: 10
        stepSize: 1
        value: 5
        label: "Cap"
        valueText: "5 dollars"
    }
    TextField {
        id: field

        y: 240
        placeholder: "Reason"
    }
    SearchField {
        id: search

        y: 280
        placeholder: "Filter"
    }
    SearchField {
        id: opener

        x: 300
        y: 280
        asButton: true
    }
    NavItem {
        id: nav

        y: 320
        label: "Incidents"
        badge: "3 open"
        iconName: "incident"
    }
    WorkflowItem {
        id: flow

        y: 360
        label: "research_agent"
        value: "15.7"
    }
    Breadcrumbs {
        id: crumbs

        y: 400
        items: [{ key: "overview", text: "Overview" }, { key: "wf", text: "research_agent" }]
    }
    KpiTile {
        id: tile

        y: 440
        width: 240
        label: "Spend today"
        value: "$642.18"
        tileState: "partial"
        unit: "of $1,100"
    }
    EmptyState {
        id: empty

        x: 450
        y: 300
        width: 400
        height: 200
        heading: "No runs"
        actions: [{ key: "day", text: "Show last 24 h" }]
    }
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
        name: "Controls"
        when: windowShown

        function watch(target: var, signalName: string): void {
            spy.target = null;
            spy.clear();
            spy.signalName = signalName;
            spy.target = target;
        }

        function test_button(): void {
            watch(button, "clicked");
            mouseClick(button);
            compare(spy.count, 1);
            icon.forceActiveFocus(Qt.TabFocusReason);
            button.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Return);
            keyClick(Qt.Key_Space);
            compare(spy.count, 3);
            verify(button.visualFocus);
            button.enabled = false;
            mouseClick(button);
            compare(spy.count, 3);
            button.enabled = true;
            compare(button.Accessible.name, "Push");
            compare(button.Accessible.role, Accessible.Button);
            watch(icon, "clicked");
            mouseClick(icon);
            compare(spy.count, 1);
            compare(icon.Accessible.name, "Close");
        }
        function test_segments(): void {
            watch(segments, "activated");
            mouseClick(findChild(segments, "segment_3 h"));
            compare(spy.signalArguments[0][0], "3 h");
            segments.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Left);
            compare(spy.signalArguments[1][0], "15 m");
            segments.currentKey = "15 m";
            keyClick(Qt.Key_Left);
            compare(spy.count, 2, "no step beyond the first");
            segments.currentKey = "1h";
            compare(segments.Accessible.name, "Range, 1 h");
        }
        function test_live(): void {
            watch(live, "switched");
            mouseClick(live);
            compare(spy.count, 1);
            compare(live.Accessible.name, "Live, pause updates");
            live.mode = "paused";
            live.detail = "12 s";
            compare(live.Accessible.name, "Paused 12 s, go live");
        }
        function test_checks_data(): var {
            return [{ tag: "check box", item: check }, { tag: "switch", item: toggle }, { tag: "choice", item: choice }];
        }
        function test_checks(data: var): void {
            watch(data.item, "toggled");
            compare(data.item.checked, false);
            mouseClick(data.item);
            compare(data.item.checked, true);
            data.item.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Space);
            compare(data.item.checked, false);
            compare(spy.count, 2);
            compare(data.item.Accessible.role, Accessible.CheckBox);
        }
        function test_select(): void {
            watch(select, "activated");
            select.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Down);
            compare(spy.signalArguments[0][0], "d");
            mouseClick(select);
            tryCompare(select, "opened", true);
            keyClick(Qt.Key_Down);
            keyClick(Qt.Key_Down);
            keyClick(Qt.Key_Return);
            compare(spy.signalArguments[1][0], "h");
            tryCompare(select, "opened", false);
            compare(select.Accessible.name, "Period, Month");
        }
        function test_slider(): void {
            watch(slider, "dragged");
            slider.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Right);
            compare(slider.value, 6);
            compare(spy.count, 1);
            compare(slider.Accessible.name, "Cap, 5 dollars");
        }
        function test_field(): void {
            watch(field, "committed");
            mouseClick(field);
            keyClick("1");
            keyClick("2");
            keyClick(Qt.Key_Return);
            compare(spy.signalArguments[0][0], "12");
            compare(field.Accessible.name, "Reason");
        }
        function test_search(): void {
            watch(search, "edited");
            mouseClick(search);
            keyClick("a");
            compare(spy.signalArguments[0][0], "a");
            keyClick(Qt.Key_Escape);
            compare(search.text, "");
            compare(spy.count, 2);
            watch(opener, "clicked");
            mouseClick(opener);
            opener.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Return);
            compare(spy.count, 2);
        }
        function test_nav(): void {
            watch(nav, "clicked");
            mouseClick(nav);
            nav.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_Return);
            compare(spy.count, 2);
            compare(nav.Accessible.name, "Incidents, 3 open");
            nav.rail = true;
            compare(nav.width < 60, true);
            nav.rail = false;
        }
        function test_workflowItem(): void {
            watch(flow, "opened");
            mouseClick(flow);
            compare(spy.count, 1);
            watch(flow, "hideToggled");
            mouseClick(flow, 20, 8, Qt.LeftButton, Qt.ControlModifier);
            flow.forceActiveFocus(Qt.TabFocusReason);
            keyClick(Qt.Key_H);
            compare(spy.count, 2);
        }
        function test_breadcrumbs(): void {
            watch(crumbs, "activated");
            mouseClick(findChild(crumbs, "crumb_wf"));
            compare(spy.signalArguments[0][0], "wf");
        }
        function test_tile(): void {
            watch(tile, "clicked");
            mouseClick(tile);
            compare(spy.count, 1);
            compare(tile.Accessible.name, "Spend today, at least, $642.18, of $1,100");
            tile.tileState = "nodata";
            tile.value = "";
            compare(tile.Accessible.name.indexOf("0") < 0, true, "no data is never a zero");
        }
        function test_state(): void {
            watch(empty, "triggered");
            mouseClick(findChild(empty, "state_day"));
            compare(spy.signalArguments[0][0], "day");
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
