// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What the edit would have done, above where it goes.
Flickable {
    id: root

    required property PolicyModel policy
    property alias push: slot.component

    objectName: "policySide"
    contentHeight: Math.max(height, column.implicitHeight)
    boundsBehavior: Flickable.StopAtBounds
    interactive: contentHeight > height
    clip: true
    ScrollBar.vertical: ScrollBar {}

    ColumnLayout {
        id: column

        width: root.width
        height: root.contentHeight
        spacing: Theme.gap

        PolicyTestPanel {
            Layout.fillWidth: true
            policy: root.policy
        }
        ComponentSlot {
            id: slot

            objectName: "policyPushSlot"
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredHeight: item ? item.implicitHeight : 0

            Binding {
                target: slot.item
                property: "width"
                value: slot.width
            }
            Binding {
                target: slot.item
                property: "height"
                value: slot.height
            }
        }
    }
}
