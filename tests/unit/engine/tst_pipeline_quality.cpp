// SPDX-License-Identifier: GPL-3.0-or-later
// Imported quality signals find their run by every id, whichever comes first, and survive restarts; what finds none
// is counted. A signal that comes days after a run closed changes its outcome and moves no money.
#include <QtTest/QtTest>
#include <algorithm>
#include <random>

#include "core/engine/measurereading.h"
#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

OtlpSpan chat(unsigned trace, unsigned id, unsigned parent, const std::string &response = {})
{
    OtlpSpan span{.trace = trace,
                  .id = id,
                  .parent = parent,
                  .attributes = {{"gen_ai.operation.name", "chat"},
                                 {"gen_ai.provider.name", "openai"},
                                 {"gen_ai.request.model", "gpt-4o"},
                                 {"gen_ai.usage.input_tokens", "1000"},
                                 {"gen_ai.usage.output_tokens", "500"}}};
    if (!response.empty())
        span.attributes.emplace_back("gen_ai.response.id", response);
    return span;
}

OtlpSpan root(unsigned trace, const std::string &extra = {})
{
    return {.trace = trace,
            .id = 1,
            .name = "work",
            .attributes = {{"gen_ai.operation.name", "invoke_workflow"}, {"gen_ai.workflow.name", "billing"}},
            .extra = extra};
}

std::string evaluationLog(unsigned trace, const std::string &name, const std::string &label)
{
    return R"({"resourceLogs":[{"scopeLogs":[{"scope":{"name":"e"},"logRecords":[{"timeUnixNano":"1795514400000000000",)"
           R"("traceId":")"
           + traceId(trace)
           + R"(","eventName":"gen_ai.evaluation.result","attributes":[{"key":"gen_ai.evaluation.name",)"
           + R"("value":{"stringValue":")" + name
           + R"("}},{"key":"gen_ai.evaluation.score.label","value":{"stringValue":")" + label + "\"}}]}]}]}]}\n";
}

/// run=outcome/origin:signals of every run, by its trace, session or prompt; and how the signals fare.
std::string outcomes(PipelineBench &b)
{
    std::vector<std::string> lines;
    const auto snapshot = b.pipeline().snapshot();
    snapshot->runs.forEach([&](const RunRow &row) {
        if (row.isRun())
            lines.push_back(toHex(row.info.run).substr(24) + b.text(row.info.session) + b.text(row.info.prompt) + "="
                            + std::to_string(int(row.info.outcome)) + "/" + std::to_string(int(row.info.origin)) + ":"
                            + std::to_string(row.signals));
    });
    std::sort(lines.begin(), lines.end());
    QualityCounts all;
    for (const SourceHealth &health : snapshot->sources) {
        all.signals += health.quality.signals;
        all.joined += health.quality.joined;
        all.ambiguous += health.quality.ambiguous;
        for (std::size_t i = 0; i < kSignalAddresses; ++i)
            all.waiting[i] += health.quality.waiting[i];
    }
    std::string out = std::to_string(all.joined) + " of " + std::to_string(all.signals) + ", ambiguous "
                      + std::to_string(all.ambiguous) + ", waiting";
    for (const std::int64_t n : all.waiting)
        out += " " + std::to_string(n);
    for (const std::string &line : lines)
        out += "\n" + line;
    return out;
}

/// Rows as the ledger has them, in the words of outcomes().
std::string storedOutcomes(PipelineBench &b)
{
    std::vector<std::string> lines;
    (void)b.pipeline().ledger().loadRuns([&](const RunRow &row) {
        if (row.isRun())
            lines.push_back(toHex(row.info.run).substr(24) + b.text(row.info.session) + b.text(row.info.prompt) + "="
                            + std::to_string(int(row.info.outcome)) + "/" + std::to_string(int(row.info.origin)) + ":"
                            + std::to_string(row.signals));
    });
    std::sort(lines.begin(), lines.end());
    std::string out;
    for (const std::string &line : lines)
        out += "\n" + line;
    return out;
}

const std::string kHead = "run,trace,session,prompt,request,call,name,label\n";

/// One of each kind of trace: OTLP, Claude Code, step records.
const std::vector<std::pair<std::string, std::string>> kTraces = {
    {"t.jsonl",
     exportLine("s", {root(1), chat(1, 2, 1, "resp-1"), root(2), chat(2, 2, 1), root(3), chat(3, 2, 1, "resp-3")})},
    {"c.jsonl", userLine("2026-11-21T10:00:00.000Z", "p1") + toText({.id = "m1", .request = "req-c1"})
                    + userLine("2026-11-21T10:05:00.000Z", "p2")
                    + toText({.id = "m2", .request = "req-c2", .time = "2026-11-21T10:05:01.000Z"})},
    {"st.jsonl",
     R"({"name":"plan","model":"gpt-4o","cache_hit":false,"cost_usd":0.1,"duration_ms":5,"run":"r-17","ts":"2026-11-21T10:00:01Z"})"
     "\n"}};

std::string ratings()
{
    return kHead + "," + traceId(1) + ",,,,,success,pass\n" // a trace
           + "," + traceId(2) + ",,,,,csat,5\n"             // of no consequence
           + ",,,,resp-3,,success,fail\n"                   // a response id
           + ",,s1,p1,,,success,pass\n"                     // a prompt
           + ",,,,req-c2,,success,fail\n"                   // a request of a transcript
           + "r-17,,,,,,success,pass\n"                     // the run of a step record
           + ",,s1,,,,success,pass\n"                       // a session of two runs: neither
           + ",,s9,p9,,,success,pass\n" + ",,,,nobody,,success,pass\n" + "," + traceId(99) + ",,,,,success,fail\n";
}

std::string idOf(const std::string &words, const std::string &part)
{
    const std::size_t at = words.find(part + "=");
    return at == std::string::npos ? "none" : words.substr(at + part.size() + 1, 5);
}

} // namespace

