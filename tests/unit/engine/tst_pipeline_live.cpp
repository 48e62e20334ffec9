// SPDX-License-Identifier: GPL-3.0-or-later
// The ingest path step by step: late roots, growing files, restarts, traits learnt late, snapshots.
#include <QtTest/QtTest>
#include <random>

#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

OtlpSpan chat(unsigned trace, unsigned id, unsigned parent, int in = 1000, int out = 500)
{
    return {.trace = trace,
            .id = id,
            .parent = parent,
            .attributes = {{"gen_ai.operation.name", "chat"},
                           {"gen_ai.provider.name", "openai"},
                           {"gen_ai.request.model", "gpt-4o"},
                           {"gen_ai.usage.input_tokens", std::to_string(in)},
                           {"gen_ai.usage.output_tokens", std::to_string(out)}}};
}

OtlpSpan root(unsigned trace, unsigned id, const std::string &workflow)
{
    return {.trace = trace, .id = id, .name = "root", .attributes = {{"flyball.workflow", workflow}}};
}

} // namespace

class TestPipelineLive : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lateRootMovesTheMoney();
    void growingMessageIsCountedOnce();
    void aPartialLineWaits();
    void randomHistoriesEndAtTheSameTotals();
    void proofOfAnEarlierStartHoldsAfterARestart();
    void proofAfterARestartReachesEarlierRows();
    void stopReasonsAfterARestartReachEarlierRows();
    void snapshotsDoNotChange();
    void tooLateForTheMinuteWindow();
};

void TestPipelineLive::lateRootMovesTheMoney()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1, 3, 2), chat(2, 3, 0)}));
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    // gpt-4o: 1000 * 2.5 + 500 * 10 = 7500 micro-USD a call.
    QCOMPARE(b.byWorkflow(), std::string("=2:15000000"));
    const Totals before = b.pipeline().snapshot()->totals;
    b.append("t.jsonl", exportLine("s", {root(1, 1, "triage"), {.id = 2, .parent = 1, .name = "middle"}}));
    b.drain();
    QCOMPARE(b.byWorkflow(), std::string("=1:7500000 triage=1:7500000"));
    const auto after = b.pipeline().snapshot();
    QVERIFY(after->totals == before);
    QCOMPARE(after->callsAdded, std::int64_t(2));
    QCOMPARE(after->callsUpdated, std::int64_t(1));
    QVERIFY(after->settled);
    AGREE(b);
    b.restart();
    QCOMPARE(b.byWorkflow(), std::string("=1:7500000 triage=1:7500000"));
    QCOMPARE(b.pipeline().snapshot()->callsAdded, std::int64_t(0));
    b.append("t.jsonl", exportLine("s", {root(2, 3, "late root of a call")})); // same span id: now a node as well
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.calls, std::int64_t(2));
    AGREE(b);
}

void TestPipelineLive::growingMessageIsCountedOnce()
{
    PipelineBench b;
    b.write("p/s1.jsonl", userLine("2026-11-21T09:59:58Z", "p1") + toText({.usage = usageText(3, 9)}));
    b.addSource("cc", "p");
    b.open();
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.outTotal(), std::int64_t(9));
    for (const bool restart : {false, true}) {
        b.append("p/s1.jsonl", toText({.usage = usageText(3, restart ? 159 : 9)})); // T8: 9, 9, 159
        if (restart)
            b.restart();
        b.drain();
    }
    const auto snapshot = b.pipeline().snapshot();
    QCOMPARE(snapshot->totals.calls, std::int64_t(1));
    QCOMPARE(snapshot->totals.outTotal(), std::int64_t(159));
    QCOMPARE(snapshot->runCount, std::int64_t(1));
    QCOMPARE(snapshot->duplicates, std::int64_t(0)); // its own content blocks
    AGREE(b);
}

/// F1: no row until the newline, then exactly one; also over a restart.
void TestPipelineLive::aPartialLineWaits()
{
    PipelineBench b;
    const std::string line = toText({});
    b.write("p/s1.jsonl", line.substr(0, 40));
    b.addSource("cc", "p", "claude-code");
    b.open();
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.calls, std::int64_t(0));
    b.append("p/s1.jsonl", line.substr(40, 60));
    b.restart();
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.calls, std::int64_t(0));
    QCOMPARE(b.pipeline().snapshot()->rejected, std::int64_t(0));
    b.append("p/s1.jsonl", line.substr(100));
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.calls, std::int64_t(1));
    AGREE(b);
}

