// SPDX-License-Identifier: GPL-3.0-or-later
// Counts of spans: inclusive or exclusive input, classes, ranges, costs (3a.2, 3a.4, 3a.7; T2, T3, T6, T7).
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

const std::string kIn = "gen_ai.usage.input_tokens";
const std::string kOut = "gen_ai.usage.output_tokens";
const std::string kRead = "gen_ai.usage.cache_read.input_tokens";
const std::string kWrite = "gen_ai.usage.cache_creation.input_tokens";

OtlpSpan chat(unsigned id, const std::string &model, std::vector<std::pair<std::string, std::string>> more,
              const std::string &provider = "openai")
{
    OtlpSpan span;
    span.id = id;
    span.attributes = {
        {"gen_ai.operation.name", "chat"}, {"gen_ai.request.model", model}, {"gen_ai.provider.name", provider}};
    span.attributes.insert(span.attributes.end(), more.begin(), more.end());
    return span;
}

std::string tokens(World &w) { return tokensOf(w.only().usage); }

} // namespace

class TestOtlpNumbers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void inclusiveAndExclusive_data();
    void inclusiveAndExclusive();
    void proofAppliesToEarlierSpans();
    void proofIsOfOneProducer();
    void goldenPrices_data();
    void goldenPrices();
    void outputClasses_data();
    void outputClasses();
    void vercelWriteSplit_data();
    void vercelWriteSplit();
    void langfuse_data();
    void langfuse();
    void reportedCost_data();
    void reportedCost();
    void outOfRange_data();
    void outOfRange();
    void halfAUsage();
    void hiddenCacheSplit();
};

void TestOtlpNumbers::inclusiveAndExclusive_data()
{
    QTest::addColumn<QByteArray>("scope");
    QTest::addColumn<QList<int>>("counts"); // input, read, write
    QTest::addColumn<QByteArray>("expected");
    // T7: fresh = 130213 - 128955 - 1253 = 5.
    QTest::newRow("T7: unknown producer, inclusive")
        << QByteArray("some.scope") << QList<int>{130213, 128955, 1253} << QByteArray("in 5 read 128955 untyped 1253");
    QTest::newRow("nothing fresh") << QByteArray("some.scope") << QList<int>{100, 90, 10}
                                   << QByteArray("read 90 untyped 10");
    QTest::newRow("proof by itself") << QByteArray("some.scope") << QList<int>{5, 1920, 307}
                                     << QByteArray("in 5 read 1920 untyped 307");
    QTest::newRow("Traceloop JS for Anthropic is exclusive")
        << QByteArray("@traceloop/instrumentation-anthropic") << QList<int>{228, 100, 50}
        << QByteArray("in 228 read 100 untyped 50");
    QTest::newRow("Vercel, as measured: 2455 = 228 + 1920 + 307")
        << QByteArray("ai") << QList<int>{2455, 1920, 307} << QByteArray("in 228 read 1920 untyped 307");
    QTest::newRow("a known inclusive one that is odd never goes below zero")
        << QByteArray("ai") << QList<int>{10, 100, 0} << QByteArray("read 100");
    QTest::newRow("no cache counts") << QByteArray("some.scope") << QList<int>{7, 0, 0} << QByteArray("in 7");
}

void TestOtlpNumbers::inclusiveAndExclusive()
{
    QFETCH(QByteArray, scope);
    QFETCH(QList<int>, counts);
    QFETCH(QByteArray, expected);
    World w;
    std::vector<std::pair<std::string, std::string>> more = {{kIn, std::to_string(counts[0])}, {kOut, "0"}};
    if (counts[1] > 0)
        more.emplace_back(kRead, std::to_string(counts[1]));
    if (counts[2] > 0)
        more.emplace_back(kWrite, std::to_string(counts[2]));
    w.file("otlp-json", "t.jsonl", exportLine(scope.toStdString(), {chat(1, "gpt-4o", more)}));
    QCOMPARE(QByteArray::fromStdString(tokens(w)), expected);
}

