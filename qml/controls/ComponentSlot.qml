// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick

// Holds one item made from a component of another file. A Loader cannot: Qt 6.4 refuses bound components
// outside their creation context, createObject() keeps that context.
Item {
    id: root

    property Component component: null
    property bool active: true
    property Item item: null

    function rebuild(): void {
        if (item) {
            item.destroy();
            item = null;
        }
        if (!active || !component)
            return;
        item = component.createObject(root) as Item;
    }

    implicitWidth: item ? item.implicitWidth : 0
    implicitHeight: item ? item.implicitHeight : 0
    onComponentChanged: rebuild()
    onActiveChanged: rebuild()
    Component.onCompleted: if (!item) rebuild()
}
