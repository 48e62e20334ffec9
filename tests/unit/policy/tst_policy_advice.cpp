// SPDX-License-Identifier: GPL-3.0-or-later
// Budgets proposed from runs, and caps replayed over runs.
#include "tests/unit/policy/policy_support.h"

#include "core/policy/backtest.h"
#include "core/policy/proposal.h"

#include <cmath>
#include <random>

using namespace flyball;
using namespace flyball::test;

class TestPolicyAdvice : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void upperBoundRanks();
    void coverageOfTheBound();
    void proposalFromKnownNumbers();
    void proposalNeedsData();
    void onlySuccessfulKnownRunsCount();
    void outputsNearTheLimit();
    void stopsAtTheRightCall();
    void moneyCapsReplay();
    void iterationsReplay();
    void daysReplayInTheZone();
    void unknownIsCounted();
    void harmAndGain();
    void replayAgreesWithBruteForce();
};

static RunSample runOf(const char *id, Outcome outcome, const std::vector<std::int64_t> &tokens, TimeNs start = 0,
                       std::int64_t picoPerToken = 1'000'000)
{
    RunSample run{id, outcome, {}};
    for (const std::int64_t t : tokens)
        run.calls.push_back({start += kSecond, "step", t - t / 10, t / 10, t * picoPerToken});
    return run;
}

void TestPolicyAdvice::upperBoundRanks()
{
    QVERIFY(!upperBoundRank(298, 0.99)); // 1 - 0.99^298 = 0.9499...
    QCOMPARE(*upperBoundRank(299, 0.99), std::int64_t{299});
    QVERIFY(!upperBoundRank(58, 0.95));
    QCOMPARE(*upperBoundRank(59, 0.95), std::int64_t{59});
    // The definition, by direct summation.
    for (const std::int64_t n : {300, 473, 1000, 5000}) {
        const std::int64_t rank = *upperBoundRank(n, 0.99);
        const auto cdf = [&](std::int64_t k) { // P(Bin(n, .99) < k)
            double above = 0, term = std::pow(0.99, static_cast<double>(n));
            for (std::int64_t j = 0; j <= n - k; ++j) {
                above += term;
                term *= static_cast<double>(n - j) / static_cast<double>(j + 1) * 0.01 / 0.99;
            }
            return 1 - above;
        };
        QVERIFY(cdf(rank) >= 0.95);
        QVERIFY(cdf(rank - 1) < 0.95);
    }
    QVERIFY(*upperBoundRank(1'000'000, 0.99) > 990'000);
}

void TestPolicyAdvice::coverageOfTheBound()
{
    std::mt19937 rng(11);
    std::uniform_real_distribution<double> uniform;
    int covered = 0;
    constexpr int kRounds = 2000, kSize = 500;
    const auto rank = static_cast<std::size_t>(*upperBoundRank(kSize, 0.99));
    for (int i = 0; i < kRounds; ++i) {
        std::vector<double> values(kSize);
        std::generate(values.begin(), values.end(), [&] { return uniform(rng); });
        std::sort(values.begin(), values.end());
        covered += values[rank - 1] >= 0.99 ? 1 : 0;
    }
    QVERIFY2(covered > kRounds * 0.94, qPrintable(QString::number(covered)));
}

void TestPolicyAdvice::proposalFromKnownNumbers()
{
    std::vector<RunSample> runs;
    for (std::int64_t i = 1; i <= 400; ++i) // 10, 20 ... 4000 tokens; 1 to 4 calls
        runs.push_back(runOf("r", Outcome::Success, std::vector<std::int64_t>(static_cast<std::size_t>(i % 4 + 1), 0)));
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const auto tokens = static_cast<std::int64_t>(i + 1) * 10;
        runs[i].calls[0].inputTokens = tokens - 1;
        runs[i].calls[0].outputTokens = 1;
        runs[i].calls[0].cost = tokens * 1'000'000;
    }
    std::shuffle(runs.begin(), runs.end(), std::mt19937(3));
    const BudgetProposal p = proposeBudget(runs);
    QCOMPARE(p.tokens.n, std::int64_t{400});
    QCOMPARE(*p.tokens.p50, std::int64_t{2005});
    QCOMPARE(*p.tokens.p95, std::int64_t{3800});      // 399 * .95 = 379.05: 3800 + .05 * 10, half to even
    QCOMPARE(*p.tokens.p99, std::int64_t{3960});      // 399 * .99 = 395.01
    QCOMPARE(*p.tokens.p99Upper, std::int64_t{4000}); // P(Bin(400,.01) <= 0) = .018, <= 1: .09: the largest
    QCOMPARE(*p.softTokens, std::int64_t{3800});
    QCOMPARE(*p.hardTokens, std::int64_t{4400});
    QCOMPARE(*p.softUsd, UsdSum(3800'500'000));
    QCOMPARE(*p.hardUsd, UsdSum(4400'000'000));
    QCOMPARE(*p.maxIterations, std::int64_t{5});
    QVERIFY(p.notes.empty());
}

