// SPDX-License-Identifier: GPL-3.0-or-later
// Reading and writing of policy documents: exact numbers, hostile text, every finding at once.
#include "tests/unit/policy/policy_support.h"

using namespace flyball;
using namespace flyball::test;

class TestPolicyDocument : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void numbers_data();
    void numbers();
    void moneyIsExact();
    void syntax_data();
    void syntax();
    void exampleRoundTrips();
    void exampleIsTyped();
    void broken_data();
    void broken();
    void everythingAtOnce();
    void hugeValuesAreNamed();
    void findingsAreBounded();
};

void TestPolicyDocument::numbers_data()
{
    QTest::addColumn<QString>("literal");
    QTest::addColumn<QString>("canonical");
    const auto row = [](const char *literal, const char *canonical) { QTest::newRow(literal) << literal << canonical; };
    row("0", "0");
    row("-0.0", "0");
    row("0.30", "0.3");
    row("3e-1", "0.3");
    row("1.0", "1");
    row("400", "400");
    row("4E2", "400");
    row("12.500", "12.5");
    row("0.000000000001", "1e-12");
    row("1e-9", "0.000000001");
    row("1e300", "1e300");
    row("-1.25e-30", "-1.25e-30");
    row("9223372036854775807", "9223372036854775807");
    for (const char *bad : {"", "-", "01", "1.", ".5", "+1", "1e", "1e+", "0x1", "NaN", "1e1234567", "1 "})
        row(bad, "");
}

void TestPolicyDocument::numbers()
{
    QFETCH(QString, literal);
    QFETCH(QString, canonical);
    const auto number = JsonNumber::parse(literal.toStdString());
    QCOMPARE(number ? QString::fromStdString(number->text()) : QString(), canonical);
    if (number) {
        QCOMPARE(*JsonNumber::parse(number->text()), *number);
        QCOMPARE(number->toDouble(), literal.toDouble());
    }
}

void TestPolicyDocument::moneyIsExact()
{
    QCOMPARE(usd("0.1") + usd("0.2"), usd("0.3"));
    QCOMPARE(usd("0.000000000001"), UsdSum(1));
    QCOMPARE(usd("12000"), UsdSum::fromParts(12000, 0));
    QCOMPARE(usd("100000000"), UsdSum::fromParts(100'000'000, 0)); // beyond int64 pico-USD
    QVERIFY(!JsonNumber::parse("1e-13")->toUsd());
    QVERIFY(!JsonNumber::parse("1e19")->toUsd());
    QVERIFY(!JsonNumber::parse("-1")->toUsd());
    for (const char *text : {"0", "0.05", "0.000000000001", "123456789.123456789012"})
        QCOMPARE(JsonNumber::of(usd(text)), *JsonNumber::parse(text));
    QCOMPARE(JsonNumber::of(0.1).text(), std::string("0.1"));
    QVERIFY(!JsonNumber::parse("9223372036854775808")->toInt64());
    QCOMPARE(*JsonNumber::parse("-9223372036854775808")->toInt64(), INT64_MIN);
}

void TestPolicyDocument::syntax_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("why");
    QTest::newRow("empty") << QByteArray() << "not JSON";
    QTest::newRow("cut") << QByteArray("{\"a\":1") << "not JSON";
    QTest::newRow("two values") << QByteArray("{} {}") << "not JSON";
    QTest::newRow("bad utf-8") << QByteArray("{\"a\":\"\xff\"}") << "not JSON";
    QTest::newRow("lone surrogate") << QByteArray("{\"a\":\"\\ud800\"}") << "not JSON";
    QTest::newRow("1e400") << QByteArray("{\"a\":1e400}") << "not JSON";
    QTest::newRow("NaN") << QByteArray("{\"a\":NaN}") << "not JSON";
    QTest::newRow("name twice") << QByteArray("{\"a\":1,\"b\":2,\"a\":3}") << "'a' occurs twice";
    QTest::newRow("64 levels") << QByteArray(65, '[') + QByteArray(65, ']') << "64 levels";
    QTest::newRow("5 M levels") << QByteArray(4'000'000, '[') << "64 levels";
    QTest::newRow("large") << QByteArray(5 << 20, ' ') << "4 MiB";
    QByteArray members = "{";
    for (int i = 0; i < 20'000; ++i)
        members += "\"" + QByteArray::number(i) + "\":1,";
    QTest::newRow("members") << members + "\"x\":1}"
                             << "10,000 members";
}

void TestPolicyDocument::syntax()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, why);
    const PolicyReading reading = readPolicy(text.toStdString());
    QVERIFY(!reading.document);
    QCOMPARE(reading.findings.size(), std::size_t{1});
    QCOMPARE(reading.findings[0].layer, CheckLayer::Syntax);
    QVERIFY2(reading.findings[0].message.find(why.toStdString()) != std::string::npos,
             reading.findings[0].message.c_str());
}

