// SPDX-License-Identifier: GPL-3.0-or-later
// Traps of trace files that belong to no single rule, each test named after one.
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

std::string text(const std::string &value) { return R"({"stringValue":")" + value + R"("})"; }

OtlpSpan chat(unsigned id, unsigned parent, int input, int output)
{
    return {.id = id,
            .parent = parent,
            .attributes = {{"gen_ai.operation.name", text("chat")},
                           {"gen_ai.provider.name", text("openai")},
                           {"gen_ai.response.model", text("gpt-4o-mini")},
                           {"gen_ai.usage.input_tokens", std::to_string(input)},
                           {"gen_ai.usage.output_tokens", std::to_string(output)}}};
}

} // namespace

class TestTraps : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void usageInsideTextsIsNotCounted();
    void emptyValuesAndBodiesDoNotHideASignal();
    void nanosecondsBeyondADouble();
    void openInferenceChainsRepeatTheirCalls();
    void openInferenceSpansAreInternal();
    void vercelParentsRepeatTheSumOfTheirSteps();
    void vercelSevenNamesTheAgentAbove();
    void langfuseAgentsCarryUsageThatIsNotTheirs();
    void oldAndNewNamesInOneProducer();
    void aRetryInsideOneSpanIsOneCall();
    void claudeSpansNameTheRequestAsResponse();
    void codexSpansOfCallAndTurnCarryTheSameTokens();
    void claudeSubagentsOfWorkflowsLieDeeper();
    void claudeProgressLinesRepeatASubagent();
    void claudeToolResultsQuoteUsage();
    void claudeCountsThatGrowFromLineToLine();
    void claudeStreamJsonIsNoTranscript();
};

void TestTraps::usageInsideTextsIsNotCounted()
{
    const std::string raw = R"({\"id\":\"x\",\"usage\":{\"prompt_tokens\":999,\"completion_tokens\":999}})";
    OtlpSpan task{.id = 2,
                  .attributes = {{"traceloop.span.kind", text("task")},
                                 {"traceloop.entity.name", text("classify")},
                                 {"traceloop.entity.output", text(raw)}}};
    OtlpSpan call = chat(3, 2, 10, 5);
    call.attributes.emplace_back("gen_ai.output.messages", text(raw));
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("s", {task, call}));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 10 out 5"));
}

void TestTraps::emptyValuesAndBodiesDoNotHideASignal()
{
    World w;
    const FactBatch batch = w.file(
        "otlp-json", "logs.jsonl",
        R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":null,"traceId":"00000000000000000000000000000001","spanId":"0000000000000001","timeUnixNano":"1795255201000000000","eventName":"gen_ai.evaluation.result","attributes":[{"key":"a","value":{}},{"key":"b"},{"key":"gen_ai.evaluation.name","value":{"stringValue":"ok"}},{"key":"gen_ai.evaluation.score.label","value":{"stringValue":"pass"}}]}]}]}]})"
        "\n");
    QCOMPARE(batch.signals.size(), std::size_t{1});
    QCOMPARE(batch.signals[0].verdict, Verdict::Pass);
}

void TestTraps::nanosecondsBeyondADouble()
{
    OtlpSpan call = chat(1, 0, 1, 1);
    std::string line = exportLine("s", {call});
    const std::size_t at = line.find("\"endTimeUnixNano\":\"") + 19;
    line.replace(at, 19, "1795255201123456789"); // no double holds it
    World w;
    w.file("otlp-json", "t.jsonl", line);
    QCOMPARE(w.only().time, 1795255201123456789);
}

void TestTraps::openInferenceChainsRepeatTheirCalls()
{
    const auto span = [](unsigned id, unsigned parent, const char *kind) {
        return OtlpSpan{.id = id,
                        .parent = parent,
                        .attributes = {{"openinference.span.kind", text(kind)},
                                       {"llm.provider", text("openai")},
                                       {"llm.model_name", text("gpt-4o-mini")},
                                       {"llm.token_count.prompt", "100"},
                                       {"llm.token_count.completion", "7"},
                                       {"llm.token_count.total", "107"}}};
    };
    World w;
    w.file("otlp-json", "t.jsonl",
           exportLine("s", {span(1, 0, "AGENT"), span(2, 1, "CHAIN"), span(3, 2, "LLM"), span(4, 2, "RETRIEVER"),
                            span(5, 2, "RERANKER"), span(6, 2, "GUARDRAIL"), span(7, 2, "EVALUATOR"),
                            span(8, 2, "PROMPT"), span(9, 2, "TOOL")}));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 100 out 7"));
}

void TestTraps::openInferenceSpansAreInternal()
{
    World w;
    w.file("otlp-json", "t.jsonl",
           exportLine("s", {{.attributes = {{"openinference.span.kind", text("EMBEDDING")},
                                            {"embedding.model_name", text("text-embedding-3-small")},
                                            {"llm.token_count.prompt", "40"}},
                             .extra = R"(,"kind":1)"}}));
    QCOMPARE(w.text(w.only().model), std::string("text-embedding-3-small"));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 40"));
}

