// SPDX-License-Identifier: GPL-3.0-or-later
// Data points of OTLP metrics become spend: rules of streams, values and names.
#include <QtTest/QtTest>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "tests/unit/formats/metric_text.h"

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr std::int64_t kDaySeconds = 86'400;
const std::string kFixtures = FLYBALL_FIXTURES;

/// Tokens of one stream, by the values at these times.
std::string stream(const std::vector<std::pair<std::int64_t, std::string>> &values, std::int64_t start,
                   const std::string &temporality = "2")
{
    Metric metric;
    metric.temporality = temporality;
    for (const auto &[time, value] : values)
        metric.points.push_back({tokensOfModel("output"), value, time, start});
    return metricsExport({metric});
}

void read(World &world, const std::string &text, const std::string &path = "m.jsonl")
{
    world.file("otlp-json", path, text);
}

std::int64_t outOf(const std::string &text)
{
    World world;
    read(world, text);
    return world.totals().outTotal();
}

/// "minute offset: tokens" of every call.
std::string minutes(World &world)
{
    std::string all;
    for (const Call &call : world.calls())
        all +=
            std::to_string(bucketOf(call.time - kOtlpEpoch, kMinute)) + ":" + std::to_string(call.usage.total()) + " ";
    return all;
}

std::string usd(const Totals &totals) { return totals.cost.toDecimal(); }

std::string contentOf(const std::string &path)
{
    std::ifstream file(kFixtures + "/" + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

class TestOtlpMetrics : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void deltaPointsAddUp();
    void cumulativePointsAreNotAdded();
    void aNewStartBeginsAgain();
    void underOneStartNothingFalls();
    void withoutAStartAFallBeginsAgain();
    void daysMeetWithoutLossOrRepeat();
    void gapsOfDaysAndBlocks();
    void anyOrderAnyNumberOfTimes_data();
    void anyOrderAnyNumberOfTimes();
    void moneyIsThePriceOfItsTokens();
    void zeroIsNoPrice();
    void moneyWithoutAModelIsOfAll();
    void subsetsAreTakenOut();
    void formsOfNumbers_data();
    void formsOfNumbers();
    void notSpend_data();
    void notSpend();
    void namedRejects_data();
    void namedRejects();
    void anAgentsOwnWordsCount();
    void namesComeFromPointAndResource();
    void claudeCodeSample();
    void openAiSample();
    void geminiSample();
    void codexSample();
};

void TestOtlpMetrics::deltaPointsAddUp()
{
    World world;
    read(world, stream({{10, "5"}, {70, "7"}}, 0, "1"));
    read(world, stream({{70, "7"}, {130, "1"}}, 0, "1"));
    QCOMPARE(world.totals().outTotal(), std::int64_t{13});
    QCOMPARE(world.totals().calls, std::int64_t{0});
    QCOMPARE(minutes(world), std::string("0:5 1:7 2:1 "));
    QCOMPARE(world.collator.coverage().duplicates, std::int64_t{0});
}

void TestOtlpMetrics::cumulativePointsAreNotAdded()
{
    World world;
    read(world, stream({{10, "5"}, {70, "12"}, {130, "12"}, {190, "13"}}, 0));
    QCOMPARE(minutes(world), std::string("0:5 1:7 3:1 "));
}

void TestOtlpMetrics::aNewStartBeginsAgain()
{
    QCOMPARE(outOf(stream({{10, "100"}}, 0) + stream({{20, "30"}, {80, "50"}}, 15)), std::int64_t{150});
    // Of two processes that say the same of themselves neither hides the other.
    QCOMPARE(outOf(stream({{10, "100"}, {30, "110"}}, 0) + stream({{20, "30"}, {40, "50"}}, 1)), std::int64_t{160});
}

void TestOtlpMetrics::underOneStartNothingFalls()
{
    // A clock that was set back, or points of two exports that came the other way round.
    QCOMPARE(outOf(stream({{70, "5"}, {60, "6"}, {80, "7"}}, 0)), std::int64_t{7});
}

void TestOtlpMetrics::withoutAStartAFallBeginsAgain()
{
    QCOMPARE(outOf(stream({{10, "100"}, {70, "5"}, {130, "20"}, {190, "100"}}, kNoStart)), std::int64_t{200});
    // A start that lies in the future is none.
    QCOMPARE(outOf(stream({{10, "100"}, {70, "5"}}, 10 * kDaySeconds)), std::int64_t{105});
    QCOMPARE(outOf(stream({{10, "100"}, {kDaySeconds, "130"}, {2 * kDaySeconds, "7"}}, kNoStart)), std::int64_t{137});
}

void TestOtlpMetrics::daysMeetWithoutLossOrRepeat()
{
    World world;
    const std::int64_t midnight = 14 * 3600; // the epoch of these tests is at 10:00
    read(world, stream({{midnight - 90, "10"}, {midnight - 30, "11"}, {midnight + 30, "15"}, {midnight + 90, "16"}},
                       midnight - 100));
    QCOMPARE(minutes(world), std::string("838:10 839:1 840:4 841:1 "));
    // One that began yesterday and is first heard of today.
    QCOMPARE(outOf(stream({{midnight + 30, "15"}}, midnight - 100)), std::int64_t{15});
}

void TestOtlpMetrics::gapsOfDaysAndBlocks()
{
    const auto at = [](std::int64_t day) { return day * kDaySeconds; };
    QCOMPARE(outOf(stream({{at(0), "10"}, {at(3), "12"}, {at(20), "13"}, {at(40), "14"}}, -60)), std::int64_t{14});
    for (std::int64_t gap = 1; gap <= 32; ++gap) // wherever the blocks begin
        QCOMPARE(outOf(stream({{at(100), "10"}, {at(100 + gap), "12"}}, at(100) - 60)), std::int64_t{12});
    // Too long for anybody to know whether it was counted: never twice.
    QCOMPARE(outOf(stream({{at(0), "10"}, {at(100), "12"}, {at(100) + 60, "13"}}, -60)), std::int64_t{11});
}

void TestOtlpMetrics::anyOrderAnyNumberOfTimes_data()
{
    QTest::addColumn<QByteArray>("temporality");
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 6; ++seed) {
        QTest::addRow("delta %d", seed) << QByteArray("1") << seed;
        QTest::addRow("cumulative %d", seed) << QByteArray("AGGREGATION_TEMPORALITY_CUMULATIVE") << seed;
    }
}