void TestPolicyDocument::exampleRoundTrips()
{
    const std::string text = fixture("example.json");
    const PolicyReading reading = readPolicy(text);
    QCOMPARE(list(reading.findings), QString());
    const std::string written = policyText(*reading.document);
    // Nothing lost, nothing added; and the written form is a fixed point, byte by byte.
    QVERIFY(json(written) == json(text));
    QCOMPARE(written, fixture("example.canonical.json"));
    const PolicyReading again = readPolicy(written);
    QVERIFY(again.document && *again.document == *reading.document);
    QCOMPARE(policyText(*again.document), written);
    QCOMPARE(json(written).compact(true), json(text).compact(true));
    // A file somebody laid out by hand keeps every byte until something in it changes.
    QCOMPARE(policyTextLike(text, *reading.document), text);
    PolicyDocument changed = *reading.document;
    changed.revision = 43;
    QCOMPARE(policyTextLike(text, changed), policyText(changed));
    QCOMPARE(policyTextLike("not JSON", changed), policyText(changed));
}

void TestPolicyDocument::exampleIsTyped()
{
    const PolicyDocument d = *readPolicy(fixture("example.json")).document;
    QCOMPARE(d.revision, std::int64_t{42});
    QCOMPARE(*d.parentRevision, std::int64_t{41});
    QVERIFY(!d.rollbackOf);
    QCOMPARE(d.tiers.size(), std::size_t{3});
    QCOMPARE(*d.fleet->periods->at(1).hardUsd, usd("24000"));
    QVERIFY(!d.fleet->periods->at(1).softUsd);
    QCOMPARE(*d.defaults.budget->runHard->tokens, std::int64_t{20000});
    QVERIFY(!d.defaults.budget->runHard->usd); // absent, not 0
    QCOMPARE(*d.defaults.budget->onHard, HardAction::SummarizeAndClose);
    QCOMPARE(d.defaults.routing->rules->size(), std::size_t{7});
    QCOMPARE(*d.defaults.routing->cascade->minConfidence, 0.85);
    QCOMPARE(*d.workflow("research_agent")->body.promptCache->ttl, PromptCacheTtl::Hour1);
    QCOMPARE(*d.workflow("support_triage")->body.budget->runHard->usd, usd("0.16"));
    QCOMPARE(d.workflow("support_triage")->overrides->size(), std::size_t{2});
    QVERIFY(!d.workflow("nobody"));
    QCOMPARE(*d.tierIndex("frontier"), std::size_t{2});
}

void TestPolicyDocument::broken_data()
{
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("value"); // empty: the member is removed
    QTest::addColumn<QString>("finding");
    const auto row = [](const char *pointer, const char *value, const char *finding) {
        QTest::addRow("%s = %s", pointer, value) << pointer << value << finding;
    };
    row("/schema_version", "2", "wrong_value /schema_version");
    row("/schema_version", "\"1\"", "wrong_value /schema_version");
    row("/policy_id", "\"-x\"", "wrong_value /policy_id");
    row("/policy_id", "\"A\"", "wrong_value /policy_id");
    row("/policy_id", "", "missing ");
    row("/revision", "0", "too_small /revision");
    row("/revision", "1.5", "wrong_type /revision");
    row("/parent_revision", "-1", "too_small /parent_revision");
    row("/currency", "\"EUR\"", "wrong_value /currency");
    row("/tiers", "[]", "empty /tiers");
    row("/tiers", "{}", "wrong_type /tiers");
    row("/tiers/0/models", "[]", "empty /tiers/0/models");
    row("/tiers/1/id", "7", "wrong_type /tiers/1/id");
    row("/fleet/periods/0/window", "\"year\"", "wrong_value /fleet/periods/0/window");
    row("/fleet/periods/0/hard_usd", "-0.01", "too_small /fleet/periods/0/hard_usd");
    row("/defaults", "[]", "wrong_type /defaults");
    row("/defaults/budget/run_soft", "{}", "empty /defaults/budget/run_soft");
    row("/defaults/budget/run_hard/tokens", "0", "too_small /defaults/budget/run_hard/tokens");
    row("/defaults/budget/run_hard/usd", "0", "too_small /defaults/budget/run_hard/usd");
    row("/defaults/budget/on_soft", "[\"warn\",\"warn\"]", "not_unique /defaults/budget/on_soft/1");
    row("/defaults/budget/on_hard", "\"stop\"", "wrong_value /defaults/budget/on_hard");
    row("/defaults/budget/max_iterations", "null", "wrong_type /defaults/budget/max_iterations");
    row("/defaults/budget/unlimited", "true", "unknown_field /defaults/budget/unlimited");
    row("/defaults/routing/rules/0/when/task_type", "[]", "empty /defaults/routing/rules/0/when/task_type");
    row("/defaults/routing/rules/0/tier", "", "missing /defaults/routing/rules/0");
    row("/defaults/routing/rules/5/when/doc_tokens", "{}", "empty /defaults/routing/rules/5/when/doc_tokens");
    row("/defaults/routing/cascade/min_confidence", "1.01", "out_of_bounds /defaults/routing/cascade/min_confidence");
    row("/defaults/circuit_breaker/same_call_limit", "1", "too_small /defaults/circuit_breaker/same_call_limit");
    row("/defaults/quality_guard/cusum_h", "0", "too_small /defaults/quality_guard/cusum_h");
    row("/defaults/output/max_tokens_by_task", "{\"a/b\":0}", "too_small /defaults/output/max_tokens_by_task/a~1b");
    row("/workflows/support_triage/overrides/0/match", "{}", "empty /workflows/support_triage/overrides/0/match");
    row("/workflows/support_triage/overrides/0/set", "", "missing /workflows/support_triage/overrides/0");
    row("/workflows/doc_enrichment/batch/max_delay_h", "0", "too_small /workflows/doc_enrichment/batch/max_delay_h");
    row("/workflows/research_agent/routing/planner_executor", "{\"planner_tier\":\"mid\"}",
        "missing /workflows/research_agent/routing/planner_executor");
}

