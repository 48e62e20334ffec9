// SPDX-License-Identifier: GPL-3.0-or-later
// Every formula of metrics.md 3 that the ledger answers, against figures worked out by hand.
// Model "plain": $1 in, $5 out per million tokens, so 1,000 in and 200 out are $0.002.
#include <QtTest/QtTest>

#include "core/aggregate/measures/orderinterval.h"
#include "tests/unit/aggregate/measure_fleet.h"

using namespace flyball;
using namespace flyball::test;

class TestMeasures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void costPerRunAndSuccess();
    void amountsAreRoundedHalfEvenOnce();
    void percentilesAndTheirIntervals();
    void orderStatisticRanks();
    void tokensPerRunAndMultiplier();
    void outputAndReasoning();
    void truncationAndLimits();
    void topThreeOfStepsAndPlaces();
    void retriesOfAStep();
    void capCauses();
    void validationSignals();
    void driftAndUnpriced();
    void oldRulesGiveNoParts();
    void narrowerScopes();
    void nothingIsNotZero();
    void unpricedRunsAreBounds();
    void everyMeasureHasItsWords();
};

void TestMeasures::costPerRunAndSuccess()
{
    Fleet f;
    f.call(1, "a", 1000, 200);
    f.end(1, Outcome::Success);
    f.call(2, "a", 2000, 400);
    f.end(2, Outcome::Failure);
    f.call(3, "a", 3000, 600);
    f.end(3, Outcome::Capped);
    f.call(4, "a", 4000, 800);
    f.end(4, Outcome::Unknown);
    f.call(5, "a", 5000, 1000); // has not ended
    SAYS(f.measure(MeasureId::CostPerRun), "cost_per_run $0.005000000000 = $0.020000000000/4");
    SAYS(f.measure(MeasureId::CostPerSuccess), "cost_per_success $0.020000000000 = $0.020000000000/1");
    SAYS(f.measure(MeasureId::CostOfFailed), "cost_of_failed $0.004000000000");
    SAYS(f.measure(MeasureId::CostOfCapped), "cost_of_capped $0.006000000000");
    SAYS(f.measure(MeasureId::CappedRate), "capped_rate 1/3");
    const Measure rate = f.measure(MeasureId::SuccessRate);
    SAYS(rate, "success_rate 1/3");
    QCOMPARE(rate.n, 3);
    // Wilson at 90 % of 1 in 3: (1/3 + z²/6) ± z sqrt(2/27 + z²/36) over 1 + z²/3, z = 1.64485.
    QVERIFY(std::abs(rate.interval->low - 0.0783) < 0.0005 && std::abs(rate.interval->high - 0.7464) < 0.0005);
    QVERIFY(f.measure(MeasureId::CostOfFailed).calls.runs->contains(f.runs[1].info.run));
    QCOMPARE(f.measure(MeasureId::CostOfFailed).calls.runs->size(), std::size_t(1));
    SAYS(f.measure(MeasureId::CallsPerRun), "calls_per_run 4/4");
}

void TestMeasures::amountsAreRoundedHalfEvenOnce()
{
    const auto perRun = [](PicoUsd cost) {
        Fleet f;
        for (std::uint64_t run = 1; run <= 2; ++run) {
            Call &c = f.call(run, "a", 100, 100, "nobody prices this");
            c.reportedPico = run == 1 ? cost : 1;
            f.end(run, Outcome::Success);
        }
        return f.measure(MeasureId::CostPerRun).value.usd;
    };
    QVERIFY(perRun(4) == UsdSum(2)); // 5 / 2
    QVERIFY(perRun(6) == UsdSum(4)); // 7 / 2
    QVERIFY(perRun(7) == UsdSum(4));
}

