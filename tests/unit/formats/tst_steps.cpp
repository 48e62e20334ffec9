// SPDX-License-Identifier: GPL-3.0-or-later
// Step records: the least an agent can say, and everything it may add.
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

class TestSteps : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void articleRecord();
    void costIsExact_data();
    void costIsExact();
    void missingUsageIsNotZero();
    void computedCostComesFirst();
    void cacheHitIsNoCall();
    void tierWordIsNoModel();
    void tokensInReportClasses();
    void flatTokensHoldTheirParts();
    void everyName();
    void times_data();
    void times();
    void equalLinesAreTwoSteps();
    void sameRecordTwiceIsOne();
    void recordsOfARunInAnyOrder();
    void failedSteps();
    void whatCannotBeIsRefused_data();
    void whatCannotBeIsRefused();
};

namespace {

constexpr const char *kKind = "steps";

std::string step(const std::string &more, const std::string &model = "gpt-4o")
{
    return R"({"name":"plan","model":")" + model + R"(","duration_ms":12.5,"cache_hit":false)" + more + "}\n";
}

} // namespace

void TestSteps::articleRecord()
{
    World w;
    w.file(kKind, "s.jsonl",
           R"({"name":"plan","model":"simple","cache_hit":false,"cost_usd":0.000125,"duration_ms":812.4})"
           "\n");
    const Call call = w.only();
    QCOMPARE(w.text(call.names.step), std::string("plan"));
    QCOMPARE(w.text(call.names.tier), std::string("simple"));
    QCOMPARE(w.text(call.model), std::string());
    QCOMPARE(qint64(call.latencyNs), 812'400'000);
    QVERIFY(call.costOrigin == CostOrigin::Reported);
    QCOMPARE(qint64(call.cost), 125'000'000);
    QCOMPARE(qint64(call.time), qint64(w.arrival));
    QVERIFY((call.flags & CallTimeAssumed) != 0);
    QCOMPARE(w.totals().callsCostReported, 1);
}

