// SPDX-License-Identifier: GPL-3.0-or-later
// Two snapshots show the same figures only if nothing a page shows has changed between them.
#include <QTest>

#include "core/aggregate/snapshot.h"

using namespace flyball;

class TestSnapshot : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void timesAndRatesDoNotCount();
    void everyFigureCounts();
};

namespace {

Snapshot sample()
{
    Snapshot s;
    s.sequence = 7;
    s.series = std::make_shared<const std::vector<SeriesKey>>();
    s.quarters.chunks.push_back(std::make_shared<const CellStore::Chunk>());
    s.minutes.chunks.push_back(std::make_shared<const CellStore::Chunk>());
    s.runs.chunks.push_back(std::make_shared<const std::vector<RunRow>>());
    s.totals.calls = 3;
    s.sources.emplace_back();
    return s;
}

} // namespace

void TestSnapshot::timesAndRatesDoNotCount()
{
    const Snapshot before = sample();
    Snapshot later = before;
    later.sequence = 8;
    later.takenAt = 99;
    later.sources[0].linesPerSecond = 0.5;
    later.sources[0].lagNs = 12;
    QVERIFY(later.sameFigures(before));
}

void TestSnapshot::everyFigureCounts()
{
    using Change = void (*)(Snapshot &);
    static constexpr Change changes[] = {
        [](Snapshot &s) { s.totals.cost.add(1); },
        [](Snapshot &s) { s.runs.chunks[0] = std::make_shared<const std::vector<RunRow>>(); },
        [](Snapshot &s) { s.quarters.chunks[0] = std::make_shared<const CellStore::Chunk>(); },
        [](Snapshot &s) { s.minutes.chunks.clear(); },
        [](Snapshot &s) { s.series = std::make_shared<const std::vector<SeriesKey>>(); },
        [](Snapshot &s) { ++s.callsUpdated; },
        [](Snapshot &s) { ++s.rejected; },
        [](Snapshot &s) { ++s.prices.generation; },
        [](Snapshot &s) { s.ledger.diskFull = true; },
        [](Snapshot &s) { s.import.bytesDone = 5; },
        [](Snapshot &s) { s.sources[0].state = SourceState::Failing; },
        [](Snapshot &s) { s.sources[0].error = "gone"; },
        [](Snapshot &s) { s.sources.emplace_back(); },
    };
    const Snapshot before = sample();
    for (const Change change : changes) {
        Snapshot after = before;
        change(after);
        QVERIFY(!after.sameFigures(before));
    }
}

QTEST_GUILESS_MAIN(TestSnapshot)
#include "tst_snapshot.moc"
