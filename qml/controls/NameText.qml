// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick

// A name from outside: elided in the middle of a row, whole in the tooltip.
PlainText {
    id: root

    HoverTip {
        text: root.text
        active: root.truncated
    }
}
