// SPDX-License-Identifier: GPL-3.0-or-later
// One call told by the caller and by the gateway it went through, live: in any order, over restarts, and when one of
// the two is removed.
#include <QtTest/QtTest>

#include "tests/unit/engine/gateway_texts.h"
#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// A span of an instrumentation that hides what came from the cache.
SpanText spanOf(int number)
{
    return {.number = number,
            .scope = "@opentelemetry/instrumentation-openai",
            .version = "0.21.0",
            .asked = "gpt-4o",
            .workflow = "triage"};
}

std::string span(int number) { return spanText(spanOf(number)); }

/// What the gateway says of a call; without `id` it is that of the span of this number.
std::string row(int number, const std::string &id = {}, double shift = 0, const std::string &more = {})
{
    return rowText({.number = number, .cost = "0.0012", .shift = shift, .id = id, .cached = 600, .more = more});
}

/// calls, and tokens of one class: what the cache gave, told by the gateway alone.
struct Sums {
    std::int64_t calls = 0, fresh = 0, read = 0, out = 0;
    friend bool operator==(const Sums &, const Sums &) = default;
};

QByteArray words(const Sums &s)
{
    return QByteArray::number(s.calls) + " calls, in " + QByteArray::number(s.fresh) + " read "
           + QByteArray::number(s.read) + " out " + QByteArray::number(s.out);
}

QByteArray sumsOf(PipelineBench &b)
{
    const auto snapshot = b.pipeline().snapshot();
    const Totals &t = snapshot->totals;
    return words({t.calls, t.token(TokenClass::InFresh), t.token(TokenClass::CacheRead), t.outTotal()});
}

} // namespace

class TestPipelineGateway : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void inAnyOrder_data();
    void inAnyOrder();
    void callerRemoved();
    void gatewayRemoved();
    void sameIdAnotherDayIsAnotherCall();
    void failedAttemptsStandForThemselves();
    void answersOfTheGatewaysCache();
    void theMoreCompleteSideWins();
    void transcriptBehindAGateway();
    void twoInstrumentationsAndAGateway();
    void whatIsStoredIsLookedAtOnce();
    void storedRowsFarApart();
};

void TestPipelineGateway::inAnyOrder_data()
{
    QTest::addColumn<QByteArray>("order");
    QTest::addColumn<bool>("restarts");
    for (const char *order : {"sssrr", "rrsss", "srsrs", "rsrss"})
        for (const bool restarts : {false, true})
            QTest::addRow("%s%s", order, restarts ? ", restarts" : "") << QByteArray(order) << restarts;
}

void TestPipelineGateway::inAnyOrder()
{
    QFETCH(QByteArray, order);
    QFETCH(bool, restarts);
    PipelineBench b;
    b.write("spans.jsonl", "");
    b.write("gateway.jsonl", "");
    b.addSource("spans", "spans.jsonl", "otlp-json");
    b.addSource("gw", "gateway.jsonl", "litellm-log");
    b.open();
    b.drain();
    int spans = 0, rows = 0;
    for (const char step : order) {
        if (step == 's')
            b.append("spans.jsonl", span(++spans));
        else
            b.append("gateway.jsonl", row(++rows));
        b.drain();
        AGREE(b);
        if (restarts)
            b.restart();
    }
    // Two calls are told twice, the third by its span alone, which cannot say what the cache gave.
    const QByteArray wanted = words({3, 400 + 400 + 1000, 1200, 300});
    QCOMPARE(sumsOf(b), wanted);
    b.restart();
    b.drain();
    QCOMPARE(sumsOf(b), wanted);
    AGREE(b);
    QCOMPARE(QByteArray::fromStdString(b.stored()),
             QByteArray::fromStdString(b.fresh({{"otlp-json", "spans.jsonl"}, {"litellm-log", "gateway.jsonl"}})));
    QCOMPARE(QByteArray::fromStdString(b.fresh({{"litellm-log", "gateway.jsonl"}, {"otlp-json", "spans.jsonl"}})),
             QByteArray::fromStdString(b.stored()));
    std::int64_t runs = 0;
    b.pipeline().snapshot()->runs.forEach([&](const RunRow &run) { runs += run.totals.calls > 0 ? 1 : 0; });
    QCOMPARE(runs, std::int64_t(3));
    for (const Call &call : b.calls()) {
        QCOMPARE(b.text(call.names.workflow), std::string("triage")); // the caller knows best what it was for
        QCOMPARE(b.text(call.format), std::string("otlp-json"));
    }
}

