// SPDX-License-Identifier: GPL-3.0-or-later
pragma Singleton

import QtQuick
import Flyball.Charts
import Flyball.Theme

// The theme for painted charts.
ChartStyle {
    text: Theme.text
    text2: Theme.text2
    text3: Theme.text3
    grid: Theme.grid
    lineStrong: Theme.lineStrong
    panel: Theme.panel
    inset: Theme.inset
    track: Theme.track
    accent: Theme.accent
    brass: Theme.brass
    brassFill: Theme.brassFill
    ok: Theme.ok
    warn: Theme.warn
    crit: Theme.crit
    other: Theme.other
    series: Theme.seriesColors
    tokens: Theme.tokenColors
    tiers: Theme.tierColors
    family: Theme.family
    pixelSize: Theme.sizeCaption
    scale: Theme.textScale
}
