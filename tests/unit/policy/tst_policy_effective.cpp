// SPDX-License-Identifier: GPL-3.0-or-later
// Effective policies: layers, lists, windows, and where each value comes from.
#include "tests/unit/policy/policy_support.h"

#include "core/policy/effective.h"

using namespace flyball;
using namespace flyball::test;
using Kind = PolicyLayer::Kind;

class TestPolicyEffective : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void mergePatchRfc7396_data();
    void mergePatchRfc7396();
    void layersOfTheExample();
    void overridesInOrder();
    void periodsMergeByWindow();
    void listsAreReplacedWhole();
    void mapsMergeByKey();
    void unknownNamesMatchNothing();
};

void TestPolicyEffective::mergePatchRfc7396_data()
{
    // The table of RFC 7396, appendix A.
    QTest::addColumn<QString>("original");
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("result");
    const auto row = [](const char *a, const char *b, const char *c) { QTest::addRow("%s + %s", a, b) << a << b << c; };
    row(R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})");
    row(R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})");
    row(R"({"a":"b"})", R"({"a":null})", R"({})");
    row(R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})");
    row(R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})");
    row(R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})");
    row(R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})");
    row(R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})");
    row(R"(["a","b"])", R"(["c","d"])", R"(["c","d"])");
    row(R"({"a":"b"})", R"(["c"])", R"(["c"])");
    row(R"({"a":"foo"})", "null", "null");
    row(R"({"a":"foo"})", R"("bar")", R"("bar")");
    row(R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})");
    row("[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})");
    row("{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})");
}

void TestPolicyEffective::mergePatchRfc7396()
{
    QFETCH(QString, original);
    QFETCH(QString, patch);
    QFETCH(QString, result);
    JsonValue value = json(original.toStdString());
    mergePatch(value, json(patch.toStdString()));
    QCOMPARE(QString::fromStdString(value.compact()), result);
}

static PolicyLayer layerOf(const EffectivePolicy &effective, const char *path)
{
    const PolicyOrigin *origin = effective.origin(path);
    if (!origin)
        qFatal("%s is not set", path);
    return origin->layer;
}

void TestPolicyEffective::layersOfTheExample()
{
    const PolicyDocument d = *readPolicy(fixture("example.json")).document;
    const EffectivePolicy e = effectivePolicy(d, {"support_triage", "bot", "free", "", {}});
    QCOMPARE(*e.body.budget->runHard->usd, usd("0.05"));
    QCOMPARE(*e.body.budget->runHard->tokens, std::int64_t{40000});
    QCOMPARE(*e.body.budget->maxIterations, std::int64_t{12});
    QCOMPARE(*e.body.routing->defaultTier, std::string("cheap"));
    QVERIFY(*e.body.routing->cascade->enabled);
    QCOMPARE(layerOf(e, "/budget/run_hard/usd"), (PolicyLayer{Kind::Override, 0}));
    QCOMPARE(layerOf(e, "/budget/run_hard/tokens"), (PolicyLayer{Kind::Workflow, 0}));
    QCOMPARE(layerOf(e, "/budget/max_iterations"), (PolicyLayer{Kind::Defaults, 0}));
    QCOMPARE(layerOf(e, "/routing/rules/3/tier"), (PolicyLayer{Kind::Defaults, 0})); // a list is one value
    QVERIFY(!e.origin("/batch/enabled"));
    QCOMPARE(e.origin("/budget/run_hard/usd")->hidden, (std::vector<PolicyLayer>{{Kind::Workflow, 0}}));
    QCOMPARE(describeLayer(d, "support_triage", {Kind::Override, 0}),
             std::string("override 1 of 'support_triage' (user_segment free)"));

    const EffectivePolicy specialist = effectivePolicy(d, {"support_triage", "refund-specialist", "pro", "", {}});
    QVERIFY(!*specialist.body.routing->cascade->enabled);
    QCOMPARE(*specialist.body.routing->cascade->minConfidence, 0.85);
    QCOMPARE(*specialist.body.budget->runHard->usd, usd("0.16"));
    QVERIFY(effectivePolicy(d, {"nobody", "", "", "", {}}).body == d.defaults);
}

