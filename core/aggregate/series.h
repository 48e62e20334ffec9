// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/domain/totals.h"

namespace flyball {

/// The dimensions that roll-ups keep; one distinct combination is one series.
struct SeriesKey {
    Symbol source = 0;
    Symbol workflow = 0;
    Symbol provider = 0;
    Symbol model = 0;
    Symbol tier = 0;
    Symbol agent = 0;
    Symbol step = 0;
    Symbol segment = 0;

    friend bool operator==(const SeriesKey &, const SeriesKey &) = default;
    [[nodiscard]] static SeriesKey of(const Call &call);
};

using SeriesId = std::uint32_t;

/// Widths of the two roll-ups. A quarter of an hour divides every time zone's offset, so local
/// hours and days are exact sums of quarters (design rule 3a.1).
enum class Resolution : std::uint8_t { Minute, Quarter };
[[nodiscard]] constexpr TimeNs widthOf(Resolution r) { return r == Resolution::Minute ? kMinute : 15 * kMinute; }

/// One cell of a roll-up; `bucket` is the index floor(time / width).
struct Cell {
    std::int64_t bucket = 0;
    SeriesId series = 0;
    Totals totals;
};

/// Per-run sums, kept in memory for percentiles and the runs list.
struct RunRow {
    RunInfo info;
    Totals totals;
    std::int32_t signals = 0;
    Symbol source = 0;
};

} // namespace flyball
