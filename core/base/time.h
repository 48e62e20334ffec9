// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace flyball {

/// Nanoseconds since 1970-01-01T00:00:00Z. Event times come from the data, never from now().
using TimeNs = std::int64_t;

inline constexpr TimeNs kNoTime = std::numeric_limits<TimeNs>::min();
inline constexpr TimeNs kSecond = 1'000'000'000;
inline constexpr TimeNs kMinute = 60 * kSecond;
inline constexpr TimeNs kHour = 60 * kMinute;
inline constexpr TimeNs kDay = 24 * kHour;

/// Floor division: the index of the bucket of `width` that holds `t`, also before 1970.
[[nodiscard]] constexpr std::int64_t bucketOf(TimeNs t, TimeNs width)
{
    const std::int64_t q = t / width;
    return (t % width < 0) ? q - 1 : q;
}

/// RFC 3339 date-time with 'Z' or a numeric offset, 0 to 9+ fraction digits (further ones cut).
/// Nothing if it is not one, or lies outside 1970..2200.
[[nodiscard]] std::optional<TimeNs> parseRfc3339(std::string_view text);
/// "2026-11-21T21:12:27.396Z": UTC, milliseconds, or seconds if they are zero.
[[nodiscard]] std::string formatRfc3339(TimeNs t);

/// Days since 1970-01-01 of a proleptic Gregorian date, and back.
[[nodiscard]] std::int64_t daysFromCivil(int year, unsigned month, unsigned day);
void civilFromDays(std::int64_t days, int &year, unsigned &month, unsigned &day);

/// Wall clock now and a monotonic clock. Only sources (arrival time) and the engine call these.
[[nodiscard]] TimeNs wallClockNow();
[[nodiscard]] TimeNs monotonicNow();

} // namespace flyball