void TestPolicyEffective::overridesInOrder()
{
    const PolicyDocument d = document("{}", R"({"w":{"budget":{"max_iterations":1},"overrides":[
        {"match":{"tag":"x"},"set":{"budget":{"max_iterations":2}}},
        {"match":{"agent":"a","step":"s"},"set":{"budget":{"max_iterations":3}}},
        {"match":{"tag":"y"},"set":{"budget":{"max_iterations":4}}}]}})");
    const auto iterations = [&](const PolicyScope &scope) {
        return *effectivePolicy(d, scope).body.budget->maxIterations;
    };
    QCOMPARE(iterations({"w", "", "", "", {}}), std::int64_t{1});
    QCOMPARE(iterations({"w", "", "", "", {"y", "x"}}), std::int64_t{4}); // document order, not tag order
    QCOMPARE(iterations({"w", "a", "", "s", {"x"}}), std::int64_t{3});
    QCOMPARE(iterations({"w", "a", "", "", {"x"}}), std::int64_t{2}); // every named property must match
    QCOMPARE(effectivePolicy(d, "w", {0, 1}).origin("/budget/max_iterations")->hidden.size(), std::size_t{2});
}

void TestPolicyEffective::periodsMergeByWindow()
{
    const PolicyDocument d = document(
        R"({"budget":{"periods":[{"window":"day","soft_usd":400,"hard_usd":500},{"window":"month","hard_usd":12000}]}})",
        R"({"w":{"budget":{"periods":[{"window":"day","hard_usd":250},{"window":"week","hard_usd":1}]}}})");
    const EffectivePolicy e = effectivePolicy(d, {"w", "", "", "", {}});
    const std::vector<PeriodCap> expected{{PeriodWindow::Day, std::nullopt, usd("250")},
                                          {PeriodWindow::Month, std::nullopt, usd("12000")},
                                          {PeriodWindow::Week, std::nullopt, usd("1")}};
    QVERIFY(*e.body.budget->periods == expected);
    QCOMPARE(layerOf(e, "/budget/periods/day"), (PolicyLayer{Kind::Workflow, 0}));
    QCOMPARE(layerOf(e, "/budget/periods/month"), (PolicyLayer{Kind::Defaults, 0}));
}

void TestPolicyEffective::listsAreReplacedWhole()
{
    const PolicyDocument d = document(R"({"budget":{"on_soft":["warn","halve_output"]}})",
                                      R"({"w":{"budget":{"on_soft":[]}},"v":{"budget":{"on_soft":["limit_tools"]}}})");
    QVERIFY(effectivePolicy(d, {"w", "", "", "", {}}).body.budget->onSoft->empty());
    QCOMPARE(*effectivePolicy(d, {"v", "", "", "", {}}).body.budget->onSoft,
             std::vector<SoftAction>{SoftAction::LimitTools});
}

void TestPolicyEffective::mapsMergeByKey()
{
    const PolicyDocument d = document(R"({"output":{"max_tokens_by_task":{"a":1,"b/c":2}}})",
                                      R"({"w":{"output":{"max_tokens_by_task":{"b/c":3,"d":4}}}})");
    const EffectivePolicy e = effectivePolicy(d, {"w", "", "", "", {}});
    QVERIFY((*e.body.output->maxTokensByTask == std::map<std::string, std::int64_t>{{"a", 1}, {"b/c", 3}, {"d", 4}}));
    QCOMPARE(layerOf(e, "/output/max_tokens_by_task/b~1c"), (PolicyLayer{Kind::Workflow, 0}));
    QCOMPARE(layerOf(e, "/output/max_tokens_by_task/a"), (PolicyLayer{Kind::Defaults, 0}));
}

void TestPolicyEffective::unknownNamesMatchNothing()
{
    QVERIFY(!matches({"", {}, {}, {}}, {"w", "", "", "", {}}));
    QVERIFY(!matches({{}, {}, {}, "t"}, {"w", "a", "b", "c", {}}));
    QVERIFY(matches({"a", "b", "c", "t"}, {"w", "a", "b", "c", {"s", "t"}}));
    QVERIFY(!matches({"a", "b", "c", "t"}, {"w", "a", "b", "d", {"s", "t"}}));
}

QTEST_GUILESS_MAIN(TestPolicyEffective)
#include "tst_policy_effective.moc"