/// A process that is started again now and then, over some days, with gaps, under two models, with money.
void TestOtlpMetrics::anyOrderAnyNumberOfTimes()
{
    QFETCH(QByteArray, temporality);
    QFETCH(int, seed);
    std::mt19937 random(static_cast<unsigned>(seed));
    const auto below = [&](unsigned n) { return static_cast<std::int64_t>(random() % n); };
    const bool delta = temporality == "1";
    const std::string kind = delta ? "1" : "\"" + temporality.toStdString() + "\"";
    std::vector<std::string> lines;
    std::int64_t in = 0, out = 0, pico = 0, time = 0;
    for (int life = 0; life < 4; ++life) {
        std::int64_t start = time, sums[2][3] = {};
        for (int i = 0; i < 40; ++i) {
            const std::int64_t before = time;
            time += 1 + (below(8) == 0 ? below(3 * kDaySeconds) : below(200));
            for (unsigned model = 0; model < 2; ++model) {
                std::int64_t add[3] = {below(50), below(20), (1 + below(3)) * 1'000'003};
                for (int k = 0; k < 3; ++k)
                    sums[model][k] = delta ? add[k] : sums[model][k] + add[k];
                in += add[0];
                out += add[1];
                pico += add[2];
                const std::string name = model == 0 ? "gpt-4o" : "gpt-5";
                Metric tokens, money;
                tokens.temporality = money.temporality = kind;
                money.name = "gen_ai.usage.cost";
                const std::int64_t from = delta ? before : start;
                tokens.points = {{tokensOfModel("input", name), std::to_string(sums[model][0]), time, from},
                                 {tokensOfModel("output", name), std::to_string(sums[model][1]), time, from}};
                Attributes labels = tokensOfModel("", name);
                labels.pop_back();
                const std::string digits = std::to_string(sums[model][2]);
                money.points = {{labels, "0." + std::string(12 - digits.size(), '0') + digits, time, from}};
                lines.push_back(metricsExport({tokens, money}));
            }
        }
        time += 5;
    }
    std::string before;
    for (int round = 0; round < 3; ++round) {
        World world;
        for (const std::string &line : lines)
            for (std::int64_t n = below(3); n >= 0; --n)
                read(world, line, below(2) == 0 ? "a.jsonl" : "b.jsonl");
        for (const std::string &line : lines) // each at least once from where it came first
            read(world, line, "a.jsonl");
        const Totals totals = world.totals();
        QCOMPARE(totals.inTotal(), in);
        QCOMPARE(totals.outTotal(), out);
        QCOMPARE(totals.cost, UsdSum(pico));
        QCOMPARE(totals.calls, std::int64_t{0});
        if (round > 0)
            QCOMPARE(world.describe(), before);
        before = world.describe();
        std::shuffle(lines.begin(), lines.end(), random);
    }
}

