// SPDX-License-Identifier: GPL-3.0-or-later
// Several sources, removing and pausing them, retention, counters that survive a restart.
#include <QtTest/QtTest>
#include <map>

#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

OtlpSpan chat(unsigned trace, unsigned id = 1)
{
    return {.trace = trace,
            .id = id,
            .attributes = {{"gen_ai.operation.name", "chat"},
                           {"gen_ai.provider.name", "openai"},
                           {"gen_ai.request.model", "gpt-4o"},
                           {"gen_ai.usage.input_tokens", "1000"},
                           {"gen_ai.usage.output_tokens", "500"}}};
}

std::int64_t callsOf(PipelineBench &b) { return b.pipeline().snapshot()->totals.calls; }

const SourceHealth &healthOf(const Snapshot &snapshot, const std::string &id)
{
    for (const SourceHealth &health : snapshot.sources)
        if (health.id == id)
            return health;
    qFatal("no source %s", id.c_str());
}

} // namespace

class TestPipelineSources : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void twoSourcesAddUp();
    void theSameCallThroughTwoSourcesCountsOnce();
    void removeWithRows();
    void removeWithoutRows();
    void removeOneOfTwoThatShareATrace();
    void pausedSourceWaits();
    void countersSurviveARestart();
    void retentionKeepsTheSums();
    void retentionWithFactsInFlight();
    void newFromTheEnd();
    void folderWithOtherFiles();
    void lastLineWithoutItsEnd();
};

void TestPipelineSources::twoSourcesAddUp()
{
    PipelineBench b;
    b.write("p/s1.jsonl", toText({}));
    b.write("t.jsonl", exportLine("s", {chat(1), chat(2)}));
    b.addSource("cc", "p");
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(3));
    std::map<std::string, std::int64_t> bySource;
    const auto snapshot = b.pipeline().snapshot();
    snapshot->quarters.forEach(INT64_MIN, INT64_MAX, [&](const Cell &c) {
        bySource[b.text((*snapshot->series)[c.series].source)] += c.totals.calls;
    });
    QCOMPARE(bySource[b.path("p")], std::int64_t(1));
    QCOMPARE(bySource[b.path("t.jsonl")], std::int64_t(2));
    AGREE(b);
}

void TestPipelineSources::theSameCallThroughTwoSourcesCountsOnce()
{
    for (const bool swap : {false, true}) {
        PipelineBench b;
        b.write("a/t.jsonl", exportLine("s", {chat(1)}));
        b.write("b/t.jsonl", exportLine("s", {chat(1), chat(2)}));
        b.addSource("first", swap ? "b" : "a");
        b.addSource("second", swap ? "a" : "b");
        b.open();
        b.drain();
        QCOMPARE(callsOf(b), std::int64_t(2));
        QCOMPARE(b.pipeline().snapshot()->duplicates, std::int64_t(1));
        AGREE(b);
    }
}

void TestPipelineSources::removeWithRows()
{
    PipelineBench b;
    b.write("a.jsonl", exportLine("s", {chat(1), chat(2)}) + "{broken\n");
    b.write("b.jsonl", exportLine("s", {chat(3)}));
    b.addSource("a", "a.jsonl");
    b.addSource("b", "b.jsonl");
    b.open();
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(3));
    b.pipeline().removeSource("a", true);
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(1));
    QCOMPARE(b.pipeline().snapshot()->sources.size(), std::size_t(1));
    QCOMPARE(b.pipeline().snapshot()->rejected, std::int64_t(0));
    AGREE(b);
    b.append("b.jsonl", exportLine("s", {chat(4)})); // life goes on
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(2));
    b.sources.erase(b.sources.begin());
    b.addSource("a", "a.jsonl"); // added again: read from its start
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(4));
    AGREE(b);
}

