// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What is watched; the Sources page does the rest.
Panel {
    id: root

    required property Session session

    title: qsTr("Folders")
    subtitle: session.sources.sub
    headerExtras: TextButton {
        objectName: "manageSources"
        small: true
        text: qsTr("Manage sources")
        onClicked: root.session.navigation.show("sources")
    }

    ModelTable {
        id: rows

        objectName: "foldersTable"
        session: root.session
        table: root.session.sources.table
        accessibleName: root.title
        rowHeight: Theme.rowHeight
        allColumns: [
            { key: "name", title: qsTr("Source"), width: 0, kind: "name", always: true },
            { key: "sub", title: qsTr("What"), width: 0, weight: 1.4, kind: "muted", always: true },
            { key: "state", title: qsTr("State"), width: 110, kind: "text", toneKey: "stateTone", always: true }
        ]
        onActivated: index => root.session.navigation.openSource(table.row(index).id)
    }
}
