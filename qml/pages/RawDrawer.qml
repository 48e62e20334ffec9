// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What a source holds now, over the page it was asked from. Asked when it opens, forgotten when it closes.
T.Popup {
    id: root

    required property Session session

    readonly property RawSheet sheet: contentItem as RawSheet

    function browse(id: string): void {
        sheet.reset();
        session.sources.browse(id);
        open();
    }
    function askExport(): void {
        exportSheet.ask([{ key: "raw", text: qsTr("Rows"), base: "raw", table: session.sources.raw.table,
            columns: sheet.exportColumns, note: session.sources.raw.filter }], false);
    }

    objectName: "rawDrawer"
    parent: T.Overlay.overlay
    x: parent ? parent.width - width : 0
    width: parent ? Math.min(parent.width - Theme.px(24), Math.max(parent.width * 0.8, Theme.px(960))) : 960
    height: parent ? parent.height : 600
    modal: true
    focus: true
    padding: 0
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
    onOpened: root.sheet.focusTable()
    onClosed: session.sources.raw.close()

    T.Overlay.modal: Rectangle {
        color: Theme.overlay
    }
    enter: Transition {
        NumberAnimation {
            property: "opacity"
            from: 0
            to: 1
            duration: Theme.durDrawer
            easing.type: Easing.OutCubic
        }
    }
    background: Rectangle {
        color: Theme.panel

        Hairline {
            height: parent.height
            vertical: true
        }
    }
    contentItem: RawSheet {
        session: root.session
        onCloseRequested: root.close()
        onExportRequested: root.askExport()
    }
    ExportSheet {
        id: exportSheet

        objectName: "rawExport"
        session: root.session
        pictures: []
    }
}
