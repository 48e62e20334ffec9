// SPDX-License-Identifier: GPL-3.0-or-later
// Differences in words and money.
#include "tests/unit/policy/policy_support.h"

#include "core/policy/diff.h"
#include "core/policy/words.h"

using namespace flyball;
using namespace flyball::test;

class TestPolicyDiff : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void words();
    void sentences_data();
    void sentences();
    void equalDocumentsDoNotDiffer();
    void whoAndWhenIsNoChange();
    void pathsAndScopes();
    void theExampleEdited();
};

void TestPolicyDiff::words()
{
    QCOMPARE(moneyText(usd("0.5")), std::string("$0.50"));
    QCOMPARE(moneyText(usd("0.0625")), std::string("$0.0625"));
    QCOMPARE(moneyText(usd("0.000000000001")), std::string("$0.000000000001"));
    QCOMPARE(moneyText(usd("1234567.1")), std::string("$1,234,567.10"));
    QCOMPARE(moneyText(UsdSum() - usd("0.5")), std::string("-$0.50"));
    QCOMPARE(countText(0), std::string("0"));
    QCOMPARE(countText(999), std::string("999"));
    QCOMPARE(countText(1000), std::string("1,000"));
    QCOMPARE(countText(-1234567), std::string("-1,234,567"));
    QCOMPARE(countText(-123), std::string("-123"));
}

static QString all(const PolicyDocument &a, const PolicyDocument &b)
{
    QStringList lines;
    for (const PolicyChange &change : diffPolicies(a, b))
        lines << QString::fromStdString(change.sentence);
    return lines.join('\n');
}

void TestPolicyDiff::sentences_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<QString>("expected");
    const auto budget = [](const char *name, const char *before, const char *after, const char *expected) {
        QTest::newRow(name) << QStringLiteral("{\"budget\":%1}").arg(before)
                            << QStringLiteral("{\"budget\":%1}").arg(after) << expected;
    };
    const auto rules = [](const char *name, const char *before, const char *after, const char *expected) {
        const auto of = [](const char *list) {
            return QStringLiteral("{\"routing\":{\"default_tier\":\"frontier\",\"rules\":[%1]}}").arg(list);
        };
        QTest::newRow(name) << of(before) << of(after) << expected;
    };
    budget("run cap", R"({"run_hard":{"usd":0.5}})", R"({"run_hard":{"usd":0.30}})",
           "run hard cap $0.50 -> $0.30 (-40%)");
    budget("token cap", R"({"run_soft":{"tokens":15000}})", R"({"run_soft":{"tokens":20000}})",
           "run soft cap 15,000 tokens -> 20,000 tokens (+33%)");
    budget("set", "{}", R"({"max_iterations":12})", "iterations per run set to 12");
    budget("removed", R"({"call_max_output_tokens":1000})", "{}",
           "output limit per call no longer set (was 1,000 tokens)");
    budget("window",
           R"({"periods":[{"window":"month","hard_usd":12000},{"window":"day","soft_usd":400,"hard_usd":500}]})",
           R"({"periods":[{"window":"day","hard_usd":250},{"window":"month","hard_usd":12000}]})",
           "hard cap per day $500.00 -> $250.00 (-50%)\nsoft cap per day no longer set (was $400.00)");
    budget("actions", R"({"on_soft":["warn"],"on_hard":"abort"})",
           R"({"on_soft":["warn","halve_output"],"on_hard":"summarize_and_close"})",
           "at the soft cap warn -> warn, halve_output\nat the hard cap abort -> summarize_and_close");
    budget("same money, other spelling", R"({"run_hard":{"usd":0.5}})", R"({"run_hard":{"usd":5e-1}})", "");
    rules("task to a cheaper tier", R"({"id":"a","when":{"task_type":["extract"]},"tier":"frontier"})",
          R"({"id":"a","when":{"task_type":["extract"]},"tier":"cheap"})",
          "rule 'a' extract: frontier -> extract: cheap\nextract: frontier -> cheap");
    rules("new rule", "", R"({"id":"a","when":{"task_type":["extract"]},"tier":"cheap"})",
          "rule 'a' set to extract: cheap\nextract: frontier -> cheap");
    rules(
        "order",
        R"({"id":"a","when":{"task_type":["x"]},"tier":"cheap"},{"id":"b","when":{"task_type":["x","y"]},"tier":"mid"})",
        R"({"id":"b","when":{"task_type":["x","y"]},"tier":"mid"},{"id":"a","when":{"task_type":["x"]},"tier":"cheap"})",
        "rule 'b' moved from place 2 to 1\nrule 'a' moved from place 1 to 2\nx: cheap -> mid");
    rules("insertion moves nothing", R"({"id":"a","when":{},"tier":"cheap"})",
          R"({"id":"n","when":{"agent":"q"},"tier":"mid"},{"id":"a","when":{},"tier":"cheap"})",
          "rule 'n' set to agent q: mid");
    rules("only long documents", R"({"id":"a","when":{"task_type":["s"],"doc_tokens":{"lt":5000}},"tier":"cheap"})",
          R"({"id":"a","when":{"task_type":["s"],"doc_tokens":{"lt":9000}},"tier":"cheap"})",
          "rule 'a' s, below 5,000 tokens: cheap -> s, below 9,000 tokens: "
          "cheap\n"
          "s (from 5,000 document tokens): frontier -> cheap");
    QTest::newRow("switches") << R"({"semantic_cache":{"enabled":false,"ttl_s":60}})"
                              << R"({"semantic_cache":{"enabled":true,"ttl_s":86400,"similarity_threshold":0.92}})"
                              << "semantic cache enabled off -> on\nsemantic cache similarity threshold set to 0.92\n"
                                 "semantic cache ttl 60 s -> 86,400 s";
}

