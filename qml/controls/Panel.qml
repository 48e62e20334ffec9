// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Flyball.Theme

// Surface with an optional head line: icon, title, subtitle, extras at the right. Children go below it.
T.Pane {
    id: root

    property string title
    property string subtitle
    property string iconName
    property string tone
    property alias headerExtras: extras.data
    property bool headerVisible: title !== "" || subtitle !== "" || extras.children.length > 0
    property int headHeight: Theme.panelHeadHeight
    property int contentPadding: 0
    property bool separator: false

    implicitWidth: Math.max(contentWidth + leftPadding + rightPadding, head.implicitWidth + 2 * Theme.panelPad)
    implicitHeight: contentHeight + topPadding + bottomPadding
    padding: contentPadding
    topPadding: (headerVisible ? headHeight : 0) + contentPadding + 1
    bottomPadding: contentPadding + 1
    leftPadding: contentPadding + 1
    rightPadding: contentPadding + 1
    clip: false

    // A single child fills the panel, as in a page.
    Binding {
        target: root.contentChildren.length === 1 ? root.contentChildren[0] : null
        property: "width"
        value: root.availableWidth
        restoreMode: Binding.RestoreNone
    }
    Binding {
        target: root.contentChildren.length === 1 ? root.contentChildren[0] : null
        property: "height"
        value: root.availableHeight
        restoreMode: Binding.RestoreNone
    }

    Accessible.role: Accessible.Grouping
    Accessible.name: title

    background: Rectangle {
        color: Theme.panel
        radius: Theme.radiusPanel
        border.width: 1
        border.color: root.tone === "" ? Theme.line : Theme.toneColor(root.tone)

        Hairline {
            visible: root.separator && root.headerVisible
            y: root.headHeight
            x: 1
            width: parent.width - 2
        }
    }

    readonly property Item headItem: RowLayout {
        id: head

        parent: root
        z: 1

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.leftMargin: Theme.panelPad
        anchors.rightMargin: Theme.panelPad
        height: root.headHeight
        spacing: 10
        visible: root.headerVisible

        Icon {
            visible: root.iconName !== ""
            name: root.iconName
            color: root.tone === "" ? Theme.text2 : Theme.toneColor(root.tone)
        }
        PlainText {
            Layout.maximumWidth: Math.ceil(implicitWidth)
            Layout.preferredWidth: Math.ceil(implicitWidth)
            Layout.fillWidth: true
            Layout.minimumWidth: 40
            text: root.title
            visible: text !== ""
            color: root.tone === "" ? Theme.text : Theme.toneColor(root.tone)
            font.weight: Font.DemiBold
        }
        PlainText {
            Layout.maximumWidth: Math.ceil(implicitWidth)
            Layout.preferredWidth: Math.ceil(implicitWidth)
            Layout.fillWidth: true
            Layout.minimumWidth: 0
            text: root.subtitle
            visible: text !== ""
            role: PlainText.Small
            tone: "muted"
        }
        Item {
            Layout.fillWidth: true
        }
        RowLayout {
            id: extras

            Layout.fillWidth: false
            spacing: 10
        }
    }
}
