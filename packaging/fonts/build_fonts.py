#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds Flyball Sans: Inter with the tabular digits as default glyphs.

Qt before 6.7 cannot switch OpenType features, so live numbers set in Inter would jitter.
JetBrains Mono is only cut down to the same characters, for ids and diffs.
Needs the Debian packages fonts-inter, fonts-jetbrains-mono and python3-fonttools. The result is checked: all ten
digits of every weight must have one width, or nothing is written.

Usage: build_fonts.py [OUTPUT_DIR]   (default: resources/fonts of this repository)
"""
import os
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

MONO = "/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf"
SOURCE = "/usr/share/fonts/opentype/inter/Inter-%s.otf"
WEIGHTS = ("Regular", "Medium", "SemiBold", "Bold")
MARKS = (0x20AC, 0x2190, 0x2191, 0x2192, 0x2193, 0x2197, 0x2198, 0x2212, 0x2260, 0x2264, 0x2265, 0x2248,
         0x00D7, 0x2318, 0x21B5, 0x2206, 0x0394, 0x03A3, 0x25CF, 0x25B2, 0x25BC, 0x2713, 0x2715)
UNICODES = [*range(0x20, 0x17F), *range(0x370, 0x460), *range(0x2000, 0x2050), *MARKS]


def tabular_digits(font):
    """Map glyph name -> its 'tnum' substitute."""
    gsub = font["GSUB"].table
    found = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag != "tnum":
            continue
        for index in record.Feature.LookupListIndex:
            for table in gsub.LookupList.Lookup[index].SubTable:
                found.update(getattr(getattr(table, "ExtSubTable", table), "mapping", {}))
    return found


def build_mono(folder):
    font = TTFont(MONO)
    options = subset.Options()
    options.layout_features = ["mark", "mkmk", "ccmp", "locl"]  # no 'calt': ligatures would hide what an id holds
    options.name_IDs = ["*"]
    options.notdef_outline = True
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=UNICODES)
    subsetter.subset(font)
    target = os.path.join(folder, "JetBrainsMono-Regular.ttf")
    font.save(target)
    print(target, os.path.getsize(target), "bytes")


def build(weight, folder):
    font = TTFont(SOURCE % weight)
    tnum = tabular_digits(font)
    for table in font["cmap"].tables:
        for code, glyph in list(table.cmap.items()):
            if 0x30 <= code <= 0x39 and glyph in tnum:
                table.cmap[code] = tnum[glyph]
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "calt"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=UNICODES)
    subsetter.subset(font)
    # The OFL reserves no name for Inter, but a changed font under its own name never shadows the system one.
    for name in font["name"].names:
        if name.nameID in (1, 3, 4, 6, 16, 21):
            name.string = name.toUnicode().replace("Inter", "FlyballSans" if name.nameID == 6 else "Flyball Sans")
    widths = font["hmtx"]
    cmap = font.getBestCmap()
    zero = widths[cmap[0x30]][0]
    for code in range(0x30, 0x3A):
        widths[cmap[code]] = (zero, widths[cmap[code]][1])
    seen = {widths[cmap[code]][0] for code in range(0x30, 0x3A)}
    if len(seen) != 1:
        raise SystemExit("%s: digits have different widths %s" % (weight, sorted(seen)))
    target = os.path.join(folder, "FlyballSans-%s.otf" % weight)
    font.save(target)
    print(target, os.path.getsize(target), "bytes, digit width", zero)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.normpath(os.path.join(here, "..", "..", "resources", "fonts"))
    for weight in WEIGHTS:
        build(weight, folder)
    build_mono(folder)


if __name__ == "__main__":
    main()
