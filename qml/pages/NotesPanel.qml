// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What stands out in a run: loops, retries, broken prefixes, answers from a cache, tools.
Panel {
    id: root

    required property RunModel run

    title: qsTr("What stands out")

    // Not a layout: see SourcePanel.
    Column {
        id: notes

        bottomPadding: 6

        Repeater {
            model: root.run.notes

            Item {
                id: note

                required property var model

                x: Theme.panelPad
                width: notes.width - 2 * Theme.panelPad
                height: text.implicitHeight + 8
                Accessible.role: Accessible.StaticText
                Accessible.name: note.model.accessible

                Column {
                    id: text

                    width: parent.width
                    y: 2

                    PlainText {
                        width: parent.width
                        role: PlainText.Small
                        font.weight: Font.Medium
                        tone: note.model.tone === "" ? "strong" : note.model.tone
                        text: note.model.label
                    }
                    PlainText {
                        width: parent.width
                        role: PlainText.Small
                        wrapMode: Text.Wrap
                        text: note.model.value
                    }
                }
                Hairline {
                    anchors.bottom: parent.bottom
                    width: parent.width
                }
            }
        }
    }
}
