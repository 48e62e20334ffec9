// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// One run: its calls as a waterfall, tokens by class, growth of the context, one call in detail.
PageBase {
    id: root

    readonly property RunModel run: session.run
    readonly property bool ready: run.state === "ready"

    objectName: "runScreen"
    titlePrefix: qsTr("Run")
    title: run.shortId
    titleMono: true
    usesRange: false
    exports: ready ? [
        { key: "calls", text: qsTr("Calls"), base: "run", table: run.everyCall, columns: calls.exportColumns },
        { key: "classes", text: qsTr("Tokens by class"), base: "run-classes", table: run.classes, columns: classes.exportColumns }
    ] : []
    actions: Component {
        RowLayout {
            spacing: 10

            PlainText {
                visible: !root.compact
                role: PlainText.Small
                tone: "muted"
                text: root.run.startText
            }
            StateChip {
                objectName: "runState"
                visible: text !== ""
                text: root.run.stateText
                tone: root.run.stateTone
                iconName: root.run.stateIcon
            }
            TextButton {
                readonly property string refusal: root.session.policyPush.revision >= 0
                    ? root.session.policyPush.orderRefusal(root.run.workflow) : ""

                objectName: "stopRun"
                visible: root.run.open && root.session.policyPush.available
                enabled: refusal === ""
                iconName: "stop"
                text: qsTr("Stop run")
                toolTip: refusal
                onClicked: stopSheet.open()
            }
            IconButton {
                objectName: "runCopyId"
                iconName: "file"
                text: qsTr("Copy run id")
                onClicked: root.run.copyId()
            }
        }
    }

    function copyRow(): bool {
        return calls.table.copyRow();
    }

    ConfirmSheet {
        id: stopSheet

        objectName: "stopSheet"
        title: qsTr("Stop run %1?").arg(root.run.shortId)
        text: qsTr("The agent is told not to send another call of this run. What it has spent stays spent.")
        withReason: true
        confirmKind: "danger"
        confirmText: qsTr("Stop run")
        onConfirmed: reason => root.session.policyPush.stopRun(root.run.id, reason)
    }
    EmptyState {
        objectName: "runMissing"
        anchors.fill: parent
        visible: root.run.state === "missing" || root.run.state === "error"
        iconName: root.run.state === "error" ? "incident" : "clock"
        tone: root.run.state === "error" ? "crit" : "muted"
        heading: root.run.state === "error" ? qsTr("This run cannot be read") : qsTr("This run is not in the ledger")
        text: root.run.errorText
        actions: [{ key: "back", text: qsTr("Back"), kind: "normal" }]
        onTriggered: root.session.navigation.back()
    }
    SkeletonBlock {
        anchors.fill: parent
        anchors.margins: 30
        visible: root.run.state === "loading"
        rows: 12
    }
    LateVisible {
        target: context
        value: root.run.calls.count > 0
    }
    LateVisible {
        target: notes
        value: root.run.notes.count > 0
    }
    LateVisible {
        target: signals
        value: root.run.signalRows.count > 0
    }
    TwoColumns {
        anchors.fill: parent
        visible: root.ready
        compact: root.compact
        sideWidth: 316
        topItems: KpiRow {
            objectName: "runKpis"
            Layout.fillWidth: true
            kpis: root.run.kpis
            large: false
        }
        mainItems: [
            CallsPanel {
                id: calls

                objectName: "callsPanel"
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredHeight: Theme.px(36 + 26 + 24 * 9)
                session: root.session
                run: root.run
            },
            ContextPanel {
                id: context

                objectName: "contextPanel"
                Layout.fillWidth: true
                Layout.fillHeight: false
                Layout.preferredHeight: Theme.px(228)
                visible: false
                run: root.run
            }
        ]
        sideItems: [
            NotesPanel {
                id: notes

                objectName: "notesPanel"
                Layout.fillWidth: true
                Layout.fillHeight: false
                Layout.alignment: Qt.AlignTop
                visible: false
                run: root.run
            },
            ClassesPanel {
                id: classes

                objectName: "classesPanel"
                Layout.fillWidth: true
                Layout.fillHeight: false
                Layout.alignment: Qt.AlignTop
                session: root.session
                run: root.run
            },
            SignalsPanel {
                id: signals

                objectName: "signalsPanel"
                Layout.fillWidth: true
                Layout.fillHeight: false
                Layout.alignment: Qt.AlignTop
                visible: false
                session: root.session
                run: root.run
            },
            InspectorPanel {
                objectName: "inspector"
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredHeight: root.compact ? implicitHeight : Theme.px(220)
                run: root.run
            }
        ]
    }
}
