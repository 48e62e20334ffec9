// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

Panel {
    id: root

    required property Settings settings

    signal folderRequested(string path)
    signal copyRequested(string text)

    title: qsTr("Ledger")
    separator: true

    ColumnLayout {
        spacing: 0

        SettingRow {
            label: qsTr("Keep calls for")
            note: qsTr("Older calls are forgotten; sums by hour and day stay.")

            Select {
                objectName: "retention"
                implicitWidth: Theme.px(160)
                label: qsTr("Keep calls for")
                options: root.settings.retentionOptions
                currentKey: root.settings.retentionKey
                onActivated: key => root.settings.retentionKey = key
            }
        }
        SettingRow {
            label: qsTr("Ledger")
            note: root.settings.ledgerPath

            RowLayout {
                spacing: 8

                PlainText {
                    objectName: "ledgerSize"
                    role: PlainText.Small
                    text: root.settings.ledgerSize
                }
                TextButton {
                    objectName: "openLedgerFolder"
                    small: true
                    text: qsTr("Open folder")
                    onClicked: root.folderRequested(root.settings.ledgerPath)
                }
            }
        }
        SettingRow {
            label: qsTr("Configuration")
            note: root.settings.configError === "" ? root.settings.configPath : root.settings.configError

            TextButton {
                objectName: "copyConfigPath"
                small: true
                text: qsTr("Copy path")
                onClicked: root.copyRequested(root.settings.configPath)
            }
        }
        SettingRow {
            line: false
            label: qsTr("Version")
            note: qsTr("Everything stays on this computer. GPL-3.0-or-later.")

            PlainText {
                objectName: "version"
                role: PlainText.Small
                text: root.settings.version
            }
        }
    }
}
