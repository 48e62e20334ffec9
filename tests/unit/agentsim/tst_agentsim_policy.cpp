// SPDX-License-Identifier: GPL-3.0-or-later
// The simulated agents' own policy client: known answers, and the same decisions as core/policy on random policies.
#ifndef Q_MOC_RUN // moc does not understand <concepts>
#include "app/agentsim/policy/rules.h"
#include "app/agentsim/policy/sha256.h"
#include "core/policy/breaker.h"
#include "core/policy/budget.h"
#include "core/policy/document/text.h"
#include "core/policy/route.h"

#include <random>
#endif

#include <QTest>

using namespace flyball;
using namespace flyball::agentsim;

class TestAgentsimPolicy : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void hmacOfRfc4231();
    void json();
    void mergePatch();
    void payloadsThatAreRefused();
    void budgetsAsCore();
    void routesAsCore();
    void cascadesAsCore();
    void breakerAsCore();
};

namespace {

constexpr int kRounds = 20'000;
const std::vector<std::string> kTiers{"cheap", "mid", "frontier"};

class Random {
public:
    explicit Random(std::uint64_t seed) : m_engine(seed) {}
    std::int64_t upTo(std::int64_t most)
    {
        return static_cast<std::int64_t>(m_engine() % static_cast<std::uint64_t>(most + 1));
    }
    bool chance(int percent) { return upTo(99) < percent; }
    std::string text(std::initializer_list<const char *> words)
    {
        return std::data(words)[upTo(static_cast<std::int64_t>(words.size()) - 1)];
    }
    std::string tier() { return text({"cheap", "mid", "frontier"}); }

private:
    std::mt19937_64 m_engine;
};

/// Members of a JSON object, each there by chance.
class Members {
public:
    explicit Members(Random &random) : m_random(random) {}
    Members &maybe(int percent, const std::string &name, const std::string &value)
    {
        if (m_random.chance(percent))
            m_text += (m_text.empty() ? "" : ",") + jsonText(name) + ":" + value;
        return *this;
    }
    [[nodiscard]] std::string object() const { return "{" + m_text + "}"; }

private:
    Random &m_random;
    std::string m_text;
};

std::string usd(Random &r, std::int64_t cents)
{
    const std::int64_t micros = 1 + r.upTo(cents * 10'000);
    std::string digits = std::to_string(micros % 1'000'000);
    return std::to_string(micros / 1'000'000) + "." + std::string(6 - digits.size(), '0') + digits;
}

std::string budget(Random &r)
{
    const std::int64_t soft = 1 + r.upTo(5000);
    const std::int64_t call = 1 + r.upTo(4000);
    const std::string low = Members(r).maybe(100, "tokens", std::to_string(soft)).object();
    Members high(r);
    high.maybe(60, "tokens", std::to_string(soft + 1 + r.upTo(20'000))).maybe(60, "usd", usd(r, 200));
    return Members(r)
        .maybe(50, "run_soft", low)
        .maybe(80, "run_hard", high.object() == "{}" ? R"({"tokens":9000})" : high.object())
        .maybe(40, "call_max_tokens", std::to_string(call))
        .maybe(40, "call_max_output_tokens", std::to_string(1 + r.upTo(call - 1)))
        .maybe(40, "max_iterations", std::to_string(1 + r.upTo(10)))
        .maybe(50, "on_soft", r.text({R"(["warn"])", R"(["halve_output"])", R"(["downgrade_tier","halve_output"])"}))
        .maybe(70, "on_hard", r.text({"\"abort\"", "\"summarize_and_close\""}))
        .object();
}

std::string rule(Random &r, int number)
{
    const std::string docs = r.text({R"({"lt":1000})", R"({"gte":500})", R"({"gte":200,"lt":1500})"});
    const std::string when = Members(r)
                                 .maybe(50, "task_type", r.text({R"(["extract"])", R"(["write","extract"])"}))
                                 .maybe(30, "doc_tokens", docs)
                                 .maybe(20, "security_sensitive", r.text({"true", "false"}))
                                 .maybe(20, "multi_step_reasoning", r.text({"true", "false"}))
                                 .maybe(20, "agent", r.text({"\"planner\"", "\"writer\""}))
                                 .maybe(20, "user_segment", r.text({"\"free\"", "\"pro\""}))
                                 .maybe(20, "keywords_any", R"(["Urgent","legal"])")
                                 .object();
    return R"({"id":"r)" + std::to_string(number) + R"(","when":)" + when + R"(,"tier":)" + jsonText(r.tier())
           + R"(,"allow_cascade":)" + r.text({"true", "false"}) + "}";
}

std::string routing(Random &r)
{
    std::string rules;
    for (int n = 0; n < r.upTo(4); ++n)
        rules += (rules.empty() ? "" : ",") + rule(r, n);
    const std::string roles =
        R"({"planner_tier":)" + jsonText(r.tier()) + R"(,"executor_tier":)" + jsonText(r.tier()) + "}";
    const std::string cascade =
        Members(r)
            .maybe(90, "enabled", r.text({"true", "true", "false"}))
            .maybe(50, "start_tier", jsonText(r.tier()))
            .maybe(50, "order", r.text({R"(["cheap","mid","frontier"])", R"(["cheap","frontier"])", R"(["mid"])"}))
            .maybe(50, "max_escalations", std::to_string(r.upTo(3)))
            .maybe(50, "min_confidence", "0.8")
            .maybe(50, "missing_confidence", r.text({"0.7", "0.9"}))
            .object();
    return Members(r)
        .maybe(70, "default_tier", jsonText(r.tier()))
        .maybe(80, "rules", "[" + rules + "]")
        .maybe(20, "planner_executor", roles)
        .maybe(80, "cascade", cascade)
        .object();
}

/// One body as both sides read it.
struct Both {
    explicit Both(const std::string &text)
    {
        Findings findings;
        const auto body = readBody(*JsonValue::parse(text), "", findings);
        const auto refusal = readRules(*Json::parse(text), kTiers, "", mine, nullptr);
        good = body && !refusal;
        if (body)
            theirs = *body;
        document.tiers = {{"cheap", {"a/a"}}, {"mid", {"b/b"}}, {"frontier", {"c/c"}}};
        for (const std::string &id : kTiers)
            tiers.push_back({id, id, nullptr});
    }
    bool good = false;
    PolicyBody theirs;
    PolicyRules mine;
    PolicyDocument document;
    std::vector<UsableTier> tiers;
};

std::string bodyText(Random &r, const std::string &name, const std::string &value)
{
    return Members(r).maybe(10, "enabled", r.text({"true", "false"})).maybe(100, name, value).object();
}

TaskView viewOf(const TaskFacts &facts)
{
    TaskView view;
    view.taskType = facts.taskType;
    view.agent = facts.agent;
    view.segment = facts.userSegment;
    view.text = facts.text;
    view.inputTokens = facts.docTokens;
    view.security = facts.securitySensitive;
    view.multiStep = facts.multiStepReasoning;
    view.planner = facts.role == AgentRole::Planner;
    view.executor = facts.role == AgentRole::Executor;
    return view;
}

TaskFacts facts(Random &r)
{
    TaskFacts out;
    out.taskType = r.text({"extract", "write", "plan", ""});
    out.agent = r.text({"planner", "writer", ""});
    out.userSegment = r.text({"free", "pro", ""});
    out.text = r.text({"an URGENT case", "legal", "nothing"});
    out.docTokens = r.upTo(2000);
    out.securitySensitive = r.chance(30);
    out.multiStepReasoning = r.chance(30);
    out.role = static_cast<AgentRole>(r.upTo(2));
    return out;
}

} // namespace

void TestAgentsimPolicy::hmacOfRfc4231()
{
    QCOMPARE(hmacSha256(std::string(20, '\x0b'), "Hi There"),
             std::string("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    QCOMPARE(hmacSha256("Jefe", "what do ya want for nothing?"),
             std::string("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    QCOMPARE(hmacSha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
             std::string("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
    QVERIFY(sameSignature("abc", "abc"));
    QVERIFY(!sameSignature("abc", "abd"));
    QVERIFY(!sameSignature("abc", "abcd"));
}

void TestAgentsimPolicy::json()
{
    const Result<Json> value = Json::parse(R"( {"a":[1,0.16,true,null],"b":"\u00e9\n\"","a\/":{}} )");
    QVERIFY(value.ok());
    QCOMPARE(value->find("a")->items[1].usd().value(), 160'000'000'000);
    QCOMPARE(value->find("a")->items[0].whole().value(), 1);
    QVERIFY(!value->find("a")->items[1].whole());
    QCOMPARE(value->textOf("b"), std::string("\xc3\xa9\n\""));
    QVERIFY(value->find("a/") != nullptr);
    QVERIFY(value->find("c") == nullptr);
    QCOMPARE(jsonText(value->textOf("b")), std::string("\"\xc3\xa9\\u000a\\\"\""));
    for (const char *bad : {"", "{", "{\"a\"}", "[1,]", "1 2", "nul", "{\"a\":1}x"})
        QVERIFY2(!Json::parse(bad).ok(), bad);
    QVERIFY(!Json::parse(std::string(100, '[') + std::string(100, ']')).ok());
}

void TestAgentsimPolicy::mergePatch()
{
    Json target = *Json::parse(R"({"a":{"b":1,"c":2},"periods":[{"window":"day","hard_usd":1},{"window":"month"}]})");
    mergeInto(target, *Json::parse(R"({"a":{"b":null,"d":[3]},"periods":[{"window":"day","soft_usd":2}]})"));
    QVERIFY(target.find("a")->find("b") == nullptr);
    QCOMPARE(target.find("a")->find("c")->whole().value(), 2);
    QCOMPARE(target.find("a")->find("d")->items.size(), std::size_t{1});
    QCOMPARE(target.find("periods")->items.size(), std::size_t{2});
    QVERIFY(target.find("periods")->items[0].find("hard_usd") == nullptr);
}

void TestAgentsimPolicy::payloadsThatAreRefused()
{
    const std::string good =
        R"({"format":"flyball-policy/1","source":"s","revision":3,"tiers":[{"id":"cheap",)"
        R"("models":["x/none","openai/gpt-4o-mini"]}],"policy":{"budget":{"run_hard":{"tokens":9}},)"
        R"("batch":{"enabled":true}},"require":["/budget/run_hard"]})";
    AgentPolicy policy;
    std::vector<std::string> unknown;
    QVERIFY(!readPayload(good, policy, unknown));
    QCOMPARE(policy.revision, 3);
    QCOMPARE(policy.tiers[0].served->asked, std::string_view("gpt-4o-mini"));
    QCOMPARE(policy.rules.hard.tokens.value(), 9);
    QCOMPARE(unknown, std::vector<std::string>{"/policy/batch"});
    struct Case {
        const char *from, *to, *code, *path;
    };
    const std::vector<Case> cases{
        {"flyball-policy/1", "flyball-policy/2", "invalid", ""},
        {"\"revision\":3", "\"revision\":0", "invalid", "/revision"},
        {"\"source\":\"s\",", "", "invalid", ""},
        {",\"openai/gpt-4o-mini\"", "", "unsupported", "/tiers/0/models"},
        {"\"tokens\":9", "\"tokens\":-9", "invalid", "/policy/budget/run_hard/tokens"},
        {"\"tokens\":9", "\"tokens\":\"9\"", "invalid", "/policy/budget/run_hard/tokens"},
        {"\"budget\"", "\"routing\":{\"default_tier\":\"nope\"},\"budget\"", "invalid", "/policy/routing/default_tier"},
        {"[\"/budget/run_hard\"]", "[\"/batch\"]", "unsupported", "/batch"},
        {"\"run_hard\"", "\"run_soft\":{\"tokens\":9},\"run_hard\"", "invalid", "/policy/budget/run_hard/tokens"},
        {"\"require\"", "\"overrides\":[{\"match\":{},\"set\":{\"budget\":{\"max_iterations\":0}}}],\"require\"",
         "invalid", "/overrides/0/set/budget/max_iterations"},
    };
    for (const Case &one : cases) {
        std::string text = good;
        text.replace(text.find(one.from), std::string_view(one.from).size(), one.to);
        AgentPolicy read;
        const auto refusal = readPayload(text, read, unknown);
        QVERIFY2(refusal, one.to);
        QCOMPARE(refusal->code, std::string(one.code));
        QCOMPARE(refusal->path, std::string(one.path));
    }
}

void TestAgentsimPolicy::budgetsAsCore()
{
    Random r(1);
    int denied = 0;
    for (int round = 0; round < kRounds; ++round) {
        const std::string text = bodyText(r, "budget", budget(r));
        const Both both(text);
        QVERIFY2(both.good, text.c_str());
        RunSpend spent{r.upTo(8000), r.upTo(2'000'000'000'000), r.upTo(10), r.upTo(500), r.upTo(90'000'000'000)};
        if (r.chance(5))
            spent.usd.reset();
        NextCall call{r.upTo(5000), 1 + r.upTo(2000), ListRate{r.upTo(9'000'000'000'000), r.upTo(90'000'000'000'000)},
                      r.chance(10), 0};
        if (r.chance(10))
            call.rate.reset();
        const Allowance closing{r.upTo(300), r.upTo(1'000'000'000)};
        Consumed used{spent.tokens, std::nullopt, spent.calls, spent.heldTokens, UsdSum(spent.heldUsd)};
        if (spent.usd)
            used.usd = UsdSum(*spent.usd);
        CallEstimate estimate{call.inputTokens, call.askedOutput, std::nullopt, call.closing};
        if (call.rate)
            estimate.rates = CallRates{call.rate->input, call.rate->output};
        const Permit mine = permitCall(both.mine, spent, call, closing);
        const BudgetDecision theirs = reserve(both.theirs, used, estimate, {closing.tokens, UsdSum(closing.usd)});
        const bool hard = theirs.verdict == BudgetDecision::Verdict::Hard;
        QVERIFY2((!mine.cap.empty()) == hard, text.c_str());
        denied += hard;
        if (hard) {
            QCOMPARE(mine.cap, theirs.cap);
            QCOMPARE(both.mine.closes && both.mine.enabled, theirs.hardAction == HardAction::SummarizeAndClose);
            continue;
        }
        QCOMPARE(mine.outputLimit, theirs.outputLimit.value());
        QCOMPARE(mine.trimTo, theirs.trimInputTo);
        QCOMPARE(mine.holdTokens, theirs.reserveTokens);
        QCOMPARE(mine.holdUsd ? std::optional(UsdSum(*mine.holdUsd)) : std::nullopt, theirs.reserveUsd);
        SoftSteps steps = 0;
        for (const SoftAction action : theirs.actions)
            steps = static_cast<SoftSteps>(steps | softStepOf(nameOf(action)));
        QCOMPARE(mine.steps, steps);
    }
    QVERIFY(denied > kRounds / 5 && denied < kRounds * 4 / 5);
}

void TestAgentsimPolicy::routesAsCore()
{
    Random r(2);
    for (int round = 0; round < kRounds; ++round) {
        const std::string text = bodyText(r, "routing", routing(r));
        const Both both(text);
        QVERIFY2(both.good, text.c_str());
        const TaskFacts task = facts(r);
        const Routed mine = routeTask(both.mine, both.tiers, viewOf(task));
        const RouteDecision theirs = route(both.theirs, task);
        QCOMPARE(mine.tier ? kTiers[*mine.tier] : std::string(), theirs.tier);
        QCOMPARE(mine.allowCascade, theirs.allowCascade);
    }
}

void TestAgentsimPolicy::cascadesAsCore()
{
    Random r(3);
    for (int round = 0; round < kRounds; ++round) {
        const std::string text = R"({"routing":)" + routing(r) + "}";
        const Both both(text);
        QVERIFY2(both.good, text.c_str());
        const TaskFacts task = facts(r);
        const Routed routed = routeTask(both.mine, both.tiers, viewOf(task));
        const RouteDecision decision = route(both.theirs, task);
        if (!routed.tier)
            continue;
        const std::vector<std::size_t> plan = cascadeSteps(both.mine, both.tiers, *routed.tier, routed.allowCascade);
        std::vector<CascadeAttempt> attempts;
        for (std::size_t level = 0;; ++level) {
            const CascadeStep step = nextCascadeStep(both.document, both.theirs, decision, true, attempts);
            if (step.kind == CascadeStep::Kind::Accept)
                break;
            QVERIFY2(level < plan.size(), text.c_str());
            QCOMPARE(kTiers[plan[level]], step.tier);
            const std::optional<double> sure =
                r.chance(30) ? std::nullopt : std::optional(static_cast<double>(r.upTo(100)) / 100.0);
            attempts.push_back({step.tier, sure});
            const bool more = level + 1 < plan.size() && escalates(both.mine, sure);
            const CascadeStep next = nextCascadeStep(both.document, both.theirs, decision, true, attempts);
            QVERIFY2(more == (next.kind == CascadeStep::Kind::Try), text.c_str());
        }
    }
}

void TestAgentsimPolicy::breakerAsCore()
{
    Random r(4);
    int fired = 0;
    for (int round = 0; round < kRounds; ++round) {
        const std::string text = bodyText(r, "circuit_breaker",
                                          Members(r)
                                              .maybe(50, "enabled", r.text({"true", "false"}))
                                              .maybe(70, "same_call_limit", std::to_string(2 + r.upTo(2)))
                                              .maybe(70, "same_error_limit", std::to_string(2 + r.upTo(2)))
                                              .maybe(70, "min_output_ratio", "0.1")
                                              .object());
        const Both both(text);
        QVERIFY2(both.good, text.c_str());
        std::vector<BreakerFact> mine;
        std::vector<BreakerCall> theirs;
        for (std::int64_t n = r.upTo(8); n > 0; --n) {
            BreakerFact fact{static_cast<std::uint64_t>(r.upTo(2)), r.chance(40) ? "429" : "", {}, {}};
            if (r.chance(90)) {
                fact.input = (mine.empty() ? 0 : mine.back().input.value_or(0)) + r.upTo(300);
                fact.output = r.upTo(40);
            }
            theirs.push_back(
                {fact.tool == 0 ? "" : std::to_string(fact.tool), std::string(fact.error), fact.input, fact.output});
            mine.push_back(fact);
        }
        const BreakerDecision decision = checkBreaker(both.theirs, theirs);
        QCOMPARE(std::string(brokenRule(both.mine, mine)), decision.rule);
        fired += decision.action.has_value();
    }
    QVERIFY(fired > kRounds / 20);
}

QTEST_GUILESS_MAIN(TestAgentsimPolicy)
#include "tst_agentsim_policy.moc"
