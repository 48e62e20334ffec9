// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The effective policy to read, the document to edit as text.
ColumnLayout {
    id: root

    required property PolicyModel policy
    // As var: qmllint 6.4 does not know the functions of a list.
    readonly property var found: policy.textFindings
    property string part: "effective"
    property bool touched: false

    function load(): void {
        touched = false;
        area.text = part === "effective" ? policy.effectiveText : policy.documentText;
        check.stop();
        if (part === "document")
            policy.checkText(area.text);
    }

    spacing: 8
    onPartChanged: load()
    onVisibleChanged: if (visible && !touched) load()
    Component.onCompleted: load()

    Connections {
        target: root.policy

        function onChanged(): void {
            if (root.visible && !root.touched)
                root.load();
        }
    }
    Timer {
        id: check

        interval: 300
        onTriggered: root.policy.checkText(area.text)
    }
    RowLayout {
        Layout.fillWidth: true
        Layout.fillHeight: false
        spacing: 8

        SegmentedControl {
            objectName: "jsonPart"
            compact: true
            accessibleName: qsTr("What is shown")
            options: [{ key: "effective", text: qsTr("Effective here") }, { key: "document", text: qsTr("Whole document") }]
            currentKey: root.part
            onActivated: key => root.part = key
        }
        PlainText {
            Layout.fillWidth: true
            role: PlainText.Small
            tone: root.touched ? "brass" : "muted"
            text: root.part === "effective" ? qsTr("read only") : root.touched ? qsTr("not taken yet") : qsTr("edit, then take it into the draft")
        }
        TextButton {
            objectName: "jsonRevert"
            visible: root.touched
            small: true
            text: qsTr("Revert")
            onClicked: root.load()
        }
        TextButton {
            objectName: "jsonApply"
            visible: root.part === "document"
            enabled: root.touched
            small: true
            kind: "primary"
            text: qsTr("Take into draft")
            onClicked: {
                if (root.policy.setDocumentText(area.text))
                    root.load();
            }
        }
    }
    TextArea {
        id: area

        objectName: "jsonText"
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.minimumHeight: Theme.px(160)
        readOnly: root.part === "effective"
        label: root.part === "effective" ? qsTr("Effective policy") : qsTr("Policy document")
        invalid: root.part === "document" && root.found.some(finding => finding.tone === "crit")
        onEdited: {
            root.touched = true;
            check.restart();
        }
    }
    PolicyFindings {
        objectName: "jsonFindings"
        Layout.fillWidth: true
        Layout.fillHeight: false
        visible: root.part === "document" && rows.length > 0
        most: 4
        rows: root.policy.textFindings
    }
}
