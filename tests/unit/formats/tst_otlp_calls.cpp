// SPDX-License-Identifier: GPL-3.0-or-later
// Which spans are one call: rule 3a.6, nested calls, the same span twice, course of a call.
#include <QtTest/QtTest>
#include <algorithm>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

using Attributes = std::vector<std::pair<std::string, std::string>>;

OtlpSpan chat(unsigned id, unsigned parent, const std::string &response, int in, int out, Attributes more = {})
{
    OtlpSpan span;
    span.id = id;
    span.parent = parent;
    span.attributes = {{"gen_ai.operation.name", "chat"}, {"gen_ai.request.model", "gpt-4o"}};
    if (!response.empty())
        span.attributes.emplace_back("gen_ai.response.id", response);
    if (in >= 0)
        span.attributes.emplace_back("gen_ai.usage.input_tokens", std::to_string(in));
    if (out >= 0)
        span.attributes.emplace_back("gen_ai.usage.output_tokens", std::to_string(out));
    span.attributes.insert(span.attributes.end(), more.begin(), more.end());
    return span;
}

} // namespace

class TestOtlpCalls : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void responseIdMerge_data();
    void responseIdMerge();
    void mostCompleteOfThreeWins();
    void outerSpanOfAnEmbedding();
    void outerSpanThatFailedIsACallOfItsOwn();
    void sameSpanTwice();
    void parentAttributionThroughACall();
    void failedCalls_data();
    void failedCalls();
    void timesOfACall_data();
    void timesOfACall();
    void aggregatesNeverCount();
    void streamedFlag();
};

void TestOtlpCalls::responseIdMerge_data()
{
    QTest::addColumn<QByteArray>("otherScope");
    QTest::addColumn<QByteArray>("otherResponse");
    QTest::addColumn<unsigned>("otherTrace");
    QTest::addColumn<int>("otherStart");
    QTest::addColumn<int>("calls");
    const auto row = [](const char *name, const char *scope, const char *response, unsigned trace, int start,
                        int calls) {
        QTest::newRow(name) << QByteArray(scope) << QByteArray(response) << trace << start << calls;
    };
    row("two instrumentations of one client", "openai", "resp_1", 1, 1500, 1);
    row("touching in time", "openai", "resp_1", 1, 2000, 1);
    row("same scope: two calls", "vercel", "resp_1", 1, 1500, 2);
    row("other trace", "openai", "resp_1", 2, 1500, 2);
    row("one after the other", "openai", "resp_1", 1, 2001, 2);
    row("other response", "openai", "resp_2", 1, 1500, 2);
    row("no response ids", "openai", "", 1, 1500, 2);
}

void TestOtlpCalls::responseIdMerge()
{
    QFETCH(QByteArray, otherScope);
    QFETCH(QByteArray, otherResponse);
    QFETCH(unsigned, otherTrace);
    QFETCH(int, otherStart);
    QFETCH(int, calls);
    OtlpSpan other = chat(2, 0, otherResponse.toStdString(), 100, 50);
    other.trace = otherTrace;
    other.startMs = otherStart;
    other.endMs = otherStart + 1000;
    const std::string a = exportLine("vercel", {chat(1, 0, otherResponse.isEmpty() ? "" : "resp_1", 100, 7)});
    const std::string b = exportLine(otherScope.toStdString(), {other});
    for (const bool swap : {false, true}) {
        World w;
        w.file("otlp-json", "t.jsonl", swap ? b + a : a + b);
        QCOMPARE(w.totals().calls, std::int64_t(calls));
        QCOMPARE(w.totals().outTotal(), std::int64_t(calls == 1 ? 50 : 57)); // the more complete usage
    }
}

void TestOtlpCalls::mostCompleteOfThreeWins()
{
    const std::string lines[] = {exportLine("a", {chat(1, 0, "r", -1, -1)}), exportLine("b", {chat(2, 1, "r", 10, 20)}),
                                 exportLine("c", {chat(3, 2, "r", 10, 5)})};
    std::vector<int> order = {0, 1, 2};
    do {
        World w;
        std::string text;
        for (const int i : order)
            text += lines[i];
        w.file("otlp-json", "t.jsonl", text);
        QCOMPARE(tokensOf(w.only().usage), std::string("in 10 out 20"));
    } while (std::next_permutation(order.begin(), order.end()));
}

/// traces.md 4: Vercel 7 embeddings have an outer and an inner span, usage only on the inner.
void TestOtlpCalls::outerSpanOfAnEmbedding()
{
    OtlpSpan outer = chat(1, 0, "", -1, -1);
    OtlpSpan inner = chat(2, 1, "", 12, -1);
    outer.attributes[0].second = inner.attributes[0].second = "embeddings";
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("gen_ai", {inner, outer}));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 12"));
    QCOMPARE(w.totals().callsWithoutUsage, std::int64_t(0));
    World scopes; // another instrumentation around it says it made a call itself
    scopes.file("otlp-json", "t.jsonl", exportLine("gen_ai", {inner}) + exportLine("other", {outer}));
    QCOMPARE(scopes.totals().calls, std::int64_t(2));
}

