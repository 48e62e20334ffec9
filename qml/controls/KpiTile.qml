// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Flyball.Theme

// One number with its proof. tileState: value, partial, stale, loading, nodata.
T.AbstractButton {
    id: root

    property string label
    property string value
    property string mark: tileState === "partial" ? "≥" : ""
    property string unit
    property string sub
    property string subTone: "muted"
    property string note
    property string chipText
    property string chipTone: "info"
    property string chipMark
    property string tileState: "value"
    property string explained
    property bool large: true
    property Component extra
    property bool divider: true
    property bool dividerTop: false

    readonly property bool hasValue: tileState !== "loading" && tileState !== "nodata"
    readonly property string spoken: {
        const parts = [label, mark === "≥" ? qsTr("at least") : mark === "≈" ? qsTr("about") : "",
            hasValue ? value : tileState === "loading" ? qsTr("loading") : value === "" ? qsTr("no data") : value,
            hasValue ? unit : "", chipText, tileState === "stale" ? qsTr("stale") : "", sub, note];
        let words = "";
        for (const part of parts)
            words += part === "" ? "" : (words === "" ? "" : ", ") + part;
        return words;
    }

    implicitWidth: Math.max(head.implicitWidth, line.implicitWidth, below.implicitWidth) + 28
    implicitHeight: column.implicitHeight + (large ? 21 : 20)
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Keys.onReturnPressed: root.clicked()

    Accessible.role: Accessible.Button
    Accessible.name: explained === "" ? spoken : explained
    Accessible.onPressAction: root.clicked()

    contentItem: Item {
        ColumnLayout {
            id: column

            anchors.fill: parent
            anchors.leftMargin: Theme.large ? 11 : 14
            anchors.rightMargin: Theme.large ? 6 : 10
            anchors.topMargin: 11
            anchors.bottomMargin: 9
            spacing: 1

            RowLayout {
                id: head

                Layout.fillHeight: false
                spacing: 6

                PlainText {
                    Layout.fillWidth: true
                    Layout.maximumWidth: Math.ceil(implicitWidth)
                Layout.preferredWidth: Math.ceil(implicitWidth)
                    role: PlainText.Small
                    tone: "neutral"
                    text: root.label
                    Accessible.ignored: true
                }
                Chip {
                    Layout.preferredHeight: Theme.px(17)
                    visible: root.chipText !== "" && !Theme.large
                    text: root.chipText
                    tone: root.chipTone
                    mark: root.chipMark
                    Accessible.ignored: true
                }
            }
            Item {
                implicitWidth: line.implicitWidth
                implicitHeight: Theme.px(root.large ? 30 : 26)
                Layout.fillWidth: true

                Skeleton {
                    visible: root.tileState === "loading"
                    anchors.verticalCenter: parent.verticalCenter
                    width: Math.min(parent.width, Theme.px(104))
                    height: Theme.px(20)
                }
                Row {
                    id: line

                    visible: root.tileState !== "loading"
                    anchors.verticalCenter: parent.verticalCenter
                    spacing: 5

                    PlainText {
                        id: number

                        role: root.large ? PlainText.Kpi : PlainText.KpiSmall
                        color: root.tileState === "stale" || !root.hasValue ? Theme.text3 : Theme.text
                        text: !root.hasValue ? (root.value === "" ? qsTr("unknown") : root.value)
                            : root.mark === "" ? root.value : root.mark + "\u2009" + root.value
                        elide: Text.ElideNone
                        Accessible.ignored: true
                    }
                    PlainText {
                        anchors.baseline: number.baseline
                        visible: root.hasValue && root.unit !== ""
                        width: Math.min(implicitWidth, Math.max(0, line.parent.width - number.width - 5))
                        strong: true
                        tone: root.tileState === "stale" ? "muted" : "neutral"
                        text: root.unit
                        Accessible.ignored: true
                    }
                }
            }
            RowLayout {
                id: below

                Layout.topMargin: 2
                Layout.fillHeight: false
                Layout.preferredHeight: Theme.px(16)
                spacing: 6

                Skeleton {
                    visible: root.tileState === "loading"
                    implicitWidth: Theme.px(74)
                    implicitHeight: Theme.px(9)
                }
                ComponentSlot {
                    visible: item !== null && root.tileState !== "loading"
                    component: root.extra
                }
                PlainText {
                    Layout.fillWidth: root.note === ""
                    Layout.maximumWidth: Math.ceil(implicitWidth)
                Layout.preferredWidth: Math.ceil(implicitWidth)
                    visible: text !== "" && root.tileState !== "loading"
                    role: PlainText.Caption
                    tone: root.tileState === "stale" ? "muted" : root.subTone
                    text: root.sub
                    Accessible.ignored: true
                }
                PlainText {
                    Layout.fillWidth: true
                    visible: text !== "" && root.tileState !== "loading"
                    role: PlainText.Caption
                    tone: "muted"
                    text: root.note
                    Accessible.ignored: true
                }
            }
        }
    }
    background: Rectangle {
        color: root.hovered ? Theme.alpha(Theme.hover, 0.5) : "transparent"
        radius: Theme.radiusPanel

        Hairline {
            visible: root.divider
            height: parent.height
            vertical: true
        }
        Hairline {
            visible: root.dividerTop
            width: parent.width
        }
        FocusRing {
            shown: root.visualFocus
            inside: true
            cornerRadius: Theme.radiusPanel
        }
    }
}
