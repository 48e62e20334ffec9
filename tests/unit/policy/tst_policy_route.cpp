// SPDX-License-Identifier: GPL-3.0-or-later
// Routing: the articles' truth tables, cascade, retry, breaker.
#include "tests/unit/policy/policy_support.h"

#include "core/policy/breaker.h"
#include "core/policy/route.h"

#include <cmath>

using namespace flyball;
using namespace flyball::test;

class TestPolicyRoute : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void articleS2Rules();
    void articleS2Cascade();
    void conditions_data();
    void conditions();
    void rolesAndDefaults();
    void cascadeLimits();
    void retries();
    void breaker_data();
    void breaker();
    void supervisor();
};

void TestPolicyRoute::articleS2Rules()
{
    const PolicyDocument d = *readPolicy(fixture("s2_rules.json")).document;
    const JsonValue truth = json(fixture("truth.json"));
    const JsonValue::Array &rows = *truth.find("s2_routes")->array();
    QCOMPARE(rows.size(), std::size_t{6 * 5 * 3 * 3 * 4});
    for (const JsonValue &row : rows) {
        TaskFacts task;
        task.taskType = *row.find("type")->string();
        if (const JsonValue *v = row.find("doc_length"))
            task.docTokens = *v->number()->toInt64();
        if (const JsonValue *v = row.find("security_sensitive"))
            task.securitySensitive = *v->boolean();
        if (const JsonValue *v = row.find("requires_multi_step_reasoning"))
            task.multiStepReasoning = *v->boolean();
        if (const JsonValue *v = row.find("confidence_threshold"))
            task.requiredConfidence = v->number()->toDouble();
        const RouteDecision decision = route(d.defaults, task);
        QVERIFY2(decision.tier == *row.find("tier")->string() && decision.reason == *row.find("reason")->string(),
                 row.compact().c_str());
    }
}

void TestPolicyRoute::articleS2Cascade()
{
    const PolicyDocument d = *readPolicy(fixture("s2_rules.json")).document;
    const JsonValue truth = json(fixture("truth.json"));
    for (const JsonValue &row : *truth.find("s2_cascade")->array()) {
        TaskFacts task;
        task.taskType = "plan";
        task.multiStepReasoning = *row.find("requires_multi_step_reasoning")->boolean();
        task.allowCascade = *row.find("allow_cascade")->boolean();
        const RouteDecision decision = route(d.defaults, task);
        std::vector<CascadeAttempt> attempts;
        CascadeStep step;
        while (true) {
            step = nextCascadeStep(d, d.defaults, decision, task.allowCascade, attempts);
            if (step.kind == CascadeStep::Kind::Accept)
                break;
            QCOMPARE(step.escalation, !attempts.empty());
            const JsonValue *confidence = row.find("confidence")->find(step.tier);
            attempts.push_back(
                {step.tier, confidence->isNull() ? std::optional<double>() : confidence->number()->toDouble()});
            QVERIFY(attempts.size() <= 3);
        }
        QStringList tried, expected;
        for (const CascadeAttempt &attempt : attempts)
            tried << QString::fromStdString(attempt.tier);
        for (const JsonValue &tier : *row.find("tried")->array())
            expected << QString::fromStdString(*tier.string());
        QCOMPARE(tried, expected);
        QCOMPARE(step.reason, *row.find("routing")->string());
        QCOMPARE(step.tier, attempts.back().tier);
    }
}

void TestPolicyRoute::conditions_data()
{
    QTest::addColumn<QString>("when");
    QTest::addColumn<bool>("matches");
    const auto row = [](const char *when, bool matches) { QTest::newRow(when) << when << matches; };
    row("{}", true);
    row(R"({"task_type":["a","draft"]})", true);
    row(R"({"task_type":["Draft"]})", false);
    row(R"({"doc_tokens":{"lt":5000}})", false);
    row(R"({"doc_tokens":{"gte":5000}})", true);
    row(R"({"doc_tokens":{"gte":5000,"lt":5001}})", true);
    row(R"({"security_sensitive":false})", true);
    row(R"({"security_sensitive":true})", false);
    row(R"({"multi_step_reasoning":true})", true);
    row(R"({"required_confidence_gt":0.9})", false);
    row(R"({"required_confidence_gt":0.89})", true);
    row(R"({"agent":"bot"})", true);
    row(R"({"agent":"other"})", false);
    row(R"({"user_segment":"free"})", false);
    row(R"({"keywords_any":["refund","INVOICE"]})", true);
    row(R"({"keywords_any":["refund"]})", false);
    row(R"({"keywords_any":[]})", false);
    row(R"({"agent":"bot","keywords_any":["invoice"],"task_type":["draft"]})", true);
    row(R"({"agent":"bot","task_type":["x"]})", false);
}

