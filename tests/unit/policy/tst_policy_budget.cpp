// SPDX-License-Identifier: GPL-3.0-or-later
// Budgets: the articles' truth tables, reservations, windows of money.
#include "tests/unit/policy/policy_support.h"

#include "core/policy/budget.h"

#include <random>

using namespace flyball;
using namespace flyball::test;
using Verdict = BudgetDecision::Verdict;

class TestPolicyBudget : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void articleS2();
    void articleS3();
    void articleS4();
    void moneyCaps();
    void unknownIsNotZero();
    void softActionsApply_data();
    void softActionsApply();
    void outputLimitWhenNobodyNamesOne();
    void closingAllowance();
    void disabledAllowsEverything();
    void worstCostRoundsUp();
    void hugeCapsDoNotOverflow();
    void reservationsNeverPassTheCap();
    void periods();
    void gravestWins();
    void overshoot();
};

static const JsonValue::Array &table(const JsonValue &truth, const char *name)
{
    const JsonValue *rows = truth.find(name);
    if (!rows || !rows->array() || rows->array()->empty())
        qFatal("no table %s", name);
    return *rows->array();
}

static std::int64_t number(const JsonValue &row, const char *name) { return *row.find(name)->number()->toInt64(); }

static PolicyBody caps(const std::string &budget) { return body(R"({"budget":)" + budget + '}'); }

void TestPolicyBudget::articleS2()
{
    const JsonValue truth = json(fixture("truth.json"));
    for (const JsonValue &row : table(truth, "s2_budget")) {
        PolicyBody b;
        b.budget.emplace().runSoft = Limit{number(row, "soft"), {}};
        b.budget->runHard = Limit{number(row, "hard"), {}};
        const BudgetDecision d = check(b, {number(row, "consumed")});
        const char *status = d.verdict == Verdict::Hard ? "hard" : d.verdict == Verdict::Soft ? "soft" : "ok";
        QVERIFY2(*row.find("status")->string() == status, row.compact().c_str());
        QCOMPARE(d.reason.empty(), d.verdict == Verdict::Allow);
    }
}

void TestPolicyBudget::articleS3()
{
    const JsonValue truth = json(fixture("truth.json"));
    for (const JsonValue &row : table(truth, "s3_controller")) {
        PolicyBody b;
        b.budget.emplace().runHard = Limit{number(row, "run_hard"), {}};
        b.budget->callMaxTokens = number(row, "call_max_tokens");
        Consumed used;
        for (const JsonValue &step : *row.find("steps")->array()) {
            // The controller of the article knows only contexts: no output is asked for.
            const BudgetDecision d = reserve(b, used, {number(step, "input"), 0});
            const bool refused = step.find("send")->isNull();
            // It lets a run that stands at its cap send nothing at all; check() ends that run (S2).
            if (d.cap == "/budget/run_hard/tokens" && used.tokens >= number(row, "run_hard") && !refused) {
                QCOMPARE(number(step, "input"), std::int64_t{0});
                continue;
            }
            QVERIFY2((d.verdict == Verdict::Hard) == refused, row.compact().c_str());
            if (!refused) {
                QCOMPARE(d.trimInputTo.value_or(number(step, "input")), number(step, "send"));
                used.tokens += number(step, "send");
            }
        }
    }
}

void TestPolicyBudget::articleS4()
{
    const JsonValue truth = json(fixture("truth.json"));
    for (const JsonValue &row : table(truth, "s4_iterations")) {
        PolicyBody b;
        b.budget.emplace().maxIterations = number(row, "max_iterations");
        Consumed used;
        for (const JsonValue &call : *row.find("calls")->array()) {
            const BudgetDecision d = reserve(b, used, {number(call, "input"), number(call, "output")});
            QCOMPARE(d.verdict, Verdict::Allow);
            used.tokens += d.reserveTokens;
            ++used.calls;
        }
        QCOMPARE(used.tokens, number(row, "tokens"));
        const BudgetDecision next = reserve(b, used, {80000, 500});
        QCOMPARE(next.verdict, Verdict::Hard);
        QCOMPARE(next.cap, std::string("/budget/max_iterations"));
        QCOMPARE(check(b, used).verdict, Verdict::Hard);
    }
}