void TestPipelineGateway::callerRemoved()
{
    PipelineBench b;
    b.write("spans.jsonl", span(1) + span(2));
    b.write("gateway.jsonl", row(1));
    b.addSource("spans", "spans.jsonl", "otlp-json");
    b.addSource("gw", "gateway.jsonl", "litellm-log");
    b.open();
    b.drain();
    QCOMPARE(sumsOf(b), words({2, 1400, 600, 200}));
    b.pipeline().removeSource("spans", true);
    b.drain();
    QCOMPARE(sumsOf(b), words({1, 400, 600, 100})); // the row is a call again
    AGREE(b);
    b.restart();
    QCOMPARE(sumsOf(b), words({1, 400, 600, 100}));
}

void TestPipelineGateway::gatewayRemoved()
{
    PipelineBench b;
    b.write("spans.jsonl", span(1) + span(2));
    b.write("gateway.jsonl", row(1));
    b.addSource("spans", "spans.jsonl", "otlp-json");
    b.addSource("gw", "gateway.jsonl", "litellm-log");
    b.open();
    b.drain();
    b.pipeline().removeSource("gw", true);
    b.drain();
    QCOMPARE(sumsOf(b), words({2, 2000, 0, 200})); // what the spans alone know
    AGREE(b);
}

/// Test servers number their answers from 1 again and again.
void TestPipelineGateway::sameIdAnotherDayIsAnotherCall()
{
    PipelineBench b;
    b.write("spans.jsonl", span(1));
    b.write("gateway.jsonl", row(1, "chatcmpl-1", 86400) + row(2, "chatcmpl-1", 60));
    b.addSource("spans", "spans.jsonl", "otlp-json");
    b.addSource("gw", "gateway.jsonl", "litellm-log");
    b.open();
    b.drain();
    QCOMPARE(sumsOf(b), words({3, 1800, 1200, 300}));
    AGREE(b);
}

/// What the gateway tried again inside one request, the caller never saw.
void TestPipelineGateway::failedAttemptsStandForThemselves()
{
    PipelineBench b;
    b.write("spans.jsonl", span(1));
    b.write( // the same request as that of row(1)
        "gateway.jsonl",
        R"({"id":"","litellm_call_id":"call-1","trace_id":"t1","call_type":"acompletion","custom_llm_provider":"openai","model":"gpt-4o","startTime":1795255201.1,"endTime":1795255201.2,"status":"failure","prompt_tokens":0,"completion_tokens":0})"
        "\n" + row(1));
    b.addSource("spans", "spans.jsonl", "otlp-json");
    b.addSource("gw", "gateway.jsonl", "litellm-log");
    b.open();
    b.drain();
    QCOMPARE(sumsOf(b), words({2, 400, 600, 100}));
    QCOMPARE(b.pipeline().snapshot()->totals.errors, std::int64_t(1));
    AGREE(b);
}

/// An answer the gateway had kept is no call of its own; the caller's span is not taken for one that was served.
void TestPipelineGateway::answersOfTheGatewaysCache()
{
    PipelineBench b;
    b.write("spans.jsonl", span(1));
    b.write("gateway.jsonl", row(1) + row(2, "chatcmpl-1", 0, R"(,"cache_hit":true)"));
    b.addSource("spans", "spans.jsonl", "otlp-json");
    b.addSource("gw", "gateway.jsonl", "litellm-log");
    b.open();
    b.drain();
    QCOMPARE(sumsOf(b), words({1, 400, 600, 100}));
    QCOMPARE(b.pipeline().snapshot()->totals.responseCacheHits, std::int64_t(1));
    AGREE(b);
}

