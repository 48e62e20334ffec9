// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtTest
import Flyball.Charts
import Flyball.Controls
import Flyball.Gallery

// Names from outside stay literal text everywhere and never blow up the layout. (An <img> in a stock control crashes Qt 6.4.)
Item {
    id: scene

    readonly property string bad: Samples.hostile

    width: 900
    height: 900

    Column {
        width: 300
        spacing: 2

        PlainText { width: parent.width; text: scene.bad }
        NameText { width: parent.width; text: scene.bad }
        TextButton { width: parent.width; text: scene.bad; badge: scene.bad; toolTip: scene.bad }
        IconButton { iconName: scene.bad; text: scene.bad }
        Chip { width: parent.width; text: scene.bad; mark: "≥" }
        StateChip { width: parent.width; text: scene.bad; tone: "warn" }
        ChoiceChip { width: parent.width; text: scene.bad }
        CoverageChip { width: parent.width; text: scene.bad; toolTip: scene.bad }
        NavItem { width: parent.width; label: scene.bad; badge: "1" }
        WorkflowItem { width: parent.width; label: scene.bad; value: "1" }
        KpiTile { width: parent.width; label: scene.bad; value: scene.bad; unit: scene.bad; sub: scene.bad; note: scene.bad; chipText: scene.bad }
        TextField { width: parent.width; text: scene.bad; placeholder: scene.bad; suffix: "/ M" }
        SearchField { width: parent.width; placeholder: scene.bad; asButton: true }
        CheckBox { width: parent.width; text: scene.bad }
        Switch { width: parent.width; text: scene.bad }
        Select { id: select; width: parent.width; options: [{ key: "a", text: scene.bad, sub: scene.bad }]; currentKey: "a" }
        KeyValueRow { width: parent.width; label: scene.bad; value: scene.bad }
        DiffRow { width: parent.width; path: scene.bad; oldText: scene.bad; newText: scene.bad }
        CodeBlock { width: parent.width; text: scene.bad }
        Banner { width: parent.width; heading: scene.bad; text: scene.bad; actionText: "Retry" }
        Legend { width: parent.width; items: [{ text: scene.bad, color: "#ff0000" }] }
        Breadcrumbs { width: parent.width; items: [{ key: "x", text: scene.bad }] }
    }
    Column {
        x: 320
        width: 500
        spacing: 4

        Panel { width: parent.width; title: scene.bad; subtitle: scene.bad }
        EmptyState { width: parent.width; heading: scene.bad; text: scene.bad }
        ErrorState { width: parent.width; heading: scene.bad; text: scene.bad }
        Toast { width: parent.width; text: scene.bad; actionText: "Undo" }
        Donut { chartData: Samples.donut; centreText: scene.bad; centreSub: scene.bad }
        DriverBar { width: parent.width; chartData: Samples.parts }
        DataTable {
            id: table

            width: parent.width
            height: 100
            columns: [{ key: "name", title: scene.bad, width: 0, sortable: true, tip: scene.bad }]
            model: ListModel { id: rows }
            Component.onCompleted: rows.append({ name: scene.bad })
        }
    }
    ToolTip { id: tip; text: scene.bad; parent: scene }
    Menu { id: menu; MenuItem { id: item; text: scene.bad; sub: scene.bad; shortcutText: "X" } }
    ConfirmSheet { id: sheet; title: scene.bad; text: scene.bad; notes: [{ tone: "warn", text: scene.bad }]; confirmText: "Go" }
    CommandPalette {
        id: palette

        model: ListModel { id: entries }
        Component.onCompleted: entries.append({ title: scene.bad, subtitle: scene.bad, kind: scene.bad })
    }

    TestCase {
        name: "Hostile"
        when: windowShown

        function everyText(item: Item, found: var): void {
            if (item instanceof Text)
                found.push(item);
            for (let i = 0; i < item.children.length; ++i)
                everyText(item.children[i], found);
        }
        function test_allTextIsPlain(): void {
            const found = [];
            everyText(scene, found);
            verify(found.length > 50, String(found.length));
            let hostile = 0;
            for (const text of found) {
                compare(text.textFormat, Text.PlainText);
                hostile += text.text.indexOf("<img") >= 0 ? 1 : 0;
            }
            verify(hostile > 30, String(hostile));
        }
        function test_literalPixels(): void {
            waitForRendering(scene);
            const image = grabImage(scene);
            compare(image.width, 900);
        }
        function test_popups(): void {
            tip.shown = true;
            tryCompare(tip, "visible", true);
            verify(tip.width < 500);
            tip.shown = false;
            menu.popup(scene, 5, 5);
            tryCompare(menu, "opened", true);
            verify(menu.width < 500);
            waitForRendering(scene);
            menu.close();
            tryCompare(menu, "visible", false);
            mouseClick(select);
            tryCompare(select, "opened", true);
            waitForRendering(scene);
            keyClick(Qt.Key_Escape);
            tryCompare(select, "opened", false);
            sheet.open();
            tryCompare(sheet, "opened", true);
            waitForRendering(scene);
            sheet.close();
            tryCompare(sheet, "visible", false);
            palette.open();
            tryCompare(palette, "opened", true);
            waitForRendering(scene);
            palette.close();
        }
        function test_hoverTips(): void {
            const list = findChild(table, "rows");
            mouseMove(list, 40, 20);
            wait(700);
            mouseMove(scene, 890, 890);
        }
    }
}
