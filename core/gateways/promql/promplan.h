// SPDX-License-Identifier: GPL-3.0-or-later
// Which stretch of time is asked for next. Pure.
#pragma once

#include "core/base/time.h"

#include <cstdint>

namespace flyball {

/// Both ends belong to it; whole seconds.
struct PromWindow {
    TimeNs from = 0;
    TimeNs to = 0;
};

/// Points of a range query, at multiples of the step whatever the window is: from one query to the next they agree.
struct PromGrid {
    TimeNs from = 0;
    TimeNs to = 0;
    TimeNs step = 0;
    [[nodiscard]] std::int64_t points() const { return to < from ? 0 : (to - from) / step + 1; }
};

/// Fewer than the 11,000 of Prometheus (VictoriaMetrics: 30,000).
inline constexpr std::int64_t kMostPromPoints = 10'000;

/// How long the next window is: as long as the server bears.
class PromPace {
public:
    /// `interval`: between two scrapes, as far as known.
    void setInterval(TimeNs interval);
    [[nodiscard]] TimeNs interval() const { return m_interval; }
    [[nodiscard]] TimeNs length() const { return m_length; }
    /// Two scrapes: what a slow one may come late by.
    [[nodiscard]] TimeNs overlap() const;

    /// The window behind `done`, beginning `overlap` before it. Not longer than length() and the overlap.
    [[nodiscard]] PromWindow next(TimeNs done, TimeNs now) const;
    [[nodiscard]] PromGrid grid(const PromWindow &window) const;

    /// Answered with so many bytes: a small answer lets the next window be longer.
    void answered(std::size_t bytes);
    /// Too much: half of it. False: it cannot be shorter.
    [[nodiscard]] bool refused();
    /// As at first, for another way to ask.
    void restart() { m_length = kFirstLength; }

private:
    [[nodiscard]] TimeNs shortest() const;

    TimeNs m_interval = 15 * kSecond;
    static constexpr TimeNs kFirstLength = 10 * kMinute;
    TimeNs m_length = kFirstLength;
};

/// 0 to 100, of the way from `from` to `now`.
[[nodiscard]] int promProgress(TimeNs from, TimeNs done, TimeNs now);

} // namespace flyball
