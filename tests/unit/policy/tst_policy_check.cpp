// SPDX-License-Identifier: GPL-3.0-or-later
// What a schema cannot say: policy.md 2.2, reliability P1.
#include "tests/unit/policy/policy_support.h"

#include "core/policy/check/check.h"
#include "core/policy/check/rule_cover.h"
#include "core/policy/effective.h"
#include "core/policy/route.h"

#include <QElapsedTimer>
#include <random>

using namespace flyball;
using namespace flyball::test;

class TestPolicyCheck : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void exampleIsSound();
    void defaults_data();
    void defaults();
    void head();
    void layersPointAtTheirPlace();
    void stackedOverrides();
    void observations();
    void prices();
    void articleTableHasAGap();
    void coverAgreesWithBruteForce();
    void coverIsBounded();
    void manyOverridesAreAffordable();
    void workflowWithoutName();
};

static QString meaning(const PolicyDocument &d, const CheckContext &context = {})
{
    QStringList lines;
    for (const Finding &f : checkPolicy(d, context))
        lines << QString::fromStdString((f.severity == Severity::Error ? "E " : "W ") + f.code + ' ' + f.path);
    return lines.join('\n');
}

void TestPolicyCheck::exampleIsSound()
{
    const PolicyDocument d = *readPolicy(fixture("example.json")).document;
    // Its one-hour cache is asked of OpenAI models too.
    QCOMPARE(meaning(d), QStringLiteral("W ttl_not_offered /workflows/research_agent/prompt_cache/ttl"));
}