void TestSteps::costIsExact_data()
{
    QTest::addColumn<QByteArray>("cost");
    QTest::addColumn<qint64>("pico");
    QTest::newRow("beyond a double") << QByteArray("0.123456789012") << qint64(123'456'789'012);
    QTest::newRow("half even") << QByteArray("0.0000000000025") << qint64(2);
    QTest::newRow("exponent") << QByteArray("1.5e-7") << qint64(150'000);
    QTest::newRow("quoted") << QByteArray("\"0.25\"") << qint64(250'000'000'000);
}

void TestSteps::costIsExact()
{
    QFETCH(QByteArray, cost);
    QFETCH(qint64, pico);
    World w;
    w.file(kKind, "s.jsonl", step(",\"cost_usd\":" + cost.toStdString()));
    QCOMPARE(qint64(w.only().reportedPico), pico);
}

void TestSteps::missingUsageIsNotZero()
{
    World w;
    w.file(kKind, "s.jsonl", step(""));
    const Call call = w.only();
    QVERIFY(!call.hasUsage());
    QVERIFY(call.costOrigin == CostOrigin::NoUsage);
    QCOMPARE(w.totals().callsWithoutUsage, 1);
    World unknown;
    unknown.file(kKind, "s.jsonl", step(R"(,"input_tokens":10,"output_tokens":1)", "no-such-model-9"));
    QVERIFY(unknown.only().costOrigin == CostOrigin::Unpriced);
}

void TestSteps::computedCostComesFirst()
{
    World w;
    w.file(kKind, "s.jsonl", step(R"(,"cost_usd":0.5,"input_tokens":1000,"output_tokens":100)"));
    const Call call = w.only();
    QVERIFY(call.costOrigin == CostOrigin::Computed);
    QCOMPARE(qint64(call.cost), 3'500'000'000); // 1000 at 2.50 and 100 at 10 USD a million
    QCOMPARE(qint64(call.reportedPico), 500'000'000'000);
}

void TestSteps::cacheHitIsNoCall()
{
    World w;
    w.file(kKind, "s.jsonl",
           R"({"name":"a","model":"cache","cache_hit":true,"cost_usd":0.0,"duration_ms":1})"
           "\n"
           R"({"name":"a","model":"gpt-4o","cache_hit":true,"cost_usd":0,"duration_ms":2})"
           "\n"
           R"({"name":"a","model":"gpt-4o","cache_hit":true,"cost_usd":0.01,"duration_ms":3})"
           "\n");
    QCOMPARE(w.totals().responseCacheHits, 2);
    QCOMPARE(w.totals().calls, 1); // one was paid for: the provider's cache, not an answer kept
}

void TestSteps::tierWordIsNoModel()
{
    World w;
    w.file(kKind, "s.jsonl", step(R"(,"cost_usd":0.1,"tier":"mid")", "frontier"));
    QCOMPARE(w.text(w.only().names.tier), std::string("mid")); // stated beats told from the model
    QCOMPARE(w.text(w.only().model), std::string());
}

void TestSteps::tokensInReportClasses()
{
    World w;
    w.file(
        kKind, "s.jsonl",
        step(R"(,"tokens":{"in_fresh":1,"cache_read":2,"cache_write_5m":3,"cache_write_1h":4,"cache_write_untyped":5,)"
             R"("out_text":6,"out_reasoning":7,"something_new":8})"));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 1 read 2 5m 3 1h 4 untyped 5 out 6 reasoning 7"));
    QVERIFY((w.only().flags & CallCacheKnown) != 0);
}

void TestSteps::flatTokensHoldTheirParts()
{
    World w;
    w.file(
        kKind, "s.jsonl",
        step(
            R"(,"input_tokens":100,"cache_read_tokens":60,"cache_write_tokens":10,"output_tokens":20,"reasoning_tokens":5)"));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 30 read 60 untyped 10 out 15 reasoning 5"));
    World beside;
    beside.file(kKind, "s.jsonl", step(R"(,"input_tokens":100,"cache_read_tokens":600,"output_tokens":1)"));
    QCOMPARE(tokensOf(beside.only().usage), std::string("in 100 read 600 out 1"));
}

void TestSteps::everyName()
{
    World w;
    w.file(
        kKind, "s.jsonl",
        step(
            R"(,"cost_usd":0.1,"ts":"2026-11-21T10:00:05+01:00","workflow":"w","agent":"a","task_type":"t","segment":"s",)"
            R"("prompt_version":3,"feature":"f","tier":"cheap","policy_revision":42,"session":"x","run":"r","attempt":2,"max_tokens":4096,"finish_reason":"length",)"
            R"("provider":"openai","request_id":"q","unheard_of":{"deep":[1]})"));
    const Call c = w.only();
    std::string names;
    for (const Symbol s :
         {c.names.workflow, c.names.agent, c.names.taskType, c.names.segment, c.names.promptVersion, c.names.feature,
          c.names.tier, c.names.policyRevision, c.names.session, c.provider, c.request})
        names += w.text(s) + " ";
    QCOMPARE(names, std::string("w a t s 3 f cheap 42 x openai q "));
    QCOMPARE(int(c.attempt), 2);
    QCOMPARE(c.outputLimit, 4096U);
    QCOMPARE(w.text(c.finishReason), std::string("length"));
    QCOMPARE(qint64(c.time), qint64(kOtlpEpoch - kHour + 5 * kSecond));
}

void TestSteps::times_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("time");
    const qint64 t = kOtlpEpoch + 500'000'000;
    QTest::newRow("rfc 3339") << QByteArray("\"2026-11-21T10:00:00.5Z\"") << t;
    QTest::newRow("without a zone") << QByteArray("\"2026-11-21 10:00:00.500000\"") << t;
    QTest::newRow("seconds") << QByteArray("1795255200.5") << t;
    QTest::newRow("milliseconds") << QByteArray("1795255200500") << t;
    QTest::newRow("seconds in quotes") << QByteArray("\"1795255200.5\"") << t;
}

void TestSteps::times()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, time);
    World w;
    w.file(kKind, "s.jsonl", step(",\"cost_usd\":1,\"ts\":" + text.toStdString()));
    QCOMPARE(qint64(w.only().time), time);
    QVERIFY((w.only().flags & CallTimeAssumed) == 0);
}

void TestSteps::equalLinesAreTwoSteps()
{
    World w;
    w.file(kKind, "s.jsonl", step(R"(,"cost_usd":0.1)") + step(R"(,"cost_usd":0.1)"));
    w.file(kKind, "t.jsonl", step(R"(,"cost_usd":0.1)"));
    QCOMPARE(w.totals().calls, 3);
}

void TestSteps::sameRecordTwiceIsOne()
{
    for (const char *identity :
         {R"(,"cost_usd":0.1,"ts":1795255200)", R"(,"cost_usd":0.1,"id":"i1")", R"(,"cost_usd":0.1,"id":7)"}) {
        World w;
        w.file(kKind, "s.jsonl", step(identity));
        w.file(kKind, "copy/s.jsonl", "\n" + step(identity));
        QCOMPARE(w.totals().calls, 1);
        QCOMPARE(w.collator.coverage().duplicates, 1);
    }
}

void TestSteps::recordsOfARunInAnyOrder()
{
    const std::string lines[] = {
        step(R"(,"cost_usd":0.1,"ts":1795255200,"run":"r","workflow":"w")"),
        step(R"(,"cost_usd":0.2,"ts":1795255205,"run":"r","workflow":"w","outcome":"success")"),
        step(R"(,"cost_usd":0.3,"ts":1795255209,"run":"r","workflow":"w","outcome":"capped")"),
        step(R"(,"cost_usd":0.4,"ts":1795255300,"run":"r","workflow":"other")")};
    std::vector<int> order{0, 1, 2, 3};
    std::string expected;
    do {
        World w;
        for (const int i : order)
            w.file(kKind, "s" + std::to_string(i) + ".jsonl", lines[i]);
        if (expected.empty())
            expected = w.describe();
        QCOMPARE(w.describe(), expected);
        const std::map<Key128, RunInfo> runs = w.runs();
        QCOMPARE(runs.size(), std::size_t{2});
        const RunInfo &run = runs.at(w.calls().front().run);
        QVERIFY(run.outcome == Outcome::Capped); // the last word
        QVERIFY(run.closed);
        QCOMPARE(w.text(run.workflow), std::string("w"));
    } while (std::next_permutation(order.begin(), order.end()));
}

void TestSteps::failedSteps()
{
    World w;
    w.file(kKind, "s.jsonl",
           step(R"(,"ok":false,"cost_usd":0)") + step(R"(,"error":"timeout","id":"b")")
               + step(R"(,"ok":true,"error":null,"cost_usd":1,"id":"c")"));
    QCOMPARE(w.totals().errors, 2);
    QCOMPARE(w.totals().callsWithoutUsage, 1); // the third: not failed, no counts
    for (const Call &call : w.calls())
        if (call.failed())
            QVERIFY(call.costOrigin == CostOrigin::NoCharge);
}

void TestSteps::whatCannotBeIsRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("negative cost") << QByteArray::fromStdString(step(R"(,"cost_usd":-1)"))
                                   << QByteArray("out_of_range");
    QTest::newRow("cost in words") << QByteArray::fromStdString(step(R"(,"cost_usd":"free")"))
                                   << QByteArray("out_of_range");
    QTest::newRow("cost of nine million")
        << QByteArray::fromStdString(step(R"(,"cost_usd":1e9)")) << QByteArray("out_of_range");
    QTest::newRow("negative tokens") << QByteArray::fromStdString(step(R"(,"input_tokens":-1)"))
                                     << QByteArray("out_of_range");
    QTest::newRow("no name") << QByteArray(R"({"model":"gpt-4o","cost_usd":1})"
                                           "\n")
                             << QByteArray("not_a_step_record");
    QTest::newRow("only a name") << QByteArray(R"({"name":"x","duration_ms":1})"
                                               "\n")
                                 << QByteArray("not_a_step_record");
    QTest::newRow("cut") << QByteArray("{\"name\":\"x\"\n") << QByteArray("truncated_line");
    QTest::newRow("words") << QByteArray("step 1 done\n") << QByteArray("not_json");
}

void TestSteps::whatCannotBeIsRefused()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, reason);
    World w;
    w.file(kKind, "s.jsonl", text.toStdString());
    QVERIFY(w.calls().empty());
    QCOMPARE(w.rejected(reason.toStdString()), 1);
}

QTEST_GUILESS_MAIN(TestSteps)
#include "tst_steps.moc"