class TestPipelineQuality : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyIdFindsItsRun();
    void anyOrderAndRestartsGiveTheSame();
    void feedbackDaysLater();
    void evaluationEventAfterTheRunClosed();
    void aSessionThatBecomesTwoRuns();
    void removedWithItsSource();
    void theRestOfTheWindowSeesIt();
    void oneRecordTakesThePlaceOfAnother();
    void aRowThatIsToldElsewhereTakesItsSignalsAlong();
    void firstOneOnAFullDisk();
    void importedValidationsAreMeasured();
    void aRunAnsweredByACacheAloneIsOne();
};

void TestPipelineQuality::everyIdFindsItsRun()
{
    PipelineBench b;
    for (const auto &[name, text] : kTraces) {
        b.write(name, text);
        b.addSource(name, name);
    }
    b.write("ratings.csv", ratings());
    b.addSource("q", "ratings.csv");
    b.open();
    b.drain();
    AGREE(b);
    const std::string words = outcomes(b);
    QVERIFY2(words.starts_with("6 of 10, ambiguous 1, waiting 0 1 0 1 1\n"), words.c_str());
    QCOMPARE(idOf(words, traceId(1).substr(24)), std::string("1/2:1"));
    QCOMPARE(idOf(words, traceId(2).substr(24)), std::string("0/0:1"));
    QCOMPARE(idOf(words, traceId(3).substr(24)), std::string("2/2:1"));
    QCOMPARE(idOf(words, "s1p1"), std::string("1/2:1"));
    QCOMPARE(idOf(words, "s1p2"), std::string("2/2:1"));
    QCOMPARE(idOf(words, "r-17"), std::string("1/2:1"));
}

void TestPipelineQuality::anyOrderAndRestartsGiveTheSame()
{
    std::string expected;
    std::mt19937 random(11);
    for (int round = 0; round < 24; ++round) {
        PipelineBench b;
        std::vector<std::pair<std::string, std::string>> pieces = kTraces;
        pieces.emplace_back("ratings.csv", ratings());
        std::shuffle(pieces.begin(), pieces.end(), random);
        b.open();
        std::string sources;
        for (const auto &[name, text] : pieces) {
            const std::size_t half = text.find('\n', text.size() / 2) + 1;
            const bool cut = random() % 2 != 0 && half < text.size();
            b.write(name, cut ? text.substr(0, half) : text);
            b.addSource(name, name);
            if (random() % 3 != 0)
                b.drain();
            if (cut) {
                if (random() % 2 != 0)
                    b.restart();
                b.append(name, text.substr(half));
            }
            if (random() % 4 == 0)
                b.restart();
        }
        if (random() % 2 != 0) { // the same file under another name, and every row again
            b.write("again.csv", ratings());
            b.addSource("again", "again.csv");
            b.append("again.csv", ratings().substr(kHead.size()));
        }
        b.drain();
        AGREE(b);
        const std::string now = outcomes(b);
        if (round == 0)
            expected = now;
        QVERIFY2(now == expected, (std::to_string(round) + "\n" + now + "\n---\n" + expected).c_str());
        QCOMPARE(storedOutcomes(b), expected.substr(expected.find('\n')));
        b.restart();
        b.drain();
        QCOMPARE(outcomes(b), expected);
    }
}

