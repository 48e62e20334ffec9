// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRandomGenerator>
#include <QTest>
#include <algorithm>

#include "core/models/policy/evidence.h"
#include "core/models/policy/knobs.h"
#include "core/models/policy/starterpolicy.h"
#include "core/policy/route.h"
#include "tests/models/snapshotmaker.h"

using namespace flyball;

// What is read of the ledger, against counting by hand.
class TestPolicyEvidence : public QObject {
    Q_OBJECT

    static constexpr TimeNs kNow = 1'795'000'000 * kSecond;
    std::unique_ptr<FakeEngine> m_engine;
    std::vector<RunRow> m_runs;

    /// A closed run with so many calls, a second apart, the last one a second before its end.
    void addRun(std::uint64_t id, const char *workflow, TimeNs start, int calls, PicoUsd each, Outcome outcome,
                bool closed = true)
    {
        RunRow row = makeRun(*m_engine, id, workflow, start, start + calls * kSecond, outcome, 0, closed);
        m_runs.push_back(row);
        for (int i = 0; i < calls; ++i) {
            Call call = makeCall(*m_engine, start + i * kSecond, workflow, "claude-opus-4-5", each, 1000 + i, 100);
            call.run = row.info.run;
            call.names.taskType = m_engine->symbols.intern(i % 2 == 0 ? "plan" : "extract");
            call.names.tier = m_engine->symbols.intern("frontier");
            m_engine->ledger.calls.push_back(call);
        }
    }
    std::shared_ptr<Snapshot> snapshot()
    {
        SnapshotMaker maker(*m_engine);
        maker.runs = m_runs;
        return maker.make(m_engine->ledger.calls);
    }
    std::shared_ptr<const PolicyEvidence> read(EvidenceQuestion q)
    {
        q.until = kNow;
        if (q.since == 0)
            q.since = kNow - kDay;
        return readEvidence(m_engine->ledger, *snapshot(), q);
    }

private Q_SLOTS:
    void init()
    {
        m_engine = std::make_unique<FakeEngine>();
        m_runs.clear();
    }

    void runsOfTheWorkflowAndTimeOnly()
    {
        addRun(1, "alpha", kNow - kHour, 3, kPicoPerUsd / 10, Outcome::Success);
        addRun(9, "alpha", kNow - kHour, 0, 0, Outcome::Unknown);
        m_runs.back().totals = {}; // its calls turned out to belong to another one
        addRun(2, "beta", kNow - kHour, 5, kPicoPerUsd, Outcome::Success);
        addRun(3, "alpha", kNow - 2 * kHour, 2, kPicoPerUsd / 10, Outcome::Failure);
        addRun(4, "alpha", kNow - 25 * kHour, 4, kPicoPerUsd, Outcome::Success);      // too old
        addRun(5, "alpha", kNow - kMinute, 4, kPicoPerUsd, Outcome::Unknown, false);  // still open
        addRun(6, "alpha", kNow - kDay - kSecond, 90, kPicoPerUsd, Outcome::Success); // begun before
        const auto e = read({"alpha"});
        QVERIFY(e->error.empty());
        QCOMPARE(e->runs.size(), std::size_t(2));
        QCOMPARE(e->runsSeen, std::int64_t(2));
        QCOMPARE(e->passed, std::int64_t(1));
        QCOMPARE(e->runs[0].calls.size(), std::size_t(2)); // oldest first
        QCOMPARE(e->runs[1].calls.size(), std::size_t(3));
        QCOMPARE(*e->runs[1].tokens(), std::int64_t(1000 + 1001 + 1002 + 300));
        QVERIFY(*e->runs[1].cost() == UsdSum(3 * (kPicoPerUsd / 10)));
        QVERIFY(e->runs[1].calls[0].time < e->runs[1].calls[2].time);
        QCOMPARE(read({""})->runs.size(), std::size_t(3));
        QCOMPARE(read({"nobody"})->runs.size(), std::size_t(0));
        QCOMPARE(read({"nobody"})->callsRead, std::int64_t(0));
    }

    void unknownCostIsNotZero()
    {
        addRun(1, "alpha", kNow - kHour, 2, kPicoPerUsd, Outcome::Success);
        m_engine->ledger.calls[1].costOrigin = CostOrigin::Unpriced;
        addRun(2, "alpha", kNow - 2 * kHour, 2, kPicoPerUsd, Outcome::Success);
        const auto e = read({"alpha"});
        QCOMPARE(e->spread(Metric::RunUsd).n, std::int64_t(1));
        QCOMPARE(e->spread(Metric::RunUsd).unknown, std::int64_t(1));
        QCOMPARE(e->spread(Metric::RunTokens).n, std::int64_t(2));
        QVERIFY(!e->runs[1].cost());
        m_engine->ledger.calls[0].costOrigin = CostOrigin::NoCharge; // it failed before it was charged: known, 0
        m_engine->ledger.calls[1].costOrigin = CostOrigin::Computed;
        QVERIFY(*read({"alpha"})->runs[1].cost() == UsdSum(kPicoPerUsd));
    }

