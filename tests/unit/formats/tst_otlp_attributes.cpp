// SPDX-License-Identifier: GPL-3.0-or-later
// Every attribute name a producer uses, old or new, reaches its meaning (traces.md 1a, 2-5).
#include <QtTest/QtTest>

#include "core/formats/otlp_json/attributes.h"
#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// A span with chat, a model and one further attribute.
Call callWith(World &w, const std::string &name, const std::string &value)
{
    OtlpSpan span;
    span.attributes = {{"gen_ai.operation.name", "chat"}, {name, value}};
    w.file("otlp-json", "t.jsonl", exportLine("scope", {span}));
    return w.only();
}

} // namespace

class TestOtlpAttributes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void counts_data();
    void counts();
    void names_data();
    void names();
    void newerNameWins_data();
    void newerNameWins();
    void outputLimit();
    void isItACall_data();
    void isItACall();
    void unknownNames();
    void timesToFirstToken_data();
    void timesToFirstToken();
};

void TestOtlpAttributes::counts_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("tokens");
    const auto rows = [](const char *tokens, std::initializer_list<const char *> names) {
        for (const char *name : names)
            QTest::newRow(name) << QByteArray(name) << QByteArray(tokens);
    };
    rows("in 1302", {"gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "ai.usage.inputTokens",
                     "ai.usage.promptTokens", "llm.token_count.prompt", "llm.usage.prompt_tokens", "ai.usage.tokens"});
    rows("out 1302", {"gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "ai.usage.outputTokens",
                      "ai.usage.completionTokens", "llm.token_count.completion", "llm.usage.completion_tokens"});
    rows("read 1302", {"gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
                       "gen_ai.usage.cache_read_tokens", "gen_ai.usage.details.cache_read_tokens",
                       "gen_ai.usage.details.cache_read_input_tokens", "gen_ai.usage.input_cached_tokens",
                       "ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.cachedInputTokens",
                       "llm.token_count.prompt_details.cache_read"});
    rows("untyped 1302", {"gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_write.input_tokens",
                          "gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.cache_write_tokens",
                          "gen_ai.usage.details.cache_write_tokens", "ai.usage.inputTokenDetails.cacheWriteTokens",
                          "llm.token_count.prompt_details.cache_write"});
}

void TestOtlpAttributes::counts()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, tokens);
    World w;
    QCOMPARE(QByteArray::fromStdString(tokensOf(callWith(w, name.toStdString(), "1302").usage)), tokens);
    for (const char *value : {"{\"intValue\":1302}", "{\"intValue\":\"1302\"}", "{\"doubleValue\":1302.0}",
                              "{\"int_value\":\"1302\"}", "{ \"intValue\" : 1302 }", "{\"stringValue\":\"1302\"}"}) {
        World other; // number, text and spaces: the same count
        QCOMPARE(QByteArray::fromStdString(tokensOf(callWith(other, name.toStdString(), value).usage)), tokens);
    }
}

void TestOtlpAttributes::names_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("field");
    const auto rows = [](const char *field, std::initializer_list<const char *> names) {
        for (const char *name : names)
            QTest::newRow(name) << QByteArray(name) << QByteArray(field);
    };
    rows("provider", {"gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider"});
    rows("served", {"gen_ai.response.model", "ai.response.model", "llm.response.model", "llm.model_name",
                    "embedding.model_name", "langfuse.observation.model.name"});
    rows("requested", {"gen_ai.request.model", "ai.model.id", "llm.request.model", "model"});
    rows("request", {"gen_ai.response.id", "ai.response.id", "llm.response.id"});
    rows("tier of service", {"openai.response.service_tier", "gen_ai.openai.response.service_tier"});
    rows("session", {"gen_ai.conversation.id", "session.id", "thread.id", "langfuse.session.id",
                     "traceloop.association.properties.session_id", "ai.telemetry.metadata.sessionId"});
    rows("workflow", {"flyball.workflow", "gen_ai.workflow.name", "traceloop.workflow.name", "langfuse.trace.name",
                      "ai.telemetry.metadata.workflow"});
    rows("agent", {"gen_ai.agent.name", "agent.name", "ai.telemetry.metadata.agent", "gen_ai.agent.id"});
    rows("step", {"flyball.step", "graph.node.name", "graph.node.id"});
    rows("task", {"flyball.task_type", "ai.telemetry.functionId"});
    rows("segment", {"flyball.segment"});
    rows("feature", {"flyball.feature"});
    rows("tier", {"flyball.tier"});
    rows("prompt version", {"flyball.prompt.version"});
    rows("policy", {"flyball.policy.revision"});
    rows("finish", {"gen_ai.response.finish_reasons", "gen_ai.response.finish_reason", "ai.response.finishReason",
                    "llm.finish_reason"});
}

