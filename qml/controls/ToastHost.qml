// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme

// Stack of toasts, newest below, at most four; errors stay until dismissed.
Column {
    id: root

    property int lifetime: 6000
    readonly property int count: entries.count

    signal acted(string tag)

    function show(text: string, tone: string, actionText: string, tag: string): void {
        while (entries.count >= 4)
            entries.remove(0);
        entries.append({ words: text, tone: tone, actionText: actionText, tag: tag });
    }

    spacing: 8

    ListModel {
        id: entries
    }
    Repeater {
        model: entries

        Toast {
            id: toast

            required property int index
            required property string words
            required property string tag
            required tone
            required actionText

            anchors.right: parent?.right
            text: words
            onActed: {
                const tag = toast.tag;
                entries.remove(toast.index);
                root.acted(tag);
            }
            onDismissed: entries.remove(toast.index)

            Timer {
                interval: root.lifetime
                running: toast.tone !== "crit" && !over.hovered
                onTriggered: entries.remove(toast.index)
            }
            HoverHandler {
                id: over
            }
        }
    }
}
