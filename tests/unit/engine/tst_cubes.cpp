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
            table.addCall(call);
            plain[call.run.lo].add(call);
            added.push_back(call);
        }
        if (i == 10'000) {
            frozen = table.store();
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
    check(table.store(), plain);
    check(frozen, frozenPlain); // a snapshot taken on the way
    std::int64_t withCalls = 0;
    for (const auto &[run, totals] : plain)
        withCalls += totals.calls > 0 ? 1 : 0;
    QCOMPARE(table.count(), withCalls);
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

QTEST_GUILESS_MAIN(TestCubes)
#include "tst_cubes.moc"
