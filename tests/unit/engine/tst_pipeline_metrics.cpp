// SPDX-License-Identifier: GPL-3.0-or-later
// Spend from data points of OTLP metrics, live: over restarts, in any order, and taken back when calls are told.
#include <QtTest/QtTest>

#include "tests/unit/engine/pipeline_bench.h"
#include "tests/unit/formats/metric_text.h"

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr std::int64_t kDaySeconds = 86'400;

std::string point(std::int64_t time, std::int64_t tokens, std::int64_t start, const std::string &temporality = "2",
                  const Attributes &resource = {{"service.name", "shop"}})
{
    Metric metric;
    metric.temporality = temporality;
    metric.points = {{tokensOfModel("output"), std::to_string(tokens), time, start}};
    return metricsExport({metric}, resource);
}

std::string claudePoint(std::int64_t tokens, const std::string &session)
{
    Metric metric;
    metric.name = "claude_code.token.usage";
    metric.temporality = "1";
    metric.points = {{{{"model", "claude-sonnet-4-5"}, {"type", "output"}}, std::to_string(tokens), 30, 0}};
    if (!session.empty())
        metric.points[0].labels.emplace_back("session.id", session);
    return metricsExport({metric}, {{"service.name", "claude-code"}});
}

std::string spans(const std::string &service)
{
    std::string line = exportLine("s", {{.trace = 1,
                                         .id = 1,
                                         .attributes = {{"gen_ai.operation.name", "chat"},
                                                        {"gen_ai.request.model", "gpt-4o"},
                                                        {"gen_ai.usage.output_tokens", "7"}}}});
    const std::string none = R"("attributes":[])";
    return line.replace(line.find(none), none.size(), R"("attributes":)" + attributesText({{"service.name", service}}));
}

std::int64_t outOf(PipelineBench &bench) { return bench.pipeline().snapshot()->totals.outTotal(); }

} // namespace

class TestPipelineMetrics : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pointByPointOverRestarts();
    void twoSourcesTellTheSame();
    void spansThatComeLateTakeMetersBack();
    void andWhoRemovesThemGetsTheMetersAgain();
    void transcriptsThatComeLate();
    void theOperatorsOwnTie();
    void whatIsForgottenWasCounted();
};

void TestPipelineMetrics::pointByPointOverRestarts()
{
    PipelineBench b;
    b.write("m.jsonl", "");
    b.addSource("m", "m.jsonl", "otlp-json");
    b.open();
    std::int64_t time = 0, total = 0, life = 0, sum = 0, delta = 0;
    for (int i = 0; i < 60; ++i) {
        if (i % 17 == 0) {
            life = time;
            sum = 0;
        }
        time += i % 13 == 0 ? 2 * kDaySeconds : 47;
        sum += i % 5;
        total += i % 5 + 2;
        delta += 2;
        b.append("m.jsonl", point(time, sum, life) + point(time, 2, time - 47, "1", {{"service.name", "kitchen"}}));
        if (i % 3 == 0)
            b.append("m.jsonl", point(time, sum, life)); // once more
        b.drain();
        QCOMPARE(outOf(b), total);
        if (i % 7 == 0) {
            b.restart();
            QCOMPARE(outOf(b), total);
        }
    }
    AGREE(b);
    QCOMPARE(b.pipeline().snapshot()->totals.calls, std::int64_t{0});
    QCOMPARE(b.pipeline().snapshot()->runCount, std::int64_t{0});
    QCOMPARE(QByteArray::fromStdString(b.stored()), QByteArray::fromStdString(b.fresh({{"otlp-json", "m.jsonl"}})));
    QCOMPARE(b.pipeline().snapshot()->sources.front().duplicates, std::int64_t{0});
}

void TestPipelineMetrics::twoSourcesTellTheSame()
{
    const std::string first = point(30, 5, 0) + point(90, 9, 0), second = point(90, 9, 0) + point(150, 10, 0);
    for (const bool swapped : {false, true}) {
        PipelineBench b;
        b.write("a.jsonl", first);
        b.write("b.jsonl", second);
        b.open();
        b.addSource("one", swapped ? "b.jsonl" : "a.jsonl", "otlp-json");
        b.drain();
        b.restart();
        b.addSource("two", swapped ? "a.jsonl" : "b.jsonl", "otlp-json");
        b.drain();
        QCOMPARE(outOf(b), std::int64_t{10});
        AGREE(b);
    }
}

