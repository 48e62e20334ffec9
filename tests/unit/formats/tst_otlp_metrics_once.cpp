// SPDX-License-Identifier: GPL-3.0-or-later
// What is told call by call is not counted again from the metrics of the same producer or session.
#include <QtTest/QtTest>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/unit/formats/metric_text.h"

using namespace flyball;
using namespace flyball::test;

namespace {

const std::string kFixtures = FLYBALL_FIXTURES;

struct Piece {
    std::string kind;
    std::string path;
    std::string text;
};

std::string contentOf(const std::string &path)
{
    std::ifstream file(kFixtures + "/" + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

Piece fixture(const std::string &kind, const std::string &path) { return {kind, path, contentOf(path)}; }

/// Totals of these pieces; fails when an order of them gives others.
Totals totalsOf(std::vector<Piece> pieces)
{
    std::sort(pieces.begin(), pieces.end(), [](const Piece &a, const Piece &b) { return a.path < b.path; });
    Totals first;
    bool isFirst = true;
    do {
        World world;
        for (const Piece &piece : pieces)
            world.file(piece.kind, piece.path, piece.text);
        const Totals totals = world.totals();
        if (std::exchange(isFirst, false))
            first = totals;
        else if (!(totals == first))
            qFatal("the order counts");
    } while (std::next_permutation(pieces.begin(), pieces.end(),
                                   [](const Piece &a, const Piece &b) { return a.path < b.path; }));
    return first;
}

Metric outputOf(const std::string &tokens, Attributes more = {})
{
    Metric metric;
    Attributes labels = tokensOfModel("output");
    labels.insert(labels.end(), more.begin(), more.end());
    metric.points = {{labels, tokens, 30, 0}};
    return metric;
}

/// A call with `tokens` output under a resource.
std::string spanOf(const std::string &tokens, const std::string &service)
{
    OtlpSpan span;
    span.attributes = {{"gen_ai.operation.name", "chat"}, {"gen_ai.request.model", "gpt-4o"}};
    if (!tokens.empty())
        span.attributes.emplace_back("gen_ai.usage.output_tokens", tokens);
    std::string line = exportLine("s", {span});
    const std::string resource =
        service.empty() ? "" : R"("resource":{"attributes":)" + attributesText({{"service.name", service}}) + "},";
    const std::size_t at = line.find("\"scopeSpans\"");
    const std::size_t from = line.find("\"resource\":");
    if (from < at)
        line.erase(from, at - from);
    return line.insert(line.find("\"scopeSpans\""), resource);
}

} // namespace

class TestOtlpMetricsOnce : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void spansOfTheSameResource();
    void spansWithoutCountsTellNothing();
    void aResourceThatSaysNothing();
    void logEventsOfTheSameSession();
    void transcriptsOfTheSameSession();
    void metricsThatNameNoSession();
    void samplesTogether_data();
    void samplesTogether();
};

void TestOtlpMetricsOnce::spansOfTheSameResource()
{
    const Piece metrics{"otlp-json", "m.jsonl", metricsExport({outputOf("40")})};
    const Totals both = totalsOf({metrics, {"otlp-json", "s.jsonl", spanOf("7", "shop")}});
    QCOMPARE(both.outTotal(), std::int64_t{7});
    QCOMPARE(both.calls, std::int64_t{1});
    QCOMPARE(totalsOf({metrics, {"otlp-json", "s.jsonl", spanOf("7", "kitchen")}}).outTotal(), std::int64_t{47});
    // The resource may stand behind its spans.
    std::string line = spanOf("7", "");
    line.insert(line.rfind("}]}"), R"(,"resource":{"attributes":)" + attributesText({{"service.name", "shop"}}) + "}");
    QCOMPARE(totalsOf({metrics, {"otlp-json", "s.jsonl", line}}).outTotal(), std::int64_t{7});
}

void TestOtlpMetricsOnce::spansWithoutCountsTellNothing()
{
    const Piece metrics{"otlp-json", "m.jsonl", metricsExport({outputOf("40")})};
    QCOMPARE(totalsOf({metrics, {"otlp-json", "s.jsonl", spanOf("", "shop")}}).outTotal(), std::int64_t{40});
}

void TestOtlpMetricsOnce::aResourceThatSaysNothing()
{
    const Piece metrics{"otlp-json", "m.jsonl", metricsExport({outputOf("40")}, {})};
    QCOMPARE(totalsOf({metrics, {"otlp-json", "s.jsonl", spanOf("7", "")}}).outTotal(), std::int64_t{7});
}

void TestOtlpMetricsOnce::logEventsOfTheSameSession()
{
    const std::string folder = "gateways/claude-code-2.1.330/";
    const Totals logs = totalsOf({fixture("otlp-json", folder + "otlp_logs.jsonl")});
    QVERIFY(logs.calls > 0);
    const Totals both = totalsOf(
        {fixture("otlp-json", folder + "otlp_logs.jsonl"), fixture("otlp-json", folder + "otlp_metrics.jsonl")});
    QVERIFY(both == logs);
    // Another session of the same program exports metrics alone.
    Metric metric = outputOf("40", {{"session.id", "another"}, {"type", "output"}, {"model", "claude-sonnet-4-5"}});
    metric.name = "claude_code.token.usage";
    const Totals other =
        totalsOf({fixture("otlp-json", folder + "otlp_logs.jsonl"),
                  {"otlp-json", "m.jsonl", metricsExport({metric}, {{"service.name", "claude-code"}})}});
    QCOMPARE(other.outTotal(), logs.outTotal() + 40);
}

void TestOtlpMetricsOnce::transcriptsOfTheSameSession()
{
    Metric metric = outputOf("40", {{"session.id", "s1"}, {"type", "output"}, {"model", "claude-sonnet-4-5"}});
    metric.name = "claude_code.token.usage";
    ClaudeLine line;
    for (const char *stop : {"end_turn", "null"}) {
        line.stop = stop;
        line.usage = usageText(3, 9);
        const Piece transcript{"claude-code", "t.jsonl", toText(line) + "\n"};
        const Totals both = totalsOf({transcript, {"otlp-json", "m.jsonl", metricsExport({metric})}});
        QCOMPARE(both.outTotal(), std::int64_t{9});
        metric.points[0].labels[3].second = "s2";
        QCOMPARE(totalsOf({transcript, {"otlp-json", "m.jsonl", metricsExport({metric})}}).outTotal(),
                 std::int64_t{49});
        metric.points[0].labels[3].second = "s1";
    }
}

void TestOtlpMetricsOnce::metricsThatNameNoSession()
{
    // OTEL_METRICS_INCLUDE_SESSION_ID=false
    Metric metric = outputOf("40", {{"type", "output"}, {"model", "claude-sonnet-4-5"}});
    metric.name = "claude_code.token.usage";
    const Piece metrics{"otlp-json", "m.jsonl", metricsExport({metric}, {{"service.name", "claude-code"}})};
    ClaudeLine line;
    line.usage = usageText(3, 9);
    QCOMPARE(totalsOf({metrics, {"claude-code", "t.jsonl", toText(line) + "\n"}}).outTotal(), std::int64_t{9});
    const Piece logs = fixture("otlp-json", "gateways/claude-code-2.1.330/otlp_logs.jsonl");
    QVERIFY(totalsOf({metrics, logs}) == totalsOf({logs}));
    // What another agent does is none of its business.
    const Piece codex = fixture("otlp-json", "codex-0.169/otel/logs.jsonl");
    QCOMPARE(totalsOf({metrics, codex}).outTotal(), totalsOf({codex}).outTotal() + 40);
}

void TestOtlpMetricsOnce::samplesTogether_data()
{
    QTest::addColumn<QByteArray>("calls");
    QTest::addColumn<QByteArray>("metrics");
    const QByteArray openAi = "otel-openai-0.21/json/metrics.jsonl";
    QTest::newRow("openai spans") << QByteArray("otel-openai-0.21/json/traces.jsonl") << openAi;
    QTest::newRow("openai collector") << QByteArray("otel-openai-0.21/collector/derived-collector-style.traces.jsonl")
                                      << QByteArray("otel-openai-0.21/collector/derived-collector-style.metrics.jsonl");
    QTest::newRow("claude events") << QByteArray("claude-code-2.1.197/otel/logs.jsonl")
                                   << QByteArray("claude-code-2.1.197/otel/metrics.jsonl");
    QTest::newRow("gemini events") << QByteArray("gemini-cli-0.61/otel/logs.jsonl")
                                   << QByteArray("gemini-cli-0.61/otel/metrics.jsonl");
    QTest::newRow("gemini spans") << QByteArray("gemini-cli-0.61/otel/traces.jsonl")
                                  << QByteArray("gemini-cli-0.61/otel/metrics.jsonl");
    QTest::newRow("codex events") << QByteArray("codex-0.169/otel/logs.jsonl")
                                  << QByteArray("codex-0.169/otel/metrics.only-token-and-request.jsonl");
    QTest::newRow("codex spans") << QByteArray("codex-0.169/otel/traces.only-spans-with-tokens.jsonl")
                                 << QByteArray("codex-0.169/otel/metrics.only-token-and-request.jsonl");
}

void TestOtlpMetricsOnce::samplesTogether()
{
    QFETCH(QByteArray, calls);
    QFETCH(QByteArray, metrics);
    const Piece told = fixture("otlp-json", calls.toStdString());
    const Piece metered = fixture("otlp-json", metrics.toStdString());
    const Totals alone = totalsOf({told});
    QVERIFY(totalsOf({metered}).outTotal() > 0);
    if (alone.calls == 0) // spans of which we read no call are no reason to leave the metrics out
        QCOMPARE(totalsOf({told, metered}).outTotal(), totalsOf({metered}).outTotal());
    else
        QVERIFY(totalsOf({told, metered}) == alone);
}

QTEST_GUILESS_MAIN(TestOtlpMetricsOnce)
#include "tst_otlp_metrics_once.moc"