/// 3a.4: one span proves its (scope, version, provider) exclusive, for what was read before as well.
void TestOtlpNumbers::proofAppliesToEarlierSpans()
{
    const std::string unclear =
        exportLine("py.anthropic", {chat(1, "m", {{kIn, "1000"}, {kOut, "1"}, {kRead, "900"}})});
    OtlpSpan second = chat(2, "m", {{kIn, "10"}, {kOut, "1"}, {kRead, "900"}});
    second.trace = 2;
    const std::string proof = exportLine("py.anthropic", {second});
    World alone;
    alone.file("otlp-json", "t.jsonl", unclear);
    QCOMPARE(tokens(alone), std::string("in 100 read 900 out 1"));
    for (const bool proofFirst : {false, true}) {
        World w;
        w.file("otlp-json", proofFirst ? "b.jsonl" : "a.jsonl", proofFirst ? proof : unclear);
        w.file("otlp-json", proofFirst ? "a.jsonl" : "b.jsonl", proofFirst ? unclear : proof);
        QCOMPARE(w.totals().token(TokenClass::InFresh), std::int64_t(1010));
        QCOMPARE(w.totals().token(TokenClass::CacheRead), std::int64_t(1800));
    }
}

void TestOtlpNumbers::proofIsOfOneProducer()
{
    const auto proof = [](const std::string &scope, const std::string &version, const std::string &provider) {
        World w;
        OtlpSpan second = chat(2, "m", {{kIn, "10"}, {kOut, "1"}, {kRead, "900"}}, provider);
        second.trace = 2;
        w.file("otlp-json", "a.jsonl",
               exportLine("s", {chat(1, "m", {{kIn, "1000"}, {kOut, "1"}, {kRead, "900"}})}, "1.0.0"));
        w.file("otlp-json", "b.jsonl", exportLine(scope, {second}, version));
        return w.totals().token(TokenClass::InFresh) - 10;
    };
    QCOMPARE(proof("s", "1.0.0", "openai"), std::int64_t(1000));
    QCOMPARE(proof("s2", "1.0.0", "openai"), std::int64_t(100));
    QCOMPARE(proof("s", "2.0.0", "openai"), std::int64_t(100));
    QCOMPARE(proof("s", "1.0.0", "anthropic"), std::int64_t(100));
}

