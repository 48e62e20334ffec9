// SPDX-License-Identifier: GPL-3.0-or-later
// What one transcript line says: token classes, speed, tiers, costs, names (traces.md 6).
#include <QTemporaryDir>
#include <QtTest/QtTest>
#include <fstream>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {
constexpr const char *kKind = "claude-code";
}

class TestClaudeFields : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void usage_data();
    void usage();
    void goldenPrices_data();
    void goldenPrices();
    void speedTierGeoAndSearches();
    void syntheticLines();
    void costStatedByOldVersions_data();
    void costStatedByOldVersions();
    void agentTypeFromTheSidecar();
    void brokenSidecarIsIgnored_data();
    void brokenSidecarIsIgnored();
    void namesAndRun();
    void latencyFromTheUserLine();
    void missingTimestamp();
};

void TestClaudeFields::usage_data()
{
    QTest::addColumn<QByteArray>("usage");
    QTest::addColumn<QByteArray>("tokens");
    const auto row = [](const char *name, const char *usage, const char *tokens) {
        QTest::newRow(name) << QByteArray(usage) << QByteArray(tokens);
    };
    row("plain", R"({"input_tokens":3,"output_tokens":9})", "in 3 out 9");
    row("all kinds",
        R"({"input_tokens":3,"output_tokens":9,"cache_read_input_tokens":100,"cache_creation_input_tokens":70,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":50}})",
        "in 3 read 100 5m 20 1h 50 out 9");
    row("flat sum ignored beside the kinds",
        R"({"cache_creation":{"ephemeral_1h_input_tokens":50,"ephemeral_5m_input_tokens":0},"cache_creation_input_tokens":999,"output_tokens":1})",
        "1h 50 out 1");
    row("old flat sum is five minutes", R"({"input_tokens":3,"output_tokens":9,"cache_creation_input_tokens":12304})",
        "in 3 5m 12304 out 9");
    row("flat sum with kinds null",
        R"({"input_tokens":3,"cache_creation_input_tokens":7,"cache_creation":null,"output_tokens":9})",
        "in 3 5m 7 out 9");
    row("thinking is inside output",
        R"({"input_tokens":3,"output_tokens":90,"output_tokens_details":{"thinking_tokens":60,"x":{"y":[1]}}})",
        "in 3 out 30 reasoning 60");
    row("thinking never exceeds output",
        R"({"input_tokens":3,"output_tokens":9,"output_tokens_details":{"thinking_tokens":60}})", "in 3 reasoning 9");
    row("null counts are none",
        R"({"input_tokens":3,"output_tokens":9,"cache_read_input_tokens":null,"cache_creation_input_tokens":null,"service_tier":null,"speed":null,"server_tool_use":null,"inference_geo":null,"iterations":null})",
        "in 3 out 9");
    row("written as decimals", R"({"input_tokens":3.0,"output_tokens":9e0})", "in 3 out 9");
    row("repeated key: last wins", R"({"input_tokens":3,"output_tokens":9,"output_tokens":12})", "in 3 out 12");
    row("repeated key: null is last", R"({"input_tokens":3,"output_tokens":9,"output_tokens":null})", "in 3");
    row("unknown members of every type",
        R"({"new":{"a":[{"input_tokens":5}]},"input_tokens":3,"x":[[]],"y":"\"}","output_tokens":9,"z":null})",
        "in 3 out 9");
    row("beyond 32 bits", R"({"input_tokens":5000000000,"output_tokens":9007199254740992})",
        "in 5000000000 out 9007199254740992");
    row("all zero", R"({"input_tokens":0,"output_tokens":0})", "");
}

void TestClaudeFields::usage()
{
    QFETCH(QByteArray, usage);
    QFETCH(QByteArray, tokens);
    World w;
    w.file(kKind, "p/s.jsonl", toText({.usage = usage.toStdString()}));
    const Call call = w.only();
    QCOMPARE(QByteArray::fromStdString(tokensOf(call.usage)), tokens);
    QCOMPARE(call.usage.quality, UsageQuality::Exact);
    // A space after the colon, as some writers have it.
    World spaced;
    std::string text = toText({.usage = " " + usage.toStdString()});
    spaced.file(kKind, "p/s.jsonl", text);
    QCOMPARE(QByteArray::fromStdString(tokensOf(spaced.only().usage)), tokens);
    // The whole usage twice on one line, other numbers first: the last one stands alone.
    World twice;
    twice.file(
        kKind, "p/s.jsonl",
        toText(
            {.usage = R"({"input_tokens":77,"output_tokens":88,"cache_read_input_tokens":66,"speed":"fast"},"usage":)"
                      + usage.toStdString()}));
    QCOMPARE(QByteArray::fromStdString(tokensOf(twice.only().usage)), tokens);
    QVERIFY((twice.only().flags & CallFast) == 0);
}

