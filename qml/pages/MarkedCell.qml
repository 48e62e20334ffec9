// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls

// An amount with the mark that says how sure it is.
TableCell {
    id: root

    property string mark
    property string tone
    property bool strong: true

    PlainText {
        anchors.fill: parent
        horizontalAlignment: Text.AlignRight
        role: PlainText.Small
        strong: root.strong
        color: root.tone === "" ? Theme.text : Theme.toneColor(root.tone)
        text: root.value === undefined ? "" : root.mark === "" ? String(root.value) : root.mark + "\u2009" + root.value
    }
}
