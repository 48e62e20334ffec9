// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Models

// Ground of the window: keys that no control wanted end here, and F6 goes round its regions.
FocusScope {
    id: root

    required property Session session
    property PageBase screen: null
    property bool compact: false
    property list<Item> regions

    readonly property Item focused: Window.activeFocusItem
    readonly property bool typing: focused instanceof TextInput || focused instanceof TextEdit

    function nextRegion(by: int): void {
        let at = -1;
        for (let i = 0; i < regions.length; ++i) {
            if (regions[i].activeFocus)
                at = i;
        }
        const next = regions[(at + by + regions.length) % regions.length];
        next.forceActiveFocus(Qt.TabFocusReason);
        if (next.activeFocus && next === focused) {
            const first = next.nextItemInFocusChain(true);
            if (first)
                first.forceActiveFocus(Qt.TabFocusReason);
        }
    }

    focus: true
    Keys.onPressed: event => {
        if (event.modifiers & (Qt.ControlModifier | Qt.AltModifier | Qt.MetaModifier))
            return;
        event.accepted = true;
        if (event.key === Qt.Key_Space)
            root.session.togglePause();
        else if (event.key === Qt.Key_Escape)
            back();
        else if (event.text === "/")
            event.accepted = root.screen !== null && root.screen.focusFilter();
        else if (event.text === "[")
            root.session.range.shorter();
        else if (event.text === "]")
            root.session.range.longer();
        else if (event.key === Qt.Key_E)
            editPolicy();
        else if (event.key === Qt.Key_T)
            event.accepted = root.screen !== null && root.screen.toggleTable();
        else
            event.accepted = false;
    }

    function editPolicy(): void {
        if (root.screen !== null)
            root.session.policy.openWorkflow(root.screen.workflowInView());
        root.session.navigation.show("policy");
    }
    function back(): void {
        if (root.typing)
            root.forceActiveFocus();
        else if (root.screen === null || !root.screen.leave())
            root.session.navigation.back();
    }
}