void TestPolicyCheck::defaults_data()
{
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const char *json, const char *expected) {
        QTest::newRow(name) << json << expected;
    };
    const auto budget = [&](const char *name, const char *json, const char *expected) {
        QTest::newRow(name) << QStringLiteral("{\"budget\":%1}").arg(json) << expected;
    };
    const auto cascade = [&](const char *name, const char *json, const char *expected) {
        QTest::newRow(name)
            << QStringLiteral("{\"budget\":{\"max_iterations\":9},\"routing\":{\"cascade\":%1}}").arg(json) << expected;
    };
    row("says nothing", "{}", "E empty_policy /defaults\nW no_cap /defaults/budget");
    row("disabled needs no cap", R"({"enabled":false})", "");
    budget("no cap", R"({"run_soft":{"tokens":5}})", "W no_cap /defaults/budget");
    budget("soft = hard tokens", R"({"run_soft":{"tokens":5},"run_hard":{"tokens":5}})",
           "E soft_not_below_hard /defaults/budget/run_soft/tokens");
    budget("soft > hard usd", R"({"run_soft":{"usd":0.5},"run_hard":{"usd":0.3}})",
           "E soft_not_below_hard /defaults/budget/run_soft/usd");
    budget("one pico below", R"({"run_soft":{"usd":0.299999999999},"run_hard":{"usd":0.3}})", "");
    budget("soft > hard per day",
           R"({"periods":[{"window":"month","hard_usd":9},{"window":"day","soft_usd":2,"hard_usd":1}]})",
           "E soft_not_below_hard /defaults/budget/periods/1");
    budget("a window twice", R"({"periods":[{"window":"day","hard_usd":9},{"window":"day","hard_usd":8}]})",
           "E window_twice /defaults/budget/periods/1");
    budget("output above call", R"({"call_max_output_tokens":11,"call_max_tokens":10,"max_iterations":1})",
           "E caps_out_of_order /defaults/budget/call_max_output_tokens");
    budget("call above run", R"({"call_max_tokens":11,"run_hard":{"tokens":10}})",
           "E caps_out_of_order /defaults/budget/call_max_tokens");
    budget("output above run", R"({"call_max_output_tokens":11,"run_hard":{"tokens":10}})",
           "E caps_out_of_order /defaults/budget/call_max_output_tokens");
    budget("equal caps are fine", R"({"call_max_output_tokens":10,"call_max_tokens":10,"run_hard":{"tokens":10}})", "");
    budget("huge", R"({"run_hard":{"usd":1000000}})", "W huge_cap /defaults/budget/run_hard/usd");
    row("tiers", R"({"budget":{"max_iterations":1},"routing":{"default_tier":"x","planner_executor":{"planner_tier":"y",
        "executor_tier":"cheap"},"rules":[{"id":"a","when":{},"tier":"z"}]},"context":{"summary_tier":"u"},
        "circuit_breaker":{"supervisor_tier":"v"}})",
        "E unknown_tier /defaults/context/summary_tier\nE unknown_tier /defaults/circuit_breaker/supervisor_tier\n"
        "E unknown_tier /defaults/routing/default_tier\nE unknown_tier /defaults/routing/rules/0/tier\n"
        "E unknown_tier /defaults/routing/planner_executor/planner_tier");
    cascade("cycle", R"({"order":["cheap","mid","cheap"]})",
            "E cascade_cycle /defaults/routing/cascade/order/2\nW cascade_goes_down /defaults/routing/cascade/order/2");
    cascade("down", R"({"order":["mid","cheap"]})", "W cascade_goes_down /defaults/routing/cascade/order/1");
    cascade("start", R"({"order":["mid"],"start_tier":"cheap"})",
            "E start_not_in_order /defaults/routing/cascade/start_tier");
    cascade("missing passes", R"({"enabled":true,"min_confidence":0.8,"missing_confidence":0.8})",
            "E missing_confidence_passes /defaults/routing/cascade/min_confidence");
    cascade("default missing passes", R"({"enabled":true,"min_confidence":0.7})",
            "E missing_confidence_passes /defaults/routing/cascade/min_confidence");
    cascade("off", R"({"enabled":false,"min_confidence":0.7})", "");
    row("rule ids", R"({"budget":{"max_iterations":1},"routing":{"rules":[{"id":"a","when":{"agent":"x"},"tier":"mid"},
        {"id":"a","when":{"agent":"y"},"tier":"mid"}]}})",
        "E rule_id_twice /defaults/routing/rules/1/id");
    row("covered rule", R"({"budget":{"max_iterations":1},"routing":{"rules":[{"id":"a","when":{"task_type":["x","y"]},
        "tier":"mid"},{"id":"b","when":{"task_type":["x"],"agent":"q"},"tier":"cheap"}]}})",
        "W rule_never_matches /defaults/routing/rules/1");
    row("impossible rule", R"({"budget":{"max_iterations":1},"routing":{"rules":[{"id":"a","when":{"doc_tokens":
        {"gte":10,"lt":10}},"tier":"mid"},{"id":"b","when":{"required_confidence_gt":1},"tier":"mid"}]}})",
        "W rule_impossible /defaults/routing/rules/0\nW rule_impossible /defaults/routing/rules/1");
    row("no provider has it", R"({"budget":{"max_iterations":1},"prompt_cache":{"ttl":"24h"}})",
        "W ttl_not_offered /defaults/prompt_cache/ttl");
    row("digest", R"({"budget":{"max_iterations":1},"prompt":{"version":"1","sha256":"abc"}})",
        "W not_a_digest /defaults/prompt/sha256");
}

void TestPolicyCheck::defaults()
{
    QFETCH(QString, json);
    QFETCH(QString, expected);
    QCOMPARE(meaning(document(json.toStdString())), expected);
}

void TestPolicyCheck::head()
{
    PolicyDocument d = document(R"({"budget":{"max_iterations":1}})");
    QCOMPARE(meaning(d), QString());
    d.parentRevision = 2;
    d.rollbackOf = 3;
    d.createdAt = "yesterday";
    d.timezone = "Mars/Olympus";
    d.tiers.push_back({"cheap", {"nobody"}});
    d.tiers.push_back({"", {"a/b"}});
    d.fleet = Fleet{{{{PeriodWindow::Day, usd("2"), usd("1")}, {PeriodWindow::Day, {}, usd("1")}}}};
    QCOMPARE(meaning(d),
             QStringLiteral(
                 "E revision_order /parent_revision\nE revision_order /rollback_of\nE not_a_time /created_at\n"
                 "E unknown_zone /timezone\nE soft_not_below_hard /fleet/periods/0\nE window_twice /fleet/periods/1\n"
                 "E tier_id_twice /tiers/3/id\nW model_without_provider /tiers/3/models/0\nE no_name /tiers/4/id"));
}

