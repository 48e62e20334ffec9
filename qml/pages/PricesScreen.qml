// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models
import Flyball.Pages

// Which price each model is counted with, and the way to set one.
PageBase {
    id: root

    readonly property PricesModel prices: session.prices
    readonly property bool editing: prices.editor.modelId !== ""

    objectName: "pricesScreen"
    title: qsTr("Models and prices")
    usesRange: false
    exports: [{ key: "prices", text: qsTr("Prices"), base: "prices", table: prices.table, columns: table.exportColumns }]
    actions: Component {
        RowLayout {
            spacing: Theme.large ? 6 : 10

            SegmentedControl {
                objectName: "priceViews"
                visible: !Theme.large
                accessibleName: qsTr("Prices shown")
                options: root.prices.views
                currentKey: root.prices.view
                onActivated: key => root.prices.view = key
            }
            Select {
                objectName: "priceViewSelect"
                visible: Theme.large
                implicitWidth: Theme.px(110)
                label: qsTr("Prices shown")
                options: root.prices.views
                currentKey: root.prices.view
                onActivated: key => root.prices.view = key
            }
            TextButton {
                objectName: "priceUndo"
                visible: root.prices.canUndo
                iconName: "undo"
                text: root.compact ? "" : qsTr("Undo")
                toolTip: qsTr("Undo the last price change")
                onClicked: root.prices.undo()
            }
            TextButton {
                objectName: "priceImport"
                iconName: "down"
                text: root.compact ? qsTr("Import") : qsTr("Import prices")
                toolTip: qsTr("A file of price overrides")
                onClicked: picker.pickFiles(qsTr("Import price overrides"), "prices")
            }
        }
    }

    function focusFilter(): bool {
        filter.forceActiveFocus(Qt.ShortcutFocusReason);
        return true;
    }
    function copyRow(): bool {
        return table.copyRow();
    }
    function leave(): bool {
        if (!editing)
            return false;
        prices.editor.load("");
        return true;
    }

    FilePicker {
        id: picker

        onPicked: urls => root.prices.importFile(urls[0])
    }
    Connections {
        target: root.prices

        function onImportDone(ok: bool, text: string): void {
            root.session.notice(text, ok ? "ok" : "crit", "", "");
        }
    }
    Connections {
        target: root.prices.editor

        function onModelIdChanged(): void {
            if (root.editing)
                reveal.restart();
        }
    }
    // The form gets its height first.
    Timer {
        id: reveal

        interval: 30
        onTriggered: page.revealSide()
    }
    TwoColumns {
        id: page

        anchors.fill: parent
        compact: root.compact
        sideWidth: 346
        topItems: KpiRow {
            objectName: "priceKpis"
            Layout.fillWidth: true
            kpis: root.prices.kpis
            large: false
        }
        mainItems: Panel {
            objectName: "pricesPanel"
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredHeight: Theme.px(360)
            title: qsTr("Prices")
            subtitle: root.prices.asOf
            headHeight: Theme.px(44)
            headerExtras: SearchField {
                id: filter

                objectName: "priceFilter"
                implicitWidth: Theme.px(190)
                placeholder: qsTr("Filter models")
                keyHint: activeFocus ? "" : "/"
                onEdited: text => root.prices.filterText = text
            }

            ColumnLayout {
                spacing: 0

                PriceTable {
                    id: table

                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    session: root.session
                }
                Hairline {
                    Layout.fillWidth: true
                }
                PlainText {
                    Layout.fillWidth: true
                    Layout.fillHeight: false
                    Layout.preferredHeight: Math.max(Theme.px(42), implicitHeight + 12)
                    leftPadding: Theme.panelPad
                    rightPadding: Theme.panelPad
                    role: PlainText.Small
                    tone: "neutral"
                    wrapMode: Text.Wrap
                    text: qsTr("Each call keeps the price of its own day. An override wins from the day you set and can be undone.")
                }
            }
        }
        sideItems: [
            PriceEditorPanel {
                objectName: "priceEditor"
                Layout.fillWidth: true
                Layout.fillHeight: true
                session: root.session
            }
        ]
    }
}
