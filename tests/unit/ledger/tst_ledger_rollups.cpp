// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ledger/ledger_fixture.h"
#include "tests/unit/ledger/ledger_samples.h"

using namespace flyball;
using namespace flyball::test;

namespace {

using Folded = std::map<std::vector<std::int64_t>, Totals>;

std::vector<std::int64_t> keyOf(std::int64_t bucket, const SeriesKey &series)
{
    std::vector<std::int64_t> key{bucket};
    const auto names = series.names();
    key.insert(key.end(), names.begin(), names.end());
    return key;
}

/// Roll-ups by name, so that two ledgers that number their series differently compare equal.
Folded fold(Ledger &ledger, Resolution resolution)
{
    std::map<SeriesId, SeriesKey> keys;
    const auto series = ledger.loadSeries();
    for (const auto &[id, key] : series.value())
        keys[id] = key;
    Folded folded;
    for (const Cell &cell : cellsOf(ledger, resolution)) {
        folded[keyOf(cell.bucket, keys.at(cell.series))] += cell.totals;
    }
    return folded;
}

Folded foldRows(const std::vector<Call> &calls, Resolution resolution)
{
    Folded folded;
    for (const Call &call : calls)
        folded[keyOf(bucketOf(call.time, widthOf(resolution)), SeriesKey::of(call))].add(call);
    std::erase_if(folded, [](const auto &cell) { return cell.second.isZero(); });
    return folded;
}

std::map<Key128, Totals> runSums(Ledger &ledger)
{
    std::map<Key128, Totals> sums;
    for (const RunRow &row : runsOf(ledger))
        sums[row.info.run] = row.totals;
    return sums;
}

} // namespace

/// Roll-ups equal the rows they stand for, whatever happened in between.
class TestLedgerRollups : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keptBesideTheRowsTheyAreEqual();
    void rebuildRepairs();
    void retentionKeepsSums();
    void forgettingASource();
    void forgettingPositionsOnly();

private:
    /// Random history: new calls, better sightings, moves between workflows, merges of calls.
    void live(Ledger &ledger, SymbolTable &symbols, std::uint64_t seed, int rounds, const char *source = nullptr);
    std::map<Key128, RunRow> m_runs;
};

void TestLedgerRollups::live(Ledger &ledger, SymbolTable &symbols, std::uint64_t seed, int rounds, const char *source)
{
    SampleFleet fleet(symbols, seed);
    RandomFacts random(symbols, seed);
    RollupKeeper keeper;
    std::vector<StoredCall> known;
    std::size_t nextSeries = ledger.loadSeries()->size();
    keeper.startAt(static_cast<SeriesId>(nextSeries));
    for (int round = 0; round < rounds; ++round) {
        LedgerWrite write;
        for (int i = 0; i < 150; ++i) {
            StoredCall stored = fleet.next();
            if (source != nullptr)
                stored.fact.source = stored.call.source = symbols.intern(source);
            keeper.add(stored.call);
            m_runs[stored.call.run].totals.add(stored.call);
            m_runs[stored.call.run].info.run = stored.call.run;
            m_runs[stored.call.run].source = stored.call.source;
            known.push_back(stored);
            write.calls.push_back(stored);
        }
        for (int i = 0; i < 60; ++i) {
            StoredCall &stored = known[random.below(known.size())];
            if (!stored.counted)
                continue;
            keeper.subtract(stored.call);
            m_runs[stored.call.run].totals.subtract(stored.call);
            if (random.below(4) == 0)
                stored.counted = false;
            else if (random.below(2) == 0)
                stored.call.names.workflow = fleet.workflow(random.below(12));
            else
                stored.call.time += static_cast<TimeNs>(random.below(3600)) * kSecond;
            if (stored.counted) {
                keeper.add(stored.call);
                m_runs[stored.call.run].totals.add(stored.call);
            } else {
                stored.call = Call{};
            }
            write.calls.push_back(stored);
        }
        keeper.flush(write);
        for (const auto &[key, row] : m_runs)
            write.runs.push_back(row);
        VERIFY_OK(ledger.commit(write));
    }
}

void TestLedgerRollups::keptBesideTheRowsTheyAreEqual()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    const auto ledger = fixture.open(symbols);
    m_runs.clear();
    live(*ledger, symbols, 21, 30);
    const std::vector<Call> rows = callsOf(*ledger);
    QVERIFY(rows.size() > 4000);
    for (const Resolution resolution : {Resolution::Minute, Resolution::Quarter}) {
        const Folded kept = fold(*ledger, resolution);
        QVERIFY(kept == foldRows(rows, resolution));
    }
    const Folded minute = fold(*ledger, Resolution::Minute);
    const auto runs = runSums(*ledger);
    VERIFY_OK(ledger->rebuildRollups());
    QVERIFY(fold(*ledger, Resolution::Minute) == minute);
    QVERIFY(fold(*ledger, Resolution::Quarter) == foldRows(rows, Resolution::Quarter));
    QVERIFY(runSums(*ledger) == runs);
}

void TestLedgerRollups::rebuildRepairs()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    const auto ledger = fixture.open(symbols);
    SampleFleet fleet(symbols, 22);
    LedgerWrite write;
    for (int i = 0; i < 1000; ++i)
        write.calls.push_back(fleet.next());
    RandomFacts random(symbols, 1);
    write.minuteDeltas = {{7, 0, random.totals()}}; // roll-ups that no row stands for
    VERIFY_OK(ledger->commit(write));
    VERIFY_OK(ledger->rebuildRollups());
    const std::vector<Call> rows = callsOf(*ledger);
    QVERIFY(fold(*ledger, Resolution::Minute) == foldRows(rows, Resolution::Minute));
    QVERIFY(fold(*ledger, Resolution::Quarter) == foldRows(rows, Resolution::Quarter));
    std::map<Key128, Totals> expected;
    for (const Call &call : rows)
        expected[call.run].add(call);
    QVERIFY(runSums(*ledger) == expected);
}

