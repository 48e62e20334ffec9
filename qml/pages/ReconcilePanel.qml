// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// Two sources that tell the same calls: what both told, what only one did, and why their money differs.
Panel {
    id: root

    required property Session session
    readonly property ReconcileModel pairs: session.sources.reconcile
    readonly property bool ready: pairs.state === "ready"

    title: qsTr("Told twice")
    subtitle: ready ? pairs.rangeText : ""
    implicitHeight: headHeight + (ready ? body.implicitHeight : Theme.px(150))
    headerExtras: Select {
        objectName: "reconcilePair"
        visible: root.ready && root.pairs.pairs.length > 1
        small: true
        implicitWidth: Theme.px(190)
        label: qsTr("Pair of sources")
        options: root.pairs.pairs
        currentKey: root.pairs.pair
        onActivated: key => root.pairs.pair = key
    }

    Item {
        ColumnLayout {
            id: body

            anchors.left: parent.left
            anchors.right: parent.right
            anchors.leftMargin: Theme.panelPad
            anchors.rightMargin: Theme.panelPad
            visible: root.ready
            spacing: 0

            // Not a layout: see SourcePanel.
            Item {
                id: sides

                readonly property real rowHeight: Theme.px(32)

                Layout.fillWidth: true
                implicitHeight: root.pairs.rows.count * rowHeight

                Repeater {
                    model: root.pairs.rows

                    ReconcileRow {
                        required property var model
                        required property int index

                        y: index * sides.rowHeight
                        width: sides.width
                        height: sides.rowHeight
                        label: model.label
                        value: model.value
                        calls: model.calls
                        share: model.share
                        side: model.side
                        onOpened: root.pairs.openOnly(model.side === "second")
                    }
                }
            }
            FactRow {
                objectName: "reconcileCounted"
                Layout.fillWidth: true
                implicitHeight: Theme.px(30)
                strong: true
                label: qsTr("Counted once")
                value: root.pairs.counted
            }
            Item {
                id: reasons

                readonly property real rowHeight: Theme.px(24)

                Layout.fillWidth: true
                implicitHeight: root.pairs.reasons.count * rowHeight

                Repeater {
                    model: root.pairs.reasons

                    FactRow {
                        required property var model
                        required property int index

                        y: index * reasons.rowHeight
                        width: reasons.width
                        label: model.label
                        value: model.calls + ", " + model.value
                    }
                }
            }
            PlainText {
                objectName: "reconcileSentence"
                Layout.fillWidth: true
                Layout.topMargin: 8
                Layout.bottomMargin: 10
                role: PlainText.Small
                tone: "muted"
                wrapMode: Text.Wrap
                text: root.pairs.sentence
            }
        }
        ProgressLine {
            width: parent.width
            indeterminate: true
            visible: root.pairs.state === "loading"
        }
        EmptyState {
            objectName: "reconcileEmpty"
            anchors.fill: parent
            visible: !root.ready && root.pairs.state !== "loading"
            iconName: root.pairs.state === "error" ? "incident" : "check"
            heading: root.pairs.heading
            text: root.pairs.text
        }
    }
}