void TestPipelineGateway::theMoreCompleteSideWins()
{
    PipelineBench b;
    SpanText longer = spanOf(1);
    longer.out = 140;
    b.write("spans.jsonl", spanText(longer)); // the caller saw more output than the gateway
    b.write("gateway.jsonl", row(1));
    b.addSource("spans", "spans.jsonl", "otlp-json");
    b.addSource("gw", "gateway.jsonl", "litellm-log");
    b.open();
    b.drain();
    QCOMPARE(sumsOf(b), words({1, 400, 600, 140}));
    const auto calls = b.calls();
    QCOMPARE(calls.size(), std::size_t{1});
    QCOMPARE(calls.front().reportedPico, std::int64_t(1'200'000'000)); // the gateway's own account
    QVERIFY((calls.front().flags & CallCacheKnown) != 0);
    QVERIFY((calls.front().flags & CallCacheHidden) == 0);
}

/// Claude Code through a gateway: the response id is the id of the message.
void TestPipelineGateway::transcriptBehindAGateway()
{
    for (const bool rowFirst : {false, true}) {
        PipelineBench b;
        const std::string line =
            R"({"type":"assistant","timestamp":"2026-11-21T10:00:01.400Z","sessionId":"s1","requestId":"req_1","cwd":"/home/dev/shop","message":{"id":"msg_1","model":"claude-sonnet-4-5","stop_reason":"end_turn","usage":{"input_tokens":400,"output_tokens":100,"cache_read_input_tokens":600,"cache_creation_input_tokens":0}}})"
            "\n";
        b.write("p/a.jsonl", rowFirst ? "" : line);
        b.write("gateway.jsonl", row(1, "msg_1"));
        b.addSource("cc", "p", "claude-code");
        b.addSource("gw", "gateway.jsonl", "litellm-log");
        b.open();
        b.drain();
        if (rowFirst) {
            b.restart();
            b.append("p/a.jsonl", line);
            b.drain();
        }
        QCOMPARE(sumsOf(b), words({1, 400, 600, 100}));
        AGREE(b);
        QCOMPARE(QByteArray::fromStdString(b.stored()),
                 QByteArray::fromStdString(b.fresh({{"litellm-log", "gateway.jsonl"}, {"claude-code", "p/a.jsonl"}})));
    }
}

/// The one of the two spans that is counted takes what the gateway knows.
void TestPipelineGateway::twoInstrumentationsAndAGateway()
{
    SpanText other = spanOf(1);
    other.scope = "another";
    other.span = 9;
    PipelineBench b;
    b.write("spans.jsonl", spanText(other) + span(1));
    b.write("gateway.jsonl", row(1));
    b.addSource("spans", "spans.jsonl", "otlp-json");
    b.addSource("gw", "gateway.jsonl", "litellm-log");
    b.open();
    b.drain();
    QCOMPARE(sumsOf(b), words({1, 400, 600, 100}));
    QCOMPARE(b.pipeline().snapshot()->rejected, std::int64_t(0));
    QCOMPARE(b.pipeline().snapshot()->duplicates, std::int64_t(1));
    AGREE(b);
}

void TestPipelineGateway::whatIsStoredIsLookedAtOnce()
{
    constexpr int kRows = 60;
    PipelineBench b;
    b.write("gateway.jsonl", row(1));
    b.write("spans.jsonl", "");
    b.addSource("spans", "spans.jsonl", "otlp-json");
    b.addSource("gw", "gateway.jsonl", "litellm-log");
    b.open();
    b.drain();
    for (int i = 2; i <= kRows; ++i) {
        b.append("gateway.jsonl", row(i));
        b.drain();
    }
    QVERIFY2(b.rowsRead <= kRows, std::to_string(b.rowsRead).c_str());
    b.restart();
    b.rowsRead = 0;
    for (int i = kRows; i > 0; --i) {
        b.append("spans.jsonl", span(i));
        b.drain();
    }
    QVERIFY2(b.rowsRead <= 2 * kRows, std::to_string(b.rowsRead).c_str());
    QCOMPARE(b.pipeline().snapshot()->totals.calls, std::int64_t(kRows)); // each was met
    AGREE(b);
}

/// However the looked-at time grows, to both sides and over holes, no stored row in it is overlooked.
void TestPipelineGateway::storedRowsFarApart()
{
    const std::vector<int> seconds = {40'000, 30'000, 50'000, 1, 90'000, 35'000, 60'000, 45'000, 1801, 88'200};
    PipelineBench b;
    std::string rows;
    for (const int at : seconds)
        rows += row(at);
    b.write("gateway.jsonl", rows);
    b.write("spans.jsonl", "");
    b.addSource("spans", "spans.jsonl", "otlp-json");
    b.addSource("gw", "gateway.jsonl", "litellm-log");
    b.open();
    b.drain();
    b.restart();
    std::int64_t met = 0;
    for (const int at : seconds) {
        b.append("spans.jsonl", span(at));
        b.drain();
        QCOMPARE(b.pipeline().snapshot()->totals.calls, static_cast<std::int64_t>(seconds.size()));
        ++met;
        QCOMPARE(b.pipeline().snapshot()->duplicates, met);
    }
    AGREE(b);
}

QTEST_GUILESS_MAIN(TestPipelineGateway)
#include "tst_pipeline_gateway.moc"
