// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models
import Flyball.Pages

// What is shown, as a file: which part, which format, then where to.
Dialog {
    id: root

    required property Session session
    property var parts: []
    property string part
    property string format: "csv"
    property bool callsShown: false
    readonly property var sheets: [{ key: "csv", text: "CSV" }, { key: "json", text: "JSON" }]
    property var pictures: [{ key: "png", text: "PNG" }]

    signal pictureRequested(string path)

    readonly property var chosen: parts.find(entry => entry.key === part)

    function ask(available: var, ofCalls: bool): void {
        callsShown = ofCalls;
        parts = available;
        part = available.length > 0 ? available[0].key : "";
        if (ofCalls && format === "png")
            format = "csv";
        open();
    }
    function save(url: url): void {
        const exporter = root.session.exporter;
        if (format === "png") {
            root.pictureRequested(exporter.pathFor(url));
            return;
        }
        let wrong = "";
        if (callsShown)
            wrong = format === "csv" ? exporter.callsCsv(url) : exporter.callsJson(url);
        else if (chosen)
            wrong = format === "csv" ? exporter.csv(chosen.table, chosen.columns, url, chosen.note ?? "") : exporter.json(chosen.table, chosen.columns, url, chosen.note ?? "");
        if (wrong !== "")
            root.session.notice(wrong, "crit", "", "");
    }

    objectName: "exportSheet"
    title: qsTr("Export")
    text: callsShown ? qsTr("Every call of the list, with plain exact numbers.") : qsTr("What is shown now, with its order and filter.")
    actions: [
        TextButton {
            objectName: "exportSave"
            focus: true
            kind: "primary"
            text: qsTr("Save as…")
            enabled: root.format === "png" || root.callsShown || root.chosen !== undefined
            onClicked: {
                root.finish();
                const base = root.callsShown ? "calls" : root.chosen ? root.chosen.base : "page";
                const name = root.format === "png" ? root.session.exporter.pngName(base)
                    : root.session.exporter.suggestName(base, root.format);
                picker.pickSaveFile(qsTr("Export"), root.session.exporter.folder, name, "");
            }
        },
        TextButton {
            objectName: "exportCancel"
            kind: "quiet"
            text: qsTr("Cancel")
            onClicked: root.close()
        }
    ]

    FilePicker {
        id: picker

        onPicked: urls => root.save(urls[0])
    }
    SettingRow {
        Layout.leftMargin: -Theme.panelPad
        Layout.rightMargin: -Theme.panelPad
        label: qsTr("Format")

        SegmentedControl {
            objectName: "exportFormat"
            accessibleName: qsTr("Format")
            options: root.callsShown ? root.sheets : root.sheets.concat(root.pictures)
            currentKey: root.format
            onActivated: key => root.format = key
        }
    }
    SettingRow {
        Layout.leftMargin: -Theme.panelPad
        Layout.rightMargin: -Theme.panelPad
        visible: !root.callsShown && root.format !== "png" && root.parts.length > 1
        line: false
        label: qsTr("Part")

        SegmentedControl {
            objectName: "exportPart"
            accessibleName: qsTr("Part")
            options: root.parts
            currentKey: root.part
            onActivated: key => root.part = key
        }
    }
}
