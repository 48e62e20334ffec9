// SPDX-License-Identifier: GPL-3.0-or-later
// Meters beside calls: the sums against brute force on generated data, and what is guessed of them.
#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "core/aggregate/views/metersbeside.h"

using namespace flyball;

namespace {

constexpr std::int64_t kDawn = 29'900'000 / 60 * 60; ///< a minute that begins an hour

BesideCell cell(std::int64_t minute, Symbol teller, std::int64_t tokens, Symbol model = 1, Symbol workflow = 0)
{
    BesideCell out;
    out.minute = minute;
    out.teller = teller;
    out.model = model;
    out.workflow = workflow;
    out.sum.calls = teller == 0 ? 0 : 1;
    out.sum.input = tokens - tokens / 4;
    out.sum.output = tokens / 4;
    out.sum.cost = UsdSum(tokens * 3'000'001);
    return out;
}

MetersBeside bestOf(const std::vector<BesideCell> &cells) { return everyBeside(cells).front(); }

struct Fleet {
    std::vector<BesideCell> cells;
    /// Calls of a teller over so many hours, and what meters make of them up to two minutes later.
    void run(std::mt19937 &random, Symbol teller, int hours, bool metered, std::int64_t from = kDawn)
    {
        const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
        for (std::int64_t minute = from; minute < from + hours * 60; minute += 1 + pick(4)) {
            const auto model = static_cast<Symbol>(1 + pick(3));
            const auto workflow = static_cast<Symbol>(10 + pick(3));
            const std::int64_t tokens = 500 + pick(4000);
            cells.push_back(cell(minute, teller, tokens, model, workflow));
            if (metered)
                cells.push_back(cell(minute + pick(3), 0, tokens, model, workflow));
        }
    }
};

/// Everything again, as plainly as it can be said.
struct Brute {
    std::map<std::pair<Symbol, Symbol>, std::pair<BesideSum, BesideSum>> rows;
    BesideSum metersOutside, callsOutside;
    std::int64_t both = 0, onlyMeters = 0, onlyCalls = 0, agreeing = 0;

    Brute(const std::vector<BesideCell> &cells, const std::set<Symbol> &tellers, TimeNs width)
    {
        const auto takes = [&](const BesideCell &c) {
            return c.teller == 0 || tellers.empty() || tellers.contains(c.teller);
        };
        std::int64_t first[2] = {INT64_MAX, INT64_MAX}, last[2] = {INT64_MIN, INT64_MIN};
        for (const BesideCell &c : cells)
            if (takes(c)) {
                const int side = c.teller == 0 ? 0 : 1;
                first[side] = std::min(first[side], c.minute);
                last[side] = std::max(last[side], c.minute);
            }
        const std::int64_t from = std::max(first[0], first[1]) - 2, to = std::min(last[0], last[1]) + 2;
        const auto inside = [&](const BesideCell &c) { return c.minute >= from && c.minute <= to; };
        const auto has = [&](bool metered, Symbol model, Symbol workflow, bool any) {
            return std::any_of(cells.begin(), cells.end(), [&](const BesideCell &c) {
                return takes(c) && inside(c) && (c.teller == 0) == metered && c.model == model
                       && (any || c.workflow == workflow);
            });
        };
        for (const BesideCell &c : cells) {
            if (!takes(c))
                continue;
            const bool metered = c.teller == 0;
            if (!inside(c)) {
                (metered ? metersOutside : callsOutside) += c.sum;
                continue;
            }
            const bool named = c.workflow != 0 && has(!metered, c.model, c.workflow, false);
            auto &row = rows[{c.model, named ? c.workflow : 0}];
            (metered ? row.first : row.second) += c.sum;
        }
        const std::int64_t step = width / kMinute;
        for (std::int64_t stretch = from / step; stretch <= to / step; ++stretch) {
            std::int64_t metered = 0, told = 0, inner = 0, outer = 0;
            for (const BesideCell &c : cells) {
                if (!takes(c) || !inside(c) || !has(true, c.model, 0, true) || !has(false, c.model, 0, true))
                    continue;
                const std::int64_t at = c.minute - stretch * step;
                const bool in = at >= 0 && at < step;
                if (c.teller == 0) {
                    metered += in ? c.sum.tokens() : 0;
                    continue;
                }
                told += in ? c.sum.tokens() : 0;
                inner += at >= 2 && at < step - 2 ? c.sum.tokens() : 0;
                outer += at >= -2 && at < step + 2 ? c.sum.tokens() : 0;
            }
            if (metered == 0 && told == 0)
                continue;
            const std::int64_t most = std::max(metered, told);
            const auto slack = static_cast<std::int64_t>(std::llround(0.02 * static_cast<double>(most)));
            const bool agrees = metered >= inner - slack && metered <= outer + slack;
            if (agrees && metered == 0)
                continue;
            (metered == 0 ? onlyCalls : told == 0 && !agrees ? onlyMeters : both) += 1;
            agreeing += agrees ? 1 : 0;
        }
    }
};

BesideSum sumOf(const std::vector<BesideCell> &cells, bool metered, const std::set<Symbol> &tellers)
{
    BesideSum sum;
    for (const BesideCell &c : cells)
        if ((c.teller == 0) == metered && (metered || tellers.empty() || tellers.contains(c.teller)))
            sum += c.sum;
    return sum;
}

} // namespace