void TestMeasures::percentilesAndTheirIntervals()
{
    Fleet f;
    for (std::uint64_t run = 1; run <= 58; ++run) {
        f.call(run, "a", static_cast<std::int64_t>(run) * 10, 0);
        f.end(run, Outcome::Success);
    }
    SAYS(f.measure(MeasureId::TokensP50), "tokens_p50 295"); // between 290 and 300
    SAYS(f.measure(MeasureId::TokensP95), "tokens_p95 unknown: n too small");
    SAYS(f.measure(MeasureId::CostP95), "cost_p95 unknown: n too small");
    f.call(59, "a", 590, 0);
    f.end(59, Outcome::Success);
    const Measure p95 = f.measure(MeasureId::TokensP95);
    SAYS(p95, "tokens_p95 561"); // h = 58 * 0.95 = 55.1: 560 + 0.1 * 10
    QCOMPARE(p95.n, 59);
    QVERIFY(p95.order->first == Amount::of(530) && p95.order->second == Amount::of(590));
    SAYS(f.measure(MeasureId::CostP95), "cost_p95 $0.000561000000");
    QVERIFY(f.measure(MeasureId::CostP95).calls.run == f.runs[55].info.run);
    SAYS(f.measure(MeasureId::CostP99), "cost_p99 unknown: n too small");
    for (std::uint64_t run = 60; run <= 300; ++run) {
        f.call(run, "a", static_cast<std::int64_t>(run) * 10, 0);
        f.end(run, Outcome::Success);
    }
    SAYS(f.measure(MeasureId::TokensP99), "tokens_p99 2970"); // h = 299 * 0.99 = 296.01: 2970 + 0.1, to 2970
    QVERIFY(f.measure(MeasureId::TokensP99).order->second == Amount::of(3000));
}

