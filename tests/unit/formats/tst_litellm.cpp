// SPDX-License-Identifier: GPL-3.0-or-later
// LiteLLM's logged payloads, each test named after a trap.
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

class TestLiteLlm : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void promptTokensHoldTheCachedOnes_data();
    void promptTokensHoldTheCachedOnes();
    void costIsStatedBesideTheComputedOne();
    void gatewayCacheHitIsNoCall();
    void attemptsOfOneRequestAreOneRun();
    void failureIsLoggedWithZeros();
    void timesComeInTwoForms_data();
    void timesComeInTwoForms();
    void streamsHaveAFirstToken();
    void namesFromTagsAndMetadata();
    void listsOfPayloads();
    void sameCallTwiceIsOne();
    void evaluationsAreSignals();
    void unknownModelIsUnpriced();
    void brokenPayloadsAreNamed();
};

namespace {

constexpr const char *kKind = "litellm-log";

std::string payload(const std::string &callId, const std::string &more = {}, const std::string &model = "gpt-4o")
{
    return R"({"id":"chatcmpl-)" + callId + R"(","litellm_call_id":")" + callId
           + R"(","call_type":"acompletion","custom_llm_provider":"openai","model":")" + model
           + R"(","model_group":"smart","startTime":1795255200.0,"endTime":1795255201.5,"status":"success","prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100)"
           + more + "}";
}

} // namespace

void TestLiteLlm::promptTokensHoldTheCachedOnes_data()
{
    QTest::addColumn<QByteArray>("more");
    QTest::addColumn<QByteArray>("tokens");
    QTest::newRow("no details") << QByteArray() << QByteArray("in 1000 out 100");
    QTest::newRow("openai") << QByteArray(
        R"(,"metadata":{"usage_object":{"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_tokens":600},"completion_tokens_details":{"reasoning_tokens":40}}})")
                            << QByteArray("in 400 read 600 out 60 reasoning 40");
    QTest::newRow("anthropic mapped") << QByteArray(
        R"(,"metadata":{"usage_object":{"prompt_tokens":1000,"completion_tokens":100,"cache_read_input_tokens":600,"cache_creation_input_tokens":300}})")
                                      << QByteArray("in 100 read 600 untyped 300 out 100");
    QTest::newRow("with lifetimes") << QByteArray(
        R"(,"metadata":{"usage_object":{"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_tokens":600,"cache_creation_tokens":300,)"
        R"("cache_creation_token_details":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":100}}}})")
                                    << QByteArray("in 100 read 600 5m 200 1h 100 out 100");
    QTest::newRow("in the response") << QByteArray(
        R"(,"response":{"usage":{"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_tokens":10}}})")
                                     << QByteArray("in 990 read 10 out 100");
    QTest::newRow("response redacted") << QByteArray(
        R"(,"response":"redacted-by-litellm","metadata":{"usage_object":null})")
                                       << QByteArray("in 1000 out 100");
}

void TestLiteLlm::promptTokensHoldTheCachedOnes()
{
    QFETCH(QByteArray, more);
    QFETCH(QByteArray, tokens);
    World w;
    w.file(kKind, "l.jsonl", payload("c1", more.toStdString()) + "\n");
    QCOMPARE(tokensOf(w.only().usage), tokens.toStdString());
}