class TestMetersBeside : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bruteForce_data();
    void bruteForce();
    void theSameCalls();
    void otherCalls();
    void otherTimes();
    void oneOfSeveralSources();
    void bothOfTwoSources();
    void oneStretchIsNoProof();
    void moneyWithoutTokens();
    void workflowsOnlyOneNames();
    void nothing();
    void orderDoesNotMatter();
};

void TestMetersBeside::bruteForce_data()
{
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 40; ++seed)
        QTest::newRow(QByteArray::number(seed).constData()) << seed;
}

void TestMetersBeside::bruteForce()
{
    QFETCH(int, seed);
    std::mt19937 random(static_cast<unsigned>(seed));
    const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
    Fleet fleet;
    fleet.run(random, 7, 1 + pick(12), pick(2) == 0);
    fleet.run(random, 8, 1 + pick(12), pick(2) == 0, kDawn + pick(600));
    for (int i = pick(200); i > 0; --i) // what fits nothing
        fleet.cells.push_back(cell(kDawn - 300 + pick(1500), static_cast<Symbol>(pick(2) * 7), pick(3000),
                                   static_cast<Symbol>(1 + pick(5)), static_cast<Symbol>(pick(2) * (9 + pick(4)))));
    for (const std::set<Symbol> &tellers : {std::set<Symbol>{}, std::set<Symbol>{7}, std::set<Symbol>{7, 8}}) {
        const MetersBeside got = putBeside(fleet.cells, {tellers.begin(), tellers.end()});
        if (got.from == got.until)
            continue;
        const Brute want(fleet.cells, tellers, got.width);
        QCOMPARE(got.rows.size(), want.rows.size());
        BesideSum meters = got.metersOutside, calls = got.callsOutside;
        for (const BesideRow &row : got.rows) {
            const auto &sums = want.rows.at({row.model, row.workflow});
            QVERIFY(row.meters == sums.first);
            QVERIFY(row.calls == sums.second);
            meters += row.meters;
            calls += row.calls;
        }
        QVERIFY(got.metersOutside == want.metersOutside && got.callsOutside == want.callsOutside);
        // Nothing is lost, to the pico-dollar.
        QVERIFY(meters == sumOf(fleet.cells, true, tellers));
        QVERIFY(calls == sumOf(fleet.cells, false, tellers));
        QCOMPARE(got.both, want.both);
        QCOMPARE(got.onlyMeters, want.onlyMeters);
        QCOMPARE(got.onlyCalls, want.onlyCalls);
        QCOMPARE(got.agreeing, want.agreeing);
    }
}

