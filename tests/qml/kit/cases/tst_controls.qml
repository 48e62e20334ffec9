// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtTest
import Flyball.Controls

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
    }
}
