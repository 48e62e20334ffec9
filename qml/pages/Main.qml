// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models
import Flyball.Pages

// The window: sidebar or rail, header, banners, page, status bar, and what floats above them.
Window {
    id: root

    required property Session session
    property bool systemDark: true
    property string forcedTheme
    property size forcedSize: Qt.size(0, 0)

    readonly property bool compact: width / Theme.textScale < 1280

    function askExport(): void {
        if (host.screen && host.screen.exports.length > 0)
            exportSheet.ask(host.screen.exports, false);
    }
    width: forcedSize.width > 0 ? forcedSize.width : 1440
    height: forcedSize.height > 0 ? forcedSize.height : 900
    minimumWidth: Math.min(1024, forcedSize.width > 0 ? forcedSize.width : 1024)
    minimumHeight: Math.min(700, forcedSize.height > 0 ? forcedSize.height : 700)
    color: Theme.window
    title: host.screen ? host.screen.title + " — Flyball" : "Flyball"
    Component.onCompleted: {
        memory.restore();
        frame.forceActiveFocus();
        visible = true;
    }

    WindowMemory {
        id: memory

        window: root
        settings: root.session.settings
        active: root.forcedSize.width <= 0
    }
    WindowTheme {
        id: look

        settings: root.session.settings
        systemDark: root.systemDark
        forced: root.forcedTheme
    }
    Binding {
        target: root.session
        property: "visible"
        value: root.visible && root.visibility !== Window.Minimized
    }
    Connections {
        target: root.session

        function onNotice(text: string, tone: string, actionText: string, tag: string): void {
            toasts.show(text, tone, actionText, tag);
        }
        function onCallsOpenChanged(): void {
            if (root.session.callsOpen)
                drawer.open();
            else
                drawer.close();
        }
    }
    Connections {
        target: root.session.exporter

        function onDone(path: string): void {
            toasts.show(qsTr("Saved %1").arg(path), "ok", qsTr("Open folder"), "folder:" + path);
        }
        function onFailed(text: string): void {
            toasts.show(text, "crit", "", "");
        }
    }
    Connections {
        target: root.session.palette

        function onActionRequested(key: string): void {
            switch (key) {
            case "theme": look.toggle(); break;
            case "export-csv": exportSheet.format = "csv"; root.askExport(); break;
            case "export-json": exportSheet.format = "json"; root.askExport(); break;
            case "export-png": exportSheet.format = "png"; root.askExport(); break;
            case "shortcuts": shortcuts.open(); break;
            case "quit": Qt.quit(); break;
            }
        }
    }
    FilePicker {
        id: picker
    }
    WindowKeys {
        session: root.session
        onPaletteRequested: palette.open()
        onHelpRequested: shortcuts.open()
        onExportRequested: root.askExport()
        onTextStepped: by => look.stepText(by)
        onRegionRequested: by => frame.nextRegion(by)
        onCopyRequested: if (!frame.typing && host.screen) host.screen.copyRow()
    }
    Frame {
        id: frame

        anchors.fill: parent
        session: root.session
        screen: host.screen
        compact: root.compact
        regions: [sidebar, header, host, status]

        Sidebar {
            id: sidebar

            objectName: "sidebar"
            height: parent.height
            width: implicitWidth
            session: root.session
            rail: root.compact
            onThemeToggled: look.toggle()
        }
        ColumnLayout {
            anchors.left: sidebar.right
            anchors.right: parent.right
            height: parent.height
            spacing: 0

            HeaderBar {
                id: header

                objectName: "header"
                Layout.fillWidth: true
                session: root.session
                screen: host.screen
                compact: root.compact
                onSearchRequested: palette.open()
                onExportRequested: root.askExport()
            }
            Banners {
                Layout.fillWidth: true
                Layout.fillHeight: false
                session: root.session
                onFolderRequested: path => picker.showFolder(path)
            }
            PageHost {
                id: host

                objectName: "pageHost"
                Layout.fillWidth: true
                Layout.fillHeight: true
                session: root.session
                compact: root.compact
                focus: true
            }
            StatusBar {
                id: status

                objectName: "statusBar"
                Layout.fillWidth: true
                session: root.session
                compact: root.compact
            }
        }
        ToastHost {
            id: toasts

            objectName: "toasts"
            anchors.right: parent.right
            anchors.bottom: parent.bottom
            anchors.rightMargin: Theme.pagePadX
            anchors.bottomMargin: Theme.statusHeight + 12
            onActed: tag => {
                if (tag.startsWith("folder:"))
                    picker.showFolder(tag.slice(7));
                else
                    root.session.act(tag);
            }
        }
    }
    CallsDrawer {
        id: drawer

        session: root.session
        onExportRequested: exportSheet.ask([], true)
    }
    CommandPalette {
        id: palette

        objectName: "palette"
        model: root.session.palette
        onQueryEdited: text => root.session.palette.query = text
        onActivated: index => root.session.palette.activate(index)
    }
    ShortcutsDialog {
        id: shortcuts
    }
    ExportSheet {
        id: exportSheet

        session: root.session
        onPictureRequested: path => {
            if (path === "")
                return;
            host.grabToImage(result => {
                if (result.saveToFile(path))
                    root.session.exporter.done(path);
                else
                    root.session.exporter.failed(qsTr("%1 could not be written.").arg(path));
            });
        }
    }
}