void TestPipelineSources::removeWithoutRows()
{
    PipelineBench b;
    b.write("a.jsonl", exportLine("s", {chat(1), chat(2)}));
    b.addSource("a", "a.jsonl");
    b.open();
    b.drain();
    b.pipeline().removeSource("a", false);
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(2));
    AGREE(b);
    b.sources.clear();
    b.addSource("a", "a.jsonl"); // its lines are read again and known: nothing is doubled
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(2));
    AGREE(b);
}

/// A trace whose calls came from one source and whose root from another.
void TestPipelineSources::removeOneOfTwoThatShareATrace()
{
    PipelineBench b;
    OtlpSpan child = chat(1, 5);
    child.parent = 4;
    b.write("calls.jsonl", exportLine("s", {child}));
    OtlpSpan other = chat(1, 6);
    other.parent = 4;
    b.write("roots.jsonl",
            exportLine("s", {other, {.trace = 1, .id = 4, .attributes = {{"flyball.workflow", "triage"}}}}));
    b.addSource("calls", "calls.jsonl");
    b.addSource("roots", "roots.jsonl");
    b.open();
    b.drain();
    QCOMPARE(b.byWorkflow(), std::string("triage=2:15000000"));
    b.pipeline().removeSource("roots", true);
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(1));
    AGREE(b);
    b.restart();
    AGREE(b);
}

void TestPipelineSources::pausedSourceWaits()
{
    PipelineBench b;
    b.write("a.jsonl", exportLine("s", {chat(1)}));
    b.addSource("a", "a.jsonl");
    b.open();
    b.pipeline().setPaused("a", true);
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(0));
    QCOMPARE(healthOf(*b.pipeline().snapshot(), "a").state, SourceState::Paused);
    b.pipeline().setPaused("a", false);
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(1));
    QVERIFY(healthOf(*b.pipeline().snapshot(), "a").state != SourceState::Paused);
}

void TestPipelineSources::countersSurviveARestart()
{
    PipelineBench b;
    b.write("a.jsonl", exportLine("s", {chat(1)}) + "{broken\n<html>\n{broken\n" + exportLine("s", {chat(1)}));
    b.addSource("a", "a.jsonl");
    b.open();
    b.drain();
    for (int round = 0; round < 2; ++round) {
        const auto snapshot = b.pipeline().snapshot();
        const SourceHealth &health = healthOf(*snapshot, "a");
        QCOMPARE(health.lines, std::int64_t(5));
        QCOMPARE(health.rejected, std::int64_t(3));
        QCOMPARE(health.duplicates, std::int64_t(1));
        std::map<std::string, std::int64_t> reasons;
        for (const RejectReason &r : health.rejects) {
            reasons[r.reason] = r.count;
            QCOMPARE(r.lastPath, b.path("a.jsonl"));
            QVERIFY(r.lastOffset > 0 && r.lastLength > 0);
        }
        QCOMPARE(reasons, (std::map<std::string, std::int64_t>{{"html", 1}, {"truncated_line", 2}}));
        QCOMPARE(snapshot->rejected, std::int64_t(3));
        b.restart();
        b.drain();
    }
}

namespace {
/// A call that ended so many days before now.
std::string callAgo(unsigned trace, int days)
{
    OtlpSpan span = chat(trace);
    span.endMs = (wallClockNow() - kOtlpEpoch) / 1'000'000 - days * 86'400'000LL - 60'000;
    span.startMs = span.endMs - 1000;
    return exportLine("s", {span});
}
} // namespace

/// Rows go, roll-ups and run sums stay; reading the old lines again does not count them twice.
void TestPipelineSources::retentionKeepsTheSums()
{
    PipelineBench b;
    b.write("t.jsonl", callAgo(1, 40) + callAgo(2, 35) + callAgo(3, 1));
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    const Totals before = b.pipeline().snapshot()->totals;
    QCOMPARE(before.calls, std::int64_t(3));
    QVERIFY(b.pipeline().retain(30).ok());
    for (int round = 0; round < 2; ++round) {
        const auto snapshot = b.pipeline().snapshot();
        QVERIFY(snapshot->totals == before);
        QVERIFY(sumOf(snapshot->quarters) == before);
        Totals runs;
        snapshot->runs.forEach([&](const RunRow &row) { runs += row.totals; });
        QVERIFY(runs == before);
        QCOMPARE(b.calls().size(), std::size_t(1));
        b.restart();
        b.drain();
    }
    b.write("copy.jsonl", callAgo(1, 40)); // the same line in a backup somebody adds
    b.addSource("copy", "copy.jsonl");
    b.drain();
    QVERIFY(b.pipeline().snapshot()->totals == before);
    b.append("t.jsonl", callAgo(4, 0));
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(4));
    QVERIFY(b.pipeline().retain(0).ok()); // 0 keeps for ever
    QCOMPARE(b.calls().size(), std::size_t(2));
}

