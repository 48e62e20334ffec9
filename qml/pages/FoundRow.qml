// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// One detected source and whether it will be read.
Item {
    id: root

    required property int index
    required property var model

    signal toggled(int index)

    Layout.fillWidth: true
    implicitHeight: Theme.px(56)

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: 16
        anchors.rightMargin: 16
        spacing: 13

        CheckBox {
            id: check

            objectName: "found_" + root.index
            enabled: root.model.readable
            checked: root.model.selected
            Accessible.name: root.model.name
            onToggled: {
                root.toggled(root.index);
                checked = Qt.binding(() => root.model.selected);
            }
        }
        Icon {
            name: root.model.icon
            size: 19
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            NameText {
                Layout.fillWidth: true
                strong: true
                text: root.model.name
            }
            NameText {
                Layout.fillWidth: true
                role: PlainText.Small
                tone: "muted"
                elide: Text.ElideMiddle
                text: root.model.sub
            }
        }
        PlainText {
            Layout.preferredWidth: Theme.px(110)
            visible: !Theme.large
            role: PlainText.Small
            tone: "neutral"
            text: root.model.span
        }
        PlainText {
            Layout.preferredWidth: Theme.px(90)
            strong: true
            horizontalAlignment: Text.AlignRight
            text: root.model.size
        }
        StateChip {
            Layout.minimumWidth: implicitWidth
            text: root.model.statusText
            tone: root.model.statusTone
        }
    }
    TapHandler {
        enabled: root.model.readable
        onTapped: root.toggled(root.index)
    }
    Hairline {
        anchors.bottom: parent.bottom
        width: parent.width
    }
}