void TestOtlpNumbers::goldenPrices_data()
{
    QTest::addColumn<QByteArray>("model");
    QTest::addColumn<QList<int>>("counts"); // input as sent, read, out
    QTest::addColumn<qint64>("pico");
    // T3 (1.25 / .125 / 10 per million): 51232 * 1.25 + 1188096 * .125 + 12909 * 10 = 341642 micro-USD.
    QTest::newRow("T3") << QByteArray("gpt-5") << QList<int>{51232 + 1188096, 1188096, 12909}
                        << qint64(341'642'000'000);
}

void TestOtlpNumbers::goldenPrices()
{
    QFETCH(QByteArray, model);
    QFETCH(QList<int>, counts);
    QFETCH(qint64, pico);
    World w;
    w.file("otlp-json", "t.jsonl",
           exportLine("s", {chat(1, model.toStdString(),
                                 {{kIn, std::to_string(counts[0])},
                                  {kRead, std::to_string(counts[1])},
                                  {kOut, std::to_string(counts[2])}})}));
    QCOMPARE(qint64(w.only().cost), pico);
}

void TestOtlpNumbers::outputClasses_data()
{
    QTest::addColumn<QList<int>>("counts"); // out, reasoning, audio out, input, audio in
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("reasoning inside") << QList<int>{100, 60, 0, 1, 0} << QByteArray("in 1 out 40 reasoning 60");
    QTest::newRow("all reasoning") << QList<int>{60, 60, 0, 1, 0} << QByteArray("in 1 reasoning 60");
    QTest::newRow("more than output: outside it")
        << QList<int>{10, 60, 0, 1, 0} << QByteArray("in 1 out 10 reasoning 60");
    QTest::newRow("audio inside both") << QList<int>{100, 0, 30, 50, 20}
                                       << QByteArray("in 30 inAudio 20 out 70 outAudio 30");
    QTest::newRow("audio cut to what there is") << QList<int>{10, 0, 30, 5, 20} << QByteArray("inAudio 5 outAudio 10");
}

void TestOtlpNumbers::outputClasses()
{
    QFETCH(QList<int>, counts);
    QFETCH(QByteArray, expected);
    const char *names[] = {"llm.token_count.completion", "llm.token_count.completion_details.reasoning",
                           "llm.token_count.completion_details.audio", "llm.token_count.prompt",
                           "llm.token_count.prompt_details.audio"};
    for (const bool exclusive : {false, true}) { // what caches do changes nothing about audio
        World w;
        OtlpSpan span;
        span.attributes = {{"openinference.span.kind", "LLM"}};
        for (int i = 0; i < 5; ++i)
            if (counts[i] > 0)
                span.attributes.emplace_back(names[i], std::to_string(counts[i]));
        w.file("otlp-json", "t.jsonl", exportLine(exclusive ? "@traceloop/instrumentation-anthropic" : "s", {span}));
        QCOMPARE(QByteArray::fromStdString(tokens(w)), expected);
    }
}

void TestOtlpNumbers::vercelWriteSplit_data()
{
    QTest::addColumn<QByteArray>("metadata");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *name, const char *metadata, const char *expected) {
        QTest::newRow(name) << QByteArray(metadata) << QByteArray(expected);
    };
    row("split",
        R"({\"anthropic\":{\"usage\":{\"cache_creation\":{\"ephemeral_5m_input_tokens\":7,\"ephemeral_1h_input_tokens\":300}}}})",
        "in 228 read 1920 5m 7 1h 300 out 1");
    row("split of another sum", R"({\"anthropic\":{\"usage\":{\"cache_creation\":{\"ephemeral_5m_input_tokens\":7}}}})",
        "in 228 read 1920 untyped 307 out 1");
    row("negative",
        R"({\"anthropic\":{\"usage\":{\"cache_creation\":{\"ephemeral_5m_input_tokens\":-1,\"ephemeral_1h_input_tokens\":308}}}})",
        "in 228 read 1920 untyped 307 out 1");
    row("broken JSON", R"({\"anthropic\":{\"usage\":)", "in 228 read 1920 untyped 307 out 1");
    row("another provider", R"({\"openai\":{}})", "in 228 read 1920 untyped 307 out 1");
    row("not JSON", "hello", "in 228 read 1920 untyped 307 out 1");
    row("null inside", R"({\"anthropic\":null})", "in 228 read 1920 untyped 307 out 1");
}

void TestOtlpNumbers::vercelWriteSplit()
{
    QFETCH(QByteArray, metadata);
    QFETCH(QByteArray, expected);
    World w;
    OtlpSpan span;
    span.attributes = {{"ai.operationId", "ai.generateText.doGenerate"},
                       {"ai.usage.inputTokens", "2455"},
                       {"ai.usage.outputTokens", "1"},
                       {"ai.usage.cachedInputTokens", "1920"},
                       {"ai.usage.inputTokenDetails.cacheWriteTokens", "307"},
                       {"ai.response.providerMetadata", "{\"stringValue\":\"" + metadata.toStdString() + "\"}"}};
    w.file("otlp-json", "t.jsonl", exportLine("ai", {span}));
    QCOMPARE(QByteArray::fromStdString(tokens(w)), expected);
}

