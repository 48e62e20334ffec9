// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Where one is, the page's own actions, the time range, live or paused, export, search.
FocusScope {
    id: root

    required property Session session
    property PageBase screen: null
    property bool compact: false

    signal searchRequested()
    signal exportRequested()

    readonly property var crumbs: session.navigation.crumbs
    readonly property var way: crumbs.slice(0, -1)
    readonly property bool ranged: screen !== null && screen.usesRange

    implicitHeight: Theme.headerHeight
    Accessible.role: Accessible.ToolBar
    Accessible.name: qsTr("Header")

    Hairline {
        anchors.bottom: parent.bottom
        width: parent.width
    }
    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.pagePadX
        anchors.rightMargin: Theme.pagePadX
        spacing: Theme.large ? 6 : 10

        Breadcrumbs {
            objectName: "breadcrumbs"
            visible: root.way.length > 0 && !Theme.large
            items: root.way
            onActivated: key => root.session.navigation.openCrumb(key)
        }
        IconButton {
            objectName: "headerBack"
            visible: Theme.large && root.session.navigation.canBack && root.way.length > 0
            iconName: "undo"
            text: qsTr("Back")
            onClicked: root.session.navigation.back()
        }
        Swatch {
            visible: root.screen !== null && root.screen.titleSlot > -2
            size: 11
            color: root.screen === null ? Theme.other : Theme.seriesColor(root.screen.titleSlot)
        }
        PlainText {
            visible: text !== ""
            role: PlainText.Title
            text: root.screen === null ? "" : root.screen.titlePrefix
        }
        NameText {
            objectName: "pageTitle"
            Layout.preferredWidth: Math.min(Math.ceil(implicitWidth), root.width * (root.compact ? 0.26 : 0.32))
            role: PlainText.Title
            mono: root.screen !== null && root.screen.titleMono
            text: root.screen === null ? "" : root.screen.title
        }
        Item {
            Layout.fillWidth: true
        }
        ComponentSlot {
            objectName: "pageActions"
            component: root.screen === null ? null : root.screen.actions
        }
        RangeBar {
            visible: root.ranged
            session: root.session
            compact: root.compact
        }
        LiveToggle {
            objectName: "liveToggle"
            visible: root.ranged || root.session.mode !== "live"
            mode: root.session.mode
            detail: Theme.large ? "" : root.session.modeDetail
            onSwitched: root.session.togglePause()
        }
        IconButton {
            objectName: "exportButton"
            visible: root.screen !== null && root.screen.exports.length > 0
            iconName: "down"
            text: qsTr("Export, Ctrl E")
            onClicked: root.exportRequested()
        }
        SearchField {
            objectName: "searchButton"
            visible: !root.compact
            asButton: true
            keyHint: qsTr("Ctrl K")
            onClicked: root.searchRequested()
        }
        IconButton {
            objectName: "searchIcon"
            visible: root.compact
            iconName: "search"
            text: qsTr("Search or jump, Ctrl K")
            onClicked: root.searchRequested()
        }
    }
}
