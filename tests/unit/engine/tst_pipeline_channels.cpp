// SPDX-License-Identifier: GPL-3.0-or-later
// One call told by a transcript and by the agent's own telemetry, live: in any order, over restarts, and when one
// of the two is removed.
#include <QDirIterator>
#include <QtTest/QtTest>

#include "core/aggregate/report/report.h"
#include "core/aggregate/views/runstats.h"
#include "core/engine/measurereading.h"
#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// A line of a subagent: it states the output at the start of its stream.
std::string line(int number)
{
    const std::string n = std::to_string(number);
    return R"({"type":"assistant","timestamp":"2026-11-21T10:00:0)" + n + R"(.000Z","sessionId":"s1","requestId":"req_)"
           + n + R"(","cwd":"/home/dev/shop","message":{"id":"msg_)" + n
           + R"(","model":"claude-sonnet-4-5","stop_reason":null,"usage":{"input_tokens":100,"output_tokens":1,)"
             R"("cache_read_input_tokens":0,"cache_creation_input_tokens":20,)"
             R"("cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":20}}}})"
             "\n";
}

std::string logged(int number)
{
    const auto text = [](const char *key, const std::string &value) {
        return std::string(R"({"key":")") + key + R"(","value":{"stringValue":")" + value + R"("}},)";
    };
    const auto count = [](const char *key, int value) {
        return std::string(R"({"key":")") + key + R"(","value":{"intValue":)" + std::to_string(value) + "}},";
    };
    return R"({"resourceLogs":[{"scopeLogs":[{"scope":{"name":"com.anthropic.claude_code.events"},"logRecords":[{"timeUnixNano":"179529560)"
           + std::to_string(number) + R"(000000000","attributes":[)" + text("event.name", "api_request")
           + text("session.id", "s1") + text("request_id", "req_" + std::to_string(number))
           + text("model", "claude-sonnet-4-5") + count("input_tokens", 100) + count("cache_creation_tokens", 20)
           + R"({"key":"output_tokens","value":{"intValue":)" + std::to_string(50 + number) + "}}]}]}]}]}\n";
}

struct Sums {
    std::int64_t calls = 0, out = 0;
    friend bool operator==(const Sums &, const Sums &) = default;
};

Sums sumsOf(PipelineBench &b)
{
    const Totals t = b.pipeline().snapshot()->totals;
    return {t.calls, t.outTotal()};
}

#define SUMS(bench, wantedCalls, wantedOut) QVERIFY((sumsOf(bench) == Sums{wantedCalls, wantedOut}))

} // namespace

class TestPipelineChannels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void inAnyOrder_data();
    void inAnyOrder();
    void transcriptRemoved();
    void telemetryRemoved();
    void sessionOfARemovedTranscript_data();
    void sessionOfARemovedTranscript();
    void reprice();
    void aRunThatLostItsCallsIsNone();
};

void TestPipelineChannels::inAnyOrder_data()
{
    QTest::addColumn<QByteArray>("order");
    QTest::addColumn<bool>("restarts");
    for (const char *order : {"tttee", "eettt", "tetet", "ettet"})
        for (const bool restarts : {false, true})
            QTest::addRow("%s%s", order, restarts ? ", restarts" : "") << QByteArray(order) << restarts;
}

void TestPipelineChannels::inAnyOrder()
{
    QFETCH(QByteArray, order);
    QFETCH(bool, restarts);
    PipelineBench b;
    b.write("p/a.jsonl", "");
    b.write("logs.jsonl", "");
    b.addSource("cc", "p", "claude-code");
    b.addSource("otel", "logs.jsonl", "otlp-json");
    b.open();
    b.drain();
    int lines = 0, events = 0;
    for (const char step : order) {
        if (step == 't')
            b.append("p/a.jsonl", line(++lines));
        else
            b.append("logs.jsonl", logged(++events));
        b.drain();
        AGREE(b);
        if (restarts)
            b.restart();
    }
    SUMS(b, 3, 51 + 52 + 1); // the third call has no event
    b.restart();
    b.drain();
    SUMS(b, 3, 51 + 52 + 1);
    AGREE(b);
    for (const Call &call : b.calls()) {
        QCOMPARE(b.text(call.format), std::string("claude-code"));
        QCOMPARE(call.usage[TokenClass::CacheWrite1h], std::int64_t(20));
        QCOMPARE(call.usage[TokenClass::CacheWriteUntyped], std::int64_t(0));
    }
}

void TestPipelineChannels::transcriptRemoved()
{
    PipelineBench b;
    b.write("p/a.jsonl", line(1) + line(2));
    b.write("logs.jsonl", logged(1));
    b.addSource("cc", "p", "claude-code");
    b.addSource("otel", "logs.jsonl", "otlp-json");
    b.open();
    b.drain();
    SUMS(b, 2, 51 + 1);
    b.pipeline().removeSource("cc", true);
    b.drain();
    SUMS(b, 1, 51); // the event is a call again
    AGREE(b);
    b.restart();
    SUMS(b, 1, 51);
}

void TestPipelineChannels::telemetryRemoved()
{
    PipelineBench b;
    b.write("p/a.jsonl", line(1) + line(2));
    b.write("logs.jsonl", logged(1));
    b.addSource("cc", "p", "claude-code");
    b.addSource("otel", "logs.jsonl", "otlp-json");
    b.open();
    b.drain();
    SUMS(b, 2, 51 + 1);
    b.pipeline().removeSource("otel", true);
    b.drain();
    SUMS(b, 2, 2); // what the transcript alone knows
    AGREE(b);
}

