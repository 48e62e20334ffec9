// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls

// One tier: its models in order of preference.
Rectangle {
    id: root

    required property int index
    required property var board
    readonly property var entry: board.columns[index] ?? ({ title: "", models: [], price: "", share: "", id: "" })
    readonly property bool target: board.dropTier === index

    function focusCard(at: int): void {
        const card = cards.itemAt(at);
        if (card)
            card.forceActiveFocus(Qt.TabFocusReason);
    }
    function placeAt(y: real): int {
        for (let i = 0; i < cards.count; ++i) {
            const card = cards.itemAt(i);
            if (y < card.mapToItem(root, 0, card.height / 2).y)
                return i;
        }
        return cards.count;
    }

    objectName: "tier_" + entry.id
    implicitHeight: column.implicitHeight + 18
    radius: Theme.radiusButton
    color: target ? Theme.selected : Theme.inset
    border.width: 1
    border.color: target ? Theme.accent : entry.changed ? Theme.brass : Theme.line

    Accessible.role: Accessible.List
    Accessible.name: qsTr("%1 tier, %2 models").arg(entry.title).arg(entry.models.length)

    ColumnLayout {
        id: column

        x: 9
        y: 8
        width: parent.width - 18
        spacing: 5

        RowLayout {
            spacing: 8

            TierGlyph {
                tier: root.entry.glyph ?? -1
            }
            NameText {
                Layout.fillWidth: true
                role: PlainText.Small
                font.weight: Font.DemiBold
                text: root.entry.title
            }
            PlainText {
                role: PlainText.Caption
                tone: "muted"
                text: root.entry.price
            }
        }
        Repeater {
            id: cards

            model: root.entry.models.length

            PolicyModelCard {
                Layout.fillWidth: true
                board: root.board
                tier: root.index
                entry: root.entry.models[index] ?? ({ text: "", full: "", price: "", name: "" })
            }
        }
        RowLayout {
            PlainText {
                Layout.fillWidth: true
                role: PlainText.Caption
                tone: "muted"
                text: root.entry.share
            }
            PolicyModelPicker {
                objectName: "addModel_" + root.entry.id
                tiers: root.board.tiers
                toolTip: qsTr("Add a model to %1").arg(root.entry.title)
                Accessible.name: toolTip
                onPicked: name => root.board.tiers.add(root.index, name)
            }
        }
    }
}
