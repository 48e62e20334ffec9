// SPDX-License-Identifier: GPL-3.0-or-later
// Agents' own log events beside their transcripts, each test named after a trap.
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

class TestAgentTelemetry : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theLastOutputCounts();
    void orderDoesNotMatter();
    void anEventWithoutTranscriptIsACall();
    void aRequestTheTranscriptLacksIsACall();
    void claudeEventWithoutRequestIsRefused();
    void codexToolTokensAreTheTotal();
    void numbersInQuotes_data();
    void numbersInQuotes();
    void sessionWithTranscriptIsToldOnce();
    void subagentsOfCodexAreTold();
    void timesOfCodexStandElsewhere();
    void otherEventsAreIgnored();
    void impossibleCountsAreRefused();
    void eventsToldByASessionAreDuplicates();
    void aClaudeErrorIsAFailedCallOnce();
    void aClaudeErrorWithoutRequestIsPassedOver();
    void theSecondDetailsEventHasTheUsage();
    void detailsEventsBesideSpansAreNotCalls();
    void geminiSaysItInABetterEvent();
};

namespace {

std::string attribute(const std::string &key, const std::string &value)
{
    return R"({"key":")" + key + R"(","value":)" + value + "}";
}
std::string text(const std::string &key, const std::string &value)
{
    return attribute(key, R"({"stringValue":")" + value + R"("})");
}
std::string number(const std::string &key, std::int64_t value)
{
    return attribute(key, R"({"intValue":)" + std::to_string(value) + "}");
}

std::string log(const std::string &scope, const std::string &attributes,
                const std::string &time = "1795255201000000000")
{
    return R"({"resourceLogs":[{"scopeLogs":[{"scope":{"name":")" + scope + R"("},"logRecords":[{"timeUnixNano":")"
           + time + R"(","body":{"stringValue":"x"},"attributes":[)" + attributes + "]}]}]}]}\n";
}

std::string claudeEvent(const std::string &request, int output, const std::string &more = {})
{
    return log("com.anthropic.claude_code.events",
               text("event.name", "api_request") + "," + text("session.id", "s1") + "," + text("prompt.id", "p1") + ","
                   + text("model", "claude-sonnet-4-5") + "," + number("input_tokens", 100) + ","
                   + number("output_tokens", output) + "," + number("cache_read_tokens", 10) + ","
                   + number("cache_creation_tokens", 30) + "," + number("duration_ms", 750)
                   + (request.empty() ? "" : "," + text("request_id", request)) + more);
}

/// A subagent's line: it states what was known when its stream began.
std::string claudeLine(const std::string &request, int output)
{
    return R"({"type":"assistant","timestamp":"2026-11-21T10:00:00.000Z","sessionId":"s1","requestId":")" + request
           + R"(","cwd":"/home/dev/shop","message":{"id":"msg_)" + request
           + R"(","model":"claude-sonnet-4-5","stop_reason":null,"usage":{"input_tokens":100,"output_tokens":)"
           + std::to_string(output)
           + R"(,"cache_read_input_tokens":10,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}}}})"
           + "\n";
}

std::string codexEvent(const std::string &tokens, const std::string &session = "t1",
                       const std::string &time = "1795255201000000000")
{
    return log("codex_otel.log_only",
               text("event.name", "codex.sse_event") + "," + text("event.kind", "response.completed") + ","
                   + text("conversation.id", session) + "," + text("model", "gpt-5-codex") + ","
                   + text("event.timestamp", "2026-11-21T10:00:07.000Z") + "," + tokens,
               time);
}

const std::string kCodexTokens = text("input_token_count", "1000") + "," + text("output_token_count", "200") + ","
                                 + number("cached_token_count", 600) + "," + number("cache_write_token_count", 50) + ","
                                 + number("reasoning_token_count", 150) + "," + text("tool_token_count", "1200");

} // namespace

void TestAgentTelemetry::theLastOutputCounts()
{
    World world;
    world.file("claude-code", "a.jsonl", claudeLine("r1", 1));
    world.file("otlp-json", "logs.jsonl", claudeEvent("r1", 90));
    const Call call = world.only();
    QCOMPARE(tokensOf(call.usage), std::string("in 100 read 10 5m 10 1h 20 out 90"));
    QCOMPARE(call.latencyNs, 750'000'000);
    QCOMPARE(world.text(call.format), std::string("claude-code"));
    QCOMPARE(call.usage.quality, UsageQuality::Exact);
}

