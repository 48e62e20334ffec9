// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Templates as T
import Flyball.Theme

T.Menu {
    id: root

    property real minimumWidth: Theme.px(180)

    implicitWidth: Math.max(minimumWidth, contentWidth + leftPadding + rightPadding)
    implicitHeight: contentHeight + topPadding + bottomPadding
    padding: 5
    margins: 6
    overlap: 1

    delegate: MenuItem {}
    contentItem: ListView {
        implicitWidth: {
            let widest = 0;
            for (let i = 0; i < root.count; ++i) {
                const item = root.itemAt(i);
                if (item)
                    widest = Math.max(widest, item.implicitWidth);
            }
            return widest;
        }
        implicitHeight: Math.min(contentHeight, Theme.px(480))
        model: root.contentModel
        interactive: contentHeight > height
        clip: true
        currentIndex: root.currentIndex
        ScrollBar.vertical: ScrollBar {}
    }
    background: PopupFrame {}
    T.Overlay.modal: Rectangle {
        color: Theme.overlay
    }
    T.Overlay.modeless: Item {}
}