void TestOtlpNumbers::langfuse_data()
{
    QTest::addColumn<QByteArray>("details");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *name, const char *details, const char *expected) {
        QTest::newRow(name) << QByteArray(details) << QByteArray(expected);
    };
    row("plain", R"({"input":10,"output":5,"total":15})", "in 10 out 5");
    row("disjoint: total is the sum of all", R"({"input":40,"input_cached_tokens":60,"output":5,"total":105})",
        "in 40 read 60 out 5");
    row("whole input sent: total proves it", R"({"input":100,"input_cached_tokens":60,"output":5,"total":105})",
        "in 40 read 60 out 5");
    row("write kinds",
        R"({"input":1,"input_cache_creation":2,"input_cache_creation_5m":3,"input_cache_creation_1h":4,"output":5,"total":15})",
        "in 1 5m 3 1h 4 untyped 2 out 5");
    row("reasoning inside output", R"({"input":1,"output":50,"output_reasoning_tokens":20,"total":51})",
        "in 1 out 30 reasoning 20");
    row("reasoning beside output", R"({"input":1,"output":30,"output_reasoning_tokens":20,"total":51})",
        "in 1 out 30 reasoning 20");
    row("unknown keys and types", R"({"input":1,"output":2,"total":3,"x":{"input":99},"y":"7","z":null})",
        "in 1 out 2");
    row("empty: the generic counts stand", "{}", "in 777 out 888");
    row("broken: the generic counts stand", R"({"input":)", "in 777 out 888");
}

void TestOtlpNumbers::langfuse()
{
    QFETCH(QByteArray, details);
    QFETCH(QByteArray, expected);
    World w;
    OtlpSpan span;
    span.attributes = {{"langfuse.observation.type", "generation"},
                       {kIn, "777"},
                       {kOut, "888"},
                       {"langfuse.observation.usage_details",
                        "{\"stringValue\":\"" + QByteArray(details).replace("\"", "\\\"").toStdString() + "\"}"}};
    w.file("otlp-json", "t.jsonl", exportLine("langfuse-sdk", {span}));
    QCOMPARE(QByteArray::fromStdString(tokens(w)), expected);
}

