// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What was found on this computer; only folders were listed.
Panel {
    id: root

    required property FirstRun first

    signal addRequested()
    signal started()

    title: qsTr("Found here")
    subtitle: first.state === "looking" ? qsTr("looking") : qsTr("read only, nothing leaves this computer")
    separator: true

    ColumnLayout {
        spacing: 0

        SkeletonBlock {
            Layout.fillWidth: true
            Layout.margins: Theme.panelPad
            visible: root.first.state === "looking"
            rows: 3
        }
        Repeater {
            model: root.first.found

            FoundRow {
                onToggled: index => root.first.toggle(index)
            }
        }
        EmptyState {
            objectName: "nothingFound"
            Layout.fillWidth: true
            visible: root.first.state === "ready" && root.first.found.count === 0
            iconName: "search"
            heading: root.first.found.emptyHeading
            text: root.first.found.emptyText
        }
        Rectangle {
            Layout.fillWidth: true
            implicitHeight: foot.implicitHeight + 24
            color: Theme.inset
            radius: Theme.radiusPanel - 1

            RowLayout {
                id: foot

                anchors.left: parent.left
                anchors.right: parent.right
                anchors.leftMargin: 16
                anchors.rightMargin: 16
                anchors.verticalCenter: parent.verticalCenter
                spacing: 10

                TextButton {
                    objectName: "startReading"
                    focus: true
                    kind: "primary"
                    implicitHeight: Theme.px(34)
                    leftPadding: 18
                    visible: root.first.found.count > 0
                    enabled: root.first.canStart
                    text: root.first.startText
                    onClicked: {
                        root.first.start();
                        root.started();
                    }
                }
                TextButton {
                    objectName: "addAnother"
                    kind: root.first.found.count > 0 ? "quiet" : "primary"
                    implicitHeight: Theme.px(34)
                    iconName: "plus"
                    text: root.first.found.count > 0 ? qsTr("Add another source") : qsTr("Add source")
                    onClicked: root.addRequested()
                }
                PlainText {
                    Layout.fillWidth: true
                    role: PlainText.Small
                    tone: "muted"
                    horizontalAlignment: Text.AlignRight
                    text: root.first.sizeText
                }
            }
        }
    }
}