void TestPipelineMetrics::spansThatComeLateTakeMetersBack()
{
    for (const bool restarted : {false, true}) {
        PipelineBench b;
        b.write("m.jsonl", point(30, 40, 0) + point(30, 5, 0, "2", {{"service.name", "kitchen"}}));
        b.write("s.jsonl", spans("shop"));
        b.addSource("m", "m.jsonl", "otlp-json");
        b.open();
        b.drain();
        QCOMPARE(outOf(b), std::int64_t{45});
        if (restarted)
            b.restart();
        b.addSource("s", "s.jsonl", "otlp-json");
        b.drain();
        QCOMPARE(outOf(b), std::int64_t{12});
        QCOMPARE(b.pipeline().snapshot()->totals.calls, std::int64_t{1});
        b.append("m.jsonl", point(90, 50, 0) + point(90, 6, 0, "2", {{"service.name", "kitchen"}}));
        b.restart();
        b.drain();
        QCOMPARE(outOf(b), std::int64_t{13});
        AGREE(b);
    }
}

void TestPipelineMetrics::andWhoRemovesThemGetsTheMetersAgain()
{
    PipelineBench b;
    b.write("m.jsonl", point(30, 40, 0));
    b.write("s.jsonl", spans("shop"));
    b.addSource("m", "m.jsonl", "otlp-json");
    b.addSource("s", "s.jsonl", "otlp-json");
    b.open();
    b.drain();
    QCOMPARE(outOf(b), std::int64_t{7});
    b.restart();
    b.drain();
    b.pipeline().removeSource("s", true);
    b.drain();
    QCOMPARE(outOf(b), std::int64_t{40});
    AGREE(b);
}

void TestPipelineMetrics::transcriptsThatComeLate()
{
    PipelineBench b;
    ClaudeLine line;
    line.usage = usageText(3, 9);
    b.write("m.jsonl", claudePoint(40, "s1") + claudePoint(20, "s2") + claudePoint(100, ""));
    b.write("t.jsonl", toText(line) + "\n");
    b.addSource("m", "m.jsonl", "otlp-json");
    b.open();
    b.drain();
    QCOMPARE(outOf(b), std::int64_t{160});
    b.restart();
    b.addSource("t", "t.jsonl", "claude-code");
    b.drain();
    QCOMPARE(outOf(b), std::int64_t{29}); // of s1 its transcript, of s2 its metrics; who does not say might be s1
    AGREE(b);
    b.restart();
    b.drain();
    QCOMPARE(outOf(b), std::int64_t{29});
}

void TestPipelineMetrics::theOperatorsOwnTie()
{
    PipelineBench b;
    b.write("m.jsonl", point(30, 40, 0));
    b.write("s.jsonl", spans("kitchen"));
    b.addSource("m", "m.jsonl", "otlp-json");
    b.addSource("s", "s.jsonl", "otlp-json");
    b.open();
    b.drain();
    QCOMPARE(outOf(b), std::int64_t{47});
    QVERIFY(b.pipeline().setTold(b.path("m.jsonl"), true, kGoOn).ok());
    QCOMPARE(outOf(b), std::int64_t{7});
    AGREE(b);
    b.append("m.jsonl", point(90, 50, 0));
    b.drain();
    QCOMPARE(outOf(b), std::int64_t{7});
    b.sources.front().options["told"] = "1";
    b.restart();
    b.drain();
    QCOMPARE(outOf(b), std::int64_t{7});
    QVERIFY(b.pipeline().setTold(b.path("m.jsonl"), false, kGoOn).ok());
    QCOMPARE(outOf(b), std::int64_t{57});
    AGREE(b);
}

/// Rows of long ago go; the counter goes on from where it was.
void TestPipelineMetrics::whatIsForgottenWasCounted()
{
    for (const std::int64_t start : {kNoStart, std::int64_t{0}}) {
        PipelineBench b;
        const std::int64_t now = (wallClockNow() - kOtlpEpoch) / kSecond;
        const std::int64_t first = now - 40 * kDaySeconds;
        const std::int64_t from = start == kNoStart ? kNoStart : first - 60;
        std::string lines;
        std::int64_t tokens = 0;
        for (std::int64_t time = first; time < now - kDaySeconds; time += 7 * 3600)
            lines += point(time, tokens += 3, from);
        b.write("m.jsonl", lines);
        b.addSource("m", "m.jsonl", "otlp-json");
        b.open();
        b.drain();
        QCOMPARE(outOf(b), tokens);
        for (const int days : {30, 12, 3}) {
            QVERIFY(b.pipeline().retain(days).ok());
            b.restart();
            b.append("m.jsonl", point(now - days * 60, tokens += 5, from));
            b.drain();
            QCOMPARE(outOf(b), tokens);
        }
    }
}

QTEST_GUILESS_MAIN(TestPipelineMetrics)
#include "tst_pipeline_metrics.moc"
