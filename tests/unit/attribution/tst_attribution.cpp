// SPDX-License-Identifier: GPL-3.0-or-later
// Operator rules as values: what matches, who wins, what a file of them may say.
#include <QtTest/QtTest>
#include <random>

#include "core/attribution/attributor.h"

using namespace flyball;

namespace {

AttributionRule rule(std::vector<MatchCondition> when, std::vector<std::pair<NameTarget, std::string>> set)
{
    AttributionRule rule;
    rule.when = std::move(when);
    for (auto &[target, text] : set)
        rule[target] = std::move(text);
    return rule;
}

MatchCondition is(MatchField field, const std::string &text, MatchTest test = MatchTest::Equals)
{
    return {field, test, text};
}

/// By definition, exponential: what the fast one must agree with.
bool slowGlob(std::string_view p, std::string_view t)
{
    if (p.empty())
        return t.empty();
    if (p[0] == '*')
        return slowGlob(p.substr(1), t) || (!t.empty() && slowGlob(p, t.substr(1)));
    return !t.empty() && (p[0] == '?' || p[0] == t[0]) && slowGlob(p.substr(1), t.substr(1));
}

struct World {
    SymbolTable symbols;
    CallFact fact;
    Call call;
    World()
    {
        fact.ownerPath = symbols.intern("/home/you/.claude/projects/web/a.jsonl");
        fact.project = symbols.intern("/srv/shop/web");
        call.source = symbols.intern("/home/you/.claude");
        call.format = symbols.intern("claude-code");
        call.provider = symbols.intern("anthropic");
        call.model = symbols.intern("claude-sonnet-4-5");
        call.names.workflow = symbols.intern("web");
        call.names.step = symbols.intern("chat");
        call.names.session = symbols.intern("s1");
    }
    std::string workflow(const AttributionRules &rules)
    {
        Attributor attributor(rules, symbols);
        Call copy = call;
        attributor.apply(fact, copy);
        return std::string(symbols.text(copy.names.workflow));
    }
};

} // namespace

class TestAttribution : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyFieldCanBeAskedFor();
    void comparisons();
    void globsAgreeWithTheirDefinition();
    void theFirstThatSetsAThingWins();
    void conditionsSeeTheTraceNotOtherRules();
    void unfinishedAndDisabledRulesDoNothing();
    void everyTargetCanBeSet();
    void aRunGoesWhereItsFirstCallGoes();
    void jsonThereAndBack();
    void jsonThatIsRefused();
};

void TestAttribution::everyFieldCanBeAskedFor()
{
    World w;
    w.call.names = {w.symbols.intern("web"), w.symbols.intern("a"),   w.symbols.intern("chat"),
                    w.symbols.intern("t"),   w.symbols.intern("seg"), w.symbols.intern("pv"),
                    w.symbols.intern("f"),   w.symbols.intern("mid"), 0,
                    w.symbols.intern("s1")};
    const std::pair<MatchField, const char *> all[] = {{MatchField::Source, "/home/you/.claude"},
                                                       {MatchField::Format, "claude-code"},
                                                       {MatchField::File, "/home/you/.claude/projects/web/a.jsonl"},
                                                       {MatchField::Session, "s1"},
                                                       {MatchField::Project, "/srv/shop/web"},
                                                       {MatchField::Workflow, "web"},
                                                       {MatchField::Agent, "a"},
                                                       {MatchField::Step, "chat"},
                                                       {MatchField::TaskType, "t"},
                                                       {MatchField::Segment, "seg"},
                                                       {MatchField::Feature, "f"},
                                                       {MatchField::PromptVersion, "pv"},
                                                       {MatchField::Tier, "mid"},
                                                       {MatchField::Provider, "anthropic"},
                                                       {MatchField::Model, "claude-sonnet-4-5"}};
    QCOMPARE(std::size(all), static_cast<std::size_t>(MatchField::Count));
    for (const auto &[field, text] : all) {
        QCOMPARE(w.workflow({rule({is(field, text)}, {{NameTarget::Workflow, "new"}})}), std::string("new"));
        QCOMPARE(w.workflow({rule({is(field, "else")}, {{NameTarget::Workflow, "new"}})}), std::string("web"));
        MatchField back = MatchField::Count;
        QVERIFY(matchFieldFromName(matchFieldName(field), back) && back == field);
    }
}