/// Files grow line by line, in any interleaving, with commits and restarts at any moment: the stored
/// rows are always those of one fresh read.
void TestPipelineLive::randomHistoriesEndAtTheSameTotals()
{
    std::mt19937 random(31);
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    for (int history = 0; history < 8; ++history) {
        PipelineBench b;
        const std::vector<std::string> files = {"p/s1.jsonl", "p/s2.jsonl", "p/s1/subagents/agent-a.jsonl",
                                                "otlp/t.jsonl"};
        for (const std::string &file : files) // starts fix who owns a call
            b.write(file, file[0] == 'o' ? exportLine("s", {root(99, 1, "x")})
                                         : userLine("2026-11-21T09:00:00Z", "p0", file.substr(2, 2)));
        b.addSource("cc", "p");
        b.addSource("otlp", "otlp/t.jsonl");
        b.open();
        for (int step = 0; step < 40; ++step) {
            const std::string &file = files[below(4)];
            if (file[0] == 'o') {
                const unsigned trace = 1 + below(3);
                OtlpSpan span = below(3) ? chat(trace, 1 + below(6), below(3), static_cast<int>(below(3)) * 100, 10)
                                         : root(trace, 1 + below(2), "w" + std::to_string(below(2)));
                if (below(3) == 0)
                    span.attributes.emplace_back("gen_ai.usage.cache_read.input_tokens", "150");
                b.append(file, exportLine("scope" + std::to_string(below(2)), {span}));
            } else {
                ClaudeLine line;
                line.id = "m" + std::to_string(below(4));
                line.request = below(4) ? "r" + std::to_string(below(2)) : "";
                line.time = "2026-11-21T10:00:" + std::to_string(10 + step) + "Z";
                line.session = file.substr(2, 2);
                line.stop = below(2) ? "end_turn" : "";
                line.usage = usageText(3, static_cast<int>(below(4)) * 10);
                line.sidechain = below(4) == 0;
                b.append(file,
                         below(6) ? toText(line) : userLine(line.time, "p" + std::to_string(below(2)), line.session));
            }
            if (below(3) == 0)
                b.drain();
            if (below(8) == 0)
                b.restart();
        }
        b.drain();
        AGREE(b);
        std::vector<std::pair<std::string, std::string>> all;
        for (const std::string &file : files)
            all.emplace_back(file[0] == 'o' ? "otlp-json" : "claude-code", file);
        QCOMPARE(QByteArray::fromStdString(b.stored()), QByteArray::fromStdString(b.fresh(all)));
        b.restart();
        b.drain();
        AGREE(b);
        QCOMPARE(QByteArray::fromStdString(b.stored()), QByteArray::fromStdString(b.fresh(all)));
    }
}

namespace {
OtlpSpan cached(unsigned trace, int in, int read)
{
    OtlpSpan span = chat(trace, 1, 0, in, 0);
    span.attributes.emplace_back("gen_ai.usage.cache_read.input_tokens", std::to_string(read));
    return span;
}
} // namespace

/// 3a.4: what a span proved is knowledge of the ledger, not of the process.
void TestPipelineLive::proofOfAnEarlierStartHoldsAfterARestart()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("py", {cached(1, 10, 900)})); // 900 > 10: exclusive
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    b.restart();
    b.append("t.jsonl", exportLine("py", {cached(2, 1000, 900)}));
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.token(TokenClass::InFresh), std::int64_t(1010));
    QCOMPARE(QByteArray::fromStdString(b.stored()), QByteArray::fromStdString(b.fresh({{"otlp-json", "t.jsonl"}})));
    AGREE(b);
    b.restart(); // and pricing again does not forget it either
    const Result<> repriced = b.pipeline().reprice(b.catalog, [] { return true; });
    QVERIFY(repriced.ok());
    QCOMPARE(b.pipeline().snapshot()->totals.token(TokenClass::InFresh), std::int64_t(1010));
    AGREE(b);
}