void TestAgentTelemetry::orderDoesNotMatter()
{
    std::string wanted;
    for (const auto &order : {std::vector<int>{0, 1, 2}, {2, 1, 0}, {1, 2, 0}}) {
        World world;
        for (const int part : order) {
            if (part == 0)
                world.file("claude-code", "a.jsonl", claudeLine("r1", 1) + claudeLine("r2", 1));
            else
                world.file("otlp-json", "logs.jsonl", claudeEvent("r" + std::to_string(part), 40 + part));
        }
        const std::string got = world.describe();
        if (wanted.empty())
            wanted = got;
        QCOMPARE(got, wanted);
        QCOMPARE(world.totals().calls, 2);
        QCOMPARE(world.totals().outTotal(), 41 + 42);
    }
}

void TestAgentTelemetry::anEventWithoutTranscriptIsACall()
{
    World world;
    world.file("otlp-json", "logs.jsonl", claudeEvent("r1", 90));
    const Call call = world.only();
    QCOMPARE(tokensOf(call.usage), std::string("in 100 read 10 untyped 30 out 90"));
    QCOMPARE(world.text(call.model), std::string("claude-sonnet-4-5"));
    QVERIFY(call.cost > 0);
}

void TestAgentTelemetry::aRequestTheTranscriptLacksIsACall()
{
    World world;
    world.file("claude-code", "a.jsonl", claudeLine("r1", 1));
    world.file("otlp-json", "logs.jsonl", claudeEvent("r1", 90) + claudeEvent("r9", 7));
    QCOMPARE(world.totals().calls, 2);
    QCOMPARE(world.totals().outTotal(), 97);
}

void TestAgentTelemetry::claudeEventWithoutRequestIsRefused()
{
    World world;
    world.file("otlp-json", "logs.jsonl", claudeEvent("", 90));
    QCOMPARE(world.totals().calls, 0);
    QCOMPARE(world.rejected("telemetry_without_request_id"), 1);
}

void TestAgentTelemetry::codexToolTokensAreTheTotal()
{
    World world;
    world.file("otlp-json", "logs.jsonl", codexEvent(kCodexTokens));
    QCOMPARE(tokensOf(world.only().usage), std::string("in 350 read 600 untyped 50 out 50 reasoning 150"));
}

void TestAgentTelemetry::numbersInQuotes_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("number") << QByteArray(R"({"intValue":7})");
    QTest::newRow("text of a number") << QByteArray(R"({"intValue":"7"})");
    QTest::newRow("string") << QByteArray(R"({"stringValue":"7"})");
}

void TestAgentTelemetry::numbersInQuotes()
{
    QFETCH(QByteArray, value);
    World world;
    world.file("otlp-json", "logs.jsonl",
               codexEvent(attribute("input_token_count", value.toStdString()) + "," + number("output_token_count", 1)));
    QCOMPARE(world.only().usage[TokenClass::InFresh], 7);
}

void TestAgentTelemetry::sessionWithTranscriptIsToldOnce()
{
    const std::string rollout =
        R"({"timestamp":"2026-11-21T10:00:00.000Z","type":"session_meta","payload":{"id":"t1","cwd":"/home/dev/shop","model_provider":"openai"}})"
        "\n"
        R"({"timestamp":"2026-11-21T10:00:01.000Z","type":"turn_context","payload":{"turn_id":"u1","model":"gpt-5-codex"}})"
        "\n"
        R"({"timestamp":"2026-11-21T10:00:07.000Z","type":"token_usage_record","payload":{"turn_id":"u1","response_id":"resp_1","usage":{"input_tokens":1000,"cached_input_tokens":600,"cache_write_input_tokens":50,"output_tokens":200,"reasoning_output_tokens":150}}})"
        "\n";
    for (const bool first : {true, false}) {
        World world;
        if (first)
            world.file("codex", "rollout-1.jsonl", rollout);
        world.file("otlp-json", "logs.jsonl", codexEvent(kCodexTokens) + codexEvent(kCodexTokens, "t2"));
        if (!first)
            world.file("codex", "rollout-1.jsonl", rollout);
        QCOMPARE(world.totals().calls, 2); // the rollout's, and that of the session nobody else tells of
        QCOMPARE(world.totals().inTotal(), 2000);
    }
}

void TestAgentTelemetry::subagentsOfCodexAreTold()
{
    World world;
    world.file(
        "codex", "rollout-2.jsonl",
        R"({"timestamp":"2026-11-21T10:00:00.000Z","type":"session_meta","payload":{"id":"t1","session_id":"parent","cwd":"/home/dev/shop","source":{"subagent":"review"}}})"
        "\n"
        R"({"timestamp":"2026-11-21T10:00:07.000Z","type":"token_usage_record","payload":{"turn_id":"u1","response_id":"resp_1","usage":{"input_tokens":1000,"output_tokens":200}}})"
        "\n");
    world.file("otlp-json", "logs.jsonl", codexEvent(kCodexTokens, "t1"));
    QCOMPARE(world.totals().calls, 1);
}