void TestOtlpMetrics::moneyIsThePriceOfItsTokens()
{
    Metric tokens, money;
    tokens.name = "claude_code.token.usage";
    money.name = "claude_code.cost.usage";
    tokens.temporality = money.temporality = "1";
    tokens.points = {{{{"model", "claude-sonnet-4-5"}, {"type", "input"}}, "1000000", 30, 0}};
    money.points = {{{{"model", "claude-sonnet-4-5"}}, "0.0041143500005", 30, 0}}; // half even: ...500000
    World world;
    read(world, metricsExport({tokens, money}));
    QCOMPARE(world.calls().size(), std::size_t{1});
    QCOMPARE(world.calls().front().cost, PicoUsd{4'114'350'000});
    QCOMPARE(world.calls().front().costOrigin, CostOrigin::Reported);
    QCOMPARE(world.calls().front().usage[TokenClass::InFresh], std::int64_t{1'000'000});
    World alone; // without money our book prices: 3 USD a million
    read(alone, metricsExport({tokens}));
    QCOMPARE(usd(alone.totals()), std::string("3.000000000"));
    QCOMPARE(alone.calls().front().costOrigin, CostOrigin::Computed);
}

void TestOtlpMetrics::zeroIsNoPrice()
{
    Metric tokens, money;
    tokens.points = {{tokensOfModel("input"), "1000000", 30, 0}};
    money.name = "gen_ai.usage.cost";
    money.points = {{{{"gen_ai.provider.name", "openai"}, {"gen_ai.response.model", "gpt-4o"}}, "0", 30, 0}};
    World world;
    read(world, metricsExport({tokens, money}));
    QCOMPARE(world.calls().size(), std::size_t{1});
    QCOMPARE(world.calls().front().costOrigin, CostOrigin::Computed); // as a call that is told to cost 0
    QCOMPARE(usd(world.totals()), std::string("2.500000000"));
}

void TestOtlpMetrics::moneyWithoutAModelIsOfAll()
{
    Metric tokens, money;
    tokens.points = {{tokensOfModel("input"), "1000000", 30, 0}};
    money.name = "gen_ai.usage.cost";
    money.points = {{{}, "0.5", 30, 0}};
    World world;
    read(world, metricsExport({tokens}) + metricsExport({money}));
    QCOMPARE(usd(world.totals()), std::string("0.500000000"));
    QCOMPARE(world.totals().inTotal(), std::int64_t{1'000'000});
}

void TestOtlpMetrics::subsetsAreTakenOut()
{
    const auto counter = [](const std::string &name, const std::string &value, std::int64_t time) {
        Metric metric;
        metric.name = "gen_ai.client.inference.usage." + name;
        metric.points = {{{{"gen_ai.response.model", "gpt-4o"}}, value, time, 0}};
        return metric;
    };
    World world;
    read(world, metricsExport({counter("input_tokens", "100", 30), counter("cache_read.input_tokens", "60", 30),
                               counter("cache_write.input_tokens", "10", 30), counter("output_tokens", "50", 30),
                               counter("reasoning.output_tokens", "20", 30)}));
    QCOMPARE(tokensOf(world.only().usage), std::string("in 30 read 60 untyped 10 out 30 reasoning 20"));
    QVERIFY((world.only().flags & CallCacheKnown) != 0);
    // A part told a minute before its whole is taken off when that comes.
    World torn;
    read(torn, metricsExport({counter("cache_read.input_tokens", "60", 30)})
                   + metricsExport({counter("input_tokens", "100", 90)}));
    QCOMPARE(torn.totals().inTotal(), std::int64_t{100});
}

void TestOtlpMetrics::formsOfNumbers_data()
{
    QTest::addColumn<QByteArray>("form");
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("temporality");
    QTest::newRow("int text") << QByteArray("sum") << QByteArray("asInt") << QByteArray("\"42\"") << QByteArray("2");
    QTest::newRow("int") << QByteArray("sum") << QByteArray("asInt") << QByteArray("42") << QByteArray("1");
    QTest::newRow("snake") << QByteArray("sum") << QByteArray("as_int") << QByteArray("42") << QByteArray("1");
    QTest::newRow("double") << QByteArray("sum") << QByteArray("asDouble") << QByteArray("42.0") << QByteArray("\"2\"");
    QTest::newRow("half even") << QByteArray("sum") << QByteArray("asDouble") << QByteArray("42.5") << QByteArray("2");
    QTest::newRow("histogram") << QByteArray("histogram") << QByteArray("sum") << QByteArray("42")
                               << QByteArray("\"AGGREGATION_TEMPORALITY_DELTA\"");
    QTest::newRow("exponential") << QByteArray("exponentialHistogram") << QByteArray("sum") << QByteArray("4.2e1")
                                 << QByteArray("2");
}

void TestOtlpMetrics::formsOfNumbers()
{
    QFETCH(QByteArray, form);
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, temporality);
    Metric metric;
    metric.form = form.toStdString();
    metric.valueKey = key.toStdString();
    metric.temporality = temporality.toStdString();
    metric.points = {{tokensOfModel("output"), value.toStdString(), 30, 0}};
    metric.pointExtra = R"(,"count":"3","bucketCounts":["1","2"],"exemplars":[],"flags":0)";
    QCOMPARE(outOf(metricsExport({metric})), std::int64_t{42});
}

void TestOtlpMetrics::notSpend_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const std::function<void(Metric &)> &change) {
        Metric metric;
        metric.points = {{tokensOfModel("output"), "42", 30, 0}};
        change(metric);
        QTest::newRow(name) << QByteArray::fromStdString(metricsExport({metric}));
    };
    row("gauge", [](Metric &m) { m.form = "gauge"; });
    row("goes down too", [](Metric &m) { m.extra = R"(,"isMonotonic":false)"; });
    row("not said to be monotonic", [](Metric &m) { m.extra = R"(,"unknown":1)"; });
    row("no recorded value", [](Metric &m) { m.pointExtra = R"(,"flags":1)"; });
    row("no value", [](Metric &m) { m.valueKey = "other"; });
    row("another metric", [](Metric &m) { m.name = "gen_ai.client.operation.duration"; });
    row("a sum of others", [](Metric &m) { m.points[0].labels[2].second = "total"; });
    row("a gateway's own cache", [](Metric &m) { m.name = "bifrost_cache_hits"; });
}