void TestMetersBeside::theSameCalls()
{
    std::mt19937 random(5);
    Fleet fleet;
    fleet.run(random, 7, 24, true);
    const MetersBeside got = bestOf(fleet.cells);
    QCOMPARE(got.verdict, BesideVerdict::Same);
    QCOMPARE(got.width, kHour);
    QVERIFY(got.agreeing >= 24 && got.agreeing == got.both);
    QCOMPARE(got.onlyMeters + got.onlyCalls, std::int64_t(0));
    QVERIFY(std::fabs(got.apart) < 1e-9);
    QVERIFY(got.meters.cost == got.calls.cost);
    QCOMPARE(got.meters.calls, std::int64_t(0));
    QVERIFY(got.calls.calls > 100);
    // A thousandth more is still the same; twice as much is not.
    for (BesideCell &c : fleet.cells)
        c.sum.input += c.teller == 0 ? c.sum.input / 500 : 0;
    QCOMPARE(bestOf(fleet.cells).verdict, BesideVerdict::Same);
    for (BesideCell &c : fleet.cells)
        c.sum.input += c.teller == 0 ? c.sum.input : 0;
    QCOMPARE(bestOf(fleet.cells).verdict, BesideVerdict::Different);
}

void TestMetersBeside::otherCalls()
{
    std::mt19937 random(6);
    Fleet fleet;
    fleet.run(random, 7, 24, false);
    // The same models at the same time, far more of it.
    for (std::int64_t minute = kDawn; minute < kDawn + 24 * 60; minute += 3)
        fleet.cells.push_back(cell(minute, 0, 9000, 1 + static_cast<Symbol>(minute % 3)));
    const MetersBeside got = bestOf(fleet.cells);
    QCOMPARE(got.verdict, BesideVerdict::Different);
    QVERIFY(got.apart > 0.5);
    QCOMPARE(got.agreeing, std::int64_t(0));
}

void TestMetersBeside::otherTimes()
{
    std::mt19937 random(7);
    Fleet fleet;
    // Calls in every fourth hour, meters in the others; both at both ends.
    for (int hour = 0; hour < 24; ++hour)
        for (int minute = 5; minute < 55; minute += 5)
            fleet.cells.push_back(cell(kDawn + hour * 60 + minute, hour % 4 == 0 || hour == 23 ? 7 : 0, 1000));
    fleet.cells.push_back(cell(kDawn + 5, 0, 1000));
    const MetersBeside got = bestOf(fleet.cells);
    QCOMPARE(got.verdict, BesideVerdict::Different);
    QCOMPARE(got.both, std::int64_t(1));
    QVERIFY(got.onlyCalls >= 5 && got.onlyMeters >= 17);
    // Never at the same time at all.
    const std::vector<BesideCell> apart{cell(kDawn, 7, 10), cell(kDawn + 100, 0, 10)};
    const MetersBeside never = bestOf(apart);
    QCOMPARE(never.verdict, BesideVerdict::Different);
    QCOMPARE(never.stretches(), std::int64_t(0));
    QVERIFY(never.metersOutside == apart[1].sum && never.callsOutside == apart[0].sum);
}

/// A gateway that carries what one of two agents sends is compared with that one.
void TestMetersBeside::oneOfSeveralSources()
{
    std::mt19937 random(8);
    Fleet fleet;
    fleet.run(random, 7, 10, true);
    fleet.run(random, 8, 10, false);
    QVERIFY(putBeside(fleet.cells).verdict != BesideVerdict::Same);
    const MetersBeside got = bestOf(fleet.cells);
    QCOMPARE(got.verdict, BesideVerdict::Same);
    QCOMPARE(got.tellers, std::vector<Symbol>{7});
    QCOMPARE(tellersOf(fleet.cells), (std::vector<Symbol>{7, 8}));
}

void TestMetersBeside::bothOfTwoSources()
{
    std::mt19937 random(9);
    Fleet fleet;
    fleet.run(random, 7, 10, true);
    fleet.run(random, 8, 10, true);
    const MetersBeside got = bestOf(fleet.cells);
    QCOMPARE(got.verdict, BesideVerdict::Same);
    QCOMPARE(got.tellers, (std::vector<Symbol>{7, 8}));
    const std::vector<MetersBeside> every = everyBeside(fleet.cells);
    QCOMPARE(every.size(), std::size_t{3});
    QVERIFY(every[1].tellers.size() == 1 && every[2].tellers.size() == 1 && every[1].tellers != every[2].tellers);
}