void TestAgentTelemetry::timesOfCodexStandElsewhere()
{
    World world;
    world.file("otlp-json", "logs.jsonl", codexEvent(kCodexTokens, "t1", "0"));
    QCOMPARE(world.only().time, *parseRfc3339("2026-11-21T10:00:07.000Z"));
}

void TestAgentTelemetry::otherEventsAreIgnored()
{
    World world;
    const FactBatch batch = world.file(
        "otlp-json", "logs.jsonl",
        log("com.anthropic.claude_code.events", text("event.name", "tool_result") + "," + number("output_tokens", 5))
            + log("somebody.else", text("event.name", "api_request") + "," + number("output_tokens", 5)));
    QCOMPARE(batch.ignored, 2);
    QVERIFY(batch.calls.empty() && batch.rejects.empty());
}

void TestAgentTelemetry::impossibleCountsAreRefused()
{
    World world;
    world.file("otlp-json", "logs.jsonl", codexEvent(number("input_token_count", -5)));
    QCOMPARE(world.totals().calls, 0);
    QCOMPARE(world.rejected("out_of_range"), 1);
}

void TestAgentTelemetry::eventsToldByASessionAreDuplicates()
{
    const std::string rollout =
        R"({"timestamp":"2026-11-21T10:00:00.000Z","type":"session_meta","payload":{"id":"t1","cwd":"/home/dev/shop"}})"
        "\n"
        R"({"timestamp":"2026-11-21T10:00:07.000Z","type":"token_usage_record","payload":{"turn_id":"u1","response_id":"resp_1","usage":{"input_tokens":1000,"output_tokens":200}}})"
        "\n";
    for (const bool first : {true, false}) {
        World world;
        if (first)
            world.file("codex", "rollout-1.jsonl", rollout);
        world.file("otlp-json", "logs.jsonl", codexEvent(kCodexTokens) + codexEvent(kCodexTokens, "t2"));
        if (!first)
            world.file("codex", "rollout-1.jsonl", rollout);
        QCOMPARE(world.totals().calls, 2);
        QCOMPARE(world.collator.coverage().duplicates, 1);
    }
}

namespace {

std::string claudeError(const std::string &request)
{
    return log("com.anthropic.claude_code.events", text("event.name", "api_error") + "," + text("session.id", "s1")
                                                       + "," + text("model", "claude-haiku-4-5") + ","
                                                       + text("error", "overloaded") + "," + number("status_code", 529)
                                                       + "," + number("duration_ms", 40) + "," + number("attempt", 3)
                                                       + (request.empty() ? "" : "," + text("request_id", request)));
}

std::string details(const std::string &scope, const std::string &span, bool usage, const std::string &response = "r1")
{
    std::string attributes = text("event.name", "gen_ai.client.inference.operation.details") + ","
                             + text("gen_ai.operation.name", "chat") + "," + text("gen_ai.provider.name", "openai")
                             + "," + text("gen_ai.request.model", "gpt-4o-mini");
    if (usage)
        attributes += "," + number("gen_ai.usage.input_tokens", 70) + "," + number("gen_ai.usage.output_tokens", 8)
                      + "," + text("gen_ai.response.id", response);
    std::string line = log(scope, attributes);
    const std::string ids =
        span.empty() ? ""
                     : R"("traceId":"00000000000000000000000000000001","spanId":"000000000000000)" + span + R"(",)";
    return line.insert(line.find(R"("timeUnixNano")"), ids);
}

} // namespace

void TestAgentTelemetry::aClaudeErrorIsAFailedCallOnce()
{
    // What the transcript writes of a request that failed.
    const std::string line =
        R"({"type":"assistant","timestamp":"2026-11-21T10:00:00.000Z","sessionId":"s1","requestId":"r1","isApiErrorMessage":true,"error":"unknown","message":{"id":"m1","model":"<synthetic>","role":"assistant","usage":{"input_tokens":0,"output_tokens":0}}})"
        "\n";
    for (const auto &order : {std::vector<int>{0, 1}, {1, 0}}) {
        World world;
        for (const int part : order) {
            if (part == 0)
                world.file("claude-code", "a.jsonl", line);
            else
                world.file("otlp-json", "logs.jsonl", claudeError("r1") + claudeError("r2"));
        }
        const Totals totals = world.totals();
        QCOMPARE(totals.calls, 2); // the second is not in the transcript
        QCOMPARE(totals.errors, 2);
        QCOMPARE(totals.callsWithoutUsage, 0);
        QCOMPARE(totals.callsUnpriced, 0);
        for (const Call &call : world.calls()) {
            QCOMPARE(call.latencyNs, 40'000'000);
            QCOMPARE(call.attempt, 3);
            QCOMPARE(call.cost, 0);
        }
    }
    World alone;
    alone.file("otlp-json", "logs.jsonl", claudeError("r2"));
    QCOMPARE(alone.text(alone.only().errorType), std::string("http_529"));
    QCOMPARE(alone.text(alone.only().model), std::string("claude-haiku-4-5"));
}