/// Sets or removes what a pointer names, creating objects on the way.
static void edit(JsonValue &root, const std::string &pointer, const JsonValue *value)
{
    JsonValue *here = &root;
    const std::vector<std::string> steps = pointerSteps(pointer);
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
        if (here->array()) {
            here = &here->array()->at(std::stoul(steps[i]));
            continue;
        }
        if (!here->find(steps[i]))
            here->set(steps[i], JsonValue::Object());
        here = here->find(steps[i]);
    }
    if (value)
        here->set(steps.back(), *value);
    else
        here->remove(steps.back());
}

void TestPolicyDocument::broken()
{
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    QFETCH(QString, finding);
    JsonValue document = json(fixture("example.json"));
    const JsonValue replacement = value.isEmpty() ? JsonValue() : json(value.toStdString());
    edit(document, pointer.toStdString(), value.isEmpty() ? nullptr : &replacement);
    const PolicyReading reading = readPolicy(document.compact());
    QVERIFY(!reading.document);
    QCOMPARE(list(reading.findings), finding);
    QCOMPARE(reading.findings[0].layer, CheckLayer::Schema);
}

void TestPolicyDocument::everythingAtOnce()
{
    const PolicyReading reading = readPolicy(R"({"policy_id":"p","revision":"x","tiers":[{}],"defaults":{"budget":
        {"run_hard":{"tokens":-1,"usd":"5"},"periods":[{"window":"day"},{}]}},"workflows":{"a\nb":1},"z":0})");
    QVERIFY(!reading.document);
    QCOMPARE(list(reading.findings),
             QStringLiteral("missing \nwrong_type /revision\nmissing /tiers/0\nmissing /tiers/0\n"
                            "too_small /defaults/budget/run_hard/tokens\nwrong_type /defaults/budget/run_hard/usd\n"
                            "missing /defaults/budget/periods/1\nwrong_type /workflows/a\nb\nunknown_field /z"));
    for (const Finding &finding : reading.findings)
        QVERIFY(finding.message.find('\n') == std::string::npos && finding.severity == Severity::Error);
}

void TestPolicyDocument::hugeValuesAreNamed()
{
    JsonValue document = json(fixture("example.json"));
    const JsonValue tokens = json("1e30"), money = json("0.0000000000001");
    edit(document, "/defaults/budget/call_max_tokens", &tokens);
    edit(document, "/defaults/budget/run_hard/usd", &money);
    const PolicyReading reading = readPolicy(document.compact());
    QVERIFY(!reading.document);
    QCOMPARE(list(reading.findings), QStringLiteral("out_of_range /defaults/budget/run_hard/usd\n"
                                                    "out_of_range /defaults/budget/call_max_tokens"));
    for (const Finding &finding : reading.findings)
        QCOMPARE(finding.layer, CheckLayer::Meaning); // the schema allows them
}

void TestPolicyDocument::findingsAreBounded()
{
    std::string text = R"({"schema_version":1,"policy_id":"p","revision":1,"workflows":{},"defaults":{},"tiers":[)";
    for (int i = 0; i < 3000; ++i)
        text += i ? ",1" : "1";
    const PolicyReading reading = readPolicy(text + "]}");
    QCOMPARE(reading.findings.size(), std::size_t{1001});
    QCOMPARE(reading.findings.back().message, std::string("and 2000 more findings"));
}

QTEST_GUILESS_MAIN(TestPolicyDocument)
#include "tst_policy_document.moc"