void TestPolicyDiff::sentences()
{
    QFETCH(QString, before);
    QFETCH(QString, after);
    QFETCH(QString, expected);
    QCOMPARE(all(document(before.toStdString()), document(after.toStdString())), expected);
}

void TestPolicyDiff::equalDocumentsDoNotDiffer()
{
    const PolicyDocument d = *readPolicy(fixture("example.json")).document;
    QVERIFY(diffPolicies(d, d).empty());
}

void TestPolicyDiff::whoAndWhenIsNoChange()
{
    const PolicyDocument d = *readPolicy(fixture("example.json")).document;
    PolicyDocument next = d;
    next.revision = 43;
    next.parentRevision = 42;
    next.author = "someone";
    next.comment = "else";
    next.createdAt = "2026-11-22T00:00:00Z";
    next.rollbackOf = 40;
    QVERIFY(diffPolicies(d, next).empty());
}

void TestPolicyDiff::pathsAndScopes()
{
    const PolicyDocument a =
        document("{}", R"({"gone":{},"w/x":{"overrides":[{"match":{"tag":"t"},"set":{"enabled":true}}]}})");
    const PolicyDocument b = document("{}", R"({"new":{"budget":{"max_iterations":3}},"w/x":{"overrides":[
        {"match":{"agent":"q"},"set":{"budget":{"run_hard":{"usd":1}}}},{"match":{"tag":"t"},"set":{"enabled":false}}]}})");
    QStringList lines;
    for (const PolicyChange &c : diffPolicies(a, b))
        lines << QString::fromStdString(c.path + " | " + c.where + " | " + c.sentence);
    QCOMPARE(lines, (QStringList{
                        "/workflows/new | workflow 'new' | workflow 'new' is new",
                        "/workflows/new/budget/max_iterations | workflow 'new' | iterations per run set to 3",
                        "/workflows/w~1x/overrides/0 | override 1 of 'w/x' (agent q) | override for agent q is new",
                        "/workflows/w~1x/overrides/0/set/budget/run_hard/usd | override 1 of 'w/x' (agent q) | run "
                        "hard cap set to $1.00",
                        "/workflows/w~1x/overrides/1/set/enabled | override 2 of 'w/x' (tag t) | enabled on -> off",
                        "/workflows/gone | workflow 'gone' | workflow 'gone' removed",
                    }));
}

void TestPolicyDiff::theExampleEdited()
{
    const PolicyDocument a = *readPolicy(fixture("example.json")).document;
    PolicyDocument b = a;
    b.workflows[0].second.body.budget->runHard->usd = usd("0.12");
    b.tiers[0].models.pop_back();
    b.fleet->periods->at(1).hardUsd = usd("20000");
    b.timezone = "Asia/Tokyo";
    QCOMPARE(all(a, b),
             QStringLiteral("time zone UTC -> Asia/Tokyo\n"
                            "tier 'cheap' openai/gpt-4o-mini, google/gemini-2.5-flash -> openai/gpt-4o-mini\n"
                            "hard cap per month $24,000.00 -> $20,000.00 (-17%)\n"
                            "run hard cap $0.16 -> $0.12 (-25%)"));
}

QTEST_GUILESS_MAIN(TestPolicyDiff)
#include "tst_policy_diff.moc"
