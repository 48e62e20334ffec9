// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The window: sidebar or rail, header, banners, page, status bar, and what floats above them.
Window {
    id: root

    required property Session session
    property bool systemDark: true
    property string forcedTheme
    property size forcedSize: Qt.size(0, 0)

    readonly property Settings settings: session.settings
    readonly property string themeName: forcedTheme !== "" ? forcedTheme : settings.theme
    readonly property bool compact: width / Theme.textScale < 1280

    function toggleTheme(): void {
        const next = Theme.dark ? "light" : "dark";
        root.forcedTheme = "";
        settings.theme = next;
    }
    function stepText(by: int): void {
        settings.textSize = by === 0 ? 100 : Math.max(100, Math.min(200, settings.textSize + by));
    }
    function askExport(): void {
        if (host.screen && host.screen.exports.length > 0)
            exportSheet.ask(host.screen.exports, false);
    }
    function restoreGeometry(): void {
        if (forcedSize.width > 0) {
            width = forcedSize.width;
            height = forcedSize.height;
        } else if (settings.windowW > 0) {
            x = settings.windowX;
            y = settings.windowY;
            width = Math.max(minimumWidth, settings.windowW);
            height = Math.max(minimumHeight, settings.windowH);
            if (settings.windowMaximized)
                visibility = Window.Maximized;
        }
    }
    function keepGeometry(): void {
        if (forcedSize.width > 0 || !visible)
            return;
        settings.windowMaximized = visibility === Window.Maximized;
        if (visibility !== Window.Windowed)
            return;
        settings.windowX = x;
        settings.windowY = y;
        settings.windowW = width;
        settings.windowH = height;
    }

    width: 1440
    height: 900
    minimumWidth: Math.min(1024, forcedSize.width > 0 ? forcedSize.width : 1024)
    minimumHeight: Math.min(700, forcedSize.height > 0 ? forcedSize.height : 700)
    color: Theme.window
    title: host.screen ? host.screen.title + " — Flyball" : "Flyball"
    Component.onCompleted: {
        restoreGeometry();
        frame.forceActiveFocus();
        visible = true;
    }
    onClosing: keepGeometry()
    onWidthChanged: geometryPause.restart()
    onHeightChanged: geometryPause.restart()
    onXChanged: geometryPause.restart()
    onYChanged: geometryPause.restart()
    onVisibilityChanged: geometryPause.restart()

    Timer {
        id: geometryPause

        interval: 500
        onTriggered: root.keepGeometry()
    }
    Binding {
        target: Theme
        property: "dark"
        value: root.themeName === "dark" || (root.themeName !== "light" && root.systemDark)
    }
    Binding {
        target: Theme
        property: "textScale"
        value: root.settings.textSize / 100
    }
    Binding {
        target: Theme
        property: "reducedMotion"
        value: root.settings.reducedMotion
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
            case "theme": root.toggleTheme(); break;
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
        onTextStepped: by => root.stepText(by)
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
            onThemeToggled: root.toggleTheme()
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