void TestPolicyBudget::moneyCaps()
{
    const PolicyBody b = caps(R"({"run_soft":{"usd":0.06},"run_hard":{"tokens":40000,"usd":0.16},"on_soft":["warn"]})");
    QCOMPARE(check(b, {100, usd("0.059999999999")}).verdict, Verdict::Allow);
    QCOMPARE(check(b, {100, usd("0.06")}).verdict, Verdict::Soft);
    QCOMPARE(check(b, {100, usd("0.06")}).actions, std::vector<SoftAction>{SoftAction::Warn});
    QCOMPARE(check(b, {100, usd("0.159999999999")}).verdict, Verdict::Soft);
    const BudgetDecision d = check(b, {100, usd("0.16")});
    QCOMPARE(d.verdict, Verdict::Hard);
    QCOMPARE(d.cap, std::string("/budget/run_hard/usd"));
    QCOMPARE(d.reason, std::string("$0.16 spent, the run's hard cap is $0.16"));
    QCOMPARE(check(b, {40000, usd("0.16")}).cap, std::string("/budget/run_hard/tokens")); // tokens first
    // $2.50 in, $10 out per million: 10,000 + 1,000 tokens are $0.035.
    const CallRates rates{2'500'000'000'000, 10'000'000'000'000};
    const BudgetDecision fits = reserve(b, {0, usd("0.125")}, {10000, 1000, rates});
    QCOMPARE(fits.verdict, Verdict::Soft);
    QCOMPARE(*fits.reserveUsd, usd("0.035"));
    QCOMPARE(reserve(b, {0, usd("0.125000000001")}, {10000, 1000, rates}).verdict, Verdict::Hard);
    Consumed held{0, usd("0.1")};
    held.reservedUsd = usd("0.0251");
    QCOMPARE(reserve(b, held, {10000, 1000, rates}).verdict, Verdict::Hard);
    QCOMPARE(check(b, held).verdict, Verdict::Soft); // what is held is not spent
}

void TestPolicyBudget::unknownIsNotZero()
{
    const PolicyBody hard = caps(R"({"run_hard":{"usd":1}})");
    QCOMPARE(check(hard, {0, std::nullopt}).verdict, Verdict::Hard);
    QCOMPARE(reserve(hard, {}, {10, 10}).verdict, Verdict::Hard); // no price: cannot be held to USD
    const PolicyBody soft = caps(R"({"run_soft":{"usd":1}})");
    QCOMPARE(check(soft, {0, std::nullopt}).verdict, Verdict::Soft);
    const PolicyBody tokens = caps(R"({"run_hard":{"tokens":100}})");
    QCOMPARE(check(tokens, {0, std::nullopt}).verdict, Verdict::Allow);
    const BudgetDecision d = reserve(tokens, {0, std::nullopt}, {10, 10});
    QCOMPARE(d.verdict, Verdict::Allow);
    QVERIFY(!d.reserveUsd);
}

void TestPolicyBudget::softActionsApply_data()
{
    QTest::addColumn<QString>("budget");
    QTest::addColumn<qint64>("consumed");
    QTest::addColumn<qint64>("asked");
    QTest::addColumn<qint64>("limit");
    const QString halve = R"({"run_soft":{"tokens":1000},"call_max_output_tokens":1000,"on_soft":["halve_output"]})";
    QTest::newRow("not yet") << halve << qint64{999} << qint64{5000} << qint64{1000};
    QTest::newRow("half of the limit, as S2") << halve << qint64{1000} << qint64{5000} << qint64{500};
    QTest::newRow("asked for less than half") << halve << qint64{1000} << qint64{300} << qint64{300};
    QTest::newRow("no limit: half of what is asked")
        << R"({"run_soft":{"tokens":1000},"on_soft":["halve_output"]})" << qint64{1000} << qint64{800} << qint64{400};
    QTest::newRow("one stays one")
        << R"({"run_soft":{"tokens":1},"call_max_output_tokens":1,"on_soft":["halve_output"]})" << qint64{1}
        << qint64{1} << qint64{1};
    QTest::newRow("warn changes nothing")
        << R"({"run_soft":{"tokens":1},"on_soft":["warn"]})" << qint64{1} << qint64{800} << qint64{800};
    QTest::newRow("call cap minus input") << R"({"call_max_tokens":150})" << qint64{0} << qint64{800} << qint64{50};
}

void TestPolicyBudget::softActionsApply()
{
    QFETCH(QString, budget);
    QFETCH(qint64, consumed);
    QFETCH(qint64, asked);
    QFETCH(qint64, limit);
    const BudgetDecision d = reserve(caps(budget.toStdString()), {consumed}, {100, asked});
    QCOMPARE(qint64{*d.outputLimit}, limit);
    QCOMPARE(qint64{d.reserveTokens}, 100 + limit);
}