void TestPipelineChannels::sessionOfARemovedTranscript_data()
{
    QTest::addColumn<QString>("fixture");
    QTest::addColumn<QString>("transcripts");
    QTest::addColumn<QByteArray>("kind");
    QTest::addRow("codex") << "codex-0.169"
                           << "sessions" << QByteArray("codex");
    QTest::addRow("gemini-cli") << "gemini-cli-0.61"
                                << "tmp" << QByteArray("gemini-cli");
}

/// The transcript says that it tells every call of its session. With it goes what it said: the telemetry of that
/// session must count again, at once and after a restart.
void TestPipelineChannels::sessionOfARemovedTranscript()
{
    QFETCH(QString, fixture);
    QFETCH(QString, transcripts);
    QFETCH(QByteArray, kind);
    const QString root = QStringLiteral(FLYBALL_FIXTURES "/") + fixture;
    PipelineBench alone;
    PipelineBench b;
    for (QDirIterator it(root + u'/' + transcripts, QDir::Files, QDirIterator::Subdirectories); it.hasNext();) {
        QFile file(it.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        b.write("t/" + QDir(root + u'/' + transcripts).relativeFilePath(file.fileName()).toStdString(),
                file.readAll().toStdString());
    }
    QFile logs(root + QStringLiteral("/otel/logs.jsonl"));
    QVERIFY(logs.open(QIODevice::ReadOnly));
    const std::string events = logs.readAll().toStdString();
    for (PipelineBench *bench : {&alone, &b}) {
        bench->write("logs.jsonl", events);
        bench->addSource("otel", "logs.jsonl", "otlp-json");
    }
    alone.open();
    alone.drain();
    const Sums telemetry = sumsOf(alone);
    QVERIFY(telemetry.calls > 0);

    b.addSource("t", "t", kind.toStdString());
    b.open();
    b.drain();
    const std::string both = b.stored();
    QVERIFY(both != alone.stored());
    b.pipeline().removeSource("t", true);
    b.drain();
    QVERIFY(sumsOf(b) == telemetry);
    QCOMPARE(QByteArray::fromStdString(b.stored()), QByteArray::fromStdString(alone.stored()));
    AGREE(b);
    std::erase_if(b.sources, [](const SourceConfig &source) { return source.id == "t"; });
    b.restart();
    b.drain();
    QCOMPARE(QByteArray::fromStdString(b.stored()), QByteArray::fromStdString(alone.stored()));
    AGREE(b);
}

void TestPipelineChannels::reprice()
{
    PipelineBench b;
    b.write("p/a.jsonl", line(1));
    b.write("logs.jsonl", logged(1));
    b.addSource("cc", "p", "claude-code");
    b.addSource("otel", "logs.jsonl", "otlp-json");
    b.open();
    b.drain();
    const UsdSum cost = b.pipeline().snapshot()->totals.cost;
    b.restart();
    QVERIFY(bool(b.pipeline().reprice(b.catalog, [] { return true; })));
    b.drain();
    SUMS(b, 1, 51);
    QVERIFY(b.pipeline().snapshot()->totals.cost == cost);
    AGREE(b);
}

/// The event comes first and makes a run of its own; the transcript takes its call away. What is left is no run: not
/// for a window, not for its measures, as not for the report.
void TestPipelineChannels::aRunThatLostItsCallsIsNone()
{
    const auto aYearBefore = [](std::string text) { // idle for long, whatever the clock says
        for (const auto &[from, to] : {std::pair("2026-11-21", "2025-11-21"), std::pair("179529560", "176375960")})
            if (const std::size_t at = text.find(from); at != std::string::npos)
                text.replace(at, std::string_view(from).size(), to);
        return text;
    };
    PipelineBench b;
    b.write("p/a.jsonl", "");
    b.write("logs.jsonl", "");
    b.addSource("cc", "p", "claude-code");
    b.addSource("otel", "logs.jsonl", "otlp-json");
    b.open();
    b.append("logs.jsonl", aYearBefore(logged(1)));
    b.drain();
    b.append("p/a.jsonl", aYearBefore(line(1)));
    b.drain();
    const auto snapshot = b.pipeline().snapshot();
    int left = 0;
    snapshot->runs.forEach([&](const RunRow &row) { left += row.info.closed && !row.isRun() ? 1 : 0; });
    QCOMPARE(left, 1);

    ReportBuilder report(ReportOptions{}, b.symbols());
    for (const Call &call : b.calls())
        report.add(call);
    const std::int64_t wanted = report.finish().runs;
    QCOMPARE(wanted, std::int64_t{1});
    QCOMPARE(snapshot->runCount, wanted);
    const Window window{0, snapshot->takenAt + 1};
    const RunsOfWindow runs = RunScanner().stats(snapshot->runs, window);
    QCOMPARE(runs.all.count + runs.all.open, wanted);
    MeasureReading reading(snapshot, {{}, window}, b.catalog);
    while (reading.step(b.pipeline().ledger())) {
    }
    const auto numbers = reading.result();
    QCOMPARE(numbers->measures.at(static_cast<std::size_t>(MeasureId::CallsPerRun)).n, wanted);
}

QTEST_GUILESS_MAIN(TestPipelineChannels)
#include "tst_pipeline_channels.moc"
