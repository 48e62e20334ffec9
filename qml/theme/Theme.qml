// SPDX-License-Identifier: GPL-3.0-or-later
pragma Singleton

import QtQuick

// Every colour, size and duration of the app. Sizes named in the design at text scale 1 go through px().
QtObject {
    id: root

    // Set by the shell: the system's choice or the user's.
    property bool dark: true
    property real textScale: 1.0
    property bool reducedMotion: false
    readonly property bool large: textScale >= 1.5

    readonly property color window: dark ? "#0e1116" : "#f3f4f6"
    readonly property color sidebar: dark ? "#0a0d11" : "#eaecef"
    readonly property color panel: dark ? "#151a20" : "#ffffff"
    readonly property color raised: dark ? "#1c222a" : "#ffffff"
    readonly property color inset: dark ? "#10141a" : "#f6f7f9"
    readonly property color hover: dark ? "#1f262f" : "#eef1f4"
    readonly property color selected: dark ? "#1b2a3f" : "#e3edfb"
    readonly property color line: dark ? "#232a33" : "#dfe3e8"
    readonly property color lineStrong: dark ? "#36414e" : "#b9c1cb"
    readonly property color grid: dark ? "#20272f" : "#e9ecf0"
    readonly property color ctl: dark ? "#6b7785" : "#7d8894"
    readonly property color text: dark ? "#e7ebf0" : "#14181d"
    readonly property color text2: dark ? "#a7b1be" : "#47515d"
    readonly property color text3: dark ? "#8994a2" : "#626d79"
    readonly property color accentInk: "#ffffff"
    readonly property color accent: dark ? "#7ab0ff" : "#1d5cc4"
    readonly property color accentFill: dark ? "#2c68cf" : "#1d5cc4"
    readonly property color brass: dark ? "#e0bc6a" : "#83600f"
    readonly property color brassFill: dark ? "#3a3120" : "#f6efdc"
    readonly property color ok: dark ? "#5cc48d" : "#18774a"
    readonly property color warn: dark ? "#f29b4b" : "#a94f08"
    readonly property color crit: dark ? "#f4707f" : "#c2273b"
    readonly property color okFill: dark ? "#15281f" : "#e4f4ea"
    readonly property color warnFill: dark ? "#2e2216" : "#fdf0e2"
    readonly property color critFill: dark ? "#321b20" : "#fdeaec"
    readonly property color infoFill: dark ? "#172437" : "#e6effc"
    readonly property color track: dark ? "#2a323c" : "#e1e5ea"
    readonly property color skeleton: dark ? "#1f262e" : "#e8ebef"
    readonly property color other: dark ? "#5f6c7a" : "#8b95a1"
    readonly property color overlay: dark ? "#a0080a0d" : "#66343c46"

    readonly property var seriesColors: dark
        ? ["#2a93ba", "#b85d25", "#1fcb9b", "#6e60c3", "#a8dd72", "#935b7e", "#95a7fe", "#cd9416", "#eec7e8", "#849b7c"]
        : ["#396a87", "#8a4538", "#2f9b81", "#4d27b5", "#6d7c00", "#6b0f5a", "#9286f7", "#af9302", "#b449bb", "#243d1e"]
    readonly property var tokenColors: dark
        ? ["#95a7fe", "#1f8f74", "#cd9416", "#eec7e8", "#6e60c3"]
        : ["#7384f0", "#17876f", "#bd8200", "#c2559f", "#4c38a6"]
    readonly property var tierColors: dark
        ? ["#5b7688", "#8ea7b8", "#d5e0e9"]
        : ["#8ba0ae", "#55707f", "#1d3442"]

    readonly property string family: sansRegular.status === FontLoader.Ready ? sansRegular.name : "Inter"
    readonly property string mono: monoRegular.status === FontLoader.Ready ? monoRegular.name : "monospace"

    readonly property int sizeCaption: px(11)
    readonly property int sizeSmall: px(12)
    readonly property int sizeBody: px(13)
    readonly property int sizeTitle: px(16)
    readonly property int sizeKpiSmall: px(20)
    readonly property int sizeKpi: px(24)
    readonly property int sizeHero: px(28)

    readonly property int gap: 12
    readonly property int pagePadX: 16
    readonly property int pagePadY: 12
    readonly property int panelPad: 14
    readonly property int cellPad: 8
    readonly property int iconGap: 8

    readonly property int radiusChip: 5
    readonly property int radiusField: 6
    readonly property int radiusButton: 7
    readonly property int radiusPanel: 9
    readonly property int radiusDialog: 10

    readonly property int headerHeight: px(48)
    readonly property int statusHeight: px(26)
    readonly property int navHeight: px(30)
    readonly property int buttonHeight: px(28)
    readonly property int buttonSmallHeight: px(24)
    readonly property int fieldHeight: px(28)
    readonly property int chipHeight: px(19)
    readonly property int tableHeadHeight: px(26)
    readonly property int rowHeight: px(36)
    readonly property int rowDense: px(28)
    readonly property int panelHeadHeight: px(38)
    readonly property int sidebarWidth: px(196)
    readonly property int railWidth: px(52)

    readonly property int durColor: reducedMotion ? 0 : 120
    readonly property int durFade: reducedMotion ? 0 : 160
    readonly property int durDrawer: reducedMotion ? 0 : 200
    readonly property int durFlash: reducedMotion ? 0 : 600

    readonly property FontLoader sansRegular: FontLoader {
        source: "qrc:/flyball/fonts/FlyballSans-Regular.otf"
    }
    readonly property FontLoader sansMedium: FontLoader {
        source: "qrc:/flyball/fonts/FlyballSans-Medium.otf"
    }
    readonly property FontLoader sansSemiBold: FontLoader {
        source: "qrc:/flyball/fonts/FlyballSans-SemiBold.otf"
    }
    readonly property FontLoader sansBold: FontLoader {
        source: "qrc:/flyball/fonts/FlyballSans-Bold.otf"
    }
    readonly property FontLoader monoRegular: FontLoader {
        source: "qrc:/flyball/fonts/JetBrainsMono-Regular.ttf"
    }

    function px(size: real): int {
        return Math.round(size * Math.min(2, Math.max(1, root.textScale)));
    }

    // Slots 0..9; anything else shares "other".
    function seriesColor(slot: int): color {
        return slot >= 0 && slot < root.seriesColors.length ? Qt.color(root.seriesColors[slot]) : root.other;
    }

    // 0 fresh, 1 cache read, 2 cache write, 3 output, 4 reasoning.
    function tokenColor(index: int): color {
        return index >= 0 && index < root.tokenColors.length ? Qt.color(root.tokenColors[index]) : root.other;
    }

    // 0 cheap, 1 mid, 2 frontier.
    function tierColor(tier: int): color {
        return tier >= 0 && tier < root.tierColors.length ? Qt.color(root.tierColors[tier]) : root.other;
    }

    function toneColor(tone: string): color {
        switch (tone) {
        case "ok": return root.ok;
        case "warn": return root.warn;
        case "crit": return root.crit;
        case "info": return root.accent;
        case "brass": return root.brass;
        case "muted": return root.text3;
        case "strong": return root.text;
        default: return root.text2;
        }
    }

    function toneFill(tone: string): color {
        switch (tone) {
        case "ok": return root.okFill;
        case "warn": return root.warnFill;
        case "crit": return root.critFill;
        case "info": return root.infoFill;
        case "brass": return root.brassFill;
        default: return root.track;
        }
    }

    function alpha(base: color, opacity: real): color {
        return Qt.rgba(base.r, base.g, base.b, opacity);
    }
}
