// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Flyball.Controls
import Flyball.Theme

// Inputs, states, banners, toasts and open pop-ups.
Item {
    id: root

    Component.onCompleted: {
        toasts.show("r43 verified on 4 of 5 targets", "ok", "Roll back", "r43");
        toasts.show("LiteLLM gateway refused the key", "crit", "", "");
    }

    GridLayout {
        anchors.fill: parent
        anchors.margins: 16
        columns: 3
        columnSpacing: 14
        rowSpacing: 12

        Panel {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 400
            title: "Inputs"
            contentPadding: 14
            topPadding: headHeight

            ColumnLayout {
                spacing: 9

                RowLayout {
                    spacing: 8

                    TextButton { text: "Push r43"; kind: "primary"; iconName: "push" }
                    TextButton { text: "Discard" }
                    TextButton { text: "Stop run"; kind: "danger"; iconName: "x" }
                    TextButton { text: "Cancel"; kind: "quiet" }
                    TextButton { text: "Open run"; kind: "link" }
                }
                RowLayout {
                    spacing: 8

                    TextButton { text: "Small"; small: true }
                    TextButton { text: "Disabled"; enabled: false }
                    TextButton { text: "Incidents"; badge: "3"; iconName: "incident" }
                    IconButton { iconName: "sun"; text: "Light theme" }
                    TextButton { text: "3 h"; trailingIcon: "chevd"; small: true }
                }
                SegmentedControl {
                    options: [{ key: "a", text: "All" }, { key: "l", text: "Looping 3" }, { key: "c", text: "Capped 9" }]
                    currentKey: "l"
                }
                RowLayout {
                    spacing: 8

                    TextField { text: "0.45"; suffix: "/ M"; changed: true }
                    TextField { placeholder: "Reason, kept in the history" }
                    TextField { text: "abc"; invalid: true }
                }
                RowLayout {
                    spacing: 8

                    LimitField { label: "Output tokens"; text: "1,400"; note: "was 4,096"; fieldState: "changed" }
                    LimitField { label: "Max iterations"; text: "12"; origin: "from defaults"; fieldState: "inherited" }
                    LimitField { label: "Tokens"; text: "x"; error: "not a number"; fieldState: "invalid" }
                }
                RowLayout {
                    spacing: 14

                    CheckBox { text: "Keep raw lines"; checked: true }
                    CheckBox { text: "Off" }
                    Switch { text: "Cascade"; checked: true }
                    Switch { text: "Off" }
                }
                RowLayout {
                    spacing: 8

                    Select { options: [{ key: "a", text: "Per month" }, { key: "b", text: "Per day" }]; currentKey: "a" }
                    Select { options: []; label: "Empty" }
                    Slider { value: 0.6; label: "Cap" }
                    Slider { value: 0.3; tone: "accent"; enabled: false }
                }
                SearchField { Layout.fillWidth: true; placeholder: "Filter"; keyHint: "/" }
                Flow {
                    Layout.fillWidth: true
                    spacing: 6

                    ChoiceChip { text: "Warn"; checked: true }
                    ChoiceChip { text: "Halve output"; checked: true }
                    ChoiceChip { text: "Compress" }
                    ChoiceChip { text: "Abort"; enabled: false }
                }
                LiveToggle { mode: "paused"; detail: "12 s" }
                ProgressLine { Layout.fillWidth: true; value: 0.62 }
                Item { Layout.fillHeight: true }
            }
        }
        Panel {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 400

            ErrorState {
                heading: "LiteLLM gateway refused the key"
                text: "HTTP 401 at 14:31:52 from 127.0.0.1:4000. Spend before 14:31 is kept and complete."
                actions: [{ key: "key", text: "Change key", kind: "primary" }, { key: "again", text: "Try again" }, { key: "more", text: "Details", kind: "quiet" }]
            }
        }
        Panel {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 400

            EmptyState {
                heading: "No runs between 02:00 and 03:00"
                text: "The last run ended yesterday at 23:48."
                actions: [{ key: "day", text: "Show last 24 h" }]
            }
        }
        Panel {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 400

            ColumnLayout {
                spacing: 0

                Banner { Layout.fillWidth: true; heading: "Prometheus is 4 min behind."; text: "Values below are from 14:27:58."; actionText: "Retry" }
                Banner { Layout.fillWidth: true; tone: "crit"; heading: "Flyball cannot save history"; text: "Live view goes on; 0 MB free."; actionText: "Open folder" }
                Banner { Layout.fillWidth: true; tone: "info"; heading: "Demo fleet"; text: "These numbers are made up."; actionText: "Leave demo" }
                SkeletonBlock { Layout.fillWidth: true; Layout.margins: 14 }
                Item { Layout.fillHeight: true }
            }
        }
        Item {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 400

            ToastHost {
                id: toasts

                anchors.centerIn: parent
            }
        }
        Item {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 400

            TextButton {
                id: opener

                text: "Add source"
                kind: "primary"
                Component.onCompleted: menu.popup(opener, 0, 34)
            }
            Menu {
                id: menu

                MenuItem { text: "LiteLLM gateway"; sub: "URL and admin key"; iconName: "gate" }
                MenuItem { text: "Claude Code"; sub: "found on this computer"; subTone: "ok"; iconName: "term" }
                MenuSeparator {}
                MenuItem { text: "Roll back"; iconName: "undo"; tone: "crit"; shortcutText: "Ctrl Shift R" }
            }
        }
    }
}