void TestPolicyBudget::outputLimitWhenNobodyNamesOne()
{
    const CallRates rates{1'000'000'000'000, 10'000'000'000'000};
    QCOMPARE(*reserve(caps(R"({"run_hard":{"tokens":1000}})"), {300}, {200, {}}).outputLimit, std::int64_t{500});
    QCOMPARE(*reserve(caps(R"({"run_hard":{"usd":0.02}})"), {}, {10000, {}, rates}).outputLimit, std::int64_t{1000});
    QVERIFY(!reserve(caps("{}"), {}, {100, {}}).outputLimit); // no cap, no limit
    QCOMPARE(reserve(caps(R"({"run_hard":{"tokens":1000}})"), {300}, {700, {}}).verdict, Verdict::Hard);
}

void TestPolicyBudget::closingAllowance()
{
    const PolicyBody b = caps(R"({"run_hard":{"tokens":1000},"max_iterations":2,"on_hard":"summarize_and_close"})");
    const ClosingAllowance allowance{200, {}};
    QCOMPARE(reserve(b, {0}, {700, 100}, allowance).verdict, Verdict::Allow);
    const BudgetDecision d = reserve(b, {0}, {700, 101}, allowance);
    QCOMPARE(d.verdict, Verdict::Hard);
    QCOMPARE(d.hardAction, HardAction::SummarizeAndClose);
    CallEstimate last{150, 50};
    last.closing = true;
    QCOMPARE(reserve(b, {800, UsdSum(), 2}, last, allowance).verdict, Verdict::Allow); // also past max_iterations
    QCOMPARE(reserve(b, {801, UsdSum(), 2}, last, allowance).verdict, Verdict::Hard);  // never past the hard cap
    const PolicyBody abort = caps(R"({"run_hard":{"tokens":1000},"on_hard":"abort"})");
    QCOMPARE(reserve(abort, {0}, {900, 100}, allowance).verdict, Verdict::Allow);
    QCOMPARE(reserve(caps(R"({"run_hard":{"tokens":1}})"), {1}, {1, 1}).hardAction, HardAction::Abort);
}

void TestPolicyBudget::disabledAllowsEverything()
{
    const PolicyBody b = body(R"({"enabled":false,"budget":{"run_hard":{"tokens":1},"call_max_output_tokens":5}})");
    QCOMPARE(check(b, {100}).verdict, Verdict::Allow);
    QCOMPARE(*reserve(b, {100}, {100, 100}).outputLimit, std::int64_t{100});
    QCOMPARE(check(PolicyBody{}, {100}).verdict, Verdict::Allow);
}

void TestPolicyBudget::worstCostRoundsUp()
{
    QCOMPARE(worstCost({1, 0}, 1, 0), UsdSum(1)); // a millionth of a pico-USD still is held as one
    QCOMPARE(worstCost({1'000'000, 0}, 3, 0), UsdSum(3));
    QCOMPARE(worstCost({0, 0}, 1000, 1000), UsdSum());
    QCOMPARE(worstCost({15'000'000'000'000, 75'000'000'000'000}, 1'000'000, 1'000'000), usd("90"));
}

void TestPolicyBudget::hugeCapsDoNotOverflow()
{
    const PolicyBody b =
        caps(R"({"run_hard":{"tokens":9223372036854775807},"call_max_output_tokens":9223372036854775807})");
    const BudgetDecision d = reserve(b, {INT64_MAX - 1}, {INT64_MAX, INT64_MAX});
    QVERIFY(d.verdict == Verdict::Allow || d.verdict == Verdict::Hard);
    QCOMPARE(check(b, {INT64_MAX}).verdict, Verdict::Hard);
}