void TestPolicyCheck::layersPointAtTheirPlace()
{
    const PolicyDocument d = document(
        R"({"budget":{"run_soft":{"tokens":100},"run_hard":{"tokens":200},"periods":[{"window":"day","hard_usd":9}]}})",
        R"({"a/b":{"budget":{"run_hard":{"tokens":50}}},
            "w":{"budget":{"periods":[{"window":"month","hard_usd":5},{"window":"day","soft_usd":5,"hard_usd":4}]},
                 "overrides":[{"match":{"tag":"t"},"set":{"budget":{"run_soft":{"tokens":200}}}}]}})");
    QCOMPARE(meaning(d), QStringLiteral("E soft_not_below_hard /workflows/a~1b/budget/run_hard/tokens\n"
                                        "E soft_not_below_hard /workflows/w/budget/periods/1\n"
                                        "E soft_not_below_hard /workflows/w/overrides/0/set/budget/run_soft/tokens"));
    const Finding first = checkPolicy(d).front();
    QCOMPARE(first.message, std::string("workflow 'a/b': soft cap 100 tokens is not below the hard cap 50 tokens"));
}

void TestPolicyCheck::stackedOverrides()
{
    // Each override alone is fine; a free user with the tag meets both.
    const PolicyDocument d = document(R"({"budget":{"run_soft":{"tokens":100},"run_hard":{"tokens":200}}})",
                                      R"({"w":{"overrides":[
        {"match":{"user_segment":"free"},"set":{"budget":{"run_hard":{"tokens":110}}}},
        {"match":{"tag":"t"},"set":{"budget":{"run_soft":{"tokens":150}}}}]}})");
    QCOMPARE(meaning(d), QStringLiteral("E soft_not_below_hard /workflows/w/overrides/1/set/budget/run_soft/tokens"));
    const PolicyDocument apart = document(R"({"budget":{"run_soft":{"tokens":100},"run_hard":{"tokens":200}}})",
                                          R"({"w":{"overrides":[
        {"match":{"user_segment":"free"},"set":{"budget":{"run_hard":{"tokens":110}}}},
        {"match":{"user_segment":"pro"},"set":{"budget":{"run_soft":{"tokens":150}}}}]}})");
    QCOMPARE(meaning(apart), QString()); // nobody is both
}

void TestPolicyCheck::observations()
{
    const PolicyDocument d = document(
        R"({"budget":{"run_hard":{"tokens":1000,"usd":0.5},"max_iterations":5},"quality_guard":{"min_pass_rate":0.92}})",
        R"({"w":{"batch":{"enabled":true,"task_types":["extract","reply"]}}})");
    CheckContext context;
    context.observations = {{"w", 400, 1001, usd("0.500000000001"), 6, 0.91, {"reply"}}};
    QCOMPARE(meaning(d, context), QStringLiteral("W below_p99 /defaults/budget/run_hard/tokens\n"
                                                 "W below_p99 /defaults/budget/run_hard/usd\n"
                                                 "W below_p99 /defaults/budget/max_iterations\n"
                                                 "E batch_is_interactive /workflows/w/batch/task_types/1\n"
                                                 "W guard_fires_at_once /defaults/quality_guard/min_pass_rate"));
    const Finding tokens = checkPolicy(d, context).front();
    QCOMPARE(tokens.message, std::string("workflow 'w': the cap 1,000 tokens is below the P99 of successful runs, "
                                         "1,001 tokens (n = 400)"));
    context.observations = {{"w", 400, 1000, usd("0.5"), 5, 0.92, {}}};
    QCOMPARE(meaning(d, context), QString());
    context.observations = {{"unlisted", 20, 1001, {}, {}, {}, {}}}; // a workflow under the defaults
    QCOMPARE(meaning(d, context), QStringLiteral("W below_p99 /defaults/budget/run_hard/tokens"));
    QVERIFY(checkPolicy(d, context).front().message.find("too few") != std::string::npos);
}

void TestPolicyCheck::prices()
{
    const PolicyDocument d = document(R"({"budget":{"max_iterations":1}})");
    CheckContext context;
    context.modelPriced = [](std::string_view model) { return model != "openai/b"; };
    QCOMPARE(meaning(d, context), QStringLiteral("W model_unpriced /tiers/1/models/0"));
}

