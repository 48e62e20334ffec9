// SPDX-License-Identifier: GPL-3.0-or-later
// Response bodies and batch files: whose counts hold which, what is a call, what became of a request.
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

class TestApiUsage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void counts_data();
    void counts();
    void timeIsOfTheBody();
    void errorBodiesAreFailedCalls();
    void equalErrorsAreTwoCalls();
    void sameIdIsOneCall();
    void openAiStreamHasItsUsageLast();
    void streamWithoutUsageIsNotZero();
    void responsesStreamEvents();
    void anthropicStreamIsCumulative();
    void anthropicStreamCutOffIsAPlaceholder();
    void geminiChunksAreCumulative();
    void batchPrice();
    void anthropicTierAndSpeed();
    void batchResults_data();
    void batchResults();
    void missingOfABatch();
    void unknownModelIsUnpriced();
    void countsThatCannotBeAreRefused();
    void linesOfOtherKindsAreIgnored();
};

namespace {

constexpr const char *kKind = "api-usage";

std::string chat(const std::string &id, const std::string &usage, const std::string &more = {})
{
    return R"({"id":")" + id
           + R"(","object":"chat.completion","created":1795255200,"model":"gpt-4o","choices":[],"usage":)" + usage
           + more + "}\n";
}
std::string message(const std::string &usage, const std::string &id = "msg_1")
{
    return R"({"id":")" + id
           + R"(","type":"message","model":"claude-sonnet-4-5","content":[],"stop_reason":"end_turn","usage":)" + usage
           + "}";
}
constexpr const char *kChat = R"({"prompt_tokens":1000,"completion_tokens":100})";

} // namespace

void TestApiUsage::counts_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("tokens");
    const auto row = [](const char *title, const std::string &line, const char *tokens) {
        QTest::newRow(title) << QByteArray::fromStdString(line) << QByteArray(tokens);
    };
    row("chat: cached, written and audio are inside",
        chat(
            "a",
            R"({"prompt_tokens":100,"completion_tokens":50,"prompt_tokens_details":{"cached_tokens":30,"cache_write_tokens":20,"audio_tokens":10},)"
            R"("completion_tokens_details":{"reasoning_tokens":25,"audio_tokens":5}})"),
        "in 40 read 30 untyped 20 inAudio 10 out 20 reasoning 25 outAudio 5");
    row("responses",
        R"({"id":"r","object":"response","model":"gpt-5","error":null,"usage":{"input_tokens":100,)"
        R"("input_tokens_details":{"cached_tokens":60},"output_tokens":9,"output_tokens_details":{"reasoning_tokens":4}}})"
        "\n",
        "in 40 read 60 out 5 reasoning 4");
    row("embeddings",
        R"({"object":"list","data":[],"model":"text-embedding-3-small","usage":{"prompt_tokens":23,"total_tokens":23}})"
        "\n",
        "in 23");
    row("cached beside the input",
        chat("a", R"({"prompt_tokens":10,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":30}})"),
        "in 10 read 30 out 1");
    row("deepseek",
        chat(
            "a",
            R"({"prompt_tokens":100,"completion_tokens":1,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36})"),
        "in 36 read 64 out 1");
    row("anthropic: beside, split by lifetime",
        message(
            R"({"input_tokens":10,"cache_read_input_tokens":20,"cache_creation_input_tokens":999,)"
            R"("cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4},"output_tokens":9,"output_tokens_details":{"thinking_tokens":2}})")
            + "\n",
        "in 10 read 20 5m 3 1h 4 out 7 reasoning 2");
    row("anthropic: flat write",
        message(R"({"input_tokens":10,"cache_creation_input_tokens":7,"output_tokens":1})") + "\n", "in 10 5m 7 out 1");
    row("gemini: thoughts are beside, cached inside",
        R"({"responseId":"g","modelVersion":"gemini-2.5-pro","candidates":[],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":40,)"
        R"("toolUsePromptTokenCount":5,"candidatesTokenCount":10,"thoughtsTokenCount":6,"totalTokenCount":121}})"
        "\n",
        "in 65 read 40 out 10 reasoning 6");
}