void TestPolicyAdvice::proposalNeedsData()
{
    std::vector<RunSample> runs(299, runOf("r", Outcome::Success, {100}));
    const BudgetProposal p = proposeBudget(runs);
    QCOMPARE(*p.softTokens, std::int64_t{100});
    QVERIFY(!p.hardTokens && !p.hardUsd && !p.maxIterations && !p.tokens.p99);
    QCOMPARE(p.notes.at(0), std::string("not enough data for a hard cap in tokens: n = 299 of 300"));
    runs.resize(58);
    QVERIFY(!proposeBudget(runs).softTokens);
    QVERIFY(proposeBudget(runs).tokens.p50);
    QVERIFY(!proposeBudget({}).tokens.p50);
}

void TestPolicyAdvice::onlySuccessfulKnownRunsCount()
{
    std::vector<RunSample> runs(300, runOf("r", Outcome::Success, {100}));
    for (const Outcome other : {Outcome::Failure, Outcome::Capped, Outcome::Timeout, Outcome::Unknown})
        runs.push_back(runOf("x", other, {1'000'000}));
    runs.push_back(runOf("u", Outcome::Success, {5000, 5000}));
    runs.back().calls[1].outputTokens.reset();
    runs.back().calls[1].cost.reset();
    const BudgetProposal p = proposeBudget(runs);
    QCOMPARE(p.tokens.n, std::int64_t{300});
    QCOMPARE(p.tokens.unknown, std::int64_t{1});
    QCOMPARE(p.usd.unknown, std::int64_t{1});
    QCOMPARE(*p.hardTokens, std::int64_t{110});
    QCOMPARE(p.iterations.n, std::int64_t{301}); // that one is known
    QCOMPARE(p.notes.size(), std::size_t{2});
}

void TestPolicyAdvice::outputsNearTheLimit()
{
    std::vector<RunSample> runs;
    for (int i = 0; i < 600; ++i) {
        RunSample run{
            "r", Outcome::Success, {{0, "classify", 10, i < 7 ? 143 : 80, 0}, {0, "draft", 10, i < 6 ? 1000 : 80, 0}}};
        runs.push_back(run);
    }
    const BudgetProposal p = proposeBudget(runs, {{"classify", 150}}, 1000);
    QCOMPARE(p.steps.at("classify").nearLimit, std::int64_t{7}); // 143 >= 142.5
    QVERIFY(p.steps.at("classify").crowded);
    QCOMPARE(*p.steps.at("classify").limit, std::int64_t{143});
    QCOMPARE(p.steps.at("draft").nearLimit, std::int64_t{6}); // exactly 1 % is not more
    QVERIFY(!p.steps.at("draft").crowded);
    runs.resize(599);
    QVERIFY(!proposeBudget(runs).steps.at("draft").limit);
    QVERIFY(!proposeBudget(runs).steps.at("draft").limitNow);
}

static BackTest replay(const char *budget, const std::vector<RunSample> &runs, const Zone &zone = Zone())
{
    return backTest(body(std::string(R"({"budget":)") + budget + '}'), runs, zone);
}

void TestPolicyAdvice::stopsAtTheRightCall()
{
    const std::vector<RunSample> runs{runOf("a", Outcome::Success, {400, 400, 200}),
                                      runOf("b", Outcome::Failure, {400, 400, 201, 500})};
    const BackTest t = replay(R"({"run_hard":{"tokens":1000},"run_soft":{"tokens":800}})", runs);
    QCOMPARE(t.stopped.size(), std::size_t{1});
    QCOMPARE(t.stopped[0].id, std::string("b"));
    QCOMPARE(t.stopped[0].atCall, std::size_t{2});
    QCOMPARE(t.stopped[0].tokensSaved, std::int64_t{701});
    QCOMPARE(t.stopped[0].usdSaved, UsdSum(701'000'000));
    QCOMPARE(t.softReached, std::int64_t{1});
    QCOMPARE(t.stoppedFailed, std::int64_t{1});
    QCOMPARE(t.byCap.at("/budget/run_hard/tokens"), std::int64_t{1});
    QCOMPARE(replay("{}", runs).stoppedRuns(), std::int64_t{0});
}

void TestPolicyAdvice::moneyCapsReplay()
{
    const std::vector<RunSample> runs{runOf("a", Outcome::Success, {400, 600}),
                                      runOf("b", Outcome::Unknown, {400, 601})};
    const BackTest t = replay(R"({"run_hard":{"usd":0.001}})", runs); // 1,000 tokens at a micro-dollar
    QCOMPARE(t.stoppedUnknown, std::int64_t{1});
    QCOMPARE(t.stopped[0].cap, std::string("/budget/run_hard/usd"));
    QCOMPARE(t.saved, UsdSum(601'000'000));
    QCOMPARE(t.spent, UsdSum(2001'000'000));
}