    void boundsDropTheOldestAndSaySo()
    {
        for (int i = 0; i < 10; ++i)
            addRun(static_cast<std::uint64_t>(i + 1), "alpha", kNow - (i + 1) * kHour, 4, kPicoPerUsd,
                   Outcome::Success);
        EvidenceQuestion q{"alpha"};
        q.mostRuns = 3;
        auto e = read(q);
        QCOMPARE(e->runs.size(), std::size_t(3));
        QCOMPARE(e->runsSeen, std::int64_t(10));
        QVERIFY(!e->callsCut);
        q.mostRuns = 100;
        q.mostCalls = 10; // two whole runs and half of a third, which must not pass for a small one
        e = read(q);
        QVERIFY(e->callsCut);
        QCOMPARE(e->callsRead, std::int64_t(10));
        QCOMPARE(e->runs.size(), std::size_t(2));
        for (const RunSample &run : e->runs)
            QCOMPARE(run.calls.size(), std::size_t(4));
    }

    void spreadAgainstCounting()
    {
        QRandomGenerator dice(7);
        std::vector<double> values;
        for (int i = 0; i < 500; ++i)
            values.push_back(std::exp(dice.bounded(6.0) - 3));
        values.push_back(0);
        const Spread s = spreadOf(values, 4, 20);
        QCOMPARE(s.n, std::int64_t(501));
        QCOMPARE(s.unknown, std::int64_t(4));
        std::int64_t sum = 0;
        for (std::size_t b = 0; b < 20; ++b) {
            const double from = s.low * std::pow(s.high / s.low, static_cast<double>(b) / 20);
            const double to = s.low * std::pow(s.high / s.low, static_cast<double>(b + 1) / 20);
            const auto inside = std::count_if(values.begin(), values.end(),
                                              [&](double v) { return v >= from && (v < to || (b == 19 && v <= to)); });
            QVERIFY(std::abs(inside - s.bins[b]) <= 1); // a value on an edge may fall to either side
            sum += s.bins[b];
        }
        QCOMPARE(sum, std::int64_t(500)); // zero has no place on a logarithmic axis
        std::sort(values.begin(), values.end());
        QCOMPARE(*s.p50, values[250]);
        QCOMPARE(*s.p95, values[475]);
        QCOMPARE(*s.p99, values[495]);
        QVERIFY(!spreadOf(std::vector<double>(58, 1.0), 0, 4).p95);
        QVERIFY(spreadOf(std::vector<double>(59, 1.0), 0, 4).p95);
        QVERIFY(!spreadOf(std::vector<double>(299, 1.0), 0, 4).p99);
        QVERIFY(spreadOf({}, 3, 4).bins.empty());
        QVERIFY(spreadOf({0.0, 0.0}, 0, 4).bins.empty());
    }

    void rulesCountWhatTheyWouldTake()
    {
        std::vector<TaskGroup> tasks{{"plan", "", "", "", 10},
                                     {"extract", "", "", "", 20},
                                     {"", "", "", "", 5},
                                     {"write", "writer", "free", "", 7}};
        const auto rule = [](auto &&edit) {
            Rule r{"r", {}, "cheap", {}, {}};
            edit(r.when);
            return r;
        };
        const std::vector<Rule> rules{
            rule([](Condition &w) { w.taskTypes = {"extract"}; }),
            rule([](Condition &w) { w.agent = "writer"; }),
            rule([](Condition &w) {
                w.docTokens = TokenRange{5000, {}};
            }),
            rule([](Condition &) {}),
        };
        const auto counts = countByRule(rules, tasks);
        // Each group by hand: extract is rule 0's; plan may be 1's or 2's, else 3's; the nameless may be any's.
        QCOMPARE(counts[0].sure, std::int64_t(20));
        QCOMPARE(counts[0].maybe, std::int64_t(5));
        QCOMPARE(counts[1].sure, std::int64_t(7));
        QCOMPARE(counts[1].maybe, std::int64_t(15));
        QCOMPARE(counts[2].sure, std::int64_t(0));
        QCOMPARE(counts[2].maybe, std::int64_t(15));
        QCOMPARE(counts[3].sure, std::int64_t(0));
        QCOMPARE(counts[3].maybe, std::int64_t(15));
    }