void TestPolicyRoute::conditions()
{
    QFETCH(QString, when);
    QFETCH(bool, matches);
    const TaskFacts task{"draft", 5000, false, true, 0.9, "bot", "pro", "Write the Invoice", AgentRole::None, true};
    const PolicyBody b = body(R"({"routing":{"rules":[{"id":"r","tier":"cheap","when":)" + when.toStdString() + "}]}}");
    QCOMPARE(holds(b.routing->rules->at(0).when, task), matches);
    QCOMPARE(route(b, task).by, matches ? RouteDecision::By::Rule : RouteDecision::By::Nothing);
}

void TestPolicyRoute::rolesAndDefaults()
{
    const PolicyBody b = body(R"({"routing":{"default_tier":"mid","planner_executor":
        {"planner_tier":"frontier","executor_tier":"cheap"},"rules":[{"id":"r","when":{"task_type":["x"]},"tier":"mid"}]}})");
    TaskFacts task;
    QCOMPARE(route(b, task).tier, std::string("mid"));
    QCOMPARE(route(b, task).reason, std::string("default routing"));
    task.taskType = "x";
    QCOMPARE(route(b, task).reason, std::string("r"));
    task.role = AgentRole::Planner;
    QCOMPARE(route(b, task).tier, std::string("frontier"));
    task.role = AgentRole::Executor;
    QCOMPARE(route(b, task).tier, std::string("cheap"));
    QCOMPARE(route(PolicyBody{}, task).by, RouteDecision::By::Nothing);
    QCOMPARE(route(body(R"({"enabled":false,"routing":{"default_tier":"mid"}})"), {}).by, RouteDecision::By::Nothing);
    const PolicyDocument d = document("{}");
    QCOMPARE(cheaperTier(d, "frontier"), std::string("mid"));
    QCOMPARE(cheaperTier(d, "cheap"), std::string("cheap"));
    QCOMPARE(cheaperTier(d, "unknown"), std::string("unknown"));
}

void TestPolicyRoute::cascadeLimits()
{
    const auto tiersTried = [](const char *cascade, const char *goal, std::optional<double> confidence) {
        const PolicyDocument d = document(std::string(R"({"routing":{"cascade":)") + cascade + "}}");
        const RouteDecision decision{RouteDecision::By::Rule, goal, 0, "", true};
        std::vector<CascadeAttempt> attempts;
        QString tried;
        for (CascadeStep s = nextCascadeStep(d, d.defaults, decision, true, attempts); s.kind == CascadeStep::Kind::Try;
             s = nextCascadeStep(d, d.defaults, decision, true, attempts)) {
            attempts.push_back({s.tier, confidence});
            tried += QString::fromStdString(s.tier) + ' ';
        }
        return tried.trimmed();
    };
    QCOMPARE(tiersTried(R"({"enabled":true})", "frontier", 0.1), "cheap mid frontier");
    QCOMPARE(tiersTried(R"({"enabled":true})", "frontier", {}), "cheap mid frontier"); // 0.75 < 0.85
    QCOMPARE(tiersTried(R"({"enabled":true})", "frontier", std::nan("")), "cheap mid frontier");
    QCOMPARE(tiersTried(R"({"enabled":true})", "frontier", 7.0), "cheap mid frontier"); // no probability
    QCOMPARE(tiersTried(R"({"enabled":true})", "frontier", 0.85), "cheap");
    QCOMPARE(tiersTried(R"({"enabled":true,"missing_confidence":0.85})", "frontier", {}), "cheap");
    QCOMPARE(tiersTried(R"({"enabled":true,"max_escalations":1})", "frontier", 0.1), "cheap frontier");
    QCOMPARE(tiersTried(R"({"enabled":true,"max_escalations":0})", "frontier", 0.1), "frontier");
    QCOMPARE(tiersTried(R"({"enabled":true,"start_tier":"mid"})", "frontier", 0.1), "mid frontier");
    QCOMPARE(tiersTried(R"({"enabled":true,"order":["mid","frontier"]})", "frontier", 0.1), "mid frontier");
    QCOMPARE(tiersTried(R"({"enabled":true,"order":["cheap","frontier"]})", "mid", 0.1), "mid"); // not in the order
    QCOMPARE(tiersTried(R"({"enabled":true,"start_tier":"mid"})", "cheap", 0.1), "cheap");       // nothing below it
    QCOMPARE(tiersTried(R"({"enabled":false})", "frontier", 0.1), "frontier");
    QCOMPARE(tiersTried("{}", "frontier", 0.1), "frontier");
}