void TestApiUsage::counts()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, tokens);
    World w;
    w.file(kKind, "r.jsonl", line.toStdString());
    QCOMPARE(tokensOf(w.only().usage), tokens.toStdString());
    QVERIFY(w.only().costOrigin == CostOrigin::Computed);
}

void TestApiUsage::timeIsOfTheBody()
{
    World w;
    w.file(kKind, "r.jsonl", chat("a", kChat));
    QCOMPARE(qint64(w.only().time), qint64(kOtlpEpoch));
    World arrival;
    arrival.file(kKind, "r.jsonl", message(R"({"input_tokens":1,"output_tokens":1})"));
    QCOMPARE(qint64(arrival.only().time), qint64(arrival.arrival));
    QVERIFY((arrival.only().flags & CallTimeAssumed) != 0);
}

void TestApiUsage::errorBodiesAreFailedCalls()
{
    World w;
    w.file(kKind, "r.jsonl",
           R"({"error":{"type":"rate_limit_exceeded","code":"rate_limit_exceeded","message":"m","param":null}})"
           "\n"
           R"({"type":"error","error":{"type":"overloaded_error","message":"m"},"request_id":"req_1"})"
           "\n"
           R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"m"}})"
           "\n");
    std::set<std::string> types;
    for (const Call &call : w.calls()) {
        QVERIFY(call.failed());
        QVERIFY(call.costOrigin == CostOrigin::NoCharge);
        types.insert(w.text(call.errorType));
    }
    QCOMPARE(types, (std::set<std::string>{"rate_limit_exceeded", "overloaded_error", "RESOURCE_EXHAUSTED"}));
}

void TestApiUsage::equalErrorsAreTwoCalls()
{
    World w;
    const std::string error = R"({"error":{"type":"server_error","code":null,"message":"m"}})"
                              "\n";
    w.file(kKind, "r.jsonl", error + error);
    QCOMPARE(w.totals().errors, 2);
}

void TestApiUsage::sameIdIsOneCall()
{
    World w;
    w.file(kKind, "r.jsonl", chat("a", kChat) + chat("b", kChat));
    w.file(kKind, "copy.jsonl", chat("a", kChat));
    QCOMPARE(w.totals().calls, 2);
    QCOMPARE(w.collator.coverage().duplicates, 1);
}

void TestApiUsage::openAiStreamHasItsUsageLast()
{
    World w;
    const std::string chunk =
        R"({"id":"a","object":"chat.completion.chunk","created":1795255200,"model":"gpt-4o","choices":[{}],"usage":null})"
        "\n";
    const std::string last =
        R"({"id":"a","object":"chat.completion.chunk","created":1795255200,"model":"gpt-4o","choices":[],"usage":)"
        + std::string(kChat) + "}\n";
    w.file(kKind, "r.jsonl", chunk + chunk + last);
    QCOMPARE(tokensOf(w.only().usage), std::string("in 1000 out 100"));
    QCOMPARE(w.collator.coverage().duplicates, 0);
}

void TestApiUsage::streamWithoutUsageIsNotZero()
{
    World w;
    w.file(
        kKind, "r.jsonl",
        R"({"id":"a","object":"chat.completion.chunk","created":1795255200,"model":"gpt-4o","choices":[{}],"usage":null})"
        "\n");
    QVERIFY(w.only().costOrigin == CostOrigin::NoUsage);
    QCOMPARE(w.totals().callsWithoutUsage, 1);
}

void TestApiUsage::responsesStreamEvents()
{
    World w;
    const std::string head =
        R"({"type":"response.created","response":{"id":"r","object":"response","model":"gpt-5","usage":null}})"
        "\n";
    const std::string last =
        R"({"type":"response.completed","response":{"id":"r","object":"response","model":"gpt-5","usage":{"input_tokens":5,"output_tokens":6}}})"
        "\n";
    w.file(kKind, "r.jsonl",
           head
               + R"({"type":"response.output_text.delta","delta":"x"})"
                 "\n"
               + last);
    QCOMPARE(tokensOf(w.only().usage), std::string("in 5 out 6"));
}

