// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models
import Flyball.Pages

// How the window looks, what time it shows, how long calls are kept, where things are.
PageBase {
    id: root

    readonly property Settings settings: session.settings

    objectName: "settingsScreen"
    title: qsTr("Settings")
    usesRange: false

    FilePicker {
        id: picker
    }
    PageScroll {
        id: page

        anchors.fill: parent

        Banner {
            objectName: "settingsReadOnly"
            Layout.fillWidth: true
            visible: root.settings.readOnly
            radius: Theme.radiusPanel
            tone: "info"
            iconName: "lock"
            heading: qsTr("Changes hold for this window only.")
            text: qsTr("A demo or temporary ledger never writes your configuration.")
        }
        GridLayout {
            Layout.fillWidth: true
            Layout.fillHeight: false
            columns: root.compact && Theme.large ? 1 : 2
            columnSpacing: Theme.gap
            rowSpacing: Theme.gap

            AppearancePanel {
                objectName: "appearancePanel"
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 10
                settings: root.settings
            }
            DataPanel {
                objectName: "dataPanel"
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 10
                settings: root.settings
                onFolderRequested: path => picker.showFolder(path)
                onCopyRequested: text => root.session.copy(text)
            }
        }
        AttributionPanel {
            objectName: "attributionPanel"
            Layout.fillWidth: true
            Layout.fillHeight: false
            rules: root.session.attribution
        }
        GridLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            columns: root.compact && Theme.large ? 1 : 2
            columnSpacing: Theme.gap
            rowSpacing: Theme.gap

            FoldersPanel {
                objectName: "foldersPanel"
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 10
                Layout.preferredHeight: Theme.px(220)
                session: root.session
            }
            ColoursPanel {
                objectName: "coloursPanel"
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 10
                Layout.preferredHeight: Theme.px(220)
                session: root.session
            }
        }
    }
}