void TestOtlpCalls::outerSpanThatFailedIsACallOfItsOwn()
{
    OtlpSpan outer = chat(1, 0, "", -1, -1);
    outer.extra = R"(,"status":{"code":2})";
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("gen_ai", {chat(2, 1, "", 12, 1), outer}));
    QCOMPARE(w.totals().calls, std::int64_t(2));
    QCOMPARE(w.totals().errors, std::int64_t(1));
}

/// O7: the same span twice, and a fuller sighting of it, is one call; the fuller one stands.
void TestOtlpCalls::sameSpanTwice()
{
    const std::string thin = exportLine("s", {chat(1, 0, "r", 10, -1)});
    const std::string full = exportLine("s", {chat(1, 0, "r", 10, 20)});
    for (const std::string &text : {thin + full, full + thin, full + full, full + thin + full}) {
        World w;
        w.file("otlp-json", "t.jsonl", text);
        QCOMPARE(tokensOf(w.only().usage), std::string("in 10 out 20"));
        QVERIFY(w.collator.coverage().duplicates >= 1);
    }
    World files;
    files.file("otlp-json", "a.jsonl", full);
    files.file("otlp-json", "b.jsonl", full);
    files.only();
    QCOMPARE(files.collator.coverage().duplicates, std::int64_t(1));
}

/// A call below a call: what lies above is found through it.
void TestOtlpCalls::parentAttributionThroughACall()
{
    OtlpSpan root{.id = 1, .name = "root", .attributes = {{"flyball.workflow", "triage"}}};
    OtlpSpan outer = chat(2, 1, "r", 10, 5);
    OtlpSpan inner = chat(3, 2, "r", 10, 20);
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("a", {inner}) + exportLine("b", {outer, root}));
    QCOMPARE(w.text(w.only().names.workflow), std::string("triage"));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 10 out 20"));
}

void TestOtlpCalls::failedCalls_data()
{
    QTest::addColumn<QByteArray>("extra");
    QTest::addColumn<QByteArray>("attribute");
    QTest::addColumn<QByteArray>("error"); // empty: not failed
    const auto row = [](const char *name, const char *extra, const char *attribute, const char *error) {
        QTest::newRow(name) << QByteArray(extra) << QByteArray(attribute) << QByteArray(error);
    };
    row("status error with error.type", R"(,"status":{"code":2,"message":"x"})", "error.type", "rate_limit");
    row("status error alone", R"(,"status":{"code":2})", "", "error");
    row("enum by name", R"(,"status":{"code":"STATUS_CODE_ERROR"})", "", "error");
    row("enum by name: ok", R"(,"status":{"code":"STATUS_CODE_OK"})", "", "");
    row("unset", R"(,"status":{})", "", "");
    row("null", R"(,"status":null)", "", "");
    row("ok", R"(,"status":{"code":1})", "error.type", "");
    row("exception event",
        R"(,"status":{"code":2},"events":[{"name":"exception","timeUnixNano":"1","attributes":[{"key":"exception.type","value":{"stringValue":"Timeout"}}]}])",
        "", "Timeout");
    row("exception of a call that went well", R"(,"events":[{"name":"exception","attributes":[]}])", "", "");
    row("events null", R"(,"events":null,"status":{"code":2})", "", "error");
}

