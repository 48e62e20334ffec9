// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Charts
import Flyball.Models

// Limits of a call and of a run, each above what was measured.
GridLayout {
    id: root

    required property PolicyModel policy
    readonly property EvidenceModel evidence: policy.evidence
    readonly property PolicyForm form: policy.form
    readonly property var pointers: ["/budget/call_max_tokens", "/budget/call_max_output_tokens",
        "/budget/max_iterations", "/context/compress_above_tokens"]

    columns: Theme.large || width < Theme.px(480) ? 2 : 4
    columnSpacing: 16
    rowSpacing: 10

    Repeater {
        model: root.pointers

        ColumnLayout {
            id: limit

            required property string modelData
            readonly property var spread: { root.evidence.revision; return root.evidence.spread(modelData); }
            readonly property var entry: { root.form.revision; root.evidence.revision; return root.form.field(modelData); }
            readonly property bool measured: spread.bars !== undefined
            readonly property real cap: measured && entry.value > 0 ? root.evidence.place(modelData, entry.value) : -1

            Layout.fillWidth: true
            Layout.preferredWidth: 100
            Layout.minimumWidth: 0
            Layout.alignment: Qt.AlignTop
            spacing: 3

            PolicyField {
                Layout.fillWidth: true
                form: root.form
                pointer: limit.modelData
                inlineNote: true
                fieldWidth: 84
            }
            MiniHistogram {
                Layout.fillWidth: true
                Layout.leftMargin: slider.leftPadding
                Layout.rightMargin: slider.rightPadding
                Layout.topMargin: 2
                visible: limit.measured
                slot: Math.max(0, root.policy.scopeSlot)
                bars: limit.spread.bars ?? []
                mark: limit.spread.mark ?? -1
                cap: limit.cap
            }
            Slider {
                id: slider

                objectName: "slider_" + limit.modelData
                Layout.fillWidth: true
                visible: limit.measured
                opacity: limit.cap > 0 ? 1 : 0.55
                label: limit.entry.label ?? ""
                valueText: limit.entry.words ?? ""
                stepSize: 0.01
                value: Math.max(0, limit.cap)
                onDragged: value => root.form.drag(limit.modelData, root.evidence.valueAt(limit.modelData, value))
                onPressedChanged: {
                    if (!pressed) {
                        root.form.endDrag();
                        value = Qt.binding(() => Math.max(0, limit.cap));
                    }
                }
            }
            RowLayout {
                spacing: 6

                PlainText {
                    role: PlainText.Caption
                    tone: "muted"
                    text: limit.spread.text ?? (root.evidence.ready ? qsTr("not measured") : "")
                }
                TextButton {
                    objectName: "use_" + limit.modelData
                    visible: text !== ""
                    Layout.preferredHeight: Theme.px(16)
                    kind: "link"
                    tone: "brass"
                    text: limit.entry.proposalText ?? ""
                    onClicked: root.form.useProposal(limit.modelData)
                }
            }
        }
    }
}
