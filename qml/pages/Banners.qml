// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What holds for the whole window: whose money this is, what is wrong with the ledger, how far the import is.
ColumnLayout {
    id: root

    required property Session session

    signal folderRequested(string path)

    spacing: 0

    Banner {
        objectName: "instanceBanner"
        Layout.fillWidth: true
        visible: root.session.banner !== ""
        tone: "info"
        heading: root.session.banner
    }
    Banner {
        objectName: "problemBanner"
        Layout.fillWidth: true
        visible: root.session.problem !== ""
        tone: root.session.problemTone
        iconName: tone === "info" ? "lock" : "incident"
        heading: root.session.problem
        actionText: root.session.problemAction === "openFolder" ? qsTr("Open folder") : ""
        onTriggered: root.folderRequested(root.session.settings.ledgerPath)
    }
    Rectangle {
        objectName: "importBanner"
        Layout.fillWidth: true
        visible: root.session.importing.active
        implicitHeight: Theme.px(34)
        color: Theme.infoFill

        RowLayout {
            anchors.fill: parent
            anchors.leftMargin: 14
            anchors.rightMargin: 14
            spacing: 12

            PlainText {
                objectName: "importText"
                Layout.fillWidth: true
                Layout.maximumWidth: implicitWidth
                role: PlainText.Small
                text: root.session.importing.text
            }
            ProgressLine {
                Layout.fillWidth: true
                Layout.minimumWidth: Theme.px(80)
                indeterminate: root.session.importing.fraction < 0
                value: Math.max(0, root.session.importing.fraction)
            }
            TextButton {
                objectName: "importCancel"
                kind: "quiet"
                small: true
                text: qsTr("Cancel")
                onClicked: root.session.importing.cancel()
            }
        }
    }
}
