// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// The chosen source: where it reads, how far it is, pause, retry, remove.
Panel {
    id: root

    required property Session session
    property var row: null
    readonly property bool paused: row !== null && row.paused === true

    signal removeRequested(string id, string name)
    signal optionsRequested(string id)
    signal budgetsRequested(string id)
    signal rawRequested(string id)

    title: row?.name ?? qsTr("Source")
    headerExtras: [
        TextButton {
            objectName: "sourcePause"
            enabled: root.row !== null
            small: true
            kind: "quiet"
            iconName: root.paused ? "play" : "pause"
            text: root.paused ? qsTr("Resume") : qsTr("Pause")
            onClicked: root.session.sources.setPaused(root.row.id, !root.paused)
        },
        IconButton {
            objectName: "sourceMore"
            enabled: root.row !== null
            small: true
            iconName: "dots"
            text: qsTr("More")
            onClicked: menu.popup()

            Menu {
                id: menu

                MenuItem {
                    objectName: "sourceRetry"
                    text: qsTr("Reconnect")
                    iconName: "undo"
                    onTriggered: root.session.sources.retry(root.row.id)
                }
                MenuItem {
                    objectName: "sourceCalls"
                    text: qsTr("Show its calls")
                    iconName: "list"
                    onTriggered: root.session.openCallsOf("source", root.row.id)
                }
                MenuItem {
                    objectName: "sourceRaw"
                    text: qsTr("Browse raw…")
                    sub: qsTr("What it holds now, and what is made of it")
                    iconName: "search"
                    onTriggered: root.rawRequested(root.row.id)
                }
                MenuItem {
                    objectName: "sourceOptions"
                    enabled: root.row?.editable === true
                    text: qsTr("Options…")
                    iconName: "settings"
                    onTriggered: root.optionsRequested(root.row.id)
                }
                MenuItem {
                    objectName: "sourceBudgets"
                    enabled: root.row?.budgets === true
                    text: qsTr("Its budgets…")
                    iconName: "gate"
                    onTriggered: root.budgetsRequested(root.row.id)
                }
                MenuItem {
                    objectName: "sourceTold"
                    enabled: root.row?.meters === true
                    text: root.row?.told === true ? qsTr("Count what it meters") : qsTr("Told by other sources")
                    sub: root.row?.told === true ? "" : qsTr("Its meters are kept, not counted")
                    iconName: "flow"
                    onTriggered: root.session.sources.setTold(root.row.id, root.row.told !== true)
                }
                MenuSeparator {}
                MenuItem {
                    objectName: "sourceRemove"
                    text: qsTr("Remove")
                    iconName: "x"
                    tone: "crit"
                    onTriggered: root.removeRequested(root.row.id, root.row.name)
                }
            }
        }
    ]

    // Not a layout: Qt 6.4 keeps rows in it that are gone, and crashes with the next change of its size. Nor a positioner,
    // whose height comes too late for the layouts around it.
    Item {
        id: facts

        readonly property real rowHeight: Theme.px(27)

        implicitHeight: root.session.sources.details.count * rowHeight + 10

        Repeater {
            model: root.session.sources.details

            FactRow {
                required property var model
                required property int index

                x: Theme.panelPad
                y: index * facts.rowHeight
                width: facts.width - 2 * Theme.panelPad
                implicitHeight: facts.rowHeight
                label: model.label
                value: model.value
                tone: model.tone === "" ? "strong" : model.tone
                mono: model.mono
            }
        }
    }
}