void TestAgentTelemetry::aClaudeErrorWithoutRequestIsPassedOver()
{
    World world;
    const FactBatch batch = world.file("otlp-json", "logs.jsonl", claudeError(""));
    QVERIFY(batch.calls.empty() && batch.rejects.empty());
    QCOMPARE(batch.ignored, 1);
}

void TestAgentTelemetry::theSecondDetailsEventHasTheUsage()
{
    for (const char *span : {"", "7"}) {
        World world;
        const FactBatch batch =
            world.file("otlp-json", "logs.jsonl", details("my.client", span, false) + details("my.client", span, true));
        QCOMPARE(batch.ignored, 1);
        const Call call = world.only();
        QCOMPARE(tokensOf(call.usage), std::string("in 70 out 8"));
        QCOMPARE(world.text(call.model), std::string("gpt-4o-mini"));
        QCOMPARE(call.time, 1795255201 * kSecond);
        QCOMPARE(call.latencyNs, -1);
        QVERIFY(call.cost > 0);
        QCOMPARE(world.runs().size(), std::size_t{1});
        world.file("otlp-json", "again.jsonl", details("my.client", span, true));
        QCOMPARE(world.totals().calls, 1);
        QCOMPARE(world.collator.coverage().duplicates, 1);
    }
}

void TestAgentTelemetry::detailsEventsBesideSpansAreNotCalls()
{
    const std::string span = exportLine("my.client", {{.id = 7,
                                                       .attributes = {{"gen_ai.operation.name", "chat"},
                                                                      {"gen_ai.provider.name", "openai"},
                                                                      {"gen_ai.response.model", "gpt-4o-mini"},
                                                                      {"gen_ai.usage.input_tokens", "70"},
                                                                      {"gen_ai.usage.output_tokens", "8"},
                                                                      {"gen_ai.response.id", "r1"}}}});
    // In the call's own span; in another one but of the same response; of the same scope.
    const std::string events[] = {details("my.client", "7", true), details("other", "9", true),
                                  details("my.client", "9", true, "r5")};
    for (const std::string &event : events)
        for (const bool first : {true, false}) {
            World world;
            if (first)
                world.file("otlp-json", "logs.jsonl", event);
            world.file("otlp-json", "traces.jsonl", span);
            if (!first)
                world.file("otlp-json", "logs.jsonl", event);
            QCOMPARE(world.totals().calls, 1);
            QCOMPARE(world.collator.coverage().duplicates, 1);
            QCOMPARE(world.only().latencyNs, kSecond);
        }
    World streamed; // the span has no counts, its event has
    std::string bare = span;
    for (const char *key : {"gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"})
        bare.replace(bare.find(key), 12, "not.of.usage");
    streamed.file("otlp-json", "traces.jsonl", bare + details("my.client", "7", true));
    QCOMPARE(tokensOf(streamed.only().usage), std::string("in 70 out 8"));
    QCOMPARE(streamed.only().latencyNs, kSecond);
    World others; // nobody's second sighting: another client inside the same trace
    others.file("otlp-json", "traces.jsonl", span + details("other", "9", true, "r5"));
    QCOMPARE(others.totals().calls, 2);
}

void TestAgentTelemetry::geminiSaysItInABetterEvent()
{
    World world;
    const FactBatch batch = world.file(
        "otlp-json", "logs.jsonl",
        details("gemini-cli", "7", false) + details("gemini-cli", "7", true)
            + log("gemini-cli", text("event.name", "gemini_cli.api_response") + "," + text("session.id", "s1") + ","
                                    + text("model", "gemini-2.5-pro") + "," + number("input_token_count", 70) + ","
                                    + number("output_token_count", 8) + "," + number("thoughts_token_count", 5)));
    QCOMPARE(batch.ignored, 2);
    QCOMPARE(tokensOf(world.only().usage), std::string("in 70 out 8 reasoning 5"));
}

QTEST_GUILESS_MAIN(TestAgentTelemetry)
#include "tst_agent_telemetry.moc"
