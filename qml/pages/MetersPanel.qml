// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What the chosen source metered beside the calls that others tell, and whether they look the same.
Panel {
    id: root

    required property Session session
    readonly property MetersModel meters: session.sources.meters
    readonly property bool ready: meters.state === "ready"
    readonly property var exportColumns: [{ key: "name", title: qsTr("Model") }, { key: "nameSub", title: qsTr("Workflow") },
        { key: "meters", title: qsTr("Metered") }, { key: "calls", title: qsTr("In calls") }, { key: "difference", title: qsTr("Difference") },
        { key: "metersTokens", title: qsTr("Tokens metered") }, { key: "callsTokens", title: qsTr("Tokens in calls") }]
    readonly property real rowHeight: Theme.px(44)

    title: qsTr("Meters beside calls")
    subtitle: ready ? meters.rangeText : ""
    implicitHeight: headHeight + (ready ? head.implicitHeight + Theme.tableHeadHeight + rowHeight * Math.min(4, Math.max(1, table.count)) + 14 : Theme.px(150))
    headerExtras: Select {
        objectName: "metersAgainst"
        visible: root.ready && root.meters.against.length > 1
        small: true
        implicitWidth: Theme.px(150)
        label: qsTr("Held against the calls of")
        options: root.meters.against
        currentKey: root.meters.chosen
        onActivated: key => root.meters.chosen = key
    }

    Item {
        ColumnLayout {
            id: head

            anchors.left: parent.left
            anchors.right: parent.right
            anchors.leftMargin: Theme.panelPad
            anchors.rightMargin: Theme.panelPad
            visible: root.ready
            spacing: 4

            PlainText {
                objectName: "metersGuess"
                Layout.fillWidth: true
                role: PlainText.Small
                strong: true
                tone: root.meters.verdict === "same" ? "info" : root.meters.verdict === "unclear" ? "warn" : ""
                wrapMode: Text.Wrap
                text: root.meters.guess
            }
            PlainText {
                objectName: "metersEvidence"
                Layout.fillWidth: true
                visible: text !== ""
                role: PlainText.Caption
                tone: "muted"
                wrapMode: Text.Wrap
                text: root.meters.evidence
            }
            RowLayout {
                Layout.fillWidth: true
                Layout.topMargin: 2
                Layout.bottomMargin: 6
                spacing: 8

                TextButton {
                    objectName: "metersTie"
                    small: true
                    kind: !root.meters.told && root.meters.verdict === "same" ? "primary" : "normal"
                    text: root.meters.told ? qsTr("Count what it meters") : qsTr("Told by other sources")
                    onClicked: root.session.sources.setTold(root.meters.source, !root.meters.told)
                }
                PlainText {
                    objectName: "metersTied"
                    Layout.fillWidth: true
                    role: PlainText.Caption
                    tone: "muted"
                    wrapMode: Text.Wrap
                    text: root.meters.told ? qsTr("Kept, not counted.") : qsTr("Both count now.")
                }
            }
        }
        ModelTable {
            id: table

            objectName: "metersTable"
            anchors.top: head.bottom
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.bottom: parent.bottom
            visible: root.ready
            session: root.session
            table: root.meters.rows
            accessibleName: root.title
            rowHeight: root.rowHeight
            activateOnClick: false
            emptyText: ""
            allColumns: [
                { key: "name", title: qsTr("Model"), width: 0, kind: "custom", always: true },
                { key: "meters", title: qsTr("Metered"), width: 94, align: "right", kind: "custom", always: true },
                { key: "calls", title: qsTr("In calls"), width: 94, align: "right", kind: "custom", always: true },
                { key: "difference", title: qsTr("Difference"), width: 86, align: "right", kind: "custom", always: true }
            ]
            delegates: ({ name: nameCell, meters: metersCell, calls: callsCell, difference: differenceCell })
        }
        ProgressLine {
            width: parent.width
            indeterminate: true
            visible: root.meters.state === "loading"
        }
        EmptyState {
            objectName: "metersEmpty"
            anchors.fill: parent
            visible: root.meters.state === "none" || root.meters.state === "error"
            iconName: root.meters.state === "error" ? "incident" : "gate"
            heading: root.meters.heading
            text: root.meters.text
        }
    }
    component TwoLines: TableCell {
        id: lines

        property string sub
        property string tone
        property bool toRight: true

        Column {
            anchors.verticalCenter: parent.verticalCenter
            width: parent.width
            spacing: 1

            NameText {
                width: parent.width
                role: PlainText.Small
                strong: true
                horizontalAlignment: lines.toRight ? Text.AlignRight : Text.AlignLeft
                text: lines.value === undefined ? "" : String(lines.value)
            }
            NameText {
                width: parent.width
                visible: text !== ""
                role: PlainText.Caption
                tone: lines.tone === "" ? "muted" : lines.tone
                horizontalAlignment: lines.toRight ? Text.AlignRight : Text.AlignLeft
                text: lines.sub
            }
        }
    }
    Component {
        id: nameCell

        TwoLines {
            toRight: false
            sub: row?.nameSub ?? ""
        }
    }
    Component {
        id: metersCell

        TwoLines {
            sub: row?.metersSub ?? ""
        }
    }
    Component {
        id: callsCell

        TwoLines {
            sub: row?.callsSub ?? ""
        }
    }
    Component {
        id: differenceCell

        TwoLines {
            sub: row?.differenceSub ?? ""
            tone: row?.tone ?? ""
        }
    }
}
