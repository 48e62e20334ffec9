// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Theme

// Page body: a column that scrolls when it is higher than the window.
Flickable {
    id: root

    default property alias content: column.data
    property int padX: Theme.pagePadX
    property int padY: Theme.pagePadY
    property int spacing: Theme.gap

    contentWidth: width
    contentHeight: Math.max(height, column.implicitHeight + 2 * padY)
    boundsBehavior: Flickable.StopAtBounds
    clip: true
    interactive: contentHeight > height
    ScrollBar.vertical: ScrollBar {}

    ColumnLayout {
        id: column

        x: root.padX
        y: root.padY
        width: root.width - 2 * root.padX
        height: root.contentHeight - 2 * root.padY
        spacing: root.spacing
    }
}
