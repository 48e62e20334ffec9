// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

Window {
    id: root

    property string page: "controls"
    property bool darkTheme: true
    property real scale: 1

    visible: true
    title: "Flyball kit"
    color: Theme.window

    Component.onCompleted: {
        Theme.dark = darkTheme;
        Theme.textScale = scale;
    }

    Loader {
        anchors.fill: parent
        source: "qrc:/qt/qml/Flyball/Gallery/" + root.page.charAt(0).toUpperCase() + root.page.slice(1) + "Page.qml"
    }
}