void TestAttribution::comparisons()
{
    QVERIFY(matches(MatchTest::Equals, "", ""));
    QVERIFY(!matches(MatchTest::Equals, "", "x"));
    QVERIFY(!matches(MatchTest::Equals, "Web", "web")); // names are as they are
    QVERIFY(matches(MatchTest::Contains, "shop/w", "/srv/shop/web"));
    QVERIFY(matches(MatchTest::StartsWith, "/srv", "/srv/shop"));
    QVERIFY(!matches(MatchTest::StartsWith, "/srv/shop", "/srv"));
    QVERIFY(matches(MatchTest::Glob, "/srv/*/w?b", "/srv/a/b/web"));
    QVERIFY(!matches(MatchTest::Glob, "web", "web2"));
    QVERIFY(matches(MatchTest::Glob, "[a]*", "[a]b")); // nothing else is special
    World w;
    QCOMPARE(w.workflow({rule({is(MatchField::Agent, "")}, {{NameTarget::Workflow, "no agent"}})}),
             std::string("no agent"));
}

void TestAttribution::globsAgreeWithTheirDefinition()
{
    std::mt19937 random(1);
    int matched = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string pattern, text;
        for (auto n = random() % 7; n > 0; --n)
            pattern += "ab*?"[random() % 4];
        for (auto n = random() % 8; n > 0; --n)
            text += "ab"[random() % 2];
        const bool expected = slowGlob(pattern, text);
        matched += expected ? 1 : 0;
        QVERIFY2(matches(MatchTest::Glob, pattern, text) == expected, (pattern + " " + text).c_str());
    }
    QVERIFY(matched > 2000);
    // Many stars against a long text end soon.
    std::string stars;
    for (int i = 0; i < 60; ++i)
        stars += "*a";
    QElapsedTimer timer;
    timer.start();
    QVERIFY(!matches(MatchTest::Glob, stars + "b", std::string(100'000, 'a')));
    QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
}

void TestAttribution::theFirstThatSetsAThingWins()
{
    World w;
    const AttributionRules rules = {
        rule({is(MatchField::Model, "nothing")}, {{NameTarget::Workflow, "never"}}),
        rule({is(MatchField::Project, "/srv/shop", MatchTest::StartsWith)}, {{NameTarget::Step, "first step"}}),
        rule({is(MatchField::Workflow, "web")}, {{NameTarget::Workflow, "billing"}, {NameTarget::Step, "second step"}}),
        rule({is(MatchField::Workflow, "web")}, {{NameTarget::Workflow, "late"}, {NameTarget::Segment, "paid"}})};
    Attributor attributor(rules, w.symbols);
    std::vector<std::size_t> matched;
    QVERIFY(attributor.apply(w.fact, w.call, &matched));
    QVERIFY(matched == (std::vector<std::size_t>{1, 2, 3}));
    QCOMPARE(w.symbols.text(w.call.names.workflow), std::string_view("billing"));
    QCOMPARE(w.symbols.text(w.call.names.step), std::string_view("first step"));
    QCOMPARE(w.symbols.text(w.call.names.segment), std::string_view("paid"));
    QCOMPARE(w.symbols.text(w.call.names.session), std::string_view("s1"));
}

void TestAttribution::conditionsSeeTheTraceNotOtherRules()
{
    World w;
    QCOMPARE(w.workflow({rule({is(MatchField::Workflow, "web")}, {{NameTarget::Workflow, "billing"}}),
                         rule({is(MatchField::Workflow, "billing")}, {{NameTarget::Workflow, "chained"}})}),
             std::string("billing"));
}

void TestAttribution::unfinishedAndDisabledRulesDoNothing()
{
    World w;
    AttributionRule off = rule({is(MatchField::Workflow, "web")}, {{NameTarget::Workflow, "off"}});
    off.enabled = false;
    const AttributionRule all = rule({}, {{NameTarget::Workflow, "all"}});
    const AttributionRule none = rule({is(MatchField::Workflow, "web")}, {});
    const AttributionRule empty = rule({is(MatchField::Workflow, "", MatchTest::Contains)}, {{NameTarget::Step, "x"}});
    AttributionRule longOne = off;
    longOne[NameTarget::Step] = std::string(kMostRuleText + 1, 'x');
    QVERIFY(problemOf(off) == AttributionProblem::None);
    QVERIFY(problemOf(all) == AttributionProblem::NoCondition);
    QVERIFY(problemOf(none) == AttributionProblem::NothingSet);
    QVERIFY(problemOf(empty) == AttributionProblem::EmptyText);
    QVERIFY(problemOf(longOne) == AttributionProblem::TooLong);
    QCOMPARE(w.workflow({off, all, none, empty, longOne}), std::string("web"));
}

void TestAttribution::everyTargetCanBeSet()
{
    World w;
    AttributionRule all = rule({is(MatchField::Workflow, "web")}, {});
    for (std::size_t t = 0; t < kNameTargets; ++t)
        all.set[t] = "to " + std::string(nameTargetName(static_cast<NameTarget>(t)));
    Attributor attributor(std::vector{all}, w.symbols);
    const Attribution before = w.call.names;
    attributor.apply(w.fact, w.call);
    const auto text = [&](Symbol s) { return std::string(w.symbols.text(s)); };
    QCOMPARE(text(w.call.names.workflow), std::string("to workflow"));
    QCOMPARE(text(w.call.names.agent), std::string("to agent"));
    QCOMPARE(text(w.call.names.step), std::string("to step"));
    QCOMPARE(text(w.call.names.taskType), std::string("to task_type"));
    QCOMPARE(text(w.call.names.segment), std::string("to segment"));
    QCOMPARE(text(w.call.names.feature), std::string("to feature"));
    QCOMPARE(text(w.call.names.promptVersion), std::string("to prompt_version"));
    QCOMPARE(text(w.call.names.tier), std::string("to tier"));
    QCOMPARE(w.call.names.session, before.session);
    QCOMPARE(w.call.names.policyRevision, before.policyRevision);
}

void TestAttribution::aRunGoesWhereItsFirstCallGoes()
{
    World w;
    const AttributionRules rules = {rule({is(MatchField::Step, "chat")}, {{NameTarget::Workflow, "chats"}})};
    Attributor attributor(rules, w.symbols);
    std::vector<CallFact> facts(3, w.fact);
    std::vector<Call> calls(3, w.call);
    calls[0].time = 30;
    calls[1].time = 10;
    calls[2].time = 20;
    calls[1].names.step = w.symbols.intern("plan");
    std::vector<RunInfo> runs(1);
    runs[0].workflow = w.symbols.intern("web");
    const auto workflow = [&](std::vector<bool> counted) {
        auto c = calls;
        auto r = runs;
        attributor.apply(facts, c, counted, r);
        return std::string(w.symbols.text(r[0].workflow));
    };
    QCOMPARE(workflow({true, true, true}), std::string("web")); // its first call stays
    QCOMPARE(workflow({true, false, true}), std::string("chats"));
    QCOMPARE(workflow({false, false, false}), std::string("web"));
}

void TestAttribution::jsonThereAndBack()
{
    std::mt19937 random(5);
    for (int round = 0; round < 200; ++round) {
        AttributionRules rules(random() % 4);
        for (AttributionRule &r : rules) {
            for (auto n = 1 + random() % 3; n > 0; --n)
                r.when.push_back({static_cast<MatchField>(random() % static_cast<unsigned>(MatchField::Count)),
                                  static_cast<MatchTest>(random() % static_cast<unsigned>(MatchTest::Count)),
                                  "t\"\n\xC3\xA9" + std::to_string(random() % 9)});
            r.set[random() % kNameTargets] = "x";
            r.enabled = random() % 2 != 0;
        }
        const std::string json = rulesToJson(rules);
        const auto back = rulesFromJson(json);
        QVERIFY2(back.ok() && *back == rules, json.c_str());
        QCOMPARE(rulesToJson(*back), json);
    }
    QCOMPARE(rulesToJson({}), std::string(R"({"rules":[]})"));
}

void TestAttribution::jsonThatIsRefused()
{
    const auto error = [](const char *text) {
        const auto rules = rulesFromJson(text);
        return rules.ok() ? std::string("fine") : rules.error().message;
    };
    QVERIFY(error("") != "fine");
    QVERIFY(error("[]") != "fine");
    QVERIFY(error(R"({"rules":{}})") != "fine");
    QCOMPARE(error(R"({"rules":[{"when":[{"field":"colour","is":"equals","text":"x"}],"set":{"step":"y"}}]})"),
             std::string("attribution rule 1: knows no field \"colour\""));
    QCOMPARE(error(R"({"rules":[{"when":[{"field":"step","is":"like","text":"x"}],"set":{"step":"y"}}]})"),
             std::string("attribution rule 1: knows no comparison \"like\""));
    QCOMPARE(error(R"({"rules":[{"when":[{"field":"step","is":"equals","text":"x"}],"set":{"cost":"0"}}]})"),
             std::string("attribution rule 1: cannot set \"cost\""));
    QCOMPARE(error(R"({"rules":[{"when":[],"set":{"step":"y"}}]})"),
             std::string("attribution rule 1: has no condition"));
    QCOMPARE(error(R"({"rules":[{"when":[],"set":{"step":"y"},"enabled":false}]})"), std::string("fine"));
    QVERIFY(error(R"({"rules":[7]})") != "fine");
    QVERIFY(error(R"({"rules":[{"when":[7],"set":{}}]})") != "fine");
    std::string many = R"({"rules":[)";
    for (std::size_t i = 0; i <= kMostRules; ++i)
        many += i ? ",{}" : "{}";
    QVERIFY(error((many + "]}").c_str()).find("more than") != std::string::npos);
    QVERIFY(error((std::string(5000, '[') + std::string(5000, ']')).c_str()) != "fine");
}

QTEST_GUILESS_MAIN(TestAttribution)
#include "tst_attribution.moc"