void TestTraps::vercelParentsRepeatTheSumOfTheirSteps()
{
    const auto span = [](unsigned id, unsigned parent, const char *operation, int input) {
        return OtlpSpan{.id = id,
                        .parent = parent,
                        .name = operation,
                        .attributes = {{"ai.operationId", text(operation)},
                                       {"ai.model.id", text("gpt-4o-mini")},
                                       {"ai.model.provider", text("openai.chat")},
                                       {"ai.usage.inputTokens", std::to_string(input)},
                                       {"ai.usage.outputTokens", "5"}}};
    };
    World w;
    w.file("otlp-json", "t.jsonl",
           exportLine("ai", {span(1, 0, "ai.streamText", 300), span(2, 1, "ai.streamText.doStream", 100),
                             span(3, 1, "ai.streamText.doStream", 200), span(4, 1, "ai.toolCall", 0)}));
    QCOMPARE(w.totals().calls, 2);
    QCOMPARE(w.totals().inTotal(), 300);
    QCOMPARE(w.totals().callsUnpriced, 0);
}

void TestTraps::vercelSevenNamesTheAgentAbove()
{
    OtlpSpan agent{.id = 1,
                   .attributes = {{"gen_ai.operation.name", text("invoke_agent")},
                                  {"gen_ai.agent.name", text("triage")},
                                  {"gen_ai.usage.input_tokens", "10"},
                                  {"gen_ai.request.model", text("gpt-4o-mini")}}};
    OtlpSpan step{.id = 2, .parent = 1, .attributes = {{"gen_ai.operation.name", text("agent_step")}}};
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("gen_ai", {chat(3, 2, 10, 5), step, agent}));
    QCOMPARE(w.text(w.only().names.agent), std::string("triage"));
}

void TestTraps::langfuseAgentsCarryUsageThatIsNotTheirs()
{
    const auto span = [](unsigned id, unsigned parent, const char *type) {
        return OtlpSpan{
            .id = id,
            .parent = parent,
            .attributes = {{"langfuse.observation.type", text(type)},
                           {"langfuse.observation.model.name", text("gpt-4o-mini")},
                           {"langfuse.observation.usage_details",
                            text(R"({\"input\":100,\"output\":7,\"input_cached_tokens\":40,\"total\":147})")}}};
    };
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("langfuse-sdk", {span(1, 0, "agent"), span(2, 1, "generation")}));
    QCOMPARE(w.totals().calls, 1);
    QCOMPARE(w.only().usage[TokenClass::CacheRead], 40);
}

void TestTraps::oldAndNewNamesInOneProducer()
{
    OtlpSpan old = chat(1, 0, 10, 5);
    old.attributes[1].first = "gen_ai.system";
    old.attributes[3].first = "gen_ai.usage.prompt_tokens";
    old.attributes[4].first = "gen_ai.usage.completion_tokens";
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("@opentelemetry/instrumentation-openai", {old, chat(2, 0, 10, 5)}));
    QCOMPARE(w.totals().calls, 2);
    for (const Call &call : w.calls()) {
        QCOMPARE(tokensOf(call.usage), std::string("in 10 out 5"));
        QCOMPARE(w.text(call.provider), std::string("openai"));
    }
}

void TestTraps::aRetryInsideOneSpanIsOneCall()
{
    OtlpSpan call = chat(1, 0, 10, 5);
    call.attributes.emplace_back("attempt", "3");
    call.extra =
        R"(,"events":[{"name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"429"}}]}])";
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("s", {call}));
    QCOMPARE(w.only().attempt, 3);
    QVERIFY((w.only().flags & CallFailed) == 0); // its status says that it succeeded in the end
}

namespace {

std::string claudeLine(const std::string &id, const std::string &request, int output, const std::string &stop)
{
    ClaudeLine line;
    line.id = id;
    line.request = request;
    line.stop = stop;
    line.usage = usageText(10, output);
    return toText(line);
}

} // namespace

/// Their spans carry the same tokens as the transcript, under names of their own.
void TestTraps::claudeSpansNameTheRequestAsResponse()
{
    OtlpSpan span{.id = 1,
                  .name = "claude_code.llm_request",
                  .attributes = {{"gen_ai.response.id", text("req_1")},
                                 {"model", text("claude-sonnet-4-5")},
                                 {"input_tokens", "10"},
                                 {"output_tokens", "9"}}};
    World w;
    w.file("claude-code", "a.jsonl", claudeLine("msg_1", "req_1", 9, "end_turn"));
    w.file("otlp-json", "t.jsonl", exportLine("com.anthropic.claude_code.tracing", {span}));
    QCOMPARE(w.totals().calls, 1);
    QCOMPARE(w.totals().inTotal(), 10);
}