void TestOtlpAttributes::names()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, field);
    for (const char *value :
         {"value-1", R"({"arrayValue":{"values":[{"stringValue":"value-1"},{"stringValue":"second"}]}})"}) {
        World w;
        const Call c = callWith(w, name.toStdString(), value);
        const std::map<QByteArray, Symbol> fields{{"provider", c.provider},
                                                  {"served", c.model},
                                                  {"requested", c.modelRequested},
                                                  {"request", c.request},
                                                  {"tier of service", c.serviceTier},
                                                  {"session", c.names.session},
                                                  {"workflow", c.names.workflow},
                                                  {"agent", c.names.agent},
                                                  {"step", c.names.step},
                                                  {"task", c.names.taskType},
                                                  {"segment", c.names.segment},
                                                  {"feature", c.names.feature},
                                                  {"tier", c.names.tier},
                                                  {"prompt version", c.names.promptVersion},
                                                  {"policy", c.names.policyRevision},
                                                  {"finish", c.finishReason}};
        QCOMPARE(QByteArray::fromStdString(w.text(fields.at(field))), QByteArray("value-1"));
    }
}

void TestOtlpAttributes::outputLimit()
{
    for (const char *name : {"gen_ai.request.max_tokens", "gen_ai.request.max_output_tokens",
                             "ai.settings.maxOutputTokens", "ai.settings.maxTokens"}) {
        World limited, odd, none;
        QCOMPARE(callWith(limited, name, "4096").outputLimit, 4096U);
        // What cannot be a limit is not known, and the call still counts.
        QCOMPARE(callWith(odd, name, "-5").outputLimit, 0U);
        QCOMPARE(callWith(none, "gen_ai.request.top_k", "40").outputLimit, 0U);
    }
}

void TestOtlpAttributes::newerNameWins_data()
{
    QTest::addColumn<QByteArray>("strong");
    QTest::addColumn<QByteArray>("weak");
    const auto row = [](const char *strong, const char *weak) {
        QTest::newRow(strong) << QByteArray(strong) << QByteArray(weak);
    };
    row("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens");
    row("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens");
    row("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens");
    row("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens");
}

void TestOtlpAttributes::newerNameWins()
{
    QFETCH(QByteArray, strong);
    QFETCH(QByteArray, weak);
    for (const bool weakFirst : {false, true}) {
        World w;
        OtlpSpan span;
        span.attributes = {{"gen_ai.operation.name", "chat"}};
        const std::pair<std::string, std::string> a{strong.toStdString(), "7"}, b{weak.toStdString(), "9999"};
        span.attributes.push_back(weakFirst ? b : a);
        span.attributes.push_back(weakFirst ? a : b);
        w.file("otlp-json", "t.jsonl", exportLine("scope", {span}));
        QCOMPARE(w.only().usage.total(), std::int64_t(7));
    }
    World twice; // the same name twice: the last one (3a.14)
    OtlpSpan span;
    span.attributes = {{"gen_ai.operation.name", "chat"}, {strong.toStdString(), "5"}, {strong.toStdString(), "6"}};
    twice.file("otlp-json", "t.jsonl", exportLine("scope", {span}));
    QCOMPARE(twice.only().usage.total(), std::int64_t(6));
}

