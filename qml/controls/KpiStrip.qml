// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

// Row of KpiTiles in one panel; wraps into rows of `columns`.
Panel {
    id: root

    default property alias tiles: area.data
    property int columns: Theme.large ? 3 : shownTiles.length
    property var weights: []
    readonly property var shownTiles: {
        const found = [];
        for (let i = 0; i < area.children.length; ++i) {
            if (area.children[i] instanceof KpiTile)
                found.push(area.children[i]);
        }
        return found;
    }

    readonly property real tallest: {
        let height = 0;
        for (const tile of shownTiles)
            height = Math.max(height, tile.implicitHeight);
        return height;
    }

    function relayout(): void {
        const count = shownTiles.length;
        const perRow = Math.max(1, Math.min(columns, count));
        const height = tallest;
        for (let i = 0; i < count; ++i) {
            const row = Math.floor(i / perRow);
            let total = 0, before = 0;
            for (let c = 0; c < perRow; ++c) {
                const weight = perRow === count && c < weights.length ? Number(weights[c]) : 1;
                total += weight;
                if (c < i % perRow)
                    before += weight;
            }
            const mine = perRow === count && i < weights.length ? Number(weights[i]) : 1;
            const tile = shownTiles[i];
            tile.x = Math.round(area.width * before / total);
            tile.width = Math.round(area.width * (before + mine) / total) - tile.x;
            tile.y = row * height;
            tile.height = height;
            tile.divider = i % perRow !== 0;
            tile.dividerTop = row > 0;
        }
        area.implicitHeight = height * Math.ceil(count / perRow);
    }

    onColumnsChanged: relayout()
    onTallestChanged: relayout()
    onWeightsChanged: relayout()
    onShownTilesChanged: relayout()
    Component.onCompleted: relayout()

    Item {
        id: area

        onWidthChanged: root.relayout()
    }
}
