// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/window.h"

namespace flyball {

Window alignWindow(Window window)
{
    if (window.until < window.since)
        std::swap(window.since, window.until);
    Window minutes{floorTo(window.since, kMinute), ceilTo(window.until, kMinute)};
    if (minutes.span() <= 0)
        minutes.until = minutes.since + kMinute;
    if (minutes.span() <= kMinuteWindow)
        return minutes;
    const TimeNs quarter = widthOf(Resolution::Quarter);
    return {floorTo(window.since, quarter), ceilTo(window.until, quarter)};
}

CellOrigin originFor(const Snapshot &snapshot, Window aligned)
{
    if (resolutionFor(aligned.span()) == Resolution::Quarter)
        return CellOrigin::Quarters;
    // Nothing older than the first event exists, so a window that begins before it is covered too.
    const bool covered = snapshot.minutesFrom != kNoTime
                         && (aligned.since >= snapshot.minutesFrom
                             || (snapshot.firstEvent != kNoTime && snapshot.firstEvent >= snapshot.minutesFrom));
    if (covered || snapshot.firstEvent == kNoTime)
        return CellOrigin::Minutes;
    const TimeNs quarter = widthOf(Resolution::Quarter);
    const bool onQuarters = aligned.since % quarter == 0 && aligned.until % quarter == 0;
    return onQuarters && aligned.span() > 3 * kHour ? CellOrigin::Quarters : CellOrigin::Ledger;
}

TimeNs binWidth(TimeNs span)
{
    struct Step {
        TimeNs upTo;
        TimeNs width;
    };
    static constexpr Step kSteps[] = {
        {3 * kHour, kMinute},   {kDay, 5 * kMinute}, {2 * kDay, 15 * kMinute}, {8 * kDay, kHour},
        {45 * kDay, 6 * kHour}, {200 * kDay, kDay},  {1400 * kDay, 7 * kDay},
    };
    for (const Step &step : kSteps)
        if (span <= step.upTo)
            return step.width;
    return 28 * kDay;
}

std::vector<TimeNs> uniformEdges(Window aligned, TimeNs width, TimeNs zoneOffset)
{
    std::vector<TimeNs> edges{aligned.since};
    TimeNs next = floorTo(aligned.since + zoneOffset, width) - zoneOffset + width;
    for (; next < aligned.until; next += width)
        edges.push_back(next);
    edges.push_back(aligned.until);
    return edges;
}

} // namespace flyball