void TestOtlpCalls::failedCalls()
{
    QFETCH(QByteArray, extra);
    QFETCH(QByteArray, attribute);
    QFETCH(QByteArray, error);
    World w;
    OtlpSpan span = chat(1, 0, "", -1, -1);
    if (!attribute.isEmpty())
        span.attributes.emplace_back(attribute.toStdString(), "rate_limit");
    span.extra = extra.toStdString();
    w.file("otlp-json", "t.jsonl", exportLine("s", {span}));
    QCOMPARE(w.only().failed(), !error.isEmpty());
    QCOMPARE(QByteArray::fromStdString(w.text(w.only().errorType)), error);
    // 3a.3: failed without usage costs 0 and is priced; not failed without usage is unknown.
    QCOMPARE(w.only().costOrigin, error.isEmpty() ? CostOrigin::NoUsage : CostOrigin::NoCharge);
    QCOMPARE(w.totals().bound(), error.isEmpty() ? CostBound::AtLeast : CostBound::Exact);
    World billed; // failed after tokens were used: they cost
    span.attributes.emplace_back("gen_ai.usage.input_tokens", "1000");
    billed.file("otlp-json", "t.jsonl", exportLine("s", {span}));
    QCOMPARE(qint64(billed.only().cost), qint64(2'500'000'000)); // gpt-4o: 2.5 USD per million
}

void TestOtlpCalls::timesOfACall_data()
{
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<QByteArray>("end");
    QTest::addColumn<qint64>("time"); // -1: refused, 0: arrival
    QTest::addColumn<qint64>("latency");
    QTest::addColumn<bool>("skew");
    const auto row = [](const char *name, const char *start, const char *end, qint64 time, qint64 latency,
                        bool skew = false) {
        QTest::newRow(name) << QByteArray(start) << QByteArray(end) << time << latency << skew;
    };
    // Beyond 2^53: a double would round 1795255200123456789 to ...768.
    row("texts", "\"1795255200123456789\"", "\"1795255200123456790\"", 1795255200123456790, 1);
    row("numbers", "1795255200123456789", "1795255200123456791", 1795255200123456791, 2);
    row("no end", "\"1795255200000000001\"", "null", 1795255200000000001, -1);
    row("end 0", "\"1795255200000000001\"", "\"0\"", 1795255200000000001, -1);
    row("no start", "null", "\"1795255200000000005\"", 1795255200000000005, -1);
    row("neither", "null", "null", 0, -1);
    row("end before start", "\"1795255200000000009\"", "\"1795255200000000005\"", 1795255200000000005, 0, true);
    row("largest", "\"7258118399999999999\"", "\"7258118400000000000\"", 7258118400000000000, 1);
    row("largest as a number", "7258118399999999999", "7258118400000000000", 7258118400000000000, 1);
    for (const char *bad : {"\"\"", "\"soon\"", "\"-5\"", "-5", "1.5e18", "\"1795255200.5\"", "\"9223372036854775808\"",
                            "\"7258118400000000001\"", "7258118400000000001", "\"9223372036854775807\"",
                            "\"99999999999999999999999\"", "true", "{}", "[1]"})
        row(bad, "\"1795255200000000001\"", bad, -1, -1);
}

void TestOtlpCalls::timesOfACall()
{
    QFETCH(QByteArray, start);
    QFETCH(QByteArray, end);
    QFETCH(qint64, time);
    QFETCH(qint64, latency);
    QFETCH(bool, skew);
    World w;
    const std::string good = spanText(chat(9, 0, "", 1, 1));
    const std::string line =
        R"({"resourceSpans":[{"scopeSpans":[{"scope":{"name":"s"},"spans":[{"traceId":"000000000000000000000000000000ff","spanId":"0000000000000001","startTimeUnixNano":)"
        + start.toStdString() + ",\"endTimeUnixNano\":" + end.toStdString()
        + R"(,"attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]},)" + good + "]}]}]}\n";
    w.file("otlp-json", "t.jsonl", line);
    QCOMPARE(w.totals().calls, std::int64_t(time == -1 ? 1 : 2)); // one bad span does not cost the others
    QCOMPARE(w.rejected("bad_time"), std::int64_t(time == -1 ? 1 : 0));
    for (const Call &call : w.calls()) {
        if (call.group.lo != 0xff)
            continue;
        QCOMPARE(qint64(call.time), time == 0 ? qint64(w.arrival) : time);
        QCOMPARE((call.flags & CallTimeAssumed) != 0, time == 0);
        QCOMPARE(qint64(call.latencyNs), latency);
        QCOMPARE((call.flags & CallClockSkew) != 0, skew);
    }
}

/// traces.md 1b: parents repeat the sum; naive total = 2.0 x truth.
void TestOtlpCalls::aggregatesNeverCount()
{
    const auto sums = [](unsigned id, const char *key, const char *value) {
        return OtlpSpan{.id = id,
                        .name = value,
                        .attributes = {{key, value},
                                       {"gen_ai.usage.input_tokens", "30"},
                                       {"gen_ai.usage.output_tokens", "40"},
                                       {"ai.usage.inputTokens", "30"},
                                       {"gen_ai.request.model", "gpt-4o"},
                                       {"ai.model.id", "gpt-4o"}}};
    };
    World w;
    w.file(
        "otlp-json", "t.jsonl",
        exportLine("s", {sums(1, "gen_ai.operation.name", "invoke_agent"), sums(2, "ai.operationId", "ai.generateText"),
                         sums(3, "gen_ai.operation.name", "agent_step"), sums(4, "openinference.span.kind", "CHAIN"),
                         sums(5, "gen_ai.operation.name", "fetch_response"), chat(6, 1, "", 30, 40)}));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 30 out 40"));
    QCOMPARE(w.collator.coverage().ignored, std::int64_t(5));
}

void TestOtlpCalls::streamedFlag()
{
    for (const char *value : {"{\"boolValue\":true}", "{\"boolValue\":false}"}) {
        World w;
        w.file("otlp-json", "t.jsonl", exportLine("s", {chat(1, 0, "", 1, 1, {{"gen_ai.request.stream", value}})}));
        QCOMPARE((w.only().flags & CallStreamed) != 0, std::string_view(value).find("true") != std::string_view::npos);
    }
}

QTEST_GUILESS_MAIN(TestOtlpCalls)
#include "tst_otlp_calls.moc"
