// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <random>

#include "core/aggregate/views/runfilter.h"
#include "tests/unit/aggregate/runsample.h"

using namespace flyball;
using Test = RunCondition::Test;

class TestRunFilter : public QObject {
    Q_OBJECT

    static RunRow row(std::uint64_t id, Outcome outcome = Outcome::Success, bool closed = true)
    {
        RunRow r;
        r.info.run = {0xABCD000000000000, id};
        r.info.workflow = 1;
        r.info.outcome = outcome;
        r.info.closed = closed;
        r.info.end = kSecond;
        r.totals.calls = 3;
        return r;
    }
    static bool contains(Symbol name, const std::string &part) { return std::to_string(name) == part; }
    static RunVerdict judge(const std::vector<RunCondition> &conditions, const RunRow &r,
                            const RunTraits *traits = nullptr, const RunBounds &bounds = {})
    {
        return RunMatcher(conditions, bounds, contains, [=](const RunRow &) { return traits; }).judge(r);
    }

private Q_SLOTS:
    void outcomes()
    {
        QCOMPARE(judge({{Test::Outcome, "capped"}}, row(1, Outcome::Capped)), RunVerdict::Yes);
        QCOMPARE(judge({{Test::Outcome, "capped"}}, row(1, Outcome::Failure)), RunVerdict::No);
        QCOMPARE(judge({{Test::Outcome, "running"}}, row(1, Outcome::Success, false)), RunVerdict::Yes);
        QCOMPARE(judge({{Test::Outcome, "passed"}}, row(1, Outcome::Success, false)), RunVerdict::No);
    }

    void conditionsAreJoinedByAnd()
    {
        RunRow r = row(1);
        r.totals.cost = UsdSum(2 * kPicoPerUsd);
        r.totals.tokens[0] = 5000;
        QCOMPARE(judge({{Test::CostOver, {}, 1.5}, {Test::TokensOver, {}, 4999}}, r), RunVerdict::Yes);
        QCOMPARE(judge({{Test::CostOver, {}, 1.5}, {Test::TokensOver, {}, 5000}}, r), RunVerdict::No);
        QCOMPARE(judge({}, r), RunVerdict::Yes);
    }

    void unknownCostIsAboveNoLimit()
    {
        RunRow r = row(1);
        QCOMPARE(judge({{Test::CostOver, {}, -1}}, r), RunVerdict::Yes); // a known cost of 0 is
        r.totals.callsUnpriced = 3;
        QCOMPARE(judge({{Test::CostOver, {}, -1}}, r), RunVerdict::No);
        QCOMPARE(judge({{Test::Unpriced}}, r), RunVerdict::Yes);
    }

    void failedCallsDoNotMakeACostKnown()
    {
        RunRow r = row(1);
        r.totals.errors = 2;
        r.totals.callsUnpriced = 1;
        QCOMPARE(judge({{Test::CostOver, {}, -1}}, r), RunVerdict::No);
        r.totals.callsUnpriced = 0; // failed and counted: what they cost is known
        QCOMPARE(judge({{Test::CostOver, {}, -1}}, r), RunVerdict::Yes);
        // The dearest are taken from runs whose cost is known, so one of nothing but this has none.
        r.totals.callsUnpriced = 1;
        QVERIFY(RunBounds::of({&r, &r}, {100}).costliest.empty());
    }

    void textMeansIdSessionOrWorkflow()
    {
        RunRow r = row(0x42);
        r.info.session = 77;
        for (const char *text : {"abcd", "ABCD0", "77", "1"})
            QCOMPARE(judge({{Test::Text, text}}, r), RunVerdict::Yes);
        QCOMPARE(judge({{Test::Text, "bcd"}}, r), RunVerdict::No); // not at its start
    }

    void callsAreReadOnlyWhenAllElseFits()
    {
        RunRow r = row(1);
        const std::vector<RunCondition> wanted{{Test::Outcome, "passed"}, {Test::Retries, {}, 2}};
        QCOMPARE(judge(wanted, r), RunVerdict::NeedsCalls);
        r.info.outcome = Outcome::Failure;
        QCOMPARE(judge(wanted, r), RunVerdict::No);
        r.info.outcome = Outcome::Success;
        RunTraits traits;
        traits.retries = 1;
        QCOMPARE(judge(wanted, r, &traits), RunVerdict::No);
        traits.retries = 2;
        QCOMPARE(judge(wanted, r, &traits), RunVerdict::Yes);
    }

