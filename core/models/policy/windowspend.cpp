// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/windowspend.h"

namespace flyball {

Totals workflowSpend(const Snapshot &ledger, TimeNs since, TimeNs until, std::string_view workflow)
{
    // Early in a start there are no series yet, or fewer than the cells speak of.
    static const std::vector<SeriesKey> kNone;
    const std::vector<SeriesKey> &series = ledger.series ? *ledger.series : kNone;
    const Symbol wanted = workflow.empty() || !ledger.symbols ? 0 : ledger.symbols->find(workflow);
    if (!workflow.empty() && wanted == 0) // the empty name is another one: what is not attributed
        return {};
    const bool minutes = ledger.minutesFrom != kNoTime && since >= ledger.minutesFrom;
    const CellStore &store = minutes ? ledger.minutes : ledger.quarters;
    const TimeNs width = widthOf(store.resolution);
    const auto up = [width](TimeNs time) { return (time + width - 1) / width; };
    Totals sum;
    store.forEach(up(since), up(until), [&](const Cell &cell) {
        if (workflow.empty() || (cell.series < series.size() && series[cell.series].workflow == wanted))
            sum += cell.totals;
    });
    return sum;
}

} // namespace flyball
