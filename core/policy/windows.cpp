// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/windows.h"

#include <algorithm>

namespace flyball {

namespace {

/// The first instant of (low, high] whose offset is that of `high`; low and high have different ones.
TimeNs transitionBetween(const Zone &zone, TimeNs low, TimeNs high)
{
    const TimeNs offset = zone.offsetAt(high);
    while (high - low > 1) {
        const TimeNs middle = low + (high - low) / 2;
        (zone.offsetAt(middle) == offset ? high : low) = middle;
    }
    return high;
}

WindowSpan hourAt(const Zone &zone, TimeNs t)
{
    const TimeNs offset = zone.offsetAt(t);
    WindowSpan span;
    span.start = bucketOf(t + offset, kHour) * kHour - offset;
    span.end = span.start + kHour;
    if (zone.offsetAt(span.start) != offset)
        span.start = transitionBetween(zone, span.start, t);
    if (zone.offsetAt(span.end - 1) != offset)
        span.end = transitionBetween(zone, t, span.end - 1);
    span.key = zone.hourKey(t);
    return span;
}

WindowSpan daysOf(const Zone &zone, std::int64_t first, std::int64_t last)
{
    return {zone.dayStart(first), zone.dayStart(last), ""};
}

WindowSpan monthAt(const Zone &zone, TimeNs t)
{
    int year = 0;
    unsigned month = 0, day = 0;
    civilFromDays(zone.localDay(t), year, month, day);
    const bool december = month == 12;
    WindowSpan span = daysOf(zone, daysFromCivil(year, month, 1),
                             daysFromCivil(year + (december ? 1 : 0), december ? 1 : month + 1, 1));
    span.key = zone.monthKey(t);
    return span;
}

} // namespace

WindowSpan windowAt(const Zone &zone, PeriodWindow window, TimeNs t)
{
    if (window == PeriodWindow::Hour)
        return hourAt(zone, t);
    if (window == PeriodWindow::Month)
        return monthAt(zone, t);
    const std::int64_t today = zone.localDay(t);
    if (window == PeriodWindow::Day) {
        WindowSpan span = daysOf(zone, today, today + 1);
        span.key = zone.dayKey(t);
        return span;
    }
    const std::int64_t sinceMonday = ((today + 3) % 7 + 7) % 7; // day 0 was a Thursday
    WindowSpan span = daysOf(zone, today - sinceMonday, today - sinceMonday + 7);
    span.key = "week of " + zone.dayKey(span.start);
    return span;
}

Result<Zone> policyZone(const PolicyDocument &document)
{
    return document.timezone ? Zone::named(*document.timezone) : Result<Zone>(Zone());
}

} // namespace flyball