void TestPolicyAdvice::iterationsReplay()
{
    const std::vector<RunSample> runs{runOf("a", Outcome::Success, {1, 1, 1}),
                                      runOf("b", Outcome::Timeout, {1, 1, 1, 1, 1})};
    const BackTest t = replay(R"({"max_iterations":3,"call_max_output_tokens":9,"call_max_tokens":5})", runs);
    QCOMPARE(t.stopped.size(), std::size_t{1});
    QCOMPARE(t.stopped[0].atCall, std::size_t{3});
    QCOMPARE(t.stopped[0].cap, std::string("/budget/max_iterations"));
    QCOMPARE(t.callsOverCallLimit, std::int64_t{0});
    QCOMPARE(replay(R"({"call_max_output_tokens":9})", {runOf("c", Outcome::Success, {100, 99})}).callsOverOutputLimit,
             std::int64_t{1});
}

void TestPolicyAdvice::daysReplayInTheZone()
{
    // T15: 14:30Z is 23:30 in Tokyo; 15:30Z is the next day there.
    const TimeNs evening = *parseRfc3339("2026-11-21T14:30:00Z");
    const std::vector<RunSample> runs{runOf("a", Outcome::Success, {600}, evening),
                                      runOf("b", Outcome::Success, {600}, evening + kMinute),
                                      runOf("c", Outcome::Success, {600}, evening + kHour)};
    const char *budget = R"({"periods":[{"window":"day","hard_usd":0.001}]})";
    const BackTest tokyo = replay(budget, runs, *Zone::named("Asia/Tokyo"));
    QCOMPARE(tokyo.stopped.size(), std::size_t{1});
    QCOMPARE(tokyo.stopped[0].id, std::string("b"));
    QCOMPARE(tokyo.stopped[0].cap, std::string("/budget/periods/day"));
    QCOMPARE(replay(budget, runs).stopped.size(), std::size_t{2}); // one day in UTC
}

void TestPolicyAdvice::unknownIsCounted()
{
    std::vector<RunSample> runs{runOf("a", Outcome::Success, {400, 400, 400})};
    runs[0].calls[1].cost.reset();
    QCOMPARE(replay(R"({"run_hard":{"usd":1}})", runs).notJudged, std::int64_t{1});
    QCOMPARE(replay(R"({"run_hard":{"tokens":100000}})", runs).notJudged, std::int64_t{0});
    const BackTest t = replay(R"({"run_hard":{"tokens":500}})", runs);
    QCOMPARE(t.stopped[0].callsUnpriced, std::int64_t{1});
    QCOMPARE(t.stopped[0].usdSaved, UsdSum(400'000'000));
    QCOMPARE(describe(t),
             std::string("would have stopped 1 of 1 runs (1 successful), saving at least $0.0004 of $0.0008"));
}

void TestPolicyAdvice::harmAndGain()
{
    std::vector<RunSample> runs;
    for (int i = 0; i < 100; ++i)
        runs.push_back(runOf("ok", Outcome::Success, {1000, i < 3 ? 5000 : 1000}));
    for (int i = 0; i < 5; ++i)
        runs.push_back(runOf("loop", Outcome::Failure, std::vector<std::int64_t>(20, 1000)));
    const BackTest t = replay(R"({"run_hard":{"tokens":4000}})", runs);
    QCOMPARE(t.stoppedSuccessful, std::int64_t{3});
    QCOMPARE(t.stoppedFailed, std::int64_t{5});
    QCOMPARE(t.tokensSaved, std::int64_t{3 * 5000 + 5 * 16000});
    QCOMPARE(t.savedOnSuccessful, UsdSum(15000'000'000));
    QCOMPARE(t.saved, UsdSum(95000'000'000));
    QCOMPARE(describe(t), std::string("would have stopped 8 of 105 runs (3 successful), saving $0.095 of $0.312"));
}

/// Whatever the caps: what is sent and what is saved make up what was spent, and no cap is passed.
void TestPolicyAdvice::replayAgreesWithBruteForce()
{
    std::mt19937 rng(5);
    for (int round = 0; round < 50; ++round) {
        std::vector<RunSample> runs;
        for (int i = 0; i < 40; ++i) {
            std::vector<std::int64_t> tokens(1 + rng() % 8);
            for (std::int64_t &t : tokens)
                t = 10 + static_cast<std::int64_t>(rng() % 1000);
            runs.push_back(runOf("r", Outcome::Success, tokens, static_cast<TimeNs>(rng() % 1000) * kSecond));
        }
        const auto cap = static_cast<std::int64_t>(500 + rng() % 4000);
        const BackTest t = replay(("{\"run_hard\":{\"tokens\":" + std::to_string(cap) + "}}").c_str(), runs);
        std::int64_t stopped = 0, saved = 0;
        for (const RunSample &run : runs) {
            std::int64_t sum = 0, lost = 0;
            for (const CallSample &call : run.calls) {
                const std::int64_t tokens = *call.inputTokens + *call.outputTokens;
                if (lost > 0 || sum + tokens > cap || sum >= cap)
                    lost += tokens;
                else
                    sum += tokens;
            }
            QVERIFY(sum <= cap);
            stopped += lost > 0 ? 1 : 0;
            saved += lost;
        }
        QCOMPARE(t.stoppedRuns(), stopped);
        QCOMPARE(t.tokensSaved, saved);
    }
}

QTEST_GUILESS_MAIN(TestPolicyAdvice)
#include "tst_policy_advice.moc"