void TestMeasures::orderStatisticRanks()
{
    using Ranks = std::optional<std::pair<std::int64_t, std::int64_t>>;
    QVERIFY(orderRanks(58, 95) == Ranks());
    QVERIFY(orderRanks(59, 95) == Ranks(std::pair(53, 59)));
    QVERIFY(orderRanks(298, 99) == Ranks());
    QVERIFY(orderRanks(299, 99)->second == 299);
    QVERIFY(orderRanks(4, 50) == Ranks());
    QVERIFY(orderRanks(5, 50) == Ranks(std::pair(1, 5)));
    QVERIFY(orderRanks(100, 50) == Ranks(std::pair(42, 59)));
    QVERIFY(orderRanks(0, 50) == Ranks());
    // Far out, where factorials would not fit: symmetric about the median.
    const auto wide = orderRanks(100'000, 50);
    QCOMPARE(wide->first + wide->second, 100'001);
}

void TestMeasures::tokensPerRunAndMultiplier()
{
    Fleet f;
    for (int k = 0; k < 5; ++k) // A37: 2,000 + 1,700 k tokens
        f.call(1, "loop", 1800 + 1700 * k, 200);
    f.end(1, Outcome::Success);
    SAYS(f.measure(MeasureId::TokenMultiplier), "token_multiplier 27000/2000");
    SAYS(f.measure(MeasureId::TokensInPerRun), "tokens_in_per_run 26000 = 26000/1");
    SAYS(f.measure(MeasureId::TokensOutPerRun), "tokens_out_per_run 1000 = 1000/1");
    SAYS(f.measure(MeasureId::CallsPerRun), "calls_per_run 5/1");
    // Two runs more, whose first calls are of 100 and 4,000 tokens: the median stays 2,000, for three runs.
    f.call(2, "loop", 90, 10);
    f.end(2, Outcome::Success);
    f.call(3, "loop", 3900, 100);
    f.end(3, Outcome::Success);
    SAYS(f.measure(MeasureId::TokenMultiplier), "token_multiplier 31100/6000");
}

void TestMeasures::outputAndReasoning()
{
    Fleet f;
    f.call(1, "a", 900, 60).usage[TokenClass::OutReasoning] = 40; // reasoning at the output rate: $0.0005 of $0.0014
    SAYS(f.measure(MeasureId::OutputShare), "output_share 100/1000");
    SAYS(f.measure(MeasureId::ReasoningShare), "reasoning_share 40/100");
    SAYS(f.measure(MeasureId::OutputCostShare), "output_cost_share $0.000500000000/$0.001400000000");
}

void TestMeasures::truncationAndLimits()
{
    Fleet f;
    const char *reasons[] = {"stop", "length", "max_tokens", "MAX_TOKENS", "tool_calls", ""};
    for (const char *reason : reasons)
        f.call(1, "a", 10, 10).finishReason = f.name(reason);
    SAYS(f.measure(MeasureId::TruncationRate), "truncation_rate 3/5");
    SAYS(f.measure(MeasureId::NearLimitRate), "near_limit_rate unknown: no call states its limit");
    for (const std::int64_t output : {949, 950, 1000, 1001})
        f.call(2, "a", 10, output).outputLimit = 1000;
    Call &silent = f.call(2, "a", 0, 0);
    silent.outputLimit = 1000;
    silent.usage = {};
    SAYS(f.measure(MeasureId::NearLimitRate), "near_limit_rate 3/4");
}

void TestMeasures::topThreeOfStepsAndPlaces()
{
    Fleet f;
    for (int k = 0; k < 6; ++k) // A16: 2,000 + 1,700 k over six steps
        f.call(1, ("s" + std::to_string(k)).c_str(), 2000 + 1700 * k, 0);
    for (const MeasureId id : {MeasureId::TopStepsTokens, MeasureId::TopPlacesTokens}) {
        const Measure m = f.measure(id);
        QVERIFY(m.top == Amount::of(26'400) && m.bottom == Amount::of(37'500)); // 70.4 %
    }
    SAYS(f.measure(MeasureId::TopStepsCost), "top3_steps_cost $0.026400000000/$0.037500000000");
    // A second run whose first call is large: by name it falls to s0, by place to the first.
    f.call(2, "s5", 20'000, 0);
    SAYS(f.measure(MeasureId::TopStepsTokens), "top3_steps_tokens 46400/57500");   // s5 30,500, s4 8,800, s3 7,100
    SAYS(f.measure(MeasureId::TopPlacesTokens), "top3_places_tokens 41300/57500"); // 22,000 + 10,500 + 8,800
    Fleet nameless;
    nameless.call(1, "", 10, 10);
    SAYS(nameless.measure(MeasureId::TopStepsCost), "top3_steps_cost unknown: no call names its step");
    SAYS(nameless.measure(MeasureId::TopPlacesTokens), "top3_places_tokens 20/20");
}

void TestMeasures::retriesOfAStep()
{
    Fleet f;
    f.call(1, "a", 1000, 0).flags |= CallFailed;
    f.call(1, "b", 2000, 0);                     // another step in between
    f.call(1, "a", 3000, 0).flags |= CallFailed; // retry
    f.call(1, "a", 4000, 0);                     // retry
    f.call(1, "a", 5000, 0);                     // the one before it passed
    f.call(2, "a", 6000, 0);                     // another run
    f.call(2, "a", 7000, 0).attempt = 2;         // says so itself
    Call &other = f.call(1, "b", 8000, 0);
    other.names.agent = f.name("helper");
    const Measure retries = f.measure(MeasureId::Retries);
    SAYS(retries, "retries 3");
    QVERIFY(retries.calls.calls->contains(callKey(f.calls[2])) && !retries.calls.calls->contains(callKey(f.calls[4])));
    SAYS(f.measure(MeasureId::RetryCost), "retry_cost $0.014000000000");
    SAYS(f.measure(MeasureId::FirstTryPass), "first_try_pass 4/5");
}

void TestMeasures::capCauses()
{
    Fleet f;
    for (std::uint64_t run = 1; run <= 4; ++run) {
        Call &c = f.call(run, "a", 1, 1);
        c.flags |= run < 3 ? CallFailed : 0U;
        c.errorType = run < 3 ? f.name("budget_exceeded") : 0;
        f.end(run, run < 4 ? Outcome::Capped : Outcome::Success);
    }
    EndedRuns ended;
    for (const RunRow &row : f.runs)
        ended.emplace(row.info.run, &row);
    MeasureSum sum({}, ended, f.symbols);
    for (const Call &c : f.calls)
        sum.add({c, {0, 1, false}, {}, true});
    const auto causes = sum.cappedCauses();
    QCOMPARE(causes.size(), std::size_t(2));
    QVERIFY(causes[0] == std::pair(f.name("budget_exceeded"), std::int64_t(2)));
    QVERIFY(causes[1] == std::pair(Symbol(0), std::int64_t(1)));
}

void TestMeasures::validationSignals()
{
    Fleet f;
    const std::uint64_t judged = f.call(1, "extract", 10, 10).sub;
    f.call(1, "write", 10, 10);
    f.end(1, Outcome::Success);
    const auto signal = [&](const char *name, Verdict verdict, std::uint64_t span) {
        SignalFact s;
        s.name = f.name(name);
        s.verdict = verdict;
        s.span = span;
        return s;
    };
    f.signalFacts.push_back({f.runs[0].info.run,
                             {signal("json_schema", Verdict::Fail, judged), signal("schema", Verdict::Pass, 0),
                              signal("output_valid", Verdict::Pass, judged), signal("valid", Verdict::None, judged),
                              signal("task_success", Verdict::Fail, 0)}});
    SAYS(f.measure(MeasureId::StructuredFailureRate), "structured_failure_rate 1/3");
    MeasureScope step;
    step.step = f.name("extract");
    SAYS(f.measure(MeasureId::StructuredFailureRate, step), "structured_failure_rate 1/2");
    step.step = f.name("write");
    SAYS(f.measure(MeasureId::StructuredFailureRate, step), "structured_failure_rate unknown: no validation signal");
}

void TestMeasures::driftAndUnpriced()
{
    Fleet f;
    f.call(1, "a", 1000, 0).reportedPico = 1'020'000'000; // ours: $0.001
    f.call(1, "a", 2000, 0).reportedPico = 2'040'000'000;
    f.call(1, "a", 3000, 0);
    Fleet::unpriced(f.call(1, "a", 4000, 0));
    const Measure drift = f.measure(MeasureId::PriceDrift);
    SAYS(drift, "price_drift $0.003060000000/$0.003000000000");
    QVERIFY(std::abs(drift.share() - 0.02) < 1e-12);
    SAYS(f.measure(MeasureId::UnpricedShare), "unpriced_share 4000/10000");
}

void TestMeasures::oldRulesGiveNoParts()
{
    Fleet f;
    f.call(1, "a", 1000, 100);
    QVERIFY(!f.measures().empty()); // prices it
    PartPricer parts(seedPrices(), f.symbols);
    QVERIFY(parts.of(f.calls[0]).known);
    Call moved = f.calls[0];
    moved.priceRule += 8;
    QVERIFY(!parts.of(moved).known);
    moved = f.calls[0];
    ++moved.cost;
    QVERIFY(!parts.of(moved).known);
}

void TestMeasures::narrowerScopes()
{
    Fleet f;
    for (std::uint64_t run = 1; run <= 2; ++run) {
        f.call(run, "a", 1000, 0).names.promptVersion = f.name("v1");
        if (run == 2)
            f.call(run, "b", 4000, 0).names.promptVersion = f.name("v2");
        f.end(run, run == 1 ? Outcome::Success : Outcome::Failure);
    }
    MeasureScope v2;
    v2.promptVersion = f.name("v2");
    SAYS(f.measure(MeasureId::CostPerRun, v2), "cost_per_run $0.004000000000 = $0.004000000000/1");
    SAYS(f.measure(MeasureId::SuccessRate, v2), "success_rate 0/1");
    SAYS(f.measure(MeasureId::CostPerSuccess, v2), "cost_per_success unknown: no success");
    // What was sent before by another step is sent again all the same.
    SAYS(f.measure(MeasureId::ResendFactor, v2), "resend_factor 4000/3000");
    MeasureScope v1;
    v1.promptVersion = f.name("v1");
    SAYS(f.measure(MeasureId::CostPerRun, v1), "cost_per_run $0.001000000000 = $0.002000000000/2");
}

void TestMeasures::nothingIsNotZero()
{
    Fleet f;
    for (const Measure &m : f.measures()) {
        QVERIFY2(!m.known(), words(m).c_str());
        QVERIFY(!unknownText(m.why).empty());
    }
    Fleet noUsage;
    noUsage.call(1, "a", 0, 0).usage = {};
    noUsage.end(1, Outcome::Success);
    SAYS(noUsage.measure(MeasureId::CostPerRun), "cost_per_run unknown: no call has a price");
    SAYS(noUsage.measure(MeasureId::TokensInPerRun), "tokens_in_per_run unknown: no token counts");
    SAYS(noUsage.measure(MeasureId::OutputShare), "output_share unknown: no token counts");
    SAYS(noUsage.measure(MeasureId::CallsPerRun), "calls_per_run 1/1");
    SAYS(noUsage.measure(MeasureId::Retries), "retries 0"); // that is known
}

void TestMeasures::unpricedRunsAreBounds()
{
    Fleet f;
    f.call(1, "a", 1000, 0);
    Fleet::unpriced(f.call(1, "a", 1000, 0));
    f.end(1, Outcome::Success);
    const Measure m = f.measure(MeasureId::CostPerRun);
    SAYS(m, "cost_per_run $0.001000000000 = $0.001000000000/1");
    QCOMPARE(m.bound, CostBound::AtLeast);
    QCOMPARE(f.measure(MeasureId::TokensInPerRun).bound, CostBound::Exact);
}

void TestMeasures::everyMeasureHasItsWords()
{
    Fleet f;
    const auto all = f.measures();
    QCOMPARE(all.size(), kMeasures);
    std::set<std::string> keys;
    for (std::size_t i = 0; i < kMeasures; ++i) {
        QCOMPARE(static_cast<std::size_t>(all[i].id), i);
        const MeasureInfo &info = measureInfo(all[i].id);
        QVERIFY(keys.insert(info.key).second);
        QVERIFY(std::string(info.name).size() > 3 && std::string(info.formula).size() > 10);
    }
}

QTEST_GUILESS_MAIN(TestMeasures)
#include "tst_measures.moc"
