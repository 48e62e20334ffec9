// SPDX-License-Identifier: GPL-3.0-or-later
// Roll-up cubes and the run table against plain maps; snapshots of them never change.
#include <QtTest/QtTest>
#include <algorithm>
#include <map>
#include <random>

#include "core/engine/cellcube.h"
#include "core/engine/runtable.h"

using namespace flyball;

namespace {

Call callOf(std::int64_t in, PicoUsd cost)
{
    Call call;
    call.usage.quality = UsageQuality::Exact;
    call.usage[TokenClass::InFresh] = in;
    call.cost = cost;
    call.costOrigin = CostOrigin::Computed;
    return call;
}

using Plain = std::map<std::pair<std::int64_t, SeriesId>, Totals>;

void compare(const CellStore &store, const Plain &plain)
{
    std::size_t cells = 0;
    std::int64_t before = INT64_MIN;
    store.forEach(INT64_MIN, INT64_MAX, [&](const Cell &cell) {
        ++cells;
        QVERIFY(cell.bucket >= before);
        before = cell.bucket;
        const auto it = plain.find({cell.bucket, cell.series});
        QVERIFY(it != plain.end() && it->second == cell.totals);
        QVERIFY(!cell.totals.isZero());
    });
    std::size_t expected = 0;
    for (const auto &[key, totals] : plain)
        expected += totals.isZero() ? 0U : 1U;
    QCOMPARE(cells, expected);
}

} // namespace

class TestCubes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void deltasAgainstAMap_data();
    void deltasAgainstAMap();
    void windows();
    void keepFromForgetsWholeChunks();
    void oldVersionsDoNotChange();
    void runsAgainstAMap();
    void runInfoDoesNotDependOnOrder();
    void aRunThatNothingEndsIsShownAsClosedWhenIdle();
    void idleRunsAgainstARule();
};

void TestCubes::deltasAgainstAMap_data()
{
    QTest::addColumn<int>("resolution");
    QTest::newRow("minutes") << static_cast<int>(Resolution::Minute);
    QTest::newRow("quarters") << static_cast<int>(Resolution::Quarter);
}

void TestCubes::deltasAgainstAMap()
{
    QFETCH(int, resolution);
    std::mt19937 random(1);
    CellCube cube(static_cast<Resolution>(resolution));
    Plain plain;
    std::vector<std::pair<Cell, Call>> added;
    for (int round = 0; round < 300; ++round) {
        std::vector<Cell> deltas;
        for (auto n = random() % 20; n > 0; --n) {
            Cell cell;
            if (!added.empty() && random() % 3 == 0) { // take one back
                const std::size_t at = random() % added.size();
                cell = added[at].first;
                cell.totals = {};
                cell.totals.subtract(added[at].second);
                added.erase(added.begin() + static_cast<std::ptrdiff_t>(at));
            } else {
                cell.bucket = static_cast<std::int64_t>(random() % 400) - 200; // before 1970 as well
                cell.series = static_cast<SeriesId>(random() % 4);
                const Call call =
                    callOf(static_cast<std::int64_t>(random() % 100), static_cast<PicoUsd>(random()) << 20);
                cell.totals.add(call);
                added.emplace_back(cell, call);
            }
            plain[{cell.bucket, cell.series}] += cell.totals;
            deltas.push_back(cell);
        }
        cube.apply(std::move(deltas));
        compare(cube.store(), plain);
    }
}

void TestCubes::windows()
{
    CellCube cube(Resolution::Minute);
    std::vector<Cell> cells;
    for (std::int64_t b = -130; b < 130; ++b) {
        Cell cell;
        cell.bucket = b;
        cell.totals.add(callOf(1, 1));
        cells.push_back(cell);
    }
    cube.apply(cells);
    const CellStore store = cube.store();
    for (std::int64_t first = -140; first < 140; first += 7)
        for (std::int64_t end = first; end < 140; end += 11) {
            std::int64_t count = 0;
            store.forEach(first, end, [&](const Cell &cell) {
                QVERIFY(cell.bucket >= first && cell.bucket < end);
                ++count;
            });
            QCOMPARE(count,
                     std::max<std::int64_t>(0, std::min<std::int64_t>(end, 130) - std::max<std::int64_t>(first, -130)));
        }
}