void TestOtlpMetrics::notSpend()
{
    QFETCH(QByteArray, text);
    World world;
    read(world, text.toStdString());
    QCOMPARE(world.calls().size(), std::size_t{0});
    QCOMPARE(world.collator.coverage().metrics, std::int64_t{1});
    QCOMPARE(world.collator.coverage().ignored, std::int64_t{1});
    QCOMPARE(world.collator.coverage().rejected, std::int64_t{0});
}

void TestOtlpMetrics::namedRejects_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char *name, const char *reason, const std::function<void(Metric &)> &change) {
        Metric metric;
        metric.points = {{tokensOfModel("output"), "42", 30, 0}, {tokensOfModel("output"), "7", 31, 0}};
        metric.temporality = "1";
        change(metric);
        QTest::newRow(name) << QByteArray::fromStdString(metricsExport({metric})) << QByteArray(reason);
    };
    row("NaN", "meter value NaN", [](Metric &m) { m.points[0].value = "\"NaN\""; });
    row("infinite", "meter value infinite", [](Metric &m) { m.points[0].value = "\"Infinity\""; });
    row("negative", "meter value negative", [](Metric &m) { m.points[0].value = "-1"; });
    row("too large", "meter value too large", [](Metric &m) { m.points[0].value = "1e300"; });
    row("a type nobody knows", "meter token type", [](Metric &m) { m.points[0].labels[2].second = "smell"; });
    row("no time", "bad_time", [](Metric &m) { m.points[0].time = -kOtlpEpoch / kSecond; });
}