void TestLiteLlm::costIsStatedBesideTheComputedOne()
{
    World w;
    w.file(kKind, "l.jsonl", payload("c1", R"(,"response_cost":0.003500000012)"));
    const Call call = w.only();
    QVERIFY(call.costOrigin == CostOrigin::Computed);
    QCOMPARE(qint64(call.cost), qint64(3'500'000'000));
    QCOMPARE(qint64(call.reportedPico), qint64(3'500'000'012));
    World unpriced;
    unpriced.file(kKind, "l.jsonl", payload("c1", R"(,"response_cost":0.0123)", "no-such-model-9"));
    QVERIFY(unpriced.only().costOrigin == CostOrigin::Reported);
}

void TestLiteLlm::gatewayCacheHitIsNoCall()
{
    for (const char *hit : {"true", "\"True\""}) {
        World w;
        w.file(kKind, "l.jsonl",
               payload("c1", std::string(R"(,"response_cost":0,"saved_cache_cost":0.0035,"cache_hit":)") + hit));
        QCOMPARE(w.totals().calls, 0);
        QCOMPARE(w.totals().responseCacheHits, 1);
        QVERIFY(w.totals().cost.isZero());
    }
    World none;
    none.file(kKind, "l.jsonl", payload("c1", R"(,"cache_hit":null)") + "\n" + payload("c2", R"(,"cache_hit":false)"));
    QCOMPARE(none.totals().calls, 2);
}

void TestLiteLlm::attemptsOfOneRequestAreOneRun()
{
    World w;
    const std::string failed = R"(,"trace_id":"t1","status":"failure","startTime":17952551)";
    w.file(
        kKind, "l.jsonl",
        payload(
            "c1",
            failed
                + R"(90.0,"error_information":{"error_class":"RateLimitError","error_code":"429"},"prompt_tokens":0,"completion_tokens":0,"response_cost":0)")
            + "\n"
            + payload(
                "c1",
                failed
                    + R"(95.0,"error_information":{"error_class":"RateLimitError"},"prompt_tokens":0,"completion_tokens":0,"response_cost":null)")
            + "\n" + payload("c1", R"(,"trace_id":"t1","request_tags":["workflow:triage"])"));
    QCOMPARE(w.totals().calls, 3);
    QCOMPARE(w.totals().errors, 2);
    QCOMPARE(w.runs().size(), std::size_t{1});
    for (const Call &call : w.calls()) {
        QCOMPARE(w.text(call.names.workflow), std::string("triage"));
        if (call.failed())
            QCOMPARE(w.text(call.errorType), std::string("RateLimitError"));
    }
}

void TestLiteLlm::failureIsLoggedWithZeros()
{
    World w;
    w.file(
        kKind, "l.jsonl",
        payload(
            "c1",
            R"(,"status":"failure","prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"error_information":{"error_code":"503"})"));
    const Call call = w.only();
    QVERIFY(call.failed() && !call.hasUsage());
    QCOMPARE(w.text(call.errorType), std::string("503"));
    QVERIFY(call.costOrigin == CostOrigin::NoCharge);
}

void TestLiteLlm::timesComeInTwoForms_data()
{
    QTest::addColumn<QByteArray>("times");
    QTest::newRow("seconds") << QByteArray(R"(,"startTime":1795255200.25,"endTime":1795255202.75)");
    QTest::newRow("text") << QByteArray(
        R"(,"startTime":"2026-11-21 10:00:00.250000","endTime":"2026-11-21 10:00:02.750000")");
}

void TestLiteLlm::timesComeInTwoForms()
{
    QFETCH(QByteArray, times);
    World w;
    w.file(kKind, "l.jsonl", payload("c1", times.toStdString()));
    QCOMPARE(qint64(w.only().time), qint64(kOtlpEpoch + 2'750'000'000));
    QCOMPARE(qint64(w.only().latencyNs), qint64(2'500'000'000));
}

void TestLiteLlm::streamsHaveAFirstToken()
{
    World w;
    w.file(kKind, "l.jsonl",
           payload("c1", R"(,"stream":true,"completionStartTime":1795255200.5)") + "\n"
               + payload("c2", R"(,"stream":false,"completionStartTime":1795255201.5)"));
    std::set<qint64> first;
    for (const Call &call : w.calls())
        first.insert(call.firstTokenNs);
    QCOMPARE(first, (std::set<qint64>{-1, 500'000'000}));
}

void TestLiteLlm::namesFromTagsAndMetadata()
{
    World w;
    w.file(
        kKind, "l.jsonl",
        payload(
            "c1",
            R"(,"request_tags":["User-Agent: x","workflow:tagged","task:classify"],"metadata":{"user_api_key_alias":"shop","requester_metadata":)"
            R"({"flyball.workflow":"triage","agent":"a","flyball.prompt.version":"v3","session_id":"s"}})")
            + "\n" + payload("c2", R"(,"metadata":{"user_api_key_alias":"shop"})"));
    std::set<std::string> names;
    for (const Call &c : w.calls())
        names.insert(w.text(c.names.workflow) + "/" + w.text(c.names.taskType) + "/" + w.text(c.names.agent) + "/"
                     + w.text(c.names.promptVersion) + "/" + w.text(c.names.session) + "/" + w.text(c.modelRequested)
                     + "/" + w.text(c.model) + "/" + w.text(c.request));
    QCOMPARE(names, (std::set<std::string>{"triage/classify/a/v3/s/smart/gpt-4o/chatcmpl-c1",
                                           "shop/////smart/gpt-4o/chatcmpl-c2"}));
}

void TestLiteLlm::listsOfPayloads()
{
    World w;
    w.file(kKind, "l.jsonl",
           "[" + payload("c1") + ", " + payload("c2") + ",17]\n" + payload("c3") + "\n[" + payload("c4") + "\n[]\n");
    QCOMPARE(w.totals().calls, 3);
    QCOMPARE(w.rejected("not_an_object"), 1);
    QCOMPARE(w.rejected("truncated_line"), 1);
}

void TestLiteLlm::sameCallTwiceIsOne()
{
    World w;
    w.file(kKind, "l.jsonl", payload("c1") + "\n");
    w.file(kKind, "bucket/one.json", "[" + payload("c1") + "]");
    QCOMPARE(w.totals().calls, 1);
    QCOMPARE(w.collator.coverage().duplicates, 1);
}

void TestLiteLlm::evaluationsAreSignals()
{
    World w;
    const FactBatch batch = w.file(
        kKind, "l.jsonl",
        payload(
            "c1",
            R"(,"eval_information":[{"eval_name":"tone","overall_score":0.9,"passed":true},{"eval_name":"facts","overall_score":"0.2","passed":false},{"judge_model":"x"}])")
            + "\n" + payload("c2", R"(,"eval_information":{"eval_name":"tone","overall_score":0.5})"));
    QCOMPARE(batch.signals.size(), std::size_t{3});
    QVERIFY(batch.signals[0].verdict == Verdict::Pass && batch.signals[0].score == 0.9);
    QVERIFY(batch.signals[1].verdict == Verdict::Fail && batch.signals[1].score == 0.2);
    QVERIFY(batch.signals[2].verdict == Verdict::None && batch.signals[2].hasScore);
}

void TestLiteLlm::unknownModelIsUnpriced()
{
    World w;
    w.file(kKind, "l.jsonl", payload("c1", R"(,"response_cost":0)", "no-such-model-9"));
    QVERIFY(w.only().costOrigin == CostOrigin::Unpriced); // a stated zero for 1100 tokens is not believed
}

void TestLiteLlm::brokenPayloadsAreNamed()
{
    World w;
    const FactBatch batch =
        w.file(kKind, "l.jsonl",
               payload("c1", R"(,"prompt_tokens":-4)") + "\n{\"id\":\n<html>\n" + R"({"note":"started"})" + "\n");
    QCOMPARE(w.rejected("out_of_range"), 1);
    QCOMPARE(w.rejected("truncated_line"), 1);
    QCOMPARE(w.rejected("html"), 1);
    QCOMPARE(batch.ignored, 1);
    QVERIFY(w.calls().empty());
}

QTEST_GUILESS_MAIN(TestLiteLlm)
#include "tst_litellm.moc"
