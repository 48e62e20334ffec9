// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Pages and workflows; the rail keeps the icons only.
FocusScope {
    id: root

    required property Session session
    property bool rail: false

    signal themeToggled()

    readonly property string page: session.navigation.page
    readonly property var pages: [
        { page: "overview", icon: "overview", label: qsTr("Overview"), keys: "Ctrl 1" },
        { page: "runs", icon: "runs", label: qsTr("Runs"), keys: "Ctrl 2" },
        { page: "explore", icon: "table", label: qsTr("Explore"), keys: "Ctrl 3" },
        { page: "policy", icon: "policy", label: qsTr("Policy"), keys: "Ctrl 4" },
        { page: "sources", icon: "source", label: qsTr("Sources"), keys: "Ctrl 5" },
        { page: "prices", icon: "price", label: qsTr("Models & prices"), keys: "Ctrl 6" }
    ]

    function isCurrent(name: string): bool {
        return page === name || (name === "runs" && page === "run") || (name === "overview" && page === "first-run");
    }
    function badge(name: string): string {
        if (name === "policy")
            return session.policy.dirty ? (rail ? String(session.policy.changeCount) : session.policy.draftText) : "";
        const count = name === "prices" ? session.prices.unpricedCount : name === "sources" ? session.sources.problems : 0;
        return count > 0 ? String(count) : "";
    }

    implicitWidth: rail ? Theme.railWidth : Theme.sidebarWidth

    Accessible.role: Accessible.ToolBar
    Accessible.name: qsTr("Pages")

    Rectangle {
        anchors.fill: parent
        color: Theme.sidebar
    }
    Hairline {
        anchors.right: parent.right
        height: parent.height
        vertical: true
    }
    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: 8
        anchors.rightMargin: root.rail ? 8 : 9
        anchors.bottomMargin: 8
        spacing: root.rail ? 2 : 0

        RowLayout {
            Layout.fillWidth: !root.rail
            Layout.fillHeight: false
            Layout.alignment: Qt.AlignHCenter
            Layout.preferredHeight: Theme.headerHeight
            Layout.leftMargin: root.rail ? 0 : 6
            Layout.rightMargin: root.rail ? 0 : 6
            spacing: 9

            Logo {
                Layout.alignment: root.rail ? Qt.AlignHCenter : Qt.AlignVCenter
            }
            PlainText {
                visible: !root.rail
                Layout.fillWidth: true
                font.pixelSize: Theme.px(15)
                font.weight: Font.DemiBold
                text: "Flyball"
            }
            PlainText {
                objectName: "instanceName"
                visible: !root.rail && text !== ""
                role: PlainText.Caption
                strong: true
                tone: "muted"
                text: root.session.instanceName
            }
        }
        Repeater {
            model: root.pages.length

            NavItem {
                required property int index
                readonly property var entry: root.pages[index]

                objectName: "nav_" + entry.page
                Layout.fillWidth: !root.rail
                Layout.alignment: Qt.AlignHCenter
                focus: index === 0
                rail: root.rail
                iconName: entry.icon
                label: entry.label
                badge: root.badge(entry.page)
                badgeTone: entry.page === "policy" ? "brass" : "warn"
                current: root.isCurrent(entry.page)
                onClicked: root.session.navigation.show(entry.page)
            }
        }
        WorkflowList {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.topMargin: 12
            visible: !root.rail
            session: root.session
        }
        Item {
            Layout.fillHeight: root.rail
            visible: root.rail
        }
        GridLayout {
            Layout.fillWidth: !root.rail
            Layout.fillHeight: false
            Layout.alignment: Qt.AlignHCenter
            columns: root.rail ? 1 : 2
            rowSpacing: 2

            NavItem {
                objectName: "nav_settings"
                Layout.fillWidth: !root.rail
                Layout.alignment: Qt.AlignHCenter
                rail: root.rail
                iconName: "settings"
                label: qsTr("Settings")
                current: root.page === "settings"
                onClicked: root.session.navigation.show("settings")
            }
            IconButton {
                objectName: "themeToggle"
                Layout.alignment: Qt.AlignHCenter
                iconName: Theme.dark ? "sun" : "moon"
                text: Theme.dark ? qsTr("Light theme") : qsTr("Dark theme")
                onClicked: root.themeToggled()
            }
        }
    }
}
