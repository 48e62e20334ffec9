// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Flyball.Theme

// The only text type of the app: markup in data stays literal text.
Text {
    id: root

    enum Role { Caption, Small, Body, Title, KpiSmall, Kpi, Hero }

    property int role: PlainText.Body
    property string tone
    property bool mono: false
    property bool strong: false

    readonly property int pixelSize: {
        switch (role) {
        case PlainText.Caption: return Theme.sizeCaption;
        case PlainText.Small: return Theme.sizeSmall;
        case PlainText.Title: return Theme.sizeTitle;
        case PlainText.KpiSmall: return Theme.sizeKpiSmall;
        case PlainText.Kpi: return Theme.sizeKpi;
        case PlainText.Hero: return Theme.sizeHero;
        default: return Theme.sizeBody;
        }
    }

    textFormat: Text.PlainText
    renderType: Text.NativeRendering
    color: tone === "" ? Theme.text : Theme.toneColor(tone)
    font.family: mono ? Theme.mono : Theme.family
    font.pixelSize: pixelSize
    font.weight: role >= PlainText.Title ? Font.DemiBold : strong ? Font.Medium : Font.Normal
    font.letterSpacing: role >= PlainText.KpiSmall ? -0.4 : 0
    elide: Text.ElideRight
    maximumLineCount: wrapMode === Text.NoWrap ? 1 : 200
    lineHeight: wrapMode === Text.NoWrap ? 1 : 1.14
    verticalAlignment: Text.AlignVCenter

    Accessible.role: Accessible.StaticText
    Accessible.name: text
    Accessible.ignored: text === ""
}
