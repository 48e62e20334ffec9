// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Series, rows or records as the source has them, each with what Flyball makes of it.
ColumnLayout {
    id: root

    required property Session session
    readonly property RawModel raw: session.sources.raw
    readonly property var exportColumns: table.exportColumns
    readonly property bool shows: raw.state === "ready" || raw.state === "nothing"
    // How wide a column of that name is; all others share what is left.
    readonly property var fixed: ({ Value: 104, Offset: 92, Bytes: 76, Began: 176, Time: 190, Encoding: 108, Status: 64 })
    readonly property var weights: ({ Series: 1.3, Labels: 1.7, Fields: 2.6, Path: 1 })

    signal exportRequested()
    signal closeRequested()

    function reset(): void {
        filter.text = "";
        table.currentIndex = -1;
    }
    function focusTable(): void {
        table.forceActiveFocus();
    }
    function columnOf(name: string, index: int): var {
        const numeric = name === "Value" || name === "Offset" || name === "Bytes" || name === "Status";
        return { key: "c" + index, title: name, width: fixed[name] ?? 0, weight: weights[name] ?? 1, always: true,
            align: numeric ? "right" : "left", kind: numeric ? "num" : index === 0 ? "mono" : "text" };
    }
    function columnsOf(names: var): var {
        const columns = names.map((name, index) => root.columnOf(name, index));
        columns.push({ key: "meaning", title: qsTr("What is made of it"), width: 0, weight: 1.7, kind: "text", toneKey: "tone", always: true });
        return columns;
    }

    spacing: 0
    Accessible.role: Accessible.Dialog
    Accessible.name: qsTr("Raw: %1").arg(root.raw.title)
    Keys.onPressed: event => {
        const control = event.modifiers === Qt.ControlModifier;
        event.accepted = true;
        if (control && event.key === Qt.Key_F || event.key === Qt.Key_Slash && event.modifiers === Qt.NoModifier)
            filter.forceActiveFocus(Qt.ShortcutFocusReason);
        else if (control && event.key === Qt.Key_C && table.currentIndex >= 0)
            root.session.copy(root.raw.rowText(table.currentIndex));
        else if (control && event.key === Qt.Key_E && root.shows)
            root.exportRequested();
        else if (event.key === Qt.Key_F5)
            root.raw.reload();
        else if (event.key === Qt.Key_Down && filter.activeFocus)
            table.forceActiveFocus(Qt.TabFocusReason);
        else
            event.accepted = false;
    }

    RowLayout {
        Layout.fillWidth: true
        Layout.fillHeight: false
        Layout.preferredHeight: Theme.headerHeight
        Layout.leftMargin: Theme.panelPad
        Layout.rightMargin: 8
        spacing: 10

        NameText {
            objectName: "rawTitle"
            Layout.fillWidth: false
            Layout.maximumWidth: root.width * 0.6
            role: PlainText.Title
            text: root.raw.title
        }
        PlainText {
            objectName: "rawSub"
            Layout.fillWidth: true
            role: PlainText.Small
            tone: "muted"
            text: root.raw.sub
        }
        IconButton {
            objectName: "rawReload"
            enabled: root.raw.state !== "loading"
            iconName: "undo"
            text: qsTr("Ask again, F5")
            onClicked: root.raw.reload()
        }
        IconButton {
            objectName: "rawCopy"
            enabled: root.raw.state === "ready"
            iconName: "list"
            text: qsTr("Copy all rows")
            onClicked: root.session.copy(root.raw.allText())
        }
        IconButton {
            objectName: "rawExportButton"
            enabled: root.shows
            iconName: "down"
            text: qsTr("Export these rows")
            onClicked: root.exportRequested()
        }
        IconButton {
            objectName: "rawClose"
            iconName: "x"
            text: qsTr("Close, Esc")
            onClicked: root.closeRequested()
        }
    }
    RowLayout {
        Layout.fillWidth: true
        Layout.fillHeight: false
        Layout.leftMargin: Theme.panelPad
        Layout.rightMargin: Theme.panelPad
        Layout.bottomMargin: 10
        spacing: 10

        SearchField {
            id: filter

            objectName: "rawFilter"
            Layout.fillWidth: true
            Layout.maximumWidth: Theme.px(320)
            placeholder: qsTr("Filter")
            keyHint: activeFocus ? "" : "/"
            onEdited: text => root.raw.filter = text
            onAccepted: root.focusTable()
        }
        SegmentedControl {
            objectName: "rawSegments"
            visible: root.raw.segments.length > 0
            compact: true
            accessibleName: qsTr("Rows shown")
            options: root.raw.segments
            currentKey: root.raw.segment
            onActivated: key => root.raw.segment = key
        }
        Item {
            Layout.fillWidth: true
        }
        PlainText {
            objectName: "rawTotal"
            role: PlainText.Small
            tone: "muted"
            visible: root.shows
            text: root.raw.table.totalText
        }
    }
    ProgressLine {
        Layout.fillWidth: true
        indeterminate: true
        opacity: root.raw.state === "loading" ? 1 : 0
    }
    ModelTable {
        id: table

        objectName: "rawTable"
        Layout.fillWidth: true
        Layout.fillHeight: true
        session: root.session
        table: root.raw.table
        accessibleName: root.raw.title
        rowHeight: Theme.rowDense
        emptyText: ""
        headVisible: root.raw.columns.length > 0
        activateOnClick: false
        selectable: true
        closeLast: true
        allColumns: root.columnsOf(root.raw.columns)

        EmptyState {
            objectName: "rawState"
            anchors.fill: parent
            visible: root.raw.state === "error" || root.raw.state === "none" || root.raw.state === "nothing"
            iconName: root.raw.state === "error" ? "incident" : "search"
            tone: root.raw.state === "error" ? "crit" : "muted"
            heading: root.raw.state === "error" ? qsTr("It did not tell")
                : root.raw.state === "none" ? qsTr("Nothing is there") : qsTr("No row has that in it")
            text: root.raw.state === "error" ? root.raw.text : root.raw.state === "none" ? root.raw.note : ""
            actions: root.raw.state === "error" ? [{ key: "again", text: qsTr("Ask again"), kind: "normal" }]
                : root.raw.state === "nothing" ? [{ key: "clear", text: qsTr("Clear"), kind: "normal" }] : []
            onTriggered: key => {
                if (key === "again")
                    return root.raw.reload();
                filter.text = "";
                root.raw.filter = "";
                root.raw.segment = "all";
            }
        }
        SkeletonBlock {
            anchors.fill: parent
            anchors.margins: Theme.panelPad
            anchors.topMargin: Theme.tableHeadHeight + Theme.panelPad
            visible: root.raw.state === "loading" && table.count === 0
            rows: 8
        }
    }
    PlainText {
        objectName: "rawWhole"
        Layout.fillWidth: true
        Layout.fillHeight: false
        Layout.margins: Theme.panelPad
        visible: table.currentIndex >= 0 && root.shows
        role: PlainText.Small
        mono: true
        wrapMode: Text.WrapAnywhere
        maximumLineCount: 5
        elide: Text.ElideRight
        text: table.currentIndex >= 0 && table.currentIndex < table.count ? root.raw.wholeText(table.currentIndex) : ""
    }
    PlainText {
        objectName: "rawNote"
        Layout.fillWidth: true
        Layout.fillHeight: false
        Layout.leftMargin: Theme.panelPad
        Layout.rightMargin: Theme.panelPad
        Layout.topMargin: 8
        Layout.bottomMargin: 8
        visible: text !== ""
        role: PlainText.Small
        tone: root.raw.truncated ? "warn" : "muted"
        wrapMode: Text.Wrap
        maximumLineCount: 3
        text: root.raw.state === "none" ? "" : root.raw.note
    }
}