void TestClaudeFields::goldenPrices_data()
{
    QTest::addColumn<QByteArray>("model");
    QTest::addColumn<QByteArray>("usage");
    QTest::addColumn<qint64>("pico");
    // T1 (3 / .30 / 3.75 / 15 USD per million): 3 * 3 + 12304 * 3.75 + 550 * 15 = 54399 micro-USD.
    QTest::newRow("T1") << QByteArray("claude-sonnet-4-20250514")
                        << QByteArray(R"({"input_tokens":3,"cache_creation_input_tokens":12304,"output_tokens":550})")
                        << qint64(54'399'000'000);
    // T4 (5 / 6.25 / 25): 6 * 5 + 159217 * 6.25 + 2745 * 25 = 1063761.25 micro-USD.
    QTest::newRow("T4") << QByteArray("claude-opus-4-5-20251101")
                        << QByteArray(R"({"input_tokens":6,"cache_creation_input_tokens":159217,"output_tokens":2745})")
                        << qint64(1'063'761'250'000);
    // T5: an hour costs twice the base: 344139 * 10 = 3441390 micro-USD.
    QTest::newRow("T5")
        << QByteArray("claude-opus-4-5-20251101")
        << QByteArray(
               R"({"input_tokens":0,"output_tokens":0,"cache_creation_input_tokens":344139,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":344139}})")
        << qint64(3'441'390'000'000);
}

void TestClaudeFields::goldenPrices()
{
    QFETCH(QByteArray, model);
    QFETCH(QByteArray, usage);
    QFETCH(qint64, pico);
    World w;
    w.file(kKind, "p/s.jsonl", toText({.model = model.toStdString(), .usage = usage.toStdString()}));
    QCOMPARE(w.only().costOrigin, CostOrigin::Computed);
    QCOMPARE(qint64(w.only().cost), pico);
}

void TestClaudeFields::speedTierGeoAndSearches()
{
    World w;
    w.file(
        kKind, "p/s.jsonl",
        toText({.usage = R"({"input_tokens":1,"output_tokens":1,"speed":"fast","service_tier":"priority",)"
                         R"("inference_geo":"us","server_tool_use":{"web_search_requests":3,"web_fetch_requests":8}})"})
            + toText({.id = "m2",
                      .request = "r2",
                      .usage = R"({"input_tokens":1,"output_tokens":1,"speed":"standard","service_tier":"batch"})"}));
    const std::vector<Call> calls = w.calls();
    QCOMPARE(calls.size(), std::size_t(2));
    const Call &fast = (calls[0].flags & CallFast) != 0 ? calls[0] : calls[1];
    const Call &batch = (calls[0].flags & CallFast) != 0 ? calls[1] : calls[0];
    QCOMPARE(fast.usage.webSearches, std::int64_t(3));
    QCOMPARE(w.text(fast.serviceTier), std::string("priority"));
    QCOMPARE(w.text(fast.geo), std::string("us"));
    QVERIFY((batch.flags & CallBatch) != 0 && (batch.flags & CallFast) == 0);
    QCOMPARE(w.text(batch.provider), std::string("anthropic"));
}

/// rule 6: <synthetic> has no model and no cost; only error ones were a request at all.
void TestClaudeFields::syntheticLines()
{
    World w;
    w.file(kKind, "p/s.jsonl",
           toText({.model = "<synthetic>", .usage = usageText(0, 0)})
               + toText({.id = "m2",
                         .request = "r2",
                         .model = "<synthetic>",
                         .stop = "stop_sequence",
                         .usage = R"({"input_tokens":0,"output_tokens":0,"speed":null,"service_tier":null})",
                         .extra = R"(,"isApiErrorMessage":true,"error":"rate_limit")"}));
    const Call call = w.only();
    QVERIFY(call.failed() && !call.hasUsage());
    QCOMPARE(w.text(call.errorType), std::string("rate_limit"));
    QCOMPARE(call.model, Symbol(0));
    QCOMPARE(call.costOrigin, CostOrigin::NoCharge);
    QCOMPARE(w.collator.coverage().ignored, std::int64_t(1));
    QCOMPARE(w.totals().bound(), CostBound::Exact); // 3a.3: a failed call without usage costs nothing
}

