// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models
import Flyball.Pages

// Detected sources, one primary button; the demo fleet; a file. Nothing is read before the click.
PageBase {
    id: root

    readonly property FirstRun first: session.firstRun

    objectName: "firstRunScreen"
    title: qsTr("Overview")
    usesRange: false

    function leave(): bool {
        first.skip();
        session.navigation.show("overview");
        return true;
    }

    AddSourceDialog {
        id: addDialog

        session: root.session
        onAdded: root.leave()
    }
    FilePicker {
        id: picker

        onPicked: urls => root.first.openFiles(urls)
    }
    PageScroll {
        id: page

        anchors.fill: parent

        Item {
            Layout.fillHeight: true
        }
        ColumnLayout {
            Layout.fillWidth: false
            Layout.fillHeight: false
            Layout.alignment: Qt.AlignHCenter
            Layout.preferredWidth: Math.min(Theme.px(860), page.width - 2 * Theme.pagePadX)
            spacing: Theme.gap

            RowLayout {
                Layout.fillWidth: true
                Layout.bottomMargin: 14
                spacing: 22

                Logo {
                    size: Theme.large ? 44 : 76
                }
                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 2

                    PlainText {
                        objectName: "firstRunHeading"
                        Layout.fillWidth: true
                        role: Theme.large ? PlainText.Title : PlainText.Hero
                        wrapMode: Text.Wrap
                        text: root.first.heading
                    }
                    PlainText {
                        Layout.fillWidth: true
                        font.pixelSize: Theme.px(15)
                        tone: "neutral"
                        wrapMode: Text.Wrap
                        text: root.first.text
                    }
                }
            }
            FoundPanel {
                objectName: "foundPanel"
                Layout.fillWidth: true
                first: root.first
                onStarted: root.session.navigation.show("overview")
                onAddRequested: addDialog.open()
            }
            GridLayout {
                Layout.fillWidth: true
                columns: Theme.large ? 1 : 2
                columnSpacing: Theme.gap
                rowSpacing: Theme.gap

                OfferPanel {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.preferredWidth: 10
                    visible: root.first.hasDemo
                    iconName: "play"
                    iconTone: "brass"
                    heading: qsTr("Demo fleet")
                    text: qsTr("Simulated agents in several workflows, with loops, broken caches and a real-looking bill. No keys, no network, no cost.")
                    buttonName: "runDemo"
                    buttonText: qsTr("Run the demo fleet")
                    onTriggered: root.first.startDemo()
                }
                OfferPanel {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.preferredWidth: 10
                    iconName: "file"
                    heading: qsTr("Recorded day")
                    text: qsTr("Open trace files and see their bill, in a ledger of their own that goes when the window closes.")
                    buttonName: "openFile"
                    buttonText: qsTr("Open file…")
                    onTriggered: picker.pickFiles(qsTr("Open trace files"), "")
                }
            }
            RowLayout {
                Layout.fillWidth: true
                Layout.topMargin: 4
                spacing: 20

                PlainText {
                    Layout.preferredWidth: Math.min(Math.ceil(implicitWidth), page.width * 0.6)
                    role: PlainText.Small
                    tone: "muted"
                    text: root.first.priceText
                }
                TextButton {
                    objectName: "skipFirstRun"
                    kind: "quiet"
                    small: true
                    text: qsTr("Skip")
                    onClicked: root.leave()
                }
                KeyHint {
                    Layout.leftMargin: -14
                    text: qsTr("Esc")
                }
                Item {
                    Layout.fillWidth: true
                }
            }
        }
        Item {
            Layout.fillHeight: true
        }
    }
}
