// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Charts
import Flyball.Controls
import Flyball.Theme

// Stacked spend with cursor, read-out, zoom by drag, table view (T). Keys: left and right move the cursor,
// Shift with them pans, Enter opens the largest band at the cursor.
FocusScope {
    id: root

    property alias chartData: stack.chartData
    property alias timeZone: stack.timeZone
    property alias selectedBand: stack.selectedBand
    property string title
    property bool live: true
    property bool paused: false
    property bool showTable: false
    property string emptyText: qsTr("No data in this range")
    property int cursorBin: -1
    readonly property double hoveredTimeMs: cursorBin < 0 ? -1 : stack.timeAt(stack.xOfBin(cursorBin))
    readonly property alias plot: stack.plot
    readonly property alias bins: stack.bins

    signal bandClicked(int index)
    signal markClicked(int index)
    signal zoomRequested(real fromMs, real toMs)
    signal zoomReset()
    signal panRequested(real deltaMs)

    function moveCursor(step: int): void {
        if (stack.bins > 0)
            cursorBin = Math.min(stack.bins - 1, Math.max(0, (cursorBin < 0 ? stack.bins : cursorBin) + step));
    }
    function insidePlot(x: real, y: real): bool {
        return x >= stack.plot.x && y >= stack.plot.y && x <= stack.plot.x + stack.plot.width && y <= stack.plot.y + stack.plot.height;
    }
    function pan(part: real): void {
        root.panRequested((stack.timeAt(stack.plot.x + stack.plot.width) - stack.timeAt(stack.plot.x)) * part);
    }

    implicitWidth: 600
    implicitHeight: Theme.px(280)
    activeFocusOnTab: true
    Keys.onPressed: event => {
        event.accepted = true;
        const shift = (event.modifiers & Qt.ShiftModifier) !== 0;
        switch (event.key) {
        case Qt.Key_Left: shift ? pan(-0.25) : moveCursor(-1); break;
        case Qt.Key_Right: shift ? pan(0.25) : moveCursor(1); break;
        case Qt.Key_Home: cursorBin = 0; break;
        case Qt.Key_End: moveCursor(stack.bins); break;
        case Qt.Key_T: showTable = !showTable; break;
        case Qt.Key_Return: case Qt.Key_Enter: openAtCursor(); break;
        case Qt.Key_Escape:
            if (cursorBin < 0)
                event.accepted = false;
            cursorBin = -1;
            break;
        default: event.accepted = false;
        }
    }
    function openAtCursor(): void {
        const x = stack.xOfBin(cursorBin);
        for (let y = stack.plot.y; cursorBin >= 0 && y < stack.plot.y + stack.plot.height; y += 2) {
            const band = stack.bandAt(x, y);
            if (band >= 0) {
                root.bandClicked(band);
                return;
            }
        }
    }

    Accessible.role: Accessible.Chart
    Accessible.name: title
    Accessible.description: stack.summary
    Accessible.focusable: true

    StackItem {
        id: stack

        anchors.fill: parent
        visible: !root.showTable
        style: ChartTheme
        opacity: root.paused ? 0.85 : 1
    }
    PlainText {
        anchors.centerIn: parent
        visible: stack.bins < 1 && !root.showTable
        role: PlainText.Small
        tone: "muted"
        text: root.emptyText
    }
    Item {
        visible: root.cursorBin >= 0 && root.cursorBin < stack.bins && !root.showTable
        x: stack.bins > 0 && stack.plot.width > 0 ? Math.round(stack.xOfBin(root.cursorBin)) : 0
        y: stack.plot.y
        width: 1
        height: stack.plot.height

        Rectangle {
            anchors.fill: parent
            color: Theme.text
        }
        ReadoutTip {
            readonly property bool leftSide: parent.x > root.width / 2

            x: leftSide ? -width - 12 : 13
            y: Math.min(0, root.height - stack.plot.y - height)
            readout: parent.visible && stack.chartData && stack.plot.width > 0 ? stack.readout(root.cursorBin) : ({})
        }
    }
    Rectangle {
        visible: mouse.dragging
        x: Math.min(mouse.fromX, mouse.toX)
        y: stack.plot.y
        width: Math.abs(mouse.toX - mouse.fromX)
        height: stack.plot.height
        color: Theme.alpha(Theme.accent, 0.18)
        border.width: 1
        border.color: Theme.accent
    }
    MouseArea {
        id: mouse

        property real fromX: 0
        property real toX: 0
        property bool dragging: false

        anchors.fill: parent
        enabled: !root.showTable
        hoverEnabled: true
        cursorShape: stack.bandAt(mouseX, mouseY) >= 0 ? Qt.PointingHandCursor : Qt.ArrowCursor
        onPressed: event => {
            root.forceActiveFocus(Qt.MouseFocusReason);
            fromX = Math.max(stack.plot.x, Math.min(stack.plot.x + stack.plot.width, event.x));
            toX = fromX;
        }
        onPositionChanged: event => {
            root.cursorBin = root.insidePlot(event.x, event.y) ? stack.binAt(event.x) : -1;
            if (pressed) {
                toX = Math.max(stack.plot.x, Math.min(stack.plot.x + stack.plot.width, event.x));
                dragging = dragging || Math.abs(toX - fromX) > 6;
            }
        }
        onExited: root.cursorBin = -1
        onCanceled: dragging = false
        onReleased: event => {
            if (dragging) {
                dragging = false;
                root.zoomRequested(stack.timeAt(Math.min(fromX, toX)), stack.timeAt(Math.max(fromX, toX)));
                return;
            }
            const mark = stack.markAt(event.x, event.y);
            const band = stack.bandAt(event.x, event.y);
            if (mark >= 0)
                root.markClicked(mark);
            else if (band >= 0)
                root.bandClicked(band);
        }
        onDoubleClicked: root.zoomReset()
        onWheel: event => {
            if (event.angleDelta.x !== 0 || (event.modifiers & Qt.ShiftModifier))
                root.pan((event.angleDelta.x !== 0 ? -event.angleDelta.x : -event.angleDelta.y) / 1200);
            else
                event.accepted = false;
        }
    }
    FocusRing {
        shown: root.activeFocus && !mouse.containsMouse
        inside: true
    }
    ComponentSlot {
        anchors.fill: parent
        anchors.margins: 8
        active: root.showTable
        component: Component {
            StackTable {
                anchors.fill: parent
                source: stack
            }
        }
    }
}