void TestCubes::keepFromForgetsWholeChunks()
{
    CellCube cube(Resolution::Minute);
    const auto cell = [](std::int64_t bucket) {
        Cell c;
        c.bucket = bucket;
        c.totals.add(callOf(1, 1));
        return c;
    };
    cube.apply({cell(10), cell(59), cell(60), cell(130)});
    cube.keepFrom(61);
    std::vector<std::int64_t> kept;
    cube.store().forEach(INT64_MIN, INT64_MAX, [&](const Cell &c) { kept.push_back(c.bucket); });
    QCOMPARE(kept, (std::vector<std::int64_t>{60, 130})); // the chunk [60, 120) still holds kept buckets
    cube.keepFrom(0);                                     // never back
    QCOMPARE(cube.firstKept(), std::int64_t(61));
    cube.apply({cell(10)}); // too old: dropped, not a chunk of its own
    kept.clear();
    cube.store().forEach(INT64_MIN, INT64_MAX, [&](const Cell &c) { kept.push_back(c.bucket); });
    QCOMPARE(kept, (std::vector<std::int64_t>{60, 130}));
}

void TestCubes::oldVersionsDoNotChange()
{
    CellCube cube(Resolution::Quarter);
    Cell cell;
    cell.bucket = 5;
    cell.totals.add(callOf(1, 1));
    cube.apply({cell});
    const CellStore before = cube.store();
    Cell far = cell;
    far.bucket = 500;
    cube.apply({cell, far});
    Totals old;
    before.forEach(INT64_MIN, INT64_MAX, [&](const Cell &c) { old += c.totals; });
    QCOMPARE(old.calls, std::int64_t(1));
    const CellStore shared = cube.store();
    cube.apply({far});
    // What did not change is shared, not copied.
    QVERIFY(cube.store().chunks[0] == shared.chunks[0]);
    QVERIFY(cube.store().chunks[1] != shared.chunks[1]);
}

void TestCubes::runsAgainstAMap()
{
    std::mt19937 random(4);
    SymbolTable symbols;
    RunTable table(symbols);
    std::map<std::uint64_t, Totals> plain;
    std::vector<Call> added;
    RunStore frozen;
    std::map<std::uint64_t, Totals> frozenPlain;
    for (int i = 0; i < 20'000; ++i) {
        if (!added.empty() && random() % 4 == 0) {
            const std::size_t at = random() % added.size();
            table.removeCall(added[at]);
            plain[added[at].run.lo].subtract(added[at]);
            added.erase(added.begin() + static_cast<std::ptrdiff_t>(at));
        } else {
            Call call = callOf(static_cast<std::int64_t>(random() % 100), static_cast<PicoUsd>(random()));
            call.run = {0, random() % 3000};
            if (random() % 4 == 0)
                call.responseCache = ResponseCache::Exact;
            table.addCall(call);
            plain[call.run.lo].add(call);
            added.push_back(call);
        }
        if (i == 10'000) {
            frozen = table.store(0);
            frozenPlain = plain;
        }
    }
    const auto check = [](const RunStore &store, const std::map<std::uint64_t, Totals> &expected) {
        std::size_t rows = 0;
        store.forEach([&](const RunRow &row) {
            QVERIFY(expected.at(row.info.run.lo) == row.totals);
            ++rows;
        });
        QCOMPARE(rows, expected.size());
    };
    check(table.store(0), plain);
    check(frozen, frozenPlain); // a snapshot taken on the way
    std::int64_t runs = 0;
    for (const auto &[run, totals] : plain)
        runs += totals.isZero() ? 0 : 1;
    QCOMPARE(table.count(), runs);
    QCOMPARE(table.takeTouched().size(), plain.size());
    QVERIFY(table.takeTouched().empty());
}

