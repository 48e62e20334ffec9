// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// What is read, how far behind it is, and what was not counted.
PageBase {
    id: root

    readonly property SourcesModel sources: session.sources
    readonly property bool none: session.ready && sources.table.count === 0

    objectName: "sourcesScreen"
    title: qsTr("Sources")
    usesRange: false
    onVisibleChanged: chooseFirst()
    Component.onCompleted: chooseFirst()
    exports: none ? [] : exportsOf(sources.meters.state === "ready")
    actions: Component {
        RowLayout {
            spacing: Theme.large ? 6 : 10

            TextButton {
                objectName: "reconnectAll"
                visible: !root.none && !Theme.large
                iconName: "undo"
                text: root.compact ? qsTr("Reconnect") : qsTr("Reconnect all")
                toolTip: "F5"
                onClicked: root.sources.retryAll()
            }
            TextButton {
                objectName: "addSource"
                kind: "primary"
                iconName: "plus"
                text: qsTr("Add source")
                onClicked: addMenu.popup(this, 0, height + 4)

                AddSourceMenu {
                    id: addMenu

                    session: root.session
                    onFilesChosen: addDialog.open()
                    onRemoteChosen: kind => remoteDialog.begin(kind)
                }
            }
        }
    }

    function exportsOf(metered: bool): var {
        const all = { key: "sources", text: qsTr("Sources"), base: "sources", table: sources.table, columns: table.exportColumns };
        const refused = { key: "rejects", text: qsTr("Rejected lines"), base: "rejected", table: sources.rejects, columns: rejects.exportColumns };
        const beside = { key: "meters", text: qsTr("Meters"), base: "meters", table: sources.meters.rows, columns: meters.exportColumns };
        return metered ? [all, refused, beside] : [all, refused];
    }
    function chooseFirst(): void {
        if (visible && sources.selected < 0 && sources.table.count > 0)
            sources.select(0);
    }
    function copyRow(): bool {
        return budgetsDialog.copyRow() || table.copyRow() || rejects.table.copyRow();
    }
    function askRemove(id: string, name: string): void {
        removeSheet.sourceId = id;
        removeSheet.title = qsTr("Remove %1?").arg(name);
        removeSheet.notes = sources.removeNotes(id);
        removeSheet.open();
    }

    Connections {
        target: root.sources.table

        function onCountChanged(): void {
            root.chooseFirst();
        }
    }
    AddSourceDialog {
        id: addDialog

        session: root.session
    }
    BudgetsDialog {
        id: budgetsDialog

        session: root.session
    }
    RemoteSourceDialog {
        id: remoteDialog

        session: root.session
    }
    RawDrawer {
        id: rawDrawer

        session: root.session
    }
    ConfirmSheet {
        id: removeSheet

        property string sourceId

        objectName: "removeSheet"
        text: qsTr("Reading stops.")
        confirmText: qsTr("Keep its calls")
        secondText: qsTr("Forget its calls")
        onConfirmed: root.sources.remove(sourceId, false)
        onSecond: root.sources.remove(sourceId, true)
    }
    LateVisible {
        target: lower
        value: !root.none
    }
    TwoColumns {
        id: page

        anchors.fill: parent
        compact: root.compact
        sideWidth: 360
        topItems: KpiRow {
            objectName: "sourceKpis"
            Layout.fillWidth: true
            kpis: root.sources.kpis
            large: false
            chips: !root.compact
        }
        mainItems: [
            Panel {
                objectName: "sourcesPanel"
                Layout.fillWidth: true
                Layout.fillHeight: root.none
                Layout.preferredHeight: Theme.px(38 + 26 + 55 * (root.none ? 4 : Math.min(6, Math.max(1, table.count)))) + 2
                title: qsTr("Sources")
                subtitle: root.sources.sub

                SourceTable {
                    id: table

                    session: root.session
                }
            },
            GridLayout {
                id: lower

                Layout.fillWidth: true
                Layout.fillHeight: true
                visible: false
                columns: root.compact || Theme.large ? 1 : 2
                columnSpacing: Theme.gap
                rowSpacing: Theme.gap

                LagPanel {
                    objectName: "lagPanel"
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.preferredWidth: 400
                    Layout.preferredHeight: Theme.px(200)
                    session: root.session
                    sourceName: root.sources.selectedName
                }
                // One place for both, so that none turns visible during layout.
                Item {
                    readonly property bool metered: root.sources.meters.shown

                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.preferredWidth: 400
                    implicitHeight: metered ? meters.implicitHeight : reconcile.implicitHeight

                    ReconcilePanel {
                        id: reconcile

                        objectName: "reconcilePanel"
                        anchors.fill: parent
                        visible: !parent.metered
                        session: root.session
                    }
                    MetersPanel {
                        id: meters

                        objectName: "metersPanel"
                        anchors.fill: parent
                        visible: parent.metered
                        session: root.session
                    }
                }
            }
        ]
        sideItems: [
            SourcePanel {
                id: details

                objectName: "sourceDetails"
                Layout.fillWidth: true
                Layout.fillHeight: false
                Layout.alignment: Qt.AlignTop
                // From the start: Qt 6.4 leaves what turns visible with the first rows out of the column.
                visible: !root.none
                session: root.session
                row: table.selectedRow
                onRemoveRequested: (id, name) => root.askRemove(id, name)
                onOptionsRequested: id => remoteDialog.edit(id)
                onBudgetsRequested: id => budgetsDialog.show(id)
                onRawRequested: id => rawDrawer.browse(id)
            },
            RejectsPanel {
                id: rejects

                objectName: "rejectsPanel"
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredHeight: Theme.px(200)
                session: root.session
            }
        ]
    }
}