    void sureCountsAgreeWithTheRouter()
    {
        // Where everything a rule asks for is recorded, the count is what route() decides.
        std::vector<TaskGroup> tasks;
        QRandomGenerator dice(3);
        const auto pick = [&] { return static_cast<std::size_t>(dice.bounded(4)); };
        const std::array<const char *, 4> types{"plan", "extract", "write", "check"}, agents{"a", "b", "c", "d"};
        for (int i = 0; i < 60; ++i)
            tasks.push_back({types[pick()], agents[pick()], "free", "", 1 + dice.bounded(9)});
        PolicyBody body;
        body.routing.emplace().rules.emplace();
        for (int i = 0; i < 8; ++i) {
            Rule r{"r" + std::to_string(i), {}, "cheap", {}, {}};
            if (dice.bounded(2) == 0)
                r.when.taskTypes = {types[pick()], types[pick()]};
            if (dice.bounded(2) == 0 || !r.when.taskTypes)
                r.when.agent = agents[pick()];
            body.routing->rules->push_back(r);
        }
        std::vector<std::int64_t> expected(8, 0);
        for (const TaskGroup &task : tasks) {
            TaskFacts facts;
            facts.taskType = task.taskType;
            facts.agent = task.agent;
            const RouteDecision decision = route(body, facts);
            if (decision.by == RouteDecision::By::Rule)
                expected[decision.rule] += task.calls;
        }
        const auto counts = countByRule(*body.routing->rules, tasks);
        for (std::size_t i = 0; i < 8; ++i) {
            QCOMPARE(counts[i].sure, expected[i]);
            QCOMPARE(counts[i].maybe, std::int64_t(0));
        }
    }

    void backTestSumsByWorkflow()
    {
        for (int i = 0; i < 20; ++i) {
            addRun(static_cast<std::uint64_t>(100 + i), "alpha", kNow - (i + 1) * kMinute, 1 + i % 5, kPicoPerUsd,
                   i % 4 == 0 ? Outcome::Failure : Outcome::Success);
            addRun(static_cast<std::uint64_t>(200 + i), "beta", kNow - (i + 1) * kMinute, 1 + i % 5, kPicoPerUsd,
                   Outcome::Success);
        }
        PolicyDocument d;
        d.policyId = "p";
        d.tiers = {{"cheap", {"a/b"}}};
        Workflow alpha;
        alpha.body.budget.emplace().runHard = Limit{{}, UsdSum::fromParts(3, 0)};
        d.workflows.emplace_back("alpha", alpha);
        const auto e = read({""});
        const BackTest t = backTestAll(d, *e);
        std::int64_t harm = 0, gain = 0, saved = 0;
        for (int i = 0; i < 20; ++i)
            if (const int calls = 1 + i % 5; calls > 3) { // of a dollar each, against a cap of three
                (i % 4 == 0 ? gain : harm) += 1;
                saved += calls - 3;
            }
        QCOMPARE(t.runs, std::int64_t(40));
        QCOMPARE(t.stoppedSuccessful, harm);
        QCOMPARE(t.stoppedFailed, gain);
        QCOMPARE(t.saved.usd(), saved);
        QVERIFY(harm > 0 && gain > 0);
    }

    void moneyIsNeverGuessed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("value"); // empty: refused
        QTest::newRow("plain") << "2.60"
                               << "2.6";
        QTest::newRow("comma") << "2,6"
                               << "2.6";
        QTest::newRow("two after a comma") << "1,30"
                                           << "1.3";
        QTest::newRow("dollar") << " $ 240 "
                                << "240";
        QTest::newRow("ambiguous") << "1,300"
                                   << "";
        QTest::newRow("both") << "1,284.07"
                              << "";
        QTest::newRow("negative") << "-1"
                                  << "";
        QTest::newRow("words") << "lots"
                               << "";
        QTest::newRow("exponent") << "1e3"
                                  << "";
        QTest::newRow("leading zeros") << "007.50"
                                       << "7.5";
        QTest::newRow("tiny") << "0.000000000001"
                              << "0.000000000001";
        QTest::newRow("finer than a pico") << "0.0000000000001"
                                           << "";
    }
    void moneyIsNeverGuessed()
    {
        QFETCH(QString, text);
        QFETCH(QString, value);
        const auto money = readMoney(text);
        QCOMPARE(money.has_value(), !value.isEmpty());
        if (money) {
            const auto wanted = JsonNumber::parse(value.toStdString());
            QVERIFY(*money->toUsd() == *wanted->toUsd());
        }
    }

    void countsWithAnyGrouping()
    {
        for (const char *text : {"60000", "60,000", "60.000", "60 000", "60'000", " 60\u202f000 "})
            QCOMPARE(readCount(QString::fromUtf8(text)), std::optional<std::int64_t>(60000));
        for (const char *text : {"", "6,00", "60.5", "-3", "1e5", "12,34,567", "99999999999999999999"})
            QVERIFY2(!readCount(QString::fromUtf8(text)), text);
    }
};

QTEST_GUILESS_MAIN(TestPolicyEvidence)
#include "tst_policyevidence.moc"