void TestTraps::codexSpansOfCallAndTurnCarryTheSameTokens()
{
    OtlpSpan call{.id = 2,
                  .parent = 1,
                  .name = "handle_responses",
                  .attributes = {{"target", text("codex_core::session::turn")},
                                 {"gen_ai.usage.input_tokens", "1302"},
                                 {"gen_ai.usage.cache_read.input_tokens", "1152"},
                                 {"gen_ai.usage.cache_write.input_tokens", "0"},
                                 {"gen_ai.usage.output_tokens", "152"},
                                 {"codex.usage.reasoning_output_tokens", "128"},
                                 {"codex.usage.total_tokens", "1454"}}};
    OtlpSpan turn{.id = 1,
                  .name = "session_task.turn",
                  .attributes = {{"target", text("codex_core::tasks")},
                                 {"model", text("gpt-5-codex")},
                                 {"codex.turn.token_usage.input_tokens", "1302"},
                                 {"codex.turn.token_usage.cached_input_tokens", "1152"},
                                 {"codex.turn.token_usage.non_cached_input_tokens", "150"},
                                 {"codex.turn.token_usage.output_tokens", "152"},
                                 {"codex.turn.token_usage.reasoning_output_tokens", "128"},
                                 {"codex.turn.token_usage.total_tokens", "1454"}}};
    {
        // Codex 0.169 names the model at the turn only and no operation at all, so neither is a call; its log events
        // tell of the same calls with the model.
        World w;
        const FactBatch batch = w.file("otlp-json", "t.jsonl", exportLine("codex_exec", {call, turn}));
        QCOMPARE(batch.ignored, 2);
        QCOMPARE(w.totals().calls, 0);
    }
    call.attributes.emplace_back("gen_ai.request.model", text("gpt-5-codex"));
    World w; // if it named the model it would be one call, not two
    const FactBatch batch = w.file("otlp-json", "t.jsonl", exportLine("codex_exec", {call, turn}));
    QCOMPARE(batch.ignored, 1);
    QCOMPARE(tokensOf(w.only().usage), std::string("in 150 read 1152 out 24 reasoning 128"));
}

void TestTraps::claudeSubagentsOfWorkflowsLieDeeper()
{
    World w;
    w.file("claude-code", "p/s1.jsonl", claudeLine("msg_1", "req_1", 9, "end_turn"));
    w.file("claude-code", "p/s1/subagents/workflows/wf_7/agent-a.jsonl", claudeLine("msg_2", "req_2", 1, "null"));
    QCOMPARE(w.totals().calls, 2);
    QCOMPARE(w.totals().callsPlaceholder, 1); // it states its stream's start
}

void TestTraps::claudeProgressLinesRepeatASubagent()
{
    const std::string progress =
        R"({"type":"progress","timestamp":"2026-11-21T10:00:00.000Z","sessionId":"s1","data":{"message":{"type":"assistant","requestId":"req_1","message":{"id":"msg_1","model":"claude-sonnet-4-20250514","usage":{"input_tokens":10,"output_tokens":99}}}}})"
        "\n";
    World w;
    const FactBatch batch = w.file("claude-code", "a.jsonl", claudeLine("msg_1", "req_1", 9, "end_turn") + progress);
    QCOMPARE(tokensOf(w.only().usage), std::string("in 10 out 9"));
    QCOMPARE(batch.ignored, 1);
}

void TestTraps::claudeToolResultsQuoteUsage()
{
    const std::string result =
        R"({"type":"user","timestamp":"2026-11-21T10:00:05.000Z","sessionId":"s1","toolUseResult":{"totalTokens":99999,"usage":{"input_tokens":999,"output_tokens":999}},"message":{"role":"user","content":[{"type":"tool_result","content":"{\"usage\":{\"input_tokens\":999}}"}]}})"
        "\n";
    World w;
    w.file("claude-code", "a.jsonl", claudeLine("msg_1", "req_1", 9, "end_turn") + result);
    QCOMPARE(tokensOf(w.only().usage), std::string("in 10 out 9"));
}

void TestTraps::claudeCountsThatGrowFromLineToLine()
{
    World w;
    w.file("claude-code", "a.jsonl",
           claudeLine("msg_1", "req_1", 3, "null") + claudeLine("msg_1", "req_1", 88, "null")
               + claudeLine("msg_1", "req_1", 40, "tool_use"));
    QCOMPARE(w.only().usage[TokenClass::OutText], 88);
}

void TestTraps::claudeStreamJsonIsNoTranscript()
{
    for (
        const char *line :
        {R"({"type":"system","subtype":"init","session_id":"s1","model":"claude-sonnet-4-5","cwd":"/w"})",
         R"({"type":"result","subtype":"success","is_error":true,"session_id":"s1","total_cost_usd":0.5,"usage":{"input_tokens":10},"modelUsage":{"m":{"inputTokens":10}}})"})
        QVERIFY2(!sniffFormat(std::string(line) + "\n"), line);
}

QTEST_GUILESS_MAIN(TestTraps)
#include "tst_traps.moc"