void TestLedgerRollups::retentionKeepsSums()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    const auto ledger = fixture.open(symbols);
    m_runs.clear();
    live(*ledger, symbols, 23, 20);
    std::vector<Call> rows = callsOf(*ledger);
    const TimeNs middle = rows[rows.size() / 2].time;
    const TimeNs horizon = bucketOf(middle, 15 * kMinute) * 15 * kMinute;
    SpanFact oldSpan, keptSpan;
    oldSpan.trace = {1, 1};
    oldSpan.end = horizon - kSecond;
    keptSpan.trace = rows.back().group;
    keptSpan.end = horizon - kSecond;
    VERIFY_OK(ledger->commit({.spans = {oldSpan, keptSpan}}));
    const Folded minutes = fold(*ledger, Resolution::Minute);
    const auto runs = runSums(*ledger);

    const auto forgotten = ledger->retain(middle);
    VERIFY_OK(forgotten);
    const auto kept = std::erase_if(rows, [&](const Call &c) { return c.time < horizon; });
    QVERIFY(kept > 0);
    QVERIFY(*forgotten >= static_cast<std::int64_t>(kept)); // uncounted facts go, too
    QCOMPARE(callsOf(*ledger).size(), rows.size());
    QCOMPARE(ledger->meta(kMetaRetainedBefore), std::to_string(horizon));
    QVERIFY(!ledger->hasGroup(oldSpan.trace));
    QCOMPARE(ledger->loadGroup(keptSpan.trace)->spans.size(), std::size_t{1});
    QVERIFY(fold(*ledger, Resolution::Minute) == minutes);
    VERIFY_OK(ledger->rebuildRollups());
    QVERIFY(fold(*ledger, Resolution::Minute) == minutes);
    QVERIFY(runSums(*ledger) == runs);
    // What is left can still be found by its key and replaced.
    const auto group = ledger->loadGroup(rows.front().group);
    VERIFY_OK(group);
    QVERIFY(!group->calls.empty());
    VERIFY_OK(ledger->commit({.calls = group->calls}));
    QCOMPARE(callsOf(*ledger).size(), rows.size());
}

void TestLedgerRollups::forgettingASource()
{
    LedgerFixture both, one;
    SymbolTable symbols;
    const auto ledger = both.open(symbols);
    m_runs.clear();
    live(*ledger, symbols, 24, 10, "stays");
    const auto expectedRuns = m_runs.size();
    live(*ledger, symbols, 25, 10, "goes");
    VERIFY_OK(ledger->commit({.files = {{"stays", "1", "x"}, {"goes", "2", "y"}}, .rejectSource = "goes", .lines = 4}));
    // A group known to both sources has to be resolved again by the caller.
    SampleFleet fleet(symbols, 26);
    StoredCall a = fleet.next();
    StoredCall b = a;
    a.fact.source = a.call.source = symbols.intern("goes");
    b.fact.source = b.call.source = symbols.intern("stays");
    b.fact.sub = ~a.fact.sub;
    b.counted = false;
    VERIFY_OK(ledger->commit({.calls = {a, b}}));
    VERIFY_OK(ledger->rebuildRollups());
    const auto shared = ledger->groupsSharedWith("goes");
    VERIFY_OK(shared);
    QCOMPARE(shared->size(), std::size_t{1});
    QVERIFY(shared->front() == a.fact.group);

    VERIFY_OK(ledger->forgetSource("goes", true));
    const std::vector<Call> rows = callsOf(*ledger);
    QVERIFY(!rows.empty());
    for (const Call &call : rows)
        QCOMPARE(symbols.text(call.source), std::string_view("stays"));
    QVERIFY(fold(*ledger, Resolution::Minute) == foldRows(rows, Resolution::Minute));
    QVERIFY(fold(*ledger, Resolution::Quarter) == foldRows(rows, Resolution::Quarter));
    QCOMPARE(runSums(*ledger).size(), expectedRuns);
    QCOMPARE(ledger->loadFiles("")->size(), std::size_t{1});
    QVERIFY(ledger->loadCounters()->empty());
    QCOMPARE(ledger->loadGroup(a.fact.group)->calls.size(), std::size_t{1});
    VERIFY_OK(ledger->verify());
}

void TestLedgerRollups::forgettingPositionsOnly()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    const auto ledger = fixture.open(symbols);
    SampleFleet fleet(symbols, 27);
    LedgerWrite write;
    write.calls = {fleet.next()};
    write.files = {{"s", "1", "x"}};
    write.rejectSource = "s";
    write.rejects = {{symbols.intern("cut"), symbols.intern("/f"), 0, 1}};
    VERIFY_OK(ledger->commit(write));
    VERIFY_OK(ledger->forgetSource("s", false));
    QVERIFY(ledger->loadFiles("s")->empty());
    QVERIFY(ledger->loadRejects()->empty());
    QCOMPARE(callsOf(*ledger).size(), std::size_t{1});
}

QTEST_GUILESS_MAIN(TestLedgerRollups)
#include "tst_ledger_rollups.moc"