void TestOtlpAttributes::isItACall_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("call");
    const auto rows = [](const char *name, bool call, std::initializer_list<const char *> values) {
        for (const char *value : values)
            QTest::addRow("%s=%s", name, value) << QByteArray(name) << QByteArray(value) << call;
    };
    rows("gen_ai.operation.name", true, {"chat", "text_completion", "completion", "generate_content", "embeddings"});
    rows("gen_ai.operation.name", false,
         {"invoke_agent", "create_agent", "invoke_workflow", "execute_tool", "retrieval", "plan", "agent_step",
          "fetch_response", "something_new"});
    rows("llm.request.type", true, {"chat", "completion", "embedding"});
    rows("llm.request.type", false, {"rerank"});
    rows("openinference.span.kind", true, {"LLM", "EMBEDDING"});
    rows("openinference.span.kind", false,
         {"CHAIN", "AGENT", "TOOL", "RETRIEVER", "RERANKER", "GUARDRAIL", "EVALUATOR", "PROMPT"});
    rows("ai.operationId", true,
         {"ai.generateText.doGenerate", "ai.streamText.doStream", "ai.embed.doEmbed", "ai.embedMany.doEmbed",
          "ai.generateObject.doGenerate", "ai.streamObject.doStream"});
    rows("ai.operationId", false,
         {"ai.generateText", "ai.streamText", "ai.embedMany", "ai.toolCall", "ai.generateObject"});
    rows("langfuse.observation.type", true, {"generation", "embedding"});
    rows("langfuse.observation.type", false, {"span", "event", "agent", "tool", "chain", "retriever"});
    rows("traceloop.span.kind", false, {"workflow", "task", "agent", "tool"});
}

/// Aggregates repeat the tokens of the calls below them: counting them doubles the bill (traces.md 1b).
void TestOtlpAttributes::isItACall()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    QFETCH(bool, call);
    World w;
    OtlpSpan span;
    span.attributes = {{"gen_ai.usage.input_tokens", "10"},
                       {"gen_ai.usage.output_tokens", "20"},
                       {"gen_ai.request.model", "gpt-4o"},
                       {name.toStdString(), value.toStdString()}};
    w.file("otlp-json", "t.jsonl", exportLine("scope", {span}));
    QCOMPARE(w.totals().calls, std::int64_t(call ? 1 : 0));
    QCOMPARE(w.totals().allTokens(), std::int64_t(call ? 30 : 0));
    QCOMPARE(w.collator.coverage().ignored, std::int64_t(call ? 0 : 1));
    World bare; // neither operation nor kind, but tokens of a model: someone was billed
    span.attributes.pop_back();
    bare.file("otlp-json", "t.jsonl", exportLine("scope", {span}));
    QCOMPARE(bare.totals().calls, std::int64_t(1));
    World http; // an ordinary span
    http.file("otlp-json", "t.jsonl", exportLine("scope", {{.attributes = {{"http.method", "GET"}}}}));
    QCOMPARE(http.totals().calls, std::int64_t(0));
}

void TestOtlpAttributes::unknownNames()
{
    // Names near a known one in length and ending; a table lookup must compare all of it.
    for (const char *name : {"gen_ai.usage.input_tokenz", "zen_ai.usage.input_tokens", "gen_ai.usage.Input_tokens",
                             "gen_ai.usage.input_tokens ", "gen_ai.usage.", "", "x", "model2", "Model"}) {
        QVERIFY2(!otlp::findAttribute(name), name);
        World w;
        QCOMPARE(callWith(w, name, "1302").usage.quality, UsageQuality::Missing);
    }
}

void TestOtlpAttributes::timesToFirstToken_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<qint64>("ns");
    QTest::newRow("seconds") << QByteArray("gen_ai.response.time_to_first_chunk")
                             << QByteArray("{\"doubleValue\":0.25}") << qint64(250'000'000);
    QTest::newRow("whole seconds") << QByteArray("gen_ai.response.time_to_first_chunk") << QByteArray("2")
                                   << qint64(2'000'000'000);
    QTest::newRow("milliseconds") << QByteArray("ai.response.msToFirstChunk") << QByteArray("{\"doubleValue\":12.5}")
                                  << qint64(12'500'000);
    QTest::newRow("negative") << QByteArray("gen_ai.response.time_to_first_chunk") << QByteArray("-1") << qint64(-1);
    QTest::newRow("a year") << QByteArray("gen_ai.response.time_to_first_chunk") << QByteArray("{\"doubleValue\":3e7}")
                            << qint64(-1);
    QTest::newRow("words") << QByteArray("gen_ai.response.time_to_first_chunk") << QByteArray("soon") << qint64(-1);
}

void TestOtlpAttributes::timesToFirstToken()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    QFETCH(qint64, ns);
    World w;
    QCOMPARE(qint64(callWith(w, name.toStdString(), value.toStdString()).firstTokenNs), ns);
}

QTEST_GUILESS_MAIN(TestOtlpAttributes)
#include "tst_otlp_attributes.moc"
