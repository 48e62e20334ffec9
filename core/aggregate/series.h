// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
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
    Symbol taskType = 0;
    Symbol promptVersion = 0;
    Symbol feature = 0;
    Symbol policyRevision = 0;

    static constexpr std::size_t kSize = 12;
    /// The names in the order of declaration, which is that of Dimension and of the ledger's columns.
    [[nodiscard]] std::array<Symbol, kSize> names() const
    {
        return {source, workflow, provider, model,         tier,    agent,
                step,   segment,  taskType, promptVersion, feature, policyRevision};
    }
    [[nodiscard]] static SeriesKey of(const std::array<Symbol, kSize> &names);

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

    /// Whether anything stands in it. One whose calls all turned out to belong to another run keeps a row, with sums of
    /// zero, and is no run: nothing shows or counts it. Answers from a cache alone make a run.
    [[nodiscard]] bool isRun() const { return !totals.isZero(); }
};

} // namespace flyball

template <>
struct std::hash<flyball::SeriesKey> {
    std::size_t operator()(const flyball::SeriesKey &key) const noexcept
    {
        std::uint64_t h = 0;
        for (const flyball::Symbol name : key.names())
            h = (h ^ name) * 0x9e3779b97f4a7c15ULL + (h >> 29U);
        return static_cast<std::size_t>(h);
    }
};
