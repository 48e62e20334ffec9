// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/snapshot.h"

namespace flyball {

namespace {

bool sameCondition(const SourceHealth &a, const SourceHealth &b)
{
    return a.id == b.id && a.state == b.state && a.error == b.error && a.rejected == b.rejected && a.files == b.files
           && a.filesUnreadable == b.filesUnreadable && a.ignored == b.ignored;
}

} // namespace

bool Snapshot::sameFigures(const Snapshot &other) const
{
    return totals == other.totals && runCount == other.runCount && callsAdded == other.callsAdded
           && callsUpdated == other.callsUpdated && series == other.series && minutes.chunks == other.minutes.chunks
           && quarters.chunks == other.quarters.chunks && runs.chunks == other.runs.chunks
           && quartersComplete == other.quartersComplete && settled == other.settled && rejected == other.rejected
           && ignored == other.ignored && duplicates == other.duplicates && import.active == other.import.active
           && import.bytesDone == other.import.bytesDone && ledger.readOnly == other.ledger.readOnly
           && ledger.diskFull == other.ledger.diskFull && ledger.error == other.ledger.error
           && ledger.movedAside == other.ledger.movedAside && prices.generation == other.prices.generation
           && std::equal(sources.begin(), sources.end(), other.sources.begin(), other.sources.end(), sameCondition);
}

} // namespace flyball