void TestOtlpMetrics::namedRejects()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, reason);
    World world;
    read(world, text.toStdString());
    QCOMPARE(world.rejected(reason.toStdString()), std::int64_t{1});
    QCOMPARE(world.totals().outTotal(), std::int64_t{7}); // what stands beside it counts
    Metric timeless;
    timeless.temporality = "0";
    timeless.points = {{tokensOfModel("output"), "42", 30, 0}};
    World other;
    read(other, metricsExport({timeless}));
    QCOMPARE(other.rejected("meter temporality"), std::int64_t{1});
}

void TestOtlpMetrics::anAgentsOwnWordsCount()
{
    Metric own, common;
    own.name = "gemini_cli.token.usage";
    own.points = {{{{"model", "gemini-2.5-pro"}, {"type", "output"}}, "24", 30, 0},
                  {{{"model", "gemini-2.5-pro"}, {"type", "thought"}}, "128", 30, 0}};
    common.points = {{tokensOfModel("output", "gemini-2.5-pro"), "24", 30, 0}};
    for (const bool ownFirst : {true, false}) {
        World world;
        read(world, metricsExport({ownFirst ? own : common}));
        read(world, metricsExport({ownFirst ? common : own}));
        QCOMPARE(world.totals().outTotal(), std::int64_t{152});
    }
    World other; // of another producer it is all there is
    read(other, metricsExport({own}) + metricsExport({common}, {{"service.name", "other"}}));
    QCOMPARE(other.totals().outTotal(), std::int64_t{176});
}

void TestOtlpMetrics::namesComeFromPointAndResource()
{
    Metric metric;
    metric.points = {
        {{{"gen_ai.token.type", "input"}, {"gen_ai.request.model", "gpt-4o"}, {"agent.name", "clerk"}}, "5", 30, 0}};
    World world;
    read(world, metricsExport({metric}, {{"service.name", "shop"}, {"flyball.workflow", "refunds"}}));
    const Call call = world.only();
    QCOMPARE(world.text(call.names.workflow), std::string("refunds"));
    QCOMPARE(world.text(call.names.agent), std::string("clerk"));
    QCOMPARE(world.text(call.model), std::string("gpt-4o"));
    QVERIFY(call.metered());
    metric.points[0].labels.emplace_back("workflow.name", "returns");
    World nearer;
    read(nearer, metricsExport({metric}, {{"service.name", "shop"}, {"workflow.name", "refunds"}}));
    QCOMPARE(nearer.text(nearer.only().names.workflow), std::string("returns"));
}

/// Sums of a file as its numbers say, by token type; "" is money.
static std::map<std::string, double> sumsOf(const std::string &text, const std::string &tokens,
                                            const std::string &money, const std::string &type)
{
    using nlohmann::json;
    std::map<std::string, double> sums;
    const auto add = [&](const json &data) {
        for (const json &point : data.at("dataPoints")) {
            std::string name;
            for (const json &pair : point.at("attributes"))
                if (pair.at("key") == type)
                    name = pair.at("value").at("stringValue");
            sums[name] += point.value("asDouble", point.value("sum", 0.0));
        }
    };
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const json exported = json::parse(line);
        for (const json &resource : exported.at("resourceMetrics"))
            for (const json &scope : resource.at("scopeMetrics"))
                for (const json &metric : scope.at("metrics"))
                    if (metric.at("name") == tokens || metric.at("name") == money)
                        add(metric.contains("sum") ? metric.at("sum") : metric.at("histogram"));
    }
    return sums;
}

