// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTest>

#include "core/aggregate/views/burn.h"
#include "core/aggregate/views/runstats.h"
#include "core/models/session/rangemodel.h"
#include "tests/models/snapshotmaker.h"

using namespace flyball;

// Views over snapshots against a brute-force fold over the calls themselves.
class TestViews : public QObject {
    Q_OBJECT

    static constexpr TimeNs kNow = 1'795'000'000 * kSecond; // 2026-11-18T11:06:40Z
    FakeEngine m_engine;

    std::vector<Call> randomCalls(quint32 seed, int n, TimeNs span)
    {
        QRandomGenerator dice(seed);
        const char *workflows[] = {"a", "b", "c", ""};
        const char *models[] = {"m1", "m2", "m3"};
        std::vector<Call> calls;
        for (int i = 0; i < n; ++i) {
            const TimeNs at = kNow - static_cast<TimeNs>(dice.generate64() % static_cast<quint64>(span));
            Call c = makeCall(m_engine, at, workflows[dice.bounded(4)], models[dice.bounded(3)],
                              static_cast<PicoUsd>(dice.generate64() % 3'000'000'000'000ULL), dice.bounded(90'000),
                              dice.bounded(4'000));
            if (dice.bounded(10) == 0) {
                c.costOrigin = CostOrigin::Unpriced;
                c.cost = 0;
            }
            if (dice.bounded(3) == 0) {
                c.flags |= CallCacheKnown;
                c.usage[TokenClass::CacheRead] = dice.bounded(50'000);
            }
            if (dice.bounded(15) == 0)
                c.flags |= CallFailed;
            calls.push_back(c);
        }
        return calls;
    }
    static Totals brute(const std::vector<Call> &calls, Window w, std::optional<Symbol> workflow = {})
    {
        Totals t;
        for (const Call &c : calls)
            if (w.contains(c.time) && (!workflow || c.names.workflow == *workflow))
                t.add(c);
        return t;
    }

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void windowsEqualBruteForce_data()
    {
        QTest::addColumn<QString>("zone");
        QTest::addColumn<qint64>("now");
        QTest::newRow("UTC") << "UTC" << qint64(kNow);
        QTest::newRow("Kolkata, +05:30") << "Asia/Kolkata" << qint64(kNow);
        QTest::newRow("Kathmandu, +05:45") << "Asia/Kathmandu" << qint64(kNow);
        QTest::newRow("New York") << "America/New_York" << qint64(kNow);
        QTest::newRow("Berlin, day the clocks change")
            << "Europe/Berlin" << qint64(*parseRfc3339("2026-10-25T20:17:31Z"));
    }
    void windowsEqualBruteForce()
    {
        QFETCH(QString, zone);
        QFETCH(qint64, now);
        const Formatter format(QLocale::c(), QTimeZone(zone.toUtf8()));
        std::vector<Call> calls = randomCalls(7, 4000, 40 * kDay);
        for (Call &c : calls)
            c.time += now - kNow;
        SnapshotMaker maker(m_engine);
        maker.takenAt = now;
        const auto snapshot = maker.make(calls);
        Folder folder;
        const Symbol b = m_engine.symbols.intern("b");
        for (const char *key : {"15m", "1h", "3h", "24h", "7d", "30d", "month", "all"}) {
            RangeModel range(QString::fromLatin1(key));
            const auto resolved = range.resolve(*snapshot, now, format);
            const CellOrigin origin = originFor(*snapshot, resolved.window);
            QVERIFY(origin != CellOrigin::Ledger);
            const CellStore &cells = origin == CellOrigin::Minutes ? snapshot->minutes : snapshot->quarters;
            const Folded folded = folder.fold(
                cells, uniformEdges(resolved.window, resolved.binWidth, format.offsetAt(resolved.window.since)));
            QVERIFY2(totalOf(folded, *snapshot->series) == brute(calls, resolved.window), key);
            ViewFilter onlyB;
            onlyB.workflow = b;
            QVERIFY2(totalOf(folded, *snapshot->series, onlyB) == brute(calls, resolved.window, b), key);
            const std::vector<Totals> bins = binsOf(folded, *snapshot->series);
            for (std::size_t i = 0; i < bins.size(); ++i)
                QVERIFY2(bins[i] == brute(calls, {folded.edges[i], folded.edges[i + 1]}), key);
            QVERIFY2(bins.size() <= 300, key);
        }
    }

    void monthBeginsAtLocalMidnight()
    {
        SnapshotMaker maker(m_engine);
        const auto snapshot = maker.make(randomCalls(3, 10, kDay));
        const Formatter kolkata(QLocale::c(), QTimeZone("Asia/Kolkata"));
        RangeModel range(QStringLiteral("month"));
        QCOMPARE(range.resolve(*snapshot, kNow, kolkata).window.since, *parseRfc3339("2026-10-31T18:30:00Z"));
        QVERIFY(range.exactText().startsWith(QStringLiteral("since 2026-10-31T18:30:00Z until ")));
    }

    void groupsPartitionTheWhole()
    {
        const auto calls = randomCalls(11, 2000, 5 * kHour);
        SnapshotMaker maker(m_engine);
        const auto snapshot = maker.make(calls);
        Folder folder;
        const Window w = alignWindow({kNow - 5 * kHour, kNow});
        const Folded folded = folder.fold(snapshot->minutes, uniformEdges(w, 5 * kMinute));
        const Dimension by[] = {Dimension::Workflow, Dimension::Model};
        Totals sum;
        UsdSum last = UsdSum::fromParts(1'000'000, 0);
        for (const Group &g : groupBy(folded, *snapshot->series, by)) {
            QVERIFY(g.totals.cost <= last);
            last = g.totals.cost;
            sum += g.totals;
        }
        QVERIFY(sum == brute(calls, w));
    }

    void unchangedChunksAreNotReadAgain()
    {
        auto calls = randomCalls(5, 500, 3 * kHour);
        SnapshotMaker maker(m_engine);
        auto one = maker.make(calls);
        Folder folder;
        const Window w = alignWindow({kNow - 3 * kHour, kNow});
        (void)folder.fold(one->minutes, uniformEdges(w, kMinute));
        QVERIFY(folder.chunksRead() >= 3);
        // One chunk is exchanged, as a tick does it.
        auto changed = std::make_shared<CellStore::Chunk>(*one->minutes.chunks.back());
        changed->cells.back().totals.add(calls.front());
        one->minutes.chunks.back() = changed;
        const Folded folded = folder.fold(one->minutes, uniformEdges(w, kMinute));
        QCOMPARE(folder.chunksRead(), std::size_t(1));
        Totals expected = brute(calls, w);
        expected.add(calls.front());
        QVERIFY(totalOf(folded, *one->series) == expected);
    }

    void oldShortWindowsComeFromTheLedger()
    {
        SnapshotMaker maker(m_engine);
        maker.minutesFrom = kNow - 2 * kDay;
        const auto snapshot = maker.make(randomCalls(2, 100, 20 * kDay));
        QCOMPARE(originFor(*snapshot, alignWindow({kNow - kHour, kNow})), CellOrigin::Minutes);
        QCOMPARE(originFor(*snapshot, alignWindow({kNow - 9 * kDay, kNow - 9 * kDay + kHour})), CellOrigin::Ledger);
        QCOMPARE(originFor(*snapshot, alignWindow({kNow - 9 * kDay, kNow})), CellOrigin::Quarters);
    }

    void quantilesAreTypeSeven()
    {
        // 1..5 USD: P50 = 3, P95 = 4 + 0.8 * (5 - 4) = 4.8, exactly.
        std::vector<UsdSum> v;
        for (int i = 5; i >= 1; --i)
            v.push_back(UsdSum(i * kPicoPerUsd));
        QCOMPARE(quantile(v, 50)->toDecimal(), std::string("3.000000000"));
        QCOMPARE(quantile(v, 95)->toDecimal(), std::string("4.800000000"));
        std::vector<UsdSum> none;
        QVERIFY(!quantile(none, 50).has_value());
    }

    void smallSamplesGiveNoTail()
    {
        SnapshotMaker maker(m_engine);
        for (std::uint64_t i = 0; i < 58; ++i)
            maker.runs.push_back(makeRun(m_engine, i, "a", kNow - kHour, kNow - kMinute, Outcome::Unknown, 1000));
        RunScanner scanner;
        const Window w{kNow - 2 * kHour, kNow};
        QVERIFY(!scanner.stats(maker.make({})->runs, w).all.cost.p95.has_value());
        maker.runs.push_back(makeRun(m_engine, 58, "a", kNow - kHour, kNow - kMinute, Outcome::Unknown, 1000));
        const RunsOfWindow runs = scanner.stats(maker.make({})->runs, w);
        QVERIFY(runs.all.cost.p95.has_value());
        QVERIFY(!runs.all.cost.p99.has_value());
        QVERIFY(!runs.all.passRate().has_value());
        QVERIFY(!runs.all.costPerSuccess().has_value());
    }

    void costPerSuccessCountsAllRuns()
    {
        SnapshotMaker maker(m_engine);
        const auto add = [&](std::uint64_t id, TimeNs end, Outcome outcome, bool closed = true) {
            maker.runs.push_back(makeRun(m_engine, id, "a", end - kMinute, end, outcome, kPicoPerUsd, closed));
        };
        add(1, kNow - kMinute, Outcome::Success);
        add(2, kNow - kMinute, Outcome::Success);
        add(3, kNow - kMinute, Outcome::Failure);
        add(4, kNow - kMinute, Outcome::Unknown);
        add(5, kNow - kMinute, Outcome::Unknown, false); // open: neither counted nor paid for yet
        add(6, kNow, Outcome::Success);                  // until is exclusive
        add(7, kNow - kHour, Outcome::Success);          // since is inclusive
        add(8, kNow - kMinute, Outcome::Unknown);        // all its calls moved to another run
        maker.runs.back().totals = {};
        add(9, kNow - kMinute, Outcome::Unknown, false);
        maker.runs.back().totals = {};
        RunScanner scanner;
        const RunStats s = scanner.stats(maker.make({})->runs, {kNow - kHour, kNow}).all;
        QCOMPARE(s.count, std::int64_t(5));
        QCOMPARE(s.open, std::int64_t(1));
        QCOMPARE(s.known(), std::int64_t(4));
        QCOMPARE(s.costPerSuccess()->toDecimal(), std::string("1.666666667")); // 5 / 3
        QCOMPARE(*s.passRate(), 0.75);
        const Interval i = wilson90(376, 412); // 0.9126; Wilson by hand: 0.8871 .. 0.9328
        QVERIFY(std::abs(i.low - 0.8871) < 2e-4 && std::abs(i.high - 0.9329) < 2e-4);
    }

    /// No model was called, yet it is a run.
    void answersFromACacheAloneMakeARun()
    {
        SnapshotMaker maker(m_engine);
        maker.runs.push_back(makeRun(m_engine, 1, "a", kNow - kMinute, kNow - kMinute, Outcome::Success, 0));
        maker.runs.back().totals = {};
        maker.runs.back().totals.responseCacheHits = 1;
        QCOMPARE(RunScanner().stats(maker.make({})->runs, {kNow - kHour, kNow}).all.count, std::int64_t(1));
    }

    void burnRateOfAConstantFlowIsThatFlow()
    {
        std::vector<Call> calls;
        for (int m = 1; m <= 300; ++m)
            calls.push_back(makeCall(m_engine, floorTo(kNow, kMinute) - m * kMinute, "a", "m", kPicoPerUsd));
        SnapshotMaker maker(m_engine);
        const auto rate = burnRate(*maker.make(calls), kNow);
        QVERIFY(rate.has_value());
        QCOMPARE(rate->meanLastHour.toDecimal(), std::string("60.000000000"));
        QVERIFY(std::abs(rate->ewmaPerHour.toDouble() - 60) < 1e-9);
    }
    void burnRateHalvesInFiveMinutes()
    {
        const TimeNs end = floorTo(kNow, kMinute);
        std::vector<Call> calls;
        for (int m = 6; m <= 300; ++m) // nothing in the last five minutes
            calls.push_back(makeCall(m_engine, end - m * kMinute, "a", "m", kPicoPerUsd));
        SnapshotMaker maker(m_engine);
        QVERIFY(std::abs(burnRate(*maker.make(calls), kNow)->ewmaPerHour.toDouble() - 30) < 1e-4);
    }
    void burnRateIsUnknownWithoutCalls()
    {
        SnapshotMaker maker(m_engine);
        const auto snapshot = maker.make({makeCall(m_engine, kNow - kDay, "a", "m", kPicoPerUsd)});
        QVERIFY(!burnRate(*snapshot, kNow).has_value());
    }
    void burnRateOfAYoungLedgerIsNotDiluted()
    {
        const TimeNs end = floorTo(kNow, kMinute);
        SnapshotMaker maker(m_engine);
        const auto snapshot = maker.make({makeCall(m_engine, end - 2 * kMinute, "a", "m", kPicoPerUsd),
                                          makeCall(m_engine, end - kMinute, "a", "m", kPicoPerUsd)});
        QCOMPARE(burnRate(*snapshot, kNow)->meanLastHour.toDecimal(), std::string("60.000000000"));
    }
};

QTEST_GUILESS_MAIN(TestViews)
#include "tst_views.moc"