void TestPipelineQuality::feedbackDaysLater()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {root(1), chat(1, 2, 1, "resp-1")}));
    b.addSource("t", "t.jsonl");
    b.write("feedback.csv", "request,name,label,time\n");
    b.addSource("q", "feedback.csv");
    b.open();
    b.drain();
    const std::string before = b.stored();
    const Totals totals = b.pipeline().snapshot()->totals;
    b.restart();
    b.append("feedback.csv", "resp-1,task_success,fail,2026-11-25T08:00:00Z\n");
    b.drain();
    const std::string words = outcomes(b);
    QCOMPARE(idOf(words, traceId(1).substr(24)), std::string("2/2:1"));
    QCOMPARE(b.stored(), before); // not a pico-dollar moved
    QVERIFY(b.pipeline().snapshot()->totals == totals);
    b.append("feedback.csv", "resp-1,task_success,fail,2026-11-25T08:00:00Z\nresp-1,csat,2,\n");
    b.drain();
    QCOMPARE(idOf(outcomes(b), traceId(1).substr(24)), std::string("2/2:2"));
    AGREE(b);
}

/// An evaluation event in a file of its own, after a restart.
void TestPipelineQuality::evaluationEventAfterTheRunClosed()
{
    PipelineBench b;
    const std::string error = R"(,"status":{"code":2})";
    b.write("t.jsonl", exportLine("s", {root(1), chat(1, 2, 1), root(2, error), chat(2, 2, 1)}));
    b.addSource("t", "t.jsonl");
    b.open();
    b.drain();
    QCOMPARE(idOf(outcomes(b), traceId(1).substr(24)), std::string("0/0:0"));
    QCOMPARE(idOf(outcomes(b), traceId(2).substr(24)), std::string("2/3:0"));
    b.restart();
    b.write("e.jsonl", evaluationLog(1, "task_success", "fail") + evaluationLog(2, "task_success", "pass"));
    b.addSource("e", "e.jsonl");
    b.drain();
    QCOMPARE(idOf(outcomes(b), traceId(1).substr(24)), std::string("2/2:1"));
    QCOMPARE(idOf(outcomes(b), traceId(2).substr(24)), std::string("1/2:1"));       // a signal outranks the status
    QCOMPARE(b.pipeline().snapshot()->sources[0].quality.signals, std::int64_t(0)); // not imported: nothing waits
    // Both kinds of signals count together, whichever was first.
    b.write("q.csv", kHead + "," + traceId(2) + ",,,,,task_success,fail\n");
    b.addSource("q", "q.csv");
    b.drain();
    QCOMPARE(idOf(outcomes(b), traceId(2).substr(24)), std::string("2/2:2"));
    b.restart();
    b.append("e.jsonl", evaluationLog(2, "other", "pass"));
    b.drain();
    QCOMPARE(idOf(outcomes(b), traceId(2).substr(24)), std::string("2/2:3"));
}

void TestPipelineQuality::aSessionThatBecomesTwoRuns()
{
    PipelineBench b;
    b.write("c.jsonl", userLine("2026-11-21T10:00:00.000Z", "p1") + toText({.id = "m1"}));
    b.addSource("c", "c.jsonl");
    b.write("q.csv", kHead + ",,s1,,,,success,pass\n");
    b.addSource("q", "q.csv");
    b.open();
    b.drain();
    QCOMPARE(idOf(outcomes(b), "s1p1"), std::string("1/2:1"));
    b.append("c.jsonl", userLine("2026-11-21T10:05:00.000Z", "p2")
                            + toText({.id = "m2", .request = "r2", .time = "2026-11-21T10:05:01.000Z"}));
    b.drain();
    const std::string words = outcomes(b);
    QVERIFY2(words.starts_with("0 of 1, ambiguous 1"), words.c_str());
    QCOMPARE(idOf(words, "s1p1"), std::string("0/0:0"));
    b.restart();
    QCOMPARE(outcomes(b), words);
}