void TestPolicyRoute::retries()
{
    const PolicyDocument d =
        document(R"({"routing":{"retry":{"max_attempts":5,"backoff_ms":500,"escalate_after":2}}})");
    using Kind = RetryStep::Kind;
    QCOMPARE(afterFailure(d, d.defaults, "cheap", 1, 1), (RetryStep{Kind::Retry, "cheap", 500}));
    QCOMPARE(afterFailure(d, d.defaults, "cheap", 2, 2), (RetryStep{Kind::Escalate, "mid", 1000}));
    QCOMPARE(afterFailure(d, d.defaults, "mid", 1, 3), (RetryStep{Kind::Retry, "mid", 500}));
    QCOMPARE(afterFailure(d, d.defaults, "frontier", 3, 4), (RetryStep{Kind::Retry, "frontier", 2000}));
    QCOMPARE(afterFailure(d, d.defaults, "mid", 2, 5).kind, Kind::GiveUp);
    QCOMPARE(afterFailure(d, PolicyBody{}, "mid", 1, 1).kind, Kind::GiveUp);
    const PolicyDocument big =
        document(R"({"routing":{"retry":{"max_attempts":99,"backoff_ms":9223372036854775807}}})");
    QCOMPARE(afterFailure(big, big.defaults, "mid", 60, 60).waitMs, std::int64_t{3'600'000});
}

void TestPolicyRoute::breaker_data()
{
    QTest::addColumn<QString>("calls"); // name or name!error or name:in/out
    QTest::addColumn<QString>("rule");
    QTest::newRow("none") << ""
                          << "";
    QTest::newRow("two alike") << "a a"
                               << "";
    QTest::newRow("three alike") << "b a a a"
                                 << "L1";
    QTest::newRow("three alike, then another") << "a a a b"
                                               << "";
    QTest::newRow("four of six") << "a a b a b a"
                                 << "L1";
    QTest::newRow("three of six") << "a b c a b a"
                                  << "";
    QTest::newRow("no tool is no call") << "- - - -"
                                        << "";
    QTest::newRow("three errors") << "a!e b!e c!e"
                                  << "L2";
    QTest::newRow("different errors") << "a!e b!f c!e"
                                      << "";
    QTest::newRow("success between") << "a!e b c!e d!e"
                                     << "";
    QTest::newRow("S4: 80,000 in, 500 out") << "a:77000/480 b:78000/490 c:79000/495 d:80000/500"
                                            << "L4";
    QTest::newRow("enough output") << "a:77000/480 b:78000/900 c:79000/495 d:80000/500"
                                   << "";
    QTest::newRow("input does not grow") << "a:80000/480 b:78000/490 c:79000/495 d:80000/500"
                                         << "";
    QTest::newRow("unknown counts") << "a:77000/480 b c:79000/495 d:80000/500"
                                    << "";
}

static std::vector<BreakerCall> callsOf(const QString &text)
{
    std::vector<BreakerCall> calls;
    for (const QString &word : text.split(' ', Qt::SkipEmptyParts)) {
        BreakerCall call;
        const QString name = word.section(':', 0, 0).section('!', 0, 0);
        call.call = name == "-" ? "" : name.toStdString();
        call.error = word.section('!', 1).toStdString();
        if (word.contains(':')) {
            call.inputTokens = word.section(':', 1).section('/', 0, 0).toLongLong();
            call.outputTokens = word.section('/', 1).toLongLong();
        }
        calls.push_back(call);
    }
    return calls;
}

void TestPolicyRoute::breaker()
{
    QFETCH(QString, calls);
    QFETCH(QString, rule);
    const PolicyBody b = body(R"({"circuit_breaker":{"enabled":true,"same_call_limit":3,"same_error_limit":3,
        "min_output_ratio":0.01,"action":"abort"}})");
    const BreakerDecision d = checkBreaker(b, callsOf(calls));
    QCOMPARE(QString::fromStdString(d.rule), rule);
    QCOMPARE(d.action.has_value(), !rule.isEmpty());
    if (d.action)
        QCOMPARE(*d.action, BreakerAction::Abort);
    PolicyBody off = b;
    off.circuitBreaker->enabled = false;
    QVERIFY(!checkBreaker(off, callsOf(calls)).action);
}

void TestPolicyRoute::supervisor()
{
    const PolicyBody b = body(R"({"circuit_breaker":{"supervisor_tier":"cheap","check_every":3}})");
    QString due;
    for (int n = 0; n <= 7; ++n)
        due += checkBreaker(b, callsOf(QString("- ").repeated(n))).supervise ? '1' : '0';
    QCOMPARE(due, "00010010");
    QCOMPARE(checkBreaker(b, callsOf("- - -")).supervisorTier, std::string("cheap"));
}

QTEST_GUILESS_MAIN(TestPolicyRoute)
#include "tst_policy_route.moc"
