// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Models

// What every page of the window is: it names itself, says what its header holds and what can be taken away.
FocusScope {
    id: root

    required property Session session
    property string title
    property string titlePrefix
    property bool titleMono: false
    property int titleSlot: -2
    property bool usesRange: true
    property bool compact: false
    property Component actions: null
    // What Ctrl E offers: [{key, text, base, table, columns}].
    property var exports: []

    // Overridden by pages that have the thing.
    function focusFilter(): bool {
        return false;
    }
    function toggleTable(): bool {
        return false;
    }
    function copyRow(): bool {
        return false;
    }
    function leave(): bool {
        return false;
    }
    // The workflow whose policy E opens; empty: none in particular.
    function workflowInView(): string {
        return session.navigation.workflowId;
    }

    Accessible.role: Accessible.Client
    Accessible.name: titlePrefix === "" ? title : titlePrefix + " " + title

    Rectangle {
        anchors.fill: parent
        z: -1
        color: Theme.window
    }
}
