// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Whose calls, and by what.
Row {
    id: root

    required property ExploreModel explore
    property bool columnsToo: true

    spacing: 6

    Select {
        objectName: "exploreWorkflow"
        small: true
        implicitWidth: Theme.px(136)
        label: qsTr("Calls of")
        options: root.explore.workflows
        currentKey: root.explore.workflow
        onActivated: key => root.explore.workflow = key
    }
    Select {
        objectName: "exploreRows"
        small: true
        implicitWidth: Theme.px(104)
        label: qsTr("Rows")
        options: root.explore.dimensions
        currentKey: root.explore.rowsBy
        onActivated: key => root.explore.rowsBy = key
    }
    IconButton {
        objectName: "exploreSwap"
        visible: root.columnsToo
        small: true
        iconName: "loop"
        text: qsTr("Swap rows and columns")
        onClicked: root.explore.swap()
    }
    Select {
        objectName: "exploreColumns"
        visible: root.columnsToo
        small: true
        implicitWidth: Theme.px(104)
        label: qsTr("Columns")
        options: root.explore.dimensions
        currentKey: root.explore.columnsBy
        onActivated: key => root.explore.columnsBy = key
    }
}
