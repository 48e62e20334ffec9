// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Every other knob, in sections that open.
ColumnLayout {
    id: root

    required property PolicyForm form
    readonly property var sections: form.techniques
    property var open: ({ cascade: true })

    spacing: 0

    Repeater {
        model: root.sections.length

        ColumnLayout {
            id: section

            required property int index
            readonly property var entry: root.sections[index] ?? ({ key: "", title: "", text: "", pointers: [] })
            readonly property bool opened: root.open[entry.key] === true

            Layout.fillWidth: true
            spacing: 0

            PolicySectionHead {
                objectName: "section_" + section.entry.key
                Layout.fillWidth: true
                title: section.entry.title
                text: section.entry.text
                changes: section.entry.changed ?? 0
                opened: section.opened
                onToggled: {
                    const next = Object.assign({}, root.open);
                    next[section.entry.key] = !section.opened;
                    root.open = next;
                }
            }
            GridLayout {
                Layout.fillWidth: true
                Layout.leftMargin: Theme.panelPad
                Layout.rightMargin: Theme.panelPad
                Layout.bottomMargin: 12
                visible: section.opened
                columns: Theme.large || root.width < Theme.px(420) ? 2 : 3
                columnSpacing: 16
                rowSpacing: 10

                Repeater {
                    model: section.opened ? section.entry.pointers.length : 0

                    PolicyField {
                        required property int index

                        Layout.fillWidth: true
                        Layout.preferredWidth: 100
                        Layout.minimumWidth: 0
                        Layout.alignment: Qt.AlignTop
                        form: root.form
                        pointer: section.entry.pointers[index] ?? ""
                    }
                }
            }
            Hairline {
                Layout.fillWidth: true
            }
        }
    }
}
