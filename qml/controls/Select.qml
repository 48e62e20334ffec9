// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Flyball.Theme

// Choice from a list. Options are strings or {key, text, sub}.
T.AbstractButton {
    id: root

    property var options: []
    property string currentKey
    property string placeholder: qsTr("Choose")
    property string label
    property bool small: false
    property string tone

    signal activated(string key)

    readonly property bool opened: list.opened
    readonly property int currentIndex: {
        for (let i = 0; i < options.length; ++i) {
            if (keyAt(i) === currentKey)
                return i;
        }
        return -1;
    }
    readonly property string currentText: currentIndex >= 0 ? textAt(currentIndex) : placeholder

    function keyAt(index: int): string {
        const option = options[index];
        return typeof option === "string" ? option : String(option?.key ?? "");
    }
    function textAt(index: int): string {
        const option = options[index];
        return typeof option === "string" ? option : String(option?.text ?? "");
    }
    function subAt(index: int): string {
        const option = options[index];
        return typeof option === "string" ? "" : String(option?.sub ?? "");
    }
    function step(by: int): void {
        const next = Math.min(options.length - 1, Math.max(0, currentIndex + by));
        if (options.length > 0 && next !== currentIndex)
            root.activated(keyAt(next));
    }

    implicitWidth: Theme.px(150)
    implicitHeight: small ? Theme.buttonSmallHeight : Theme.fieldHeight
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    onClicked: list.visible ? list.close() : list.open()
    Keys.onReturnPressed: list.open()
    Keys.onUpPressed: step(-1)
    Keys.onDownPressed: event => {
        if (event.modifiers & Qt.AltModifier)
            list.open();
        else
            step(1);
    }

    Accessible.role: Accessible.ComboBox
    Accessible.name: label === "" ? currentText : label + ", " + currentText
    Accessible.onPressAction: root.clicked()

    contentItem: RowLayout {
        spacing: 6

        PlainText {
            Layout.fillWidth: true
            Layout.leftMargin: 9
            role: PlainText.Small
            color: !root.enabled || root.currentIndex < 0 ? Theme.text3 : root.tone === "" ? Theme.text : Theme.toneColor(root.tone)
            text: root.currentText
            Accessible.ignored: true
        }
        Icon {
            Layout.rightMargin: 7
            name: "chevd"
            size: 12
        }
    }
    background: Rectangle {
        radius: Theme.radiusField
        color: root.hovered ? Theme.hover : Theme.inset
        border.width: 1
        border.color: !root.enabled ? Theme.line : root.tone === "brass" ? Theme.brass : Theme.ctl

        FocusRing {
            shown: root.visualFocus
            cornerRadius: Theme.radiusField
        }
    }

    Popup {
        id: list

        y: root.height + 4
        width: Math.max(root.width, Theme.px(150))
        padding: 5
        onAboutToShow: view.currentIndex = Math.max(0, root.currentIndex)
        onClosed: root.forceActiveFocus()

        contentItem: ListView {
            id: view

            implicitHeight: Math.min(contentHeight, Math.max(Theme.px(300), 420))
            clip: true
            focus: true
            model: root.options.length
            keyNavigationEnabled: true
            reuseItems: true
            boundsBehavior: Flickable.StopAtBounds
            Keys.onReturnPressed: pick(currentIndex)
            Keys.onEnterPressed: pick(currentIndex)
            Keys.onSpacePressed: pick(currentIndex)
            ScrollBar.vertical: ScrollBar {}

            function pick(index: int): void {
                list.close();
                if (index >= 0)
                    root.activated(root.keyAt(index));
            }

            delegate: MenuItem {
                required property int index

                objectName: "option_" + root.keyAt(index)
                width: ListView.view.width
                text: root.textAt(index)
                sub: root.subAt(index)
                iconName: index === root.currentIndex ? "check" : ""
                highlighted: ListView.isCurrentItem
                onClicked: view.pick(index)
            }
        }
    }
}