void TestApiUsage::anthropicStreamIsCumulative()
{
    const std::string text =
        R"({"type":"message_start","message":)"
        + message(R"({"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1})") + "}\n"
        + R"({"type":"content_block_delta","delta":{}})"
          "\n"
        + R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":null,"output_tokens":1}})"
          "\n"
        + R"({"type":"message_delta","delta":{},"usage":{"output_tokens":40}})"
          "\n"
        + R"({"type":"message_stop"})"
          "\n";
    World w;
    w.file(kKind, "r.jsonl", text);
    QCOMPARE(tokensOf(w.only().usage), std::string("in 10 read 90 out 40"));
    QVERIFY(w.only().usage.quality == UsageQuality::Exact);
    World equal; // as many as the start said: still the final count
    equal.file(kKind, "r.jsonl", text.substr(0, text.find("{\"type\":\"message_delta\",\"delta\":{},")));
    QVERIFY(equal.only().usage.quality == UsageQuality::Exact);
    for (std::size_t cut = text.find('\n') + 1; cut < text.size(); cut = text.find('\n', cut) + 1) {
        World again; // a restart inside the stream
        FactBatch batch;
        const auto first = again.reader(kKind, "r.jsonl");
        first->read(text.substr(0, cut), 0, batch);
        const auto second = again.reader(kKind, "r.jsonl");
        second->restoreState(first->saveState());
        second->read(text.substr(cut), static_cast<std::int64_t>(cut), batch);
        again.add(batch);
        QCOMPARE(again.describe(), w.describe());
    }
}

void TestApiUsage::anthropicStreamCutOffIsAPlaceholder()
{
    World w;
    w.file(kKind, "r.jsonl",
           R"({"type":"message_start","message":)" + message(R"({"input_tokens":10,"output_tokens":1})") + "}\n");
    QVERIFY(w.only().usage.quality == UsageQuality::Placeholder);
    QCOMPARE(w.totals().callsPlaceholder, 1);
}

void TestApiUsage::geminiChunksAreCumulative()
{
    World w;
    const auto chunk = [](int out) {
        return R"({"responseId":"g","modelVersion":"gemini-2.5-flash","candidates":[{}],"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":)"
               + std::to_string(out) + "}}\n";
    };
    w.file(kKind, "r.jsonl", chunk(3) + chunk(8) + chunk(20));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 100 out 20"));
}