/// P9: whatever the order of reservations and settlements, what is spent never passes the cap.
void TestPolicyBudget::reservationsNeverPassTheCap()
{
    const CallRates rates{3'000'000'000'000, 15'000'000'000'000};
    const PolicyBody b = caps(R"({"run_hard":{"usd":1,"tokens":200000},"call_max_output_tokens":2000})");
    for (unsigned seed = 0; seed < 100; ++seed) {
        std::mt19937 rng(seed);
        const auto upTo = [&](std::int64_t most) {
            return static_cast<std::int64_t>(rng() % static_cast<unsigned>(most));
        };
        Consumed used;
        std::vector<BudgetDecision> flying;
        bool refused = false;
        for (int i = 0; i < 400; ++i) {
            if (flying.size() < 32 && rng() % 2) {
                const BudgetDecision d = reserve(b, used, {100 + upTo(8000), 3000, rates});
                refused = refused || d.verdict == Verdict::Hard;
                if (d.verdict == Verdict::Hard)
                    continue;
                used.reservedTokens += d.reserveTokens;
                used.reservedUsd += *d.reserveUsd;
                flying.push_back(d);
            } else if (!flying.empty()) {
                const BudgetDecision d = flying.back();
                flying.pop_back();
                used.reservedTokens -= d.reserveTokens;
                used.reservedUsd -= *d.reserveUsd;
                if (rng() % 4 != 0) { // else cancelled
                    used.tokens += d.reserveTokens - upTo(100);
                    *used.usd += *d.reserveUsd;
                }
            }
            QVERIFY(*used.usd + used.reservedUsd <= usd("1"));
            QVERIFY(used.tokens + used.reservedTokens <= 200000);
        }
        QVERIFY(refused);
    }
}

void TestPolicyBudget::periods()
{
    const PolicyBody b = caps(R"({"periods":[{"window":"day","soft_usd":400,"hard_usd":500},
        {"window":"month","hard_usd":12000}],"on_soft":["downgrade_tier"],"on_hard":"abort"})");
    const auto decide = [&](const char *day, const char *month, const char *estimate) {
        return checkPeriods(*b.budget->periods,
                            {{PeriodWindow::Day, usd(day), {}}, {PeriodWindow::Month, usd(month), {}}}, usd(estimate),
                            *b.budget);
    };
    QCOMPARE(decide("399.99", "1", "0").verdict, Verdict::Allow);
    QCOMPARE(decide("400", "1", "0").verdict, Verdict::Soft);
    QCOMPARE(decide("400", "1", "0").actions, std::vector<SoftAction>{SoftAction::DowngradeTier});
    QCOMPARE(decide("499.99", "1", "0.01").verdict, Verdict::Soft);
    QCOMPARE(decide("499.99", "1", "0.010000000001").verdict, Verdict::Hard);
    QCOMPARE(decide("400", "12000", "0").cap, std::string("/budget/periods/month"));
    QCOMPARE(checkPeriods(*b.budget->periods, {{PeriodWindow::Day, usd("1"), {}}}, usd("0"), *b.budget).verdict,
             Verdict::Hard); // the month's spend was not told
    QCOMPARE(checkPeriods({{PeriodWindow::Hour, {}, usd("0")}}, {{PeriodWindow::Hour, usd("0"), {}}}, usd("0"), {},
                          "/fleet/periods")
                 .cap,
             std::string("/fleet/periods/hour")); // a cap of 0 lets nothing pass
    QCOMPARE(checkPeriods({{PeriodWindow::Day, {}, usd("5")}}, {{PeriodWindow::Day, usd("1"), usd("4")}}, usd("0"), {})
                 .verdict,
             Verdict::Hard); // what others hold counts
    QCOMPARE(checkPeriods({{PeriodWindow::Day, {}, usd("5")}}, {{PeriodWindow::Day, usd("1"), {}}}, {}, {}).verdict,
             Verdict::Hard); // a call without a price
}

void TestPolicyBudget::gravestWins()
{
    BudgetDecision allow, soft, hard;
    soft.verdict = Verdict::Soft;
    hard.verdict = Verdict::Hard;
    QCOMPARE(graver(allow, soft).verdict, Verdict::Soft);
    QCOMPARE(graver(hard, soft).verdict, Verdict::Hard);
}

void TestPolicyBudget::overshoot()
{
    QCOMPARE(overshootBound(0, usd("1"), usd("0"), 0), UsdSum());
    QCOMPARE(overshootBound(8, usd("0.10"), usd("0"), 0), usd("0.8"));
    // 8 calls of $0.10 in flight and $36 an hour for 60 s of lag.
    QCOMPARE(overshootBound(8, usd("0.10"), usd("36"), 60 * kSecond), usd("1.4"));
    QCOMPARE(overshootBound(0, usd("0"), usd("0.000000000001"), 1), UsdSum(1)); // never rounded to nothing
}

QTEST_GUILESS_MAIN(TestPolicyBudget)
#include "tst_policy_budget.moc"