void TestPipelineQuality::removedWithItsSource()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {root(1), chat(1, 2, 1, "resp-1")}));
    b.write("q.csv", ratings());
    b.addSource("t", "t.jsonl");
    b.open();
    b.drain();
    const std::string without = outcomes(b);
    b.addSource("q", "q.csv");
    b.drain();
    QVERIFY(outcomes(b) != without);
    const std::string with = outcomes(b);
    b.pipeline().removeSource("q", true);
    b.pipeline().commit();
    QCOMPARE(outcomes(b), without);
    QCOMPARE(storedOutcomes(b), without.substr(without.find('\n')));
    b.sources.pop_back();
    b.restart();
    QCOMPARE(outcomes(b), without);
    b.addSource("q", "q.csv");
    b.drain();
    QCOMPARE(outcomes(b), with);
    // The traces go: what people said of them waits.
    b.pipeline().removeSource("t", true);
    b.pipeline().commit();
    QVERIFY2(outcomes(b).starts_with("0 of 10, ambiguous 0, waiting 0 3 2 2 3"), outcomes(b).c_str());
    b.sources.erase(b.sources.begin());
    b.restart();
    b.addSource("t2", "t.jsonl");
    b.drain();
    QCOMPARE(outcomes(b), with);
}

/// Figures of the snapshot are those of the rows: nothing is decided twice.
void TestPipelineQuality::theRestOfTheWindowSeesIt()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {root(1), chat(1, 2, 1)}));
    b.write("q.csv", kHead);
    b.addSource("t", "t.jsonl");
    b.addSource("q", "q.csv");
    b.open();
    b.drain();
    const auto before = b.pipeline().snapshot();
    b.append("q.csv", "," + traceId(1) + ",,,,,success,pass\n");
    b.drain();
    const auto after = b.pipeline().snapshot();
    QVERIFY(!after->sameFigures(*before)); // the pages form themselves again
    int passes = 0;
    before->runs.forEach([&](const RunRow &row) { passes += row.info.outcome == Outcome::Success ? 1 : 0; });
    QCOMPARE(passes, 0);
    after->runs.forEach([&](const RunRow &row) { passes += row.info.outcome == Outcome::Success ? 1 : 0; });
    QCOMPARE(passes, 1);
}

/// The record that is counted has the request the signal names, whichever of the two stands first in the group.
void TestPipelineQuality::oneRecordTakesThePlaceOfAnother()
{
    for (const unsigned better : {2U, 9U}) {
        PipelineBench b;
        OtlpSpan full = chat(1, better, 1, "resp-1");
        full.attributes[4].second = "900";
        b.write("t.jsonl", exportLine("a", {root(1), chat(1, 5, 1, "resp-1")}));
        b.write("q.csv", kHead + ",,,,resp-1,,success,fail\n");
        b.addSource("t", "t.jsonl");
        b.addSource("q", "q.csv");
        b.open();
        b.drain();
        QCOMPARE(idOf(outcomes(b), traceId(1).substr(24)), std::string("2/2:1"));
        b.append("t.jsonl", exportLine("b", {full}));
        b.drain();
        const auto calls = b.calls();
        QCOMPARE(calls.size(), std::size_t{1});
        QCOMPARE(calls.front().usage.outTotal(), std::int64_t{900});
        QCOMPARE(idOf(outcomes(b), traceId(1).substr(24)), std::string("2/2:1"));
        const std::string words = outcomes(b);
        QVERIFY2(words.starts_with("1 of 1, ambiguous 0, waiting 0 0 0 0 0"), words.c_str());
        b.restart();
        QCOMPARE(outcomes(b), words);
        AGREE(b);
    }
}

/// A gateway's row that the caller tells of as well is of the caller's run from then on, for later signals, too.
void TestPipelineQuality::aRowThatIsToldElsewhereTakesItsSignalsAlong()
{
    const auto row = [](const std::string &id, const std::string &call) {
        return R"({"id":")" + id + R"(","litellm_call_id":")" + call
               + R"(","trace_id":"t1","call_type":"acompletion","custom_llm_provider":"openai","model":"gpt-4o","startTime":1795255201.1,"endTime":1795255201.9,"status":"success","prompt_tokens":1000,"completion_tokens":500})"
                 "\n";
    };
    PipelineBench b;
    b.write("q.csv", kHead + ",,,,resp-1,,success,fail\n");
    b.write("gateway.jsonl", row("resp-1", "c1") + row("resp-2", "c2"));
    b.write("t.jsonl", "");
    b.addSource("q", "q.csv");
    b.addSource("gw", "gateway.jsonl", "litellm-log");
    b.addSource("t", "t.jsonl");
    b.open();
    b.drain();
    QVERIFY(outcomes(b).ends_with("=2/2:1")); // the run of both rows
    b.append("t.jsonl", exportLine("s", {root(1), chat(1, 2, 1, "resp-1")}));
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.calls, std::int64_t(2));
    const auto judged = [&] {
        std::string runs;
        b.pipeline().snapshot()->runs.forEach([&](const RunRow &run) {
            if (run.totals.calls > 0 && run.signals > 0)
                runs += toHex(run.info.run) + ":" + std::to_string(run.signals) + " ";
        });
        return runs;
    };
    QCOMPARE(judged(), traceId(1) + ":1 ");
    b.append("q.csv", ",,,,nobody,,success,fail\n"); // looked for among all requests
    b.drain();
    QCOMPARE(judged(), traceId(1) + ":1 ");
    const std::string words = outcomes(b);
    b.restart();
    QCOMPARE(outcomes(b), words);
}