void TestApiUsage::batchPrice()
{
    World w;
    std::string body = chat("a", kChat);
    body.pop_back();
    w.file(kKind, "r.jsonl",
           R"({"id":"batch_req_1","custom_id":"c1","response":{"status_code":200,"request_id":"q","body":)" + body
               + R"(},"error":null})"
                 "\n");
    World plain;
    plain.file(kKind, "r.jsonl", body);
    QVERIFY((w.only().flags & CallBatch) != 0);
    QCOMPARE(qint64(plain.only().cost), qint64(3'500'000'000));
    QCOMPARE(qint64(w.only().cost), qint64(1'750'000'000));
}

void TestApiUsage::anthropicTierAndSpeed()
{
    World w;
    w.file(
        kKind, "r.jsonl",
        message(
            R"({"input_tokens":1,"output_tokens":1,"service_tier":"batch","speed":"fast","inference_geo":"us","server_tool_use":{"web_search_requests":3}})")
            + "\n");
    const Call call = w.only();
    QVERIFY((call.flags & CallBatch) != 0 && (call.flags & CallFast) != 0);
    QCOMPARE(w.text(call.geo), std::string("us"));
    QCOMPARE(qint64(call.usage.webSearches), 3);
    QCOMPARE(w.text(call.finishReason), std::string("end_turn"));
}

void TestApiUsage::batchResults_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("error");
    const auto row = [](const char *title, const std::string &line, const char *error) {
        QTest::newRow(title) << QByteArray::fromStdString(line + "\n") << QByteArray(error);
    };
    std::string body = chat("a", kChat);
    body.pop_back();
    const std::string good = message(R"({"input_tokens":1000,"output_tokens":100})");
    row("openai completed", R"({"custom_id":"c","response":{"status_code":200,"body":)" + body + "},\"error\":null}",
        "");
    row("openai failed",
        R"({"custom_id":"c","response":{"status_code":400,"body":{"error":{"code":"context_length_exceeded"}}},"error":null})",
        "context_length_exceeded");
    row("openai failed without a body", R"({"custom_id":"c","response":{"status_code":503,"body":null},"error":null})",
        "http_503");
    row("openai expired", R"({"custom_id":"c","response":null,"error":{"code":"batch_expired","message":"m"}})",
        "batch_expired");
    row("anthropic succeeded", R"({"custom_id":"c","result":{"type":"succeeded","message":)" + good + "}}", "");
    row("anthropic errored",
        R"({"custom_id":"c","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error"}}}})",
        "invalid_request_error");
    row("anthropic expired", R"({"custom_id":"c","result":{"type":"expired"}})", "expired");
    row("anthropic canceled", R"({"custom_id":"c","result":{"type":"canceled"}})", "canceled");
    row("gemini",
        R"({"key":"c","response":{"responseId":"g","modelVersion":"gemini-2.5-pro","usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":100}}})",
        "");
    row("gemini failed", R"({"key":"c","error":{"code":13,"status":"INTERNAL"}})", "INTERNAL");
}

void TestApiUsage::batchResults()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, error);
    World w;
    w.file(kKind, "out.jsonl", line.toStdString());
    w.file(kKind, "copy/out.jsonl", "\n" + line.toStdString());
    const Call call = w.only();
    QCOMPARE(w.text(call.errorType), error.toStdString());
    QCOMPARE(call.failed(), !error.isEmpty());
    QVERIFY((call.flags & CallBatch) != 0);
    QVERIFY(call.costOrigin == (error.isEmpty() ? CostOrigin::Computed : CostOrigin::NoCharge));
}

void TestApiUsage::missingOfABatch()
{
    const auto request = [](const char *id) {
        return R"({"custom_id":")" + std::string(id)
               + R"(","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o"}})"
                 "\n";
    };
    std::string body = chat("a", kChat);
    body.pop_back();
    const std::string answer =
        R"({"custom_id":"c1","response":{"status_code":200,"body":)" + body + "},\"error\":null}\n";
    for (const bool answersFirst : {false, true}) {
        World w;
        const auto in = [&] { w.file(kKind, "in.jsonl", request("c1") + request("c2")); };
        const auto out = [&] { w.file(kKind, "out.jsonl", answer); };
        answersFirst ? (out(), in()) : (in(), out());
        w.file(kKind, "again/in.jsonl", request("c2")); // a copy asks for nothing more
        QCOMPARE(w.totals().calls, 2);
        QCOMPARE(w.totals().callsWithoutUsage, 1);
        for (const Call &call : w.calls())
            if (!call.hasUsage())
                QCOMPARE(w.text(call.finishReason), std::string("missing"));
    }
}

void TestApiUsage::unknownModelIsUnpriced()
{
    World w;
    w.file(kKind, "r.jsonl",
           R"({"id":"a","object":"chat.completion","model":"no-such-model-9","choices":[],"usage":)"
               + std::string(kChat) + "}\n");
    QVERIFY(w.only().costOrigin == CostOrigin::Unpriced);
    QCOMPARE(w.totals().tokensUnpriced, 1100);
}

void TestApiUsage::countsThatCannotBeAreRefused()
{
    World w;
    w.file(kKind, "r.jsonl",
           chat("a", R"({"prompt_tokens":-1,"completion_tokens":1})")
               + chat("b", R"({"prompt_tokens":1e99,"completion_tokens":1})")
               + message(R"({"input_tokens":1.5,"output_tokens":1})") + "\n");
    QCOMPARE(w.rejected("out_of_range"), 3);
    QVERIFY(w.calls().empty());
}

void TestApiUsage::linesOfOtherKindsAreIgnored()
{
    World w;
    const FactBatch batch = w.file(kKind, "r.jsonl",
                                   R"({"object":"list","data":[{"id":"gpt-4o","object":"model"}]})"
                                   "\n"
                                   R"({"object":"file","id":"f"})"
                                   "\n"
                                   R"({"usage":{"prompt_tokens":5}})"
                                   "\n"
                                   "[]\n");
    QVERIFY(w.calls().empty());
    QCOMPARE(batch.ignored, 3);
    QCOMPARE(w.rejected("not_an_object"), 1);
}

QTEST_GUILESS_MAIN(TestApiUsage)
#include "tst_api_usage.moc"