void TestCubes::runInfoDoesNotDependOnOrder()
{
    std::mt19937 random(9);
    SymbolTable symbols;
    std::vector<Symbol> names = {0, symbols.intern("z"), symbols.intern("a"), symbols.intern("m")};
    for (int set = 0; set < 300; ++set) {
        std::vector<RunInfo> infos(3); // what three messages of one prompt say of it
        for (RunInfo &info : infos) {
            info.run = {1, 1};
            info.format = symbols.intern("claude-code");
            info.workflow = names[random() % names.size()];
            info.session = symbols.intern("s");
            info.start = static_cast<TimeNs>(random() % 50);
            info.end = info.start + static_cast<TimeNs>(random() % 50);
        }
        std::vector<std::size_t> order = {0, 1, 2};
        std::string expected;
        do {
            RunTable table(symbols);
            for (const std::size_t i : order)
                table.setInfo(infos[i], -1);
            const RunInfo got = table.takeTouched().at(0).info;
            const std::string now = std::to_string(got.start) + " " + std::to_string(got.end) + " "
                                    + std::string(symbols.text(got.workflow)) + " "
                                    + std::string(symbols.text(got.session));
            if (expected.empty())
                expected = now;
            QCOMPARE(QByteArray::fromStdString(now), QByteArray::fromStdString(expected));
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

namespace {

RunInfo openRun(std::uint64_t run, TimeNs end)
{
    RunInfo info;
    info.run = {7, run};
    info.format = 1;
    info.start = end - kMinute;
    info.end = end;
    return info;
}

bool closedAt(RunTable &table, TimeNs now, std::uint64_t run = 1)
{
    bool closed = false;
    table.store(now).forEach([&](const RunRow &row) { closed = row.info.run.lo == run ? row.info.closed : closed; });
    return closed;
}

} // namespace

/// Rule 3a.10: as unknown, never as failure; it is no fact, so it is never stored and what comes later opens it again.
void TestCubes::aRunThatNothingEndsIsShownAsClosedWhenIdle()
{
    SymbolTable symbols;
    RunTable table(symbols);
    const TimeNs end = 100 * kMinute;
    table.setInfo(openRun(1, end), -1);
    QVERIFY(!closedAt(table, end + RunTable::kIdle - 1));
    QVERIFY(closedAt(table, end + RunTable::kIdle));
    const std::vector<RunRow> stored = table.takeTouched();
    QCOMPARE(stored.size(), std::size_t{1});
    QVERIFY(!stored.front().info.closed);
    QVERIFY(stored.front().info.outcome == Outcome::Unknown);
    // Late telemetry.
    const TimeNs later = end + 20 * kMinute;
    table.setInfo(openRun(1, later), -1);
    QVERIFY(!closedAt(table, later + kMinute));
    QVERIFY(closedAt(table, later + RunTable::kIdle));
    // Days later somebody says how it was: it stays closed, with that outcome, and still nothing is stored of the idle.
    Judgement good;
    good.verdict = Verdict::Pass;
    table.decide({7, 1}, good);
    const std::vector<RunRow> judged = table.takeTouched();
    QVERIFY(!judged.front().info.closed);
    QVERIFY(judged.front().info.outcome == Outcome::Success);
    QVERIFY(closedAt(table, later + 3 * kDay));
    // Loaded again as it was stored.
    RunTable reopened(symbols);
    reopened.load(judged.front());
    QVERIFY(closedAt(reopened, later + 3 * kDay));
    QVERIFY(reopened.takeTouched().empty());
    // A real end is stored.
    RunInfo ended = openRun(1, later);
    ended.closed = true;
    table.setInfo(ended, -1);
    QVERIFY(table.takeTouched().front().info.closed);
    QVERIFY(closedAt(table, later));
}

void TestCubes::idleRunsAgainstARule()
{
    std::mt19937 random(21);
    SymbolTable symbols;
    RunTable table(symbols);
    std::map<std::uint64_t, RunInfo> plain;
    TimeNs now = kHour;
    for (int step = 0; step < 4000; ++step) {
        now += static_cast<TimeNs>(random() % 40) * kSecond;
        RunInfo info = openRun(random() % 200, now - static_cast<TimeNs>(random() % 1200) * kSecond);
        info.closed = random() % 8 == 0;
        table.setInfo(info, -1);
        RunInfo &known = plain[info.run.lo];
        known.end = std::max(known.end, info.end);
        known.closed = known.closed || info.closed;
        if (step % 10 != 0)
            continue;
        table.store(now).forEach([&](const RunRow &row) {
            const RunInfo &want = plain.at(row.info.run.lo);
            QCOMPARE(row.info.closed, want.closed || want.end + RunTable::kIdle <= now);
        });
        for (const RunRow &row : table.takeTouched())
            QCOMPARE(row.info.closed, plain.at(row.info.run.lo).closed);
    }
}

QTEST_GUILESS_MAIN(TestCubes)
#include "tst_cubes.moc"