void TestOtlpNumbers::reportedCost_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<qint64>("pico");
    QTest::addColumn<bool>("believed"); // for a model without a price
    const auto row = [](const char *name, const char *value, qint64 pico, bool believed) {
        QTest::addRow("%s %s", name, value) << QByteArray(name) << QByteArray(value) << pico << believed;
    };
    row("gen_ai.usage.cost", "{\"doubleValue\":0.0125}", 12'500'000'000, true);
    row("gen_ai.usage.cost", "{\"doubleValue\":1e-7}", 100'000, true);
    row("llm.cost.total", "{\"stringValue\":\"0.5\"}", 500'000'000'000, true);
    row("langfuse.observation.cost_details", R"({"stringValue":"{\"input\":0.1,\"output\":0.2,\"total\":0.35}"})",
        350'000'000'000, true);
    row("langfuse.observation.cost_details", R"({"stringValue":"{\"input\":0.1,\"output\":0.2}"})", 300'000'000'000,
        true);
    row("langfuse.observation.cost_details", R"({"stringValue":"{\"total\":null}"})", -1, false);
    row("gen_ai.usage.cost", "{\"doubleValue\":0}", 0, false);                            // T12
    row("gen_ai.usage.cost", "{\"intValue\":3144000}", 3'144'000'000'000'000'000, false); // T13
    row("gen_ai.usage.cost", "{\"doubleValue\":-1}", -1, false);
    row("gen_ai.usage.cost", "{\"doubleValue\":1e300}", -1, false);
    row("gen_ai.usage.cost", "{\"stringValue\":\"free\"}", -1, false);
}

void TestOtlpNumbers::reportedCost()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    QFETCH(qint64, pico);
    QFETCH(bool, believed);
    World w;
    w.file("otlp-json", "t.jsonl",
           exportLine("s", {chat(1, "no-such-model",
                                 {{kIn, "1000"}, {kOut, "500"}, {name.toStdString(), value.toStdString()}}, "acme")}));
    QCOMPARE(qint64(w.only().reportedPico), pico);
    QCOMPARE(w.only().costOrigin, believed ? CostOrigin::Reported : CostOrigin::Unpriced);
    QCOMPARE(qint64(w.only().cost), believed ? pico : qint64(0));
    QCOMPARE(w.totals().bound(), believed ? CostBound::Exact : CostBound::AtLeast); // T11: unknown, not 0
    World priced; // 3a.2: with usage and a rate the computed cost is summed
    priced.file("otlp-json", "t.jsonl",
                exportLine("s", {chat(1, "gpt-4o",
                                      {{kIn, "1000"}, {kOut, "500"}, {name.toStdString(), value.toStdString()}})}));
    QCOMPARE(priced.only().costOrigin, CostOrigin::Computed);
    QCOMPARE(qint64(priced.only().cost), qint64(7'500'000'000)); // 1000 * 2.5 + 500 * 10 micro-USD
}

void TestOtlpNumbers::outOfRange_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("refused");
    for (const char *bad :
         {"-5", "9007199254740993", "99999999999999999999", "{\"doubleValue\":1.5}", "{\"doubleValue\":1e30}"})
        QTest::addRow("%s", bad) << QByteArray(bad) << true;
    for (const char *none :
         {"", "many", "{}", "{\"boolValue\":true}", "{\"stringValue\":\"NaN\"}", "{\"intValue\":null}",
          "{\"arrayValue\":{\"values\":[]}}", "{\"kvlistValue\":{\"values\":[]}}", "null"})
        QTest::addRow("'%s'", none) << QByteArray(none) << false;
}

/// A count that cannot be is a refused span, named; one that is none at all is a call without it.
void TestOtlpNumbers::outOfRange()
{
    QFETCH(QByteArray, value);
    QFETCH(bool, refused);
    World w;
    const OtlpSpan good = chat(2, "gpt-4o", {{kIn, "1"}, {kOut, "1"}});
    w.file("otlp-json", "t.jsonl",
           exportLine("s", {chat(1, "gpt-4o", {{kOut, "7"}, {kIn, value.toStdString()}}), good}));
    QCOMPARE(w.totals().calls, std::int64_t(refused ? 1 : 2));
    QCOMPARE(w.totals().outTotal(), std::int64_t(refused ? 1 : 8));
    QCOMPARE(w.rejected("out_of_range"), std::int64_t(refused ? 1 : 0));
    QCOMPARE(w.totals().callsPartial, std::int64_t(refused ? 0 : 1));
}

void TestOtlpNumbers::halfAUsage()
{
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("s", {chat(1, "gpt-4o", {{kIn, "5"}}), chat(2, "gpt-4o", {})}));
    const Totals t = w.totals();
    QCOMPARE(t.callsPartial, std::int64_t(1));
    QCOMPARE(t.callsWithoutUsage, std::int64_t(1));
    QCOMPARE(t.bound(), CostBound::AtLeast);
    QVERIFY(!t.cacheHitRate().has_value()); // 3a.12: nobody carries cache counts
    World embedding;
    OtlpSpan span = chat(1, "text-embedding-3-small", {{kIn, "5"}});
    span.attributes[0].second = "embeddings";
    embedding.file("otlp-json", "t.jsonl", exportLine("s", {span}));
    QCOMPARE(embedding.totals().callsPartial, std::int64_t(0)); // an embedding has no output
}

void TestOtlpNumbers::hiddenCacheSplit()
{
    World w; // traces.md 1b: this producer never says what was cached; the sum may be too high
    w.file("otlp-json", "t.jsonl",
           exportLine("@opentelemetry/instrumentation-openai", {chat(1, "gpt-4o", {{kIn, "5"}, {kOut, "5"}})}));
    QCOMPARE(w.totals().callsCacheSplitHidden, std::int64_t(1));
    QCOMPARE(w.totals().bound(), CostBound::Estimate);
}

QTEST_GUILESS_MAIN(TestOtlpNumbers)
#include "tst_otlp_numbers.moc"