void TestPolicyCheck::articleTableHasAGap()
{
    const PolicyDocument d = *readPolicy(fixture("s2_rules.json")).document;
    QCOMPARE(meaning(d), QStringLiteral("W sensitive_falls_to_default /defaults/routing/rules/3"));
}

/// Random rule lists against every task that their conditions can tell apart.
void TestPolicyCheck::coverAgreesWithBruteForce()
{
    std::mt19937 rng(7);
    const auto maybe = [&] { return rng() % 3 == 0; };
    int covered = 0;
    for (int round = 0; round < 400; ++round) {
        std::vector<Rule> rules(1 + rng() % 6);
        for (Rule &rule : rules) {
            Condition &when = rule.when;
            if (maybe())
                when.taskTypes = rng() % 2 ? std::vector<std::string>{"a"} : std::vector<std::string>{"a", "b"};
            if (maybe())
                when.docTokens = TokenRange{rng() % 2 ? std::optional<std::int64_t>(20) : std::nullopt, rng() % 2 * 10};
            if (maybe())
                when.securitySensitive = rng() % 2 == 0;
            if (maybe())
                when.multiStepReasoning = rng() % 2 == 0;
            if (maybe())
                when.requiredConfidenceGt = rng() % 2 ? 0.5 : 0.9;
            if (maybe())
                when.agent = "x";
        }
        std::vector<bool> reached(rules.size());
        for (const char *type : {"a", "b", "c"})
            for (const std::int64_t tokens : {0, 10, 20})
                for (const int flags : {0, 1, 2, 3})
                    for (const double confidence : {0.0, 0.6, 1.0})
                        for (const char *agent : {"x", "y"}) {
                            TaskFacts task{type, tokens, (flags & 1) != 0, (flags & 2) != 0, confidence, agent};
                            for (std::size_t i = 0; i < rules.size(); ++i) {
                                if (holds(rules[i].when, task)) {
                                    reached[i] = true;
                                    break;
                                }
                            }
                        }
        std::vector<bool> said(rules.size(), true);
        for (const RuleProblem &problem : ruleProblems(rules)) {
            if (problem.kind != RuleProblem::Kind::FallsToDefault) {
                said[problem.rule] = false;
                ++covered;
            }
        }
        QCOMPARE(said, reached);
    }
    QVERIFY(covered > 50);
}

void TestPolicyCheck::coverIsBounded()
{
    std::vector<Rule> rules(300);
    for (std::size_t i = 0; i < rules.size(); ++i) {
        rules[i].when.taskTypes = std::vector<std::string>{"t" + std::to_string(i % 20), "t" + std::to_string(i % 7)};
        rules[i].when.agent = "a" + std::to_string(i % 11);
        rules[i].when.docTokens = TokenRange{static_cast<std::int64_t>(1000 + i), static_cast<std::int64_t>(i)};
        rules[i].when.requiredConfidenceGt = static_cast<double>(i % 10) / 10;
    }
    QElapsedTimer timer;
    timer.start();
    (void)ruleProblems(rules);
    QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
}

void TestPolicyCheck::manyOverridesAreAffordable()
{
    std::string overrides;
    for (int i = 0; i < 1000; ++i)
        overrides += std::string(i ? "," : "") + R"({"match":{"tag":"t)" + std::to_string(i)
                     + R"("},"set":{"budget":{"run_hard":{"tokens":)" + std::to_string(1000 + i) + "}}}}";
    const JsonValue example = json(fixture("example.json"));
    const PolicyDocument d =
        document(example.find("defaults")->compact(), R"({"w":{"overrides":[)" + overrides + "]}}");
    QElapsedTimer timer;
    timer.start();
    const Findings findings = checkPolicy(d);
    QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(findings.size(), std::size_t{2000}); // each below the soft cap, and below the limit per call
}

void TestPolicyCheck::workflowWithoutName()
{
    const PolicyDocument d = document(R"({"budget":{"max_iterations":5}})", R"({"":{"budget":{"max_iterations":1}}})");
    QCOMPARE(meaning(d), QStringLiteral("E no_name /workflows/"));
    QCOMPARE(*effectivePolicy(d, PolicyScope{}).body.budget->maxIterations, std::int64_t{5});
}

QTEST_GUILESS_MAIN(TestPolicyCheck)
#include "tst_policy_check.moc"
