// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// A workflow keeps its colour; it can be given another one here.
Panel {
    id: root

    required property Session session

    title: qsTr("Workflow colours")

    ListView {
        id: list

        objectName: "coloursList"
        clip: true
        reuseItems: true
        boundsBehavior: Flickable.StopAtBounds
        model: root.session.settings.workflowColours
        ScrollBar.vertical: ScrollBar {}
        delegate: ColourRow {
            width: ListView.view.width
            onSlotChosen: (id, slot) => root.session.settings.setSlot(id, slot)
        }

        EmptyState {
            anchors.fill: parent
            visible: list.count === 0
            iconName: "flow"
            heading: qsTr("No workflows yet")
        }
    }
}