void TestPipelineLive::proofAfterARestartReachesEarlierRows()
{
    PipelineBench b;
    b.write("t.jsonl",
            exportLine("py", {cached(1, 1000, 900), cached(3, 2000, 5)}) + exportLine("other", {cached(4, 1000, 900)}));
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.token(TokenClass::InFresh), std::int64_t(100 + 1995 + 100));
    b.restart();
    b.append("t.jsonl", exportLine("py", {cached(2, 10, 900)}));
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.token(TokenClass::InFresh), std::int64_t(1000 + 2000 + 10 + 100));
    QCOMPARE(QByteArray::fromStdString(b.stored()), QByteArray::fromStdString(b.fresh({{"otlp-json", "t.jsonl"}})));
    AGREE(b);
}

void TestPipelineLive::stopReasonsAfterARestartReachEarlierRows()
{
    PipelineBench b;
    b.write("p/s1/subagents/agent-a.jsonl",
            toText({.id = "sub", .stop = "", .usage = usageText(5, 1), .sidechain = true}));
    b.write("p/s1.jsonl", userLine("2026-11-21T09:59:58Z", "p1"));
    b.addSource("cc", "p");
    b.open();
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.callsPlaceholder, std::int64_t(0));
    b.restart();
    b.append("p/s1.jsonl", toText({.stop = "end_turn"}));
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.callsPlaceholder, std::int64_t(1));
    AGREE(b);
    b.restart();
    b.append("p/s1/subagents/agent-a.jsonl",
             toText({.id = "sub2", .request = "r2", .stop = "", .usage = usageText(5, 1), .sidechain = true}));
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.callsPlaceholder, std::int64_t(2));
    AGREE(b);
}

void TestPipelineLive::snapshotsDoNotChange()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1, 3, 2)}));
    b.addSource("otlp", "t.jsonl");
    b.open();
    std::vector<std::pair<std::shared_ptr<const Snapshot>, std::string>> taken;
    const auto say = [&](const Snapshot &s) {
        std::string out =
            describe(s.totals) + "|" + describe(sumOf(s.minutes)) + "|" + describe(sumOf(s.quarters)) + "|";
        s.runs.forEach([&](const RunRow &row) {
            out += toHex(row.info.run) + describe(row.totals) + std::to_string(row.info.end) + b.text(row.info.workflow)
                   + ";";
        });
        for (const SeriesKey &key : *s.series)
            out += b.text(key.workflow) + ",";
        for (const SourceHealth &h : s.sources)
            out += h.id + std::to_string(h.lines) + ",";
        return out;
    };
    for (unsigned i = 0; i < 20; ++i) {
        b.append("t.jsonl", exportLine("s", {chat(1 + i % 4, 10 + i, 2), root(1 + i % 4, 2, "w" + std::to_string(i))}));
        b.drain();
        const auto snapshot = b.pipeline().snapshot();
        QVERIFY(taken.empty() || snapshot->sequence > taken.back().first->sequence);
        taken.emplace_back(snapshot, say(*snapshot));
    }
    for (const auto &[snapshot, words] : taken)
        QCOMPARE(say(*snapshot), words);
}

/// Minutes are kept for a day and a bit before the newest event; older calls count in the quarters.
void TestPipelineLive::tooLateForTheMinuteWindow()
{
    PipelineBench b;
    OtlpSpan old = chat(1, 1, 0);
    old.startMs -= 3 * 86'400'000LL;
    old.endMs -= 3 * 86'400'000LL;
    b.write("t.jsonl", exportLine("s", {chat(2, 1, 0)}) + exportLine("s", {old}));
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    for (int round = 0; round < 2; ++round) {
        const auto snapshot = b.pipeline().snapshot();
        QCOMPARE(snapshot->totals.calls, std::int64_t(2));
        QCOMPARE(sumOf(snapshot->quarters).calls, std::int64_t(2));
        QVERIFY(sumOf(snapshot->minutes).calls >= 1);
        std::int64_t stored = 0;
        QVERIFY(
            b.pipeline()
                .ledger()
                .loadCells(Resolution::Minute, INT64_MIN, INT64_MAX, [&](const Cell &c) { stored += c.totals.calls; })
                .ok());
        QCOMPARE(stored, std::int64_t(2));
        b.restart();
    }
}

QTEST_GUILESS_MAIN(TestPipelineLive)
#include "tst_pipeline_live.moc"
