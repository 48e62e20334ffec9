// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// One row per model; a row opens it in the editor.
ModelTable {
    id: root

    objectName: "pricesTable"
    table: session.prices.table
    accessibleName: qsTr("Prices in USD per million tokens")
    rowHeight: Theme.px(41)
    selectable: true
    closeLast: true
    emptyText: ""
    allColumns: [
        { key: "name", title: qsTr("Model"), width: 0, sortable: true, kind: "custom", always: true },
        { key: "provider", title: qsTr("Provider"), width: 84, sortable: true, kind: "text", wide: 980 },
        { key: "tier", title: qsTr("Tier"), width: 42, kind: "custom" },
        { key: "input", title: qsTr("Input"), width: 56, align: "right", sortable: true, kind: "custom", always: true },
        { key: "cacheRead", title: qsTr("Cache read"), width: 80, align: "right", sortable: true, kind: "custom", always: true },
        { key: "cacheWrite", title: qsTr("Cache write"), width: 82, align: "right", sortable: true, kind: "custom", wide: 780, always: true },
        { key: "output", title: qsTr("Output"), width: 60, align: "right", sortable: true, kind: "custom", always: true },
        { key: "source", title: qsTr("Source"), width: 92, sortable: true, kind: "custom", always: true },
        { key: "age", title: qsTr("Age"), width: 68, align: "right", sortable: true, kind: "muted", toneKey: "ageTone", wide: 780 },
        { key: "tokens", title: qsTr("Tokens"), width: 62, align: "right", sortable: true, kind: "num", wide: 780, always: true },
        { key: "spend", title: qsTr("Spend"), width: 82, align: "right", sortable: true, kind: "custom", always: true }
    ]
    delegates: ({ name: nameCell, tier: tierCell, input: priceCell, cacheRead: priceCell, cacheWrite: priceCell, output: priceCell,
        source: sourceCell, spend: spendCell })
    onActivated: index => root.session.prices.editor.load(table.row(index).id)

    EmptyState {
        anchors.fill: parent
        anchors.topMargin: Theme.tableHeadHeight
        visible: root.count === 0 && !root.table.loading
        iconName: "price"
        heading: root.table.emptyHeading
        text: root.table.emptyText
    }
    Component {
        id: nameCell

        NameCell {
            swatch: false
            second: root.room < 980 ? row?.provider ?? "" : ""
        }
    }
    Component {
        id: tierCell

        TableCell {
            id: tier

            TierGlyph {
                anchors.verticalCenter: parent.verticalCenter
                tier: tier.row?.tier ?? -1
            }
        }
    }
    Component {
        id: priceCell

        TableCell {
            id: price

            PlainText {
                anchors.fill: parent
                horizontalAlignment: Text.AlignRight
                role: PlainText.Small
                color: price.value === "—" ? Theme.text3 : (price.row?.rateTone ?? "") !== "" ? Theme.toneColor(price.row.rateTone) : Theme.text
                text: price.value === undefined ? "" : String(price.value)
            }
        }
    }
    Component {
        id: sourceCell

        TableCell {
            id: source

            readonly property string tone: row?.sourceTone ?? ""
            readonly property bool chip: tone !== "" && tone !== "muted"

            Chip {
                anchors.verticalCenter: parent.verticalCenter
                visible: source.chip
                text: source.value === undefined ? "" : String(source.value)
                tone: source.tone
            }
            PlainText {
                anchors.fill: parent
                visible: !source.chip
                role: PlainText.Small
                tone: "muted"
                text: source.value === undefined ? "" : String(source.value)
            }
        }
    }
    Component {
        id: spendCell

        MarkedCell {
            mark: row?.spendMark ?? ""
            tone: row?.spendTone ?? ""
        }
    }
}