    void highOutputIsAboveTheP95OfItsWorkflow()
    {
        // 0, 1, ... 100: type-7 P95 is 95.
        std::vector<RunRow> rows;
        for (int i = 0; i <= 100; ++i) {
            rows.push_back(row(static_cast<std::uint64_t>(i)));
            rows.back().totals.tokens[static_cast<std::size_t>(TokenClass::OutText)] = i;
        }
        std::vector<const RunRow *> all;
        for (const RunRow &r : rows)
            all.push_back(&r);
        const RunBounds bounds = RunBounds::of(all, {});
        QCOMPARE(bounds.outputP95.at(1), std::int64_t(95));
        int high = 0;
        for (const RunRow &r : rows)
            high += judge({{Test::OutputHigh}}, r, nullptr, bounds) == RunVerdict::Yes;
        QCOMPARE(high, 5);
        all.resize(58);
        QVERIFY(RunBounds::of(all, {}).outputP95.empty()); // n too small
    }

    void theBoundIsTheQuantileOfTheRunStatistics()
    {
        std::vector<RunRow> rows;
        std::vector<std::int64_t> outputs;
        for (int i = 0; i < 60; ++i) { // h = 59 * 0.95 = 56.05
            rows.push_back(row(static_cast<std::uint64_t>(i)));
            outputs.push_back(10 * i);
            rows.back().totals.tokens[static_cast<std::size_t>(TokenClass::OutText)] = outputs.back();
        }
        std::vector<const RunRow *> all;
        for (const RunRow &r : rows)
            all.push_back(&r);
        QCOMPARE(RunBounds::of(all, {}).outputP95.at(1), std::int64_t(560)); // 560.5, half-even
        QCOMPARE(quantile(outputs, 95), std::optional<std::int64_t>(560));
        std::vector<std::int64_t> none;
        QVERIFY(!quantile(none, 95));
    }

    void costliestShareAgainstASort()
    {
        std::mt19937 random(11);
        std::vector<RunRow> rows;
        for (std::uint64_t i = 0; i < 1000; ++i) {
            rows.push_back(row(i));
            rows.back().totals.cost = UsdSum(static_cast<PicoUsd>(random() % 1'000'000'000));
        }
        rows[5].totals.callsUnpriced = 3; // unknown
        rows[5].totals.cost = UsdSum();
        std::vector<const RunRow *> all;
        std::vector<UsdSum> costs;
        for (const RunRow &r : rows) {
            all.push_back(&r);
            if (r.totals.callsUnpriced == 0)
                costs.push_back(r.totals.cost);
        }
        const RunBounds bounds = RunBounds::of(all, {5});
        std::sort(costs.begin(), costs.end(), [](const UsdSum &a, const UsdSum &b) { return b < a; });
        QVERIFY(bounds.costliest.at(5) == costs[48]); // 999 * 5 % = 49 runs
        std::size_t n = 0;
        for (const RunRow &r : rows)
            n += judge({{Test::Costliest, {}, 5}}, r, nullptr, bounds) == RunVerdict::Yes;
        QCOMPARE(n, std::size_t(49));
        QVERIFY(RunBounds::of({all[0]}, {5}).costliest.empty());
    }

    void traitsComeFromCalls()
    {
        RunSample run;
        run.call(1, 5, 1000).flags |= CallFailed;
        for (int i = 0; i < 3; ++i)
            run.call(1, 5, 1000);
        run.call(1, 6, 1000).model = 901;
        const RunTraits traits = traitsOf(row(1), run.calls);
        QCOMPARE(traits.retries, std::int64_t(1));
        QVERIFY(traits.looping); // L1: three equal requests
        QCOMPARE(traits.models, (std::vector<Symbol>{900, 901}));
        QVERIFY(traits.isOf(row(1)));
        RunRow later = row(1);
        later.totals.calls = 4;
        QVERIFY(!traits.isOf(later));
        // As many calls, told again by another channel: other counts.
        for (const TokenClass which : {TokenClass::InFresh, TokenClass::OutText}) {
            later = row(1);
            later.totals.tokens[static_cast<std::size_t>(which)] = 1;
            QVERIFY(!traits.isOf(later));
        }
    }
};

QTEST_GUILESS_MAIN(TestRunFilter)
#include "tst_runfilter.moc"