void TestMetersBeside::oneStretchIsNoProof()
{
    std::vector<BesideCell> cells{cell(kDawn + 5, 7, 1000), cell(kDawn + 6, 0, 1010)};
    QCOMPARE(bestOf(cells).verdict, BesideVerdict::Unclear);
    cells[1] = cell(kDawn + 6, 0, 1000); // to the token
    QCOMPARE(bestOf(cells).verdict, BesideVerdict::Same);
    QCOMPARE(bestOf(cells).width, 15 * kMinute);
    // Called before the end of an hour and metered behind it.
    const std::vector<BesideCell> edge{cell(kDawn - 1, 7, 1000), cell(kDawn, 0, 1000)};
    QCOMPARE(bestOf(edge).verdict, BesideVerdict::Same);
    QCOMPARE(bestOf(edge).both, std::int64_t(1));
}

void TestMetersBeside::moneyWithoutTokens()
{
    std::mt19937 random(10);
    Fleet fleet;
    fleet.run(random, 7, 8, true);
    for (BesideCell &c : fleet.cells)
        if (c.teller == 0)
            c.sum.input = c.sum.output = 0;
    const MetersBeside got = bestOf(fleet.cells);
    QVERIFY(got.byMoney);
    QCOMPARE(got.verdict, BesideVerdict::Same);
    QCOMPARE(got.agreeing, got.stretches());
}

void TestMetersBeside::workflowsOnlyOneNames()
{
    const std::vector<BesideCell> cells{cell(kDawn, 7, 100, 1, 20), cell(kDawn, 0, 70, 1, 20), cell(kDawn, 0, 30, 1),
                                        cell(kDawn, 7, 40, 1, 21),  cell(kDawn, 7, 9, 2, 20),  cell(kDawn, 0, 8, 3)};
    const MetersBeside got = putBeside(cells);
    QCOMPARE(got.rows.size(), std::size_t{4});
    const auto row = [&](Symbol model, Symbol workflow) {
        return *std::find_if(got.rows.begin(), got.rows.end(),
                             [&](const BesideRow &r) { return r.model == model && r.workflow == workflow; });
    };
    QCOMPARE(row(1, 20).meters.tokens(), std::int64_t(70));
    QCOMPARE(row(1, 20).calls.tokens(), std::int64_t(100));
    QCOMPARE(row(1, 0).meters.tokens(), std::int64_t(30));
    QCOMPARE(row(1, 0).calls.tokens(), std::int64_t(40));
    QVERIFY(row(1, 0).both && !row(2, 0).both && !row(3, 0).both);
    QCOMPARE(got.meters.tokens(), std::int64_t(100)); // of models that both tell
    QCOMPARE(got.metersAll.tokens(), std::int64_t(108));
}

void TestMetersBeside::nothing()
{
    QCOMPARE(bestOf({}).verdict, BesideVerdict::Nothing);
    QCOMPARE(bestOf({cell(kDawn, 0, 5)}).verdict, BesideVerdict::Nothing);
    QCOMPARE(bestOf({cell(kDawn, 7, 5)}).verdict, BesideVerdict::Nothing);
    QCOMPARE(bestOf({cell(kDawn, 7, 5, 1), cell(kDawn, 0, 5, 2)}).verdict, BesideVerdict::Nothing);
    QCOMPARE(bestOf({cell(kDawn, 7, 0), cell(kDawn, 0, 0)}).verdict, BesideVerdict::Nothing);
}

void TestMetersBeside::orderDoesNotMatter()
{
    std::mt19937 random(11);
    Fleet fleet;
    fleet.run(random, 7, 6, true);
    const MetersBeside before = putBeside(fleet.cells);
    std::shuffle(fleet.cells.begin(), fleet.cells.end(), random);
    const MetersBeside after = putBeside(fleet.cells);
    QVERIFY(before.meters == after.meters && before.calls == after.calls);
    QCOMPARE(before.agreeing, after.agreeing);
    QCOMPARE(before.rows.size(), after.rows.size());
}

QTEST_GUILESS_MAIN(TestMetersBeside)
#include "tst_metersbeside.moc"
