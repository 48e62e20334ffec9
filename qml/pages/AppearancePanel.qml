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

    function zoneOptions(zones: var): var {
        const options = zones.map(zone => ({ key: zone, text: zone }));
        options.unshift({ key: "system", text: qsTr("System") });
        return options;
    }

    title: qsTr("Appearance and time")
    separator: true

    ColumnLayout {
        spacing: 0

        SettingRow {
            label: qsTr("Theme")
            note: qsTr("System follows the desktop.")

            SegmentedControl {
                objectName: "themeChoice"
                accessibleName: qsTr("Theme")
                options: [{ key: "system", text: qsTr("System") }, { key: "dark", text: qsTr("Dark") }, { key: "light", text: qsTr("Light") }]
                currentKey: root.settings.theme
                onActivated: key => root.settings.theme = key
            }
        }
        SettingRow {
            label: qsTr("Text size")
            note: qsTr("Ctrl + and Ctrl − from anywhere, Ctrl 0 for 100 %.")

            RowLayout {
                spacing: 10

                Slider {
                    objectName: "textSize"
                    tone: "accent"
                    label: qsTr("Text size")
                    valueText: root.settings.textSize + " %"
                    from: 100
                    to: 200
                    stepSize: 10
                    value: root.settings.textSize
                    onPressedChanged: if (!pressed) root.settings.textSize = Math.round(value)
                    onDragged: value => { if (!pressed) root.settings.textSize = Math.round(value); }
                }
                PlainText {
                    Layout.preferredWidth: Theme.px(42)
                    role: PlainText.Small
                    horizontalAlignment: Text.AlignRight
                    text: root.settings.textSize + " %"
                }
            }
        }
        SettingRow {
            label: qsTr("Reduced motion")
            note: qsTr("Nothing slides or fades.")

            Switch {
                objectName: "reducedMotion"
                checked: root.settings.reducedMotion
                Accessible.name: qsTr("Reduced motion")
                onToggled: root.settings.reducedMotion = checked
            }
        }
        SettingRow {
            line: false
            label: qsTr("Time zone")
            note: qsTr("Days and hours are formed in it, now %1.").arg(root.settings.zoneText)

            Select {
                objectName: "timeZone"
                implicitWidth: Theme.px(200)
                label: qsTr("Time zone")
                options: root.zoneOptions(root.settings.timeZones)
                currentKey: root.settings.timeZone
                onActivated: key => root.settings.timeZone = key
            }
        }
    }
}
