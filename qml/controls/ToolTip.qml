// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

// Words on hover; `shown` opens it above its parent.
T.ToolTip {
    id: root

    property bool shown: false

    x: parent ? Math.round((parent.width - width) / 2) : 0
    y: -height - 6
    implicitWidth: Math.min(Theme.px(420), label.implicitWidth + leftPadding + rightPadding)
    implicitHeight: contentHeight + topPadding + bottomPadding
    padding: 7
    leftPadding: 10
    rightPadding: 10
    margins: 6
    visible: shown
    closePolicy: T.Popup.NoAutoClose

    contentItem: PlainText {
        id: label

        role: PlainText.Small
        tone: "strong"
        wrapMode: Text.Wrap
        text: root.text
        Accessible.role: Accessible.ToolTip
    }
    background: PopupFrame {
        radius: Theme.radiusButton
    }
}