/// Retention asked for between a read and its commit: what was read is not lost.
void TestPipelineSources::retentionWithFactsInFlight()
{
    PipelineBench b;
    b.write("t.jsonl", callAgo(1, 1));
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    b.append("t.jsonl", callAgo(2, 0));
    while (!b.pipeline().hasPending())
        b.pipeline().readSome(1 << 20);
    QVERIFY(b.pipeline().retain(30).ok());
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(2));
    AGREE(b);
    b.restart();
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(2));
}

void TestPipelineSources::newFromTheEnd()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1)}));
    b.open();
    EngineOptions options;
    options.fromEnd = true;
    SymbolTable symbols;
    auto ledger = Ledger::open(b.path("other/ledger.db"), Ledger::Mode::ReadWrite, symbols);
    QVERIFY(ledger.ok());
    Pipeline pipeline(options, symbols, std::move(*ledger), b.catalog);
    QVERIFY(pipeline.load([] {}).ok());
    pipeline.addSource({"a", "", b.path("t.jsonl"), false});
    const auto drain = [&] {
        for (int i = 0; i < 4; ++i) {
            pipeline.readSome(1 << 20);
            QVERIFY(pipeline.commit());
        }
    };
    drain();
    QCOMPARE(pipeline.totals().calls, std::int64_t(0));
    b.append("t.jsonl", exportLine("s", {chat(2)}));
    drain();
    QCOMPARE(pipeline.totals().calls, std::int64_t(1));
}

void TestPipelineSources::folderWithOtherFiles()
{
    PipelineBench b;
    b.write("d/t.jsonl", exportLine("s", {chat(1)}));
    b.write("d/notes.jsonl", "{\"hello\":\"world\"}\n{\"usage\":{\"input_tokens\":999}}\n");
    b.write("d/x.txt", exportLine("s", {chat(2)}));
    b.write("d/deep/er/s.jsonl", toText({}));
    b.addSource("d", "d");
    b.open();
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(2));
    QCOMPARE(b.pipeline().snapshot()->rejected, std::int64_t(0)); // another program's file is not a broken one
    AGREE(b);
}

/// A saved request body, and a file whose last line is still being written.
void TestPipelineSources::lastLineWithoutItsEnd()
{
    PipelineBench b;
    std::string body = exportLine("s", {chat(1), chat(2)});
    std::string line = exportLine("s", {chat(3)});
    QCOMPARE(body.back(), '\n');
    body.pop_back();
    line.pop_back();
    b.write("saved.json", body);
    b.write("t.jsonl", line.substr(0, line.size() - 1));
    b.addSource("saved", "saved.json");
    b.addSource("growing", "t.jsonl");
    b.open();
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(2));
    b.append("t.jsonl", "}");
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(3));
    b.restart();
    b.append("t.jsonl", "\r\n" + exportLine("s", {chat(4)}) + "\n");
    b.append("saved.json", "\n");
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(4));
    const auto snapshot = b.pipeline().snapshot();
    for (const SourceHealth &health : snapshot->sources) {
        QCOMPARE(health.rejected, std::int64_t(0));
        QCOMPARE(health.duplicates, std::int64_t(0));
    }
    AGREE(b);
}

QTEST_GUILESS_MAIN(TestPipelineSources)
#include "tst_pipeline_sources.moc"
