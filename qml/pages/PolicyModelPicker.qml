// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Flyball.Theme
import Flyball.Controls
import Flyball.Models

// A link that opens a list of models: those in use, and those of the price lists that a search finds.
TextButton {
    id: root

    required property PolicyTiers tiers

    signal picked(string name)

    kind: "link"
    small: true
    iconName: "plus"
    onClicked: {
        root.tiers.offer("");
        list.open();
    }

    Popup {
        id: list

        objectName: root.objectName + "_list"
        y: root.height + 2
        x: Math.min(0, root.width - width)
        width: Theme.px(280)
        padding: 8
        onOpened: search.forceActiveFocus(Qt.TabFocusReason)
        onAboutToHide: root.forceActiveFocus()

        ColumnLayout {
            anchors.fill: parent
            spacing: 6

            TextField {
                id: search

                objectName: root.objectName + "_search"
                Layout.fillWidth: true
                placeholder: qsTr("Find a model")
                onEdited: text => root.tiers.offer(text)
                Keys.onDownPressed: view.forceActiveFocus(Qt.TabFocusReason)
                Keys.onReturnPressed: view.pick(0)
            }
            ListView {
                id: view

                function pick(index: int): void {
                    const offer = root.tiers.offers[index];
                    if (!offer)
                        return;
                    list.close();
                    root.picked(offer.key);
                }

                Layout.fillWidth: true
                Layout.preferredHeight: Math.min(contentHeight, Theme.px(260))
                clip: true
                model: root.tiers.offers.length
                keyNavigationEnabled: true
                boundsBehavior: Flickable.StopAtBounds
                Keys.onReturnPressed: pick(currentIndex)
                ScrollBar.vertical: ScrollBar {}
                delegate: MenuItem {
                    required property int index
                    readonly property var offer: root.tiers.offers[index] ?? ({ key: "", text: "", sub: "" })

                    objectName: "offer_" + offer.key
                    width: ListView.view.width
                    text: offer.text
                    sub: offer.sub
                    highlighted: ListView.isCurrentItem && view.activeFocus
                    onClicked: view.pick(index)
                }
            }
            PlainText {
                Layout.fillWidth: true
                visible: root.tiers.offers.length === 0
                role: PlainText.Small
                tone: "muted"
                text: qsTr("No model of that name")
            }
        }
    }
}
