// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The saved filters with their counts; a click or Return applies one or takes it off.
Flow {
    id: root

    required property RunFilters filters
    // Made once for all chips: it is a new list with every read.
    readonly property var chips: filters.chips

    spacing: 6
    Accessible.role: Accessible.ToolBar
    Accessible.name: qsTr("Saved filters")

    RunFilterSheet {
        id: sheet

        filters: root.filters
    }
    Repeater {
        model: root.chips.length

        ChoiceChip {
            required property int index
            readonly property var entry: root.chips[index] ?? ({})

            objectName: "filter_" + (entry.id ?? "")
            text: entry.count === undefined || entry.count === "" ? entry.name ?? "" : entry.name + "  " + entry.count
            toolTip: entry.words ?? ""
            checked: entry.active === true
            onToggled: {
                root.filters.toggle(entry.id);
                checked = Qt.binding(() => entry.active === true);
            }
        }
    }
    TextButton {
        objectName: "filterNew"
        small: true
        kind: "quiet"
        iconName: "plus"
        text: qsTr("New filter")
        onClicked: {
            root.filters.beginNew();
            sheet.open();
        }
    }
    TextButton {
        objectName: "filterEdit"
        visible: root.filters.active !== ""
        small: true
        kind: "quiet"
        iconName: "edit"
        text: root.filters.activeOwn ? qsTr("Edit") : qsTr("Edit a copy")
        onClicked: {
            root.filters.beginEdit(root.filters.active);
            sheet.open();
        }
    }
    TextButton {
        objectName: "filterDelete"
        visible: root.filters.activeOwn
        small: true
        kind: "quiet"
        iconName: "x"
        text: qsTr("Delete")
        onClicked: root.filters.remove(root.filters.active)
    }
}