void TestClaudeFields::costStatedByOldVersions_data()
{
    QTest::addColumn<QByteArray>("cost");
    QTest::addColumn<qint64>("pico");
    QTest::newRow("number") << QByteArray("0.054399") << qint64(54'399'000'000);
    QTest::newRow("exponent") << QByteArray("1e-7") << qint64(100'000);
    QTest::newRow("null") << QByteArray("null") << qint64(-1);
    QTest::newRow("text") << QByteArray("\"0.5\"") << qint64(-1);
    QTest::newRow("object") << QByteArray("{\"total\":1}") << qint64(-1);
    QTest::newRow("negative") << QByteArray("-1") << qint64(-1);
    QTest::newRow("twice") << QByteArray("0.5,\"costUSD\":null") << qint64(-1);
    QTest::newRow("absurd") << QByteArray("1e400") << qint64(-1);
}

void TestClaudeFields::costStatedByOldVersions()
{
    QFETCH(QByteArray, cost);
    QFETCH(qint64, pico);
    World w;
    w.file(kKind, "p/s.jsonl", toText({.extra = ",\"costUSD\":" + cost.toStdString()}));
    QCOMPARE(qint64(w.only().reportedPico), pico);
    QCOMPARE(w.only().costOrigin, CostOrigin::Computed); // 3a.2: beside the computed cost, never instead
}

void TestClaudeFields::agentTypeFromTheSidecar()
{
    QTemporaryDir dir;
    const std::string base = dir.path().toStdString() + "/subagents/";
    QVERIFY(QDir(dir.path()).mkpath("subagents/workflows/wf_x"));
    for (const char *name : {"agent-a1", "workflows/wf_x/agent-b2"}) {
        std::ofstream(base + name + ".meta.json")
            << R"({"agentType":"general-purpose","description":"find \"all\" tests","toolUseId":"t","spawnDepth":1})";
        World w;
        w.file(kKind, base + name + ".jsonl", toText({.extra = R"(,"agentId":"a1")", .sidechain = true}));
        QCOMPARE(w.text(w.only().names.agent), std::string("general-purpose"));
        QCOMPARE(w.text(w.only().names.taskType), std::string("find \"all\" tests"));
    }
}

void TestClaudeFields::brokenSidecarIsIgnored_data()
{
    QTest::addColumn<QByteArray>("content");
    for (const char *content :
         {"", "{", "[]", "null", R"({"agentType":null})", R"({"agentType":{"x":1}})", "\xFF\xFE", R"({"agentType)"})
        QTest::addRow("'%s'", content) << QByteArray(content);
    QTest::newRow("endless") << QByteArray(1 << 20, ' ');
}

void TestClaudeFields::brokenSidecarIsIgnored()
{
    QFETCH(QByteArray, content);
    QTemporaryDir dir;
    QVERIFY(QDir(dir.path()).mkpath("subagents"));
    const std::string base = dir.path().toStdString() + "/subagents/agent-a1";
    std::ofstream(base + ".meta.json") << content.toStdString();
    World w;
    w.file(kKind, base + ".jsonl", toText({.extra = R"(,"agentId":"a1")"}));
    QCOMPARE(w.text(w.only().names.agent), std::string("a1"));
}

void TestClaudeFields::namesAndRun()
{
    World w;
    w.file(kKind, "p/s.jsonl",
           userLine("2026-11-21T10:00:00Z", "p1") + toText({.time = "2026-11-21T10:00:02Z"})
               + userLine("2026-11-21T10:01:00Z", "p2")
               + toText({.id = "m2", .request = "r2", .time = "2026-11-21T10:01:04Z"})
               + toText({.id = "m3", .request = "r3", .time = "2026-11-21T10:01:09Z"}));
    const std::vector<Call> calls = w.calls();
    QCOMPARE(calls.size(), std::size_t(3));
    QCOMPARE(w.text(calls[0].names.workflow), std::string("/home/dev/shop"));
    QCOMPARE(w.text(calls[0].names.agent), std::string("main"));
    QCOMPARE(w.text(calls[0].prompt), std::string("p1"));
    QVERIFY(calls[0].run != calls[1].run); // one prompt, one run
    QVERIFY(calls[1].run == calls[2].run);
    const RunInfo run = w.runs().at(calls[1].run);
    QCOMPARE(w.text(run.prompt), std::string("p2"));
    QCOMPARE(w.text(run.session), std::string("s1"));
    QVERIFY(!run.closed);
    QCOMPARE(run.outcome, Outcome::Unknown);
}

void TestClaudeFields::latencyFromTheUserLine()
{
    World w;
    w.file(kKind, "p/s.jsonl",
           toText({.id = "m0", .request = "r0", .time = "2026-11-21T09:59:00Z"})
               + userLine("2026-11-21T10:00:00Z", "p1") + toText({.time = "2026-11-21T10:00:02.500Z"})
               + toText({.time = "2026-11-21T10:00:03.500Z"}));
    const std::vector<Call> calls = w.calls();
    QCOMPARE(calls.size(), std::size_t(2));
    QCOMPARE(calls[0].latencyNs, std::int64_t(-1)); // nothing before it: not known
    QCOMPARE(calls[1].latencyNs, std::int64_t(2'500'000'000));
}

void TestClaudeFields::missingTimestamp()
{
    World w;
    w.file(kKind, "p/s.jsonl",
           userLine("2026-11-21T10:00:00Z", "p1") + toText({.time = ""})
               + toText({.id = "m2", .request = "r2", .time = "yesterday"}));
    for (const Call &call : w.calls()) {
        QVERIFY((call.flags & CallTimeAssumed) != 0);
        QCOMPARE(formatRfc3339(call.time), std::string("2026-11-21T10:00:00Z")); // the last time that was told
    }
    World none;
    none.file(kKind, "p/s.jsonl", toText({.time = "null"}));
    QCOMPARE(qint64(none.only().time), qint64(none.arrival));
    QVERIFY((none.only().flags & CallTimeAssumed) != 0);
}

QTEST_GUILESS_MAIN(TestClaudeFields)
#include "tst_claude_fields.moc"
