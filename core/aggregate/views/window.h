// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/aggregate/snapshot.h"
#include "core/base/time.h"

namespace flyball {

/// A span of event time: `since` inclusive, `until` exclusive (design rule 3a.1).
struct Window {
    TimeNs since = 0;
    TimeNs until = 0;

    [[nodiscard]] constexpr TimeNs span() const { return until - since; }
    [[nodiscard]] constexpr bool contains(TimeNs t) const { return t >= since && t < until; }
    friend constexpr bool operator==(const Window &, const Window &) = default;
};

[[nodiscard]] constexpr TimeNs floorTo(TimeNs t, TimeNs width) { return bucketOf(t, width) * width; }
[[nodiscard]] constexpr TimeNs ceilTo(TimeNs t, TimeNs width)
{
    const TimeNs down = floorTo(t, width);
    return down == t ? t : down + width;
}

/// Windows up to this long are whole minutes, longer ones whole quarters of an hour.
inline constexpr TimeNs kMinuteWindow = kDay;

/// The roll-up that answers a window of this span.
[[nodiscard]] constexpr Resolution resolutionFor(TimeNs span)
{
    return span <= kMinuteWindow ? Resolution::Minute : Resolution::Quarter;
}

/// Grows a window outwards to whole cells, so that its sums equal a report over exactly the same
/// --since and --until. Never shorter than one minute.
[[nodiscard]] Window alignWindow(Window window);

/// Where the cells of an aligned window come from.
enum class CellOrigin : std::uint8_t {
    Minutes,  ///< Snapshot::minutes covers it
    Quarters, ///< Snapshot::quarters answers it exactly
    Ledger,   ///< old and not on quarters: ask the query thread for minutes
};
[[nodiscard]] CellOrigin originFor(const Snapshot &snapshot, Window aligned);

/// Bin width of a chart over this span: 1 min up to 3 h, 5 min up to a day, then 15 min, 1 h, 6 h,
/// days, weeks. A multiple of the window's resolution.
[[nodiscard]] TimeNs binWidth(TimeNs span);

/// Bin edges of an aligned window: its two ends and every instant between them where
/// (t + zoneOffset) is a multiple of `width`. Callers with daylight saving pass their own edges.
[[nodiscard]] std::vector<TimeNs> uniformEdges(Window aligned, TimeNs width, TimeNs zoneOffset = 0);

} // namespace flyball
