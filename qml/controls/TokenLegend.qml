// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

Legend {
    items: [{ text: qsTr("Fresh input"), color: Theme.tokenColors[0] }, { text: qsTr("Cache read"), color: Theme.tokenColors[1] },
        { text: qsTr("Cache write"), color: Theme.tokenColors[2] }, { text: qsTr("Output"), color: Theme.tokenColors[3] },
        { text: qsTr("Reasoning"), color: Theme.tokenColors[4] }]
}