/// That there are imported signals is stored with them, and not only when the first is read.
void TestPipelineQuality::firstOneOnAFullDisk()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {root(1), chat(1, 2, 1)}));
    b.write("q.csv", kHead);
    b.addSource("t", "t.jsonl");
    b.addSource("q", "q.csv");
    b.open();
    b.drain();
    b.diskFull = true;
    b.append("q.csv", "," + traceId(1) + ",,,,,success,pass\n");
    b.drain();
    QVERIFY(b.pipeline().snapshot()->ledger.diskFull);
    b.diskFull = false;
    b.drain();
    QVERIFY(b.pipeline().snapshot()->ledger.error.empty());
    const std::string words = outcomes(b);
    QCOMPARE(idOf(words, traceId(1).substr(24)), std::string("1/2:1"));
    b.restart();
    QCOMPARE(outcomes(b), words);
}

/// What was said of the form of an output counts, whatever id it came by, and once.
void TestPipelineQuality::importedValidationsAreMeasured()
{
    PipelineBench b;
    OtlpSpan last = root(4);
    last.attributes.emplace_back("session.id", "talk");
    b.write("t.jsonl", exportLine("s", {root(1), chat(1, 2, 1), root(2), chat(2, 2, 1), root(3),
                                        chat(3, 2, 1, "resp-3"), chat(3, 3, 1), last, chat(4, 2, 1)}));
    b.write("e.jsonl", evaluationLog(1, "json_schema", "pass"));
    b.write("q.csv", kHead + "," + traceId(1) + ",,,,,json_schema,fail\n," + traceId(2) + ",,,,,schema_valid,pass\n"
                         + ",,,,resp-3,,schema_valid,fail\n,,talk,,,,schema_valid,pass\n,,talk,,,,csat,fail\n");
    for (const char *name : {"t.jsonl", "e.jsonl", "q.csv"})
        b.addSource(name, name);
    b.open();
    b.drain();
    const auto said = [&] {
        MeasureReading reading(b.pipeline().snapshot(), {{}, {0, INT64_MAX}}, b.catalog);
        while (reading.step(b.pipeline().ledger())) {
        }
        const auto numbers = reading.result();
        for (const Measure &measure : numbers->measures)
            if (measure.id == MeasureId::StructuredFailureRate)
                return std::to_string(measure.top.count) + "/" + std::to_string(measure.bottom.count) + numbers->error;
        return numbers->error;
    };
    QCOMPARE(said(), std::string("2/5"));
    b.restart();
    QCOMPARE(said(), std::string("2/5"));
}

/// It costs nothing and has no call; the window, a report and the signals that name it know it all the same.
void TestPipelineQuality::aRunAnsweredByACacheAloneIsOne()
{
    PipelineBench b;
    b.write(
        "st.jsonl",
        R"({"name":"plan","model":"cache","cache_hit":true,"duration_ms":5,"run":"r-18","ts":"2026-11-21T10:00:01Z"})"
        "\n");
    b.write("ratings.csv", kHead + "r-18,,,,,,success,pass\n");
    b.addSource("st", "st.jsonl");
    b.addSource("q", "ratings.csv");
    b.open();
    b.drain();
    for (int start = 0; start < 2; ++start) {
        AGREE(b);
        const auto snapshot = b.pipeline().snapshot();
        QCOMPARE(snapshot->totals.calls, std::int64_t(0));
        QCOMPARE(snapshot->totals.responseCacheHits, std::int64_t(1));
        QCOMPARE(snapshot->runCount, std::int64_t(1));
        const std::string words = outcomes(b);
        QVERIFY2(words.starts_with("1 of 1, ambiguous 0, waiting 0 0 0 0 0\n"), words.c_str());
        QCOMPARE(idOf(words, "r-18"), std::string("1/2:1"));
        b.restart();
    }
}

QTEST_GUILESS_MAIN(TestPipelineQuality)
#include "tst_pipeline_quality.moc"