void TestOtlpMetrics::claudeCodeSample()
{
    for (const char *file :
         {"claude-code-2.1.197/otel/metrics.jsonl", "gateways/claude-code-2.1.330/otlp_metrics.jsonl"}) {
        const std::string text = contentOf(file);
        const auto sums = sumsOf(text, "claude_code.token.usage", "claude_code.cost.usage", "type");
        World world;
        read(world, text);
        const Totals totals = world.totals();
        const auto of = [&](const char *type) { return static_cast<std::int64_t>(sums.at(type)); };
        QVERIFY(of("input") > 0);
        QCOMPARE(totals.tokens[static_cast<std::size_t>(TokenClass::InFresh)], of("input"));
        QCOMPARE(totals.tokens[static_cast<std::size_t>(TokenClass::CacheRead)], of("cacheRead"));
        QCOMPARE(totals.tokens[static_cast<std::size_t>(TokenClass::CacheWriteUntyped)], of("cacheCreation"));
        QCOMPARE(totals.outTotal(), of("output"));
        QCOMPARE(totals.cost.nanoUsd(), qRound64(sums.at("") * 1e9));
        QCOMPARE(totals.calls, std::int64_t{0});
        for (const Call &call : world.calls())
            QCOMPARE(call.costOrigin, CostOrigin::Reported);
        QCOMPARE(world.collator.coverage().rejected, std::int64_t{0});
    }
    World world; // 2 x 0.0131262
    read(world, contentOf("gateways/claude-code-2.1.330/otlp_metrics.jsonl"));
    QCOMPARE(usd(world.totals()), std::string("0.026252400"));
    QCOMPARE(world.text(world.calls().front().names.workflow), std::string("invoice-triage"));
}

void TestOtlpMetrics::openAiSample()
{
    World world; // its three exports repeat one another: 33806 when they are added up
    read(world, contentOf("otel-openai-0.21/json/metrics.jsonl"));
    QCOMPARE(world.totals().inTotal(), std::int64_t{12'372});
    World other;
    read(other, contentOf("otel-openai-0.21/collector/derived-collector-style.metrics.jsonl"));
    QCOMPARE(other.totals().inTotal(), std::int64_t{12'372});
    QCOMPARE(other.totals().outTotal(), world.totals().outTotal());
    QCOMPARE(usd(other.totals()), usd(world.totals()));
    QVERIFY(world.totals().cost > UsdSum(0));
}

void TestOtlpMetrics::geminiSample()
{
    World world;
    read(world, contentOf("gemini-cli-0.61/otel/metrics.jsonl"));
    const Totals totals = world.totals(); // expected.json: in_total, cache_read, out_text, out_reasoning
    QCOMPARE(totals.inTotal(), std::int64_t{2921});
    QCOMPARE(totals.tokens[static_cast<std::size_t>(TokenClass::CacheRead)], std::int64_t{2432});
    QCOMPARE(totals.tokens[static_cast<std::size_t>(TokenClass::OutText)], std::int64_t{81});
    QCOMPARE(totals.tokens[static_cast<std::size_t>(TokenClass::OutReasoning)], std::int64_t{192});
}

void TestOtlpMetrics::codexSample()
{
    const std::string text = contentOf("codex-0.169/otel/metrics.only-token-and-request.jsonl");
    const auto sums = sumsOf(text, "codex.turn.token_usage", "", "token_type");
    World world;
    read(world, text);
    QCOMPARE(world.totals().inTotal(), static_cast<std::int64_t>(sums.at("input")));
    QCOMPARE(world.totals().outTotal(), static_cast<std::int64_t>(sums.at("output")));
    QVERIFY(world.totals().outTotal() > 0);
}

QTEST_GUILESS_MAIN(TestOtlpMetrics)
#include "tst_otlp_metrics.moc"
