// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// Tiers as columns of models: drag, or Ctrl and arrows; Delete removes.
ColumnLayout {
    id: root

    required property PolicyTiers tiers
    readonly property var columns: tiers.columns
    property int dropTier: -1
    property int dropIndex: -1
    property int wantTier: -1
    property int wantIndex: -1

    function moveBy(tier: int, index: int, tierBy: int, indexBy: int): void {
        const to = tier + tierBy;
        if (to < 0 || to >= columns.length)
            return;
        const place = tierBy === 0 ? index + indexBy : Math.min(index, columns[to].models.length);
        if (place < 0 || (tierBy === 0 && place >= columns[tier].models.length))
            return;
        wantTier = to;
        wantIndex = place;
        if (tiers.move(tier, index, to, place))
            Qt.callLater(focusWanted);
    }
    function focusWanted(): void {
        const column = repeater.itemAt(wantTier) as PolicyTierColumn;
        if (column)
            column.focusCard(wantIndex);
    }
    // Where a card that is let go at a point of this item would land.
    function aim(at: point): void {
        dropTier = -1;
        for (let i = 0; i < repeater.count; ++i) {
            const column = repeater.itemAt(i) as PolicyTierColumn;
            const inside = column.mapFromItem(root, at);
            if (inside.x >= 0 && inside.x < column.width && inside.y >= -20 && inside.y < column.height + 20) {
                dropTier = i;
                dropIndex = column.placeAt(inside.y);
            }
        }
    }
    function drop(tier: int, index: int): void {
        if (dropTier >= 0)
            tiers.move(tier, index, dropTier, dropTier === tier && dropIndex > index ? dropIndex - 1 : dropIndex);
        dropTier = -1;
    }

    spacing: 8

    RowLayout {
        Layout.fillWidth: true
        spacing: 10

        PlainText {
            role: PlainText.Small
            font.weight: Font.DemiBold
            text: qsTr("Routing tiers")
        }
        PlainText {
            Layout.fillWidth: true
            role: PlainText.Small
            tone: root.tiers.error === "" ? "muted" : "crit"
            text: root.tiers.error === "" ? root.tiers.note : root.tiers.error
        }
        PolicyModelPicker {
            objectName: "addTier"
            tiers: root.tiers
            text: qsTr("Add tier")
            onPicked: name => root.tiers.addTier(name)
        }
    }
    GridLayout {
        Layout.fillWidth: true
        columns: Theme.large || root.width < Theme.px(420) ? 1 : Math.max(1, Math.min(4, root.columns.length))
        columnSpacing: 8
        rowSpacing: 8

        Repeater {
            id: repeater

            model: root.columns.length

            PolicyTierColumn {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 100
                Layout.minimumWidth: 0
                board: root
            }
        }
    }
}
