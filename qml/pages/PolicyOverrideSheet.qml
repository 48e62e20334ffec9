// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What a new override applies to.
Dialog {
    id: root

    required property PolicyModel policy
    property string property: "user_segment"
    property string error

    function add(): void {
        error = policy.addOverride(property, value.text);
        if (error === "")
            finish();
    }

    objectName: "overrideSheet"
    title: qsTr("Override in %1").arg(policy.scopeTitle)
    text: qsTr("It stands above the workflow for calls that match.")
    onAboutToShow: {
        error = "";
        value.text = "";
    }
    onOpened: value.forceActiveFocus(Qt.TabFocusReason)

    SegmentedControl {
        objectName: "overrideProperty"
        compact: true
        accessibleName: qsTr("Applies to")
        options: [{ key: "user_segment", text: qsTr("Segment") }, { key: "step", text: qsTr("Step") },
            { key: "agent", text: qsTr("Agent") }, { key: "tag", text: qsTr("Tag") }]
        currentKey: root.property
        onActivated: key => root.property = key
    }
    TextField {
        id: value

        objectName: "overrideValue"
        Layout.fillWidth: true
        placeholder: qsTr("Exactly as agents report it")
        invalid: root.error !== ""
        maximumLength: 256
        Keys.onReturnPressed: root.add()
    }
    Flow {
        id: offers

        readonly property var all: { root.policy.scope; return root.opened ? root.policy.seenValues(root.property) : []; }
        readonly property var seen: all.slice(0, 12)

        Layout.fillWidth: true
        visible: seen.length > 0
        spacing: 6

        Repeater {
            model: offers.seen.length

            ChoiceChip {
                required property int index
                readonly property string name: offers.seen[index] ?? ""

                text: name
                checked: value.text === name
                onToggled: {
                    value.text = name;
                    checked = Qt.binding(() => value.text === name);
                }
            }
        }
    }
    PlainText {
        Layout.fillWidth: true
        visible: text !== ""
        role: PlainText.Small
        tone: "crit"
        wrapMode: Text.Wrap
        text: root.error
    }
    actions: [
        TextButton {
            objectName: "overrideAdd"
            kind: "primary"
            text: qsTr("Add override")
            onClicked: root.add()
        },
        TextButton {
            kind: "quiet"
            text: qsTr("Cancel")
            onClicked: root.close()
        }
    ]
}
