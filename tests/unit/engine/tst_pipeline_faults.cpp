// SPDX-License-Identifier: GPL-3.0-or-later
// A full disk loses nothing and doubles nothing, whatever is asked for meanwhile.
#include <QtTest/QtTest>
#include <random>

#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

OtlpSpan chat(unsigned trace)
{
    return {.trace = trace,
            .id = 1,
            .attributes = {{"gen_ai.operation.name", "chat"},
                           {"gen_ai.provider.name", "openai"},
                           {"gen_ai.request.model", "gpt-4o"},
                           {"gen_ai.usage.input_tokens", "1000"},
                           {"gen_ai.usage.output_tokens", "500"}}};
}

std::string traceOf(unsigned trace)
{
    const std::string text = spanText({.trace = trace});
    return text.substr(text.find("traceId\":\"") + 10, 32);
}

std::int64_t callsOf(PipelineBench &b) { return b.pipeline().snapshot()->totals.calls; }

} // namespace

class TestPipelineFaults : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingIsLostAndItGoesOn();
    void killedWhileFull();
    void commandsWhileFull_data();
    void commandsWhileFull();
    void fullAtRandomMoments();
    void lookUpsThatFail_data();
    void lookUpsThatFail();
    void secondInstanceReadsOnly();
};

void TestPipelineFaults::nothingIsLostAndItGoesOn()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1)}));
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    b.diskFull = true;
    b.append("t.jsonl", exportLine("s", {chat(2)}) + "{broken\n");
    b.drain();
    auto snapshot = b.pipeline().snapshot();
    QVERIFY(snapshot->ledger.diskFull);
    QVERIFY(!snapshot->ledger.error.empty());
    QVERIFY(!snapshot->settled);
    b.append("t.jsonl", exportLine("s", {chat(3)}));
    b.drain();
    QCOMPARE(b.calls().size(), std::size_t(1)); // as of the last commit
    b.diskFull = false;
    b.drain();
    snapshot = b.pipeline().snapshot();
    QVERIFY(!snapshot->ledger.diskFull);
    QVERIFY(snapshot->ledger.error.empty());
    QVERIFY(snapshot->settled);
    QCOMPARE(snapshot->totals.calls, std::int64_t(3));
    QCOMPARE(snapshot->rejected, std::int64_t(1));
    AGREE(b);
    b.restart();
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(3));
    AGREE(b);
}

/// Position and rows go together: what was not committed is read again by the next process.
void TestPipelineFaults::killedWhileFull()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1)}));
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    b.diskFull = true;
    b.append("t.jsonl", exportLine("s", {chat(2)}));
    b.drain();
    b.close();
    b.diskFull = false;
    b.open();
    QCOMPARE(callsOf(b), std::int64_t(1));
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(2));
    AGREE(b);
}

void TestPipelineFaults::commandsWhileFull_data()
{
    QTest::addColumn<int>("command");
    QTest::newRow("remove the source") << 0;
    QTest::newRow("remove the source with its rows") << 1;
    QTest::newRow("retention") << 2;
    QTest::newRow("pause") << 3;
    QTest::newRow("another source") << 4;
}

/// Whatever is asked for while rows wait, they arrive once there is room, exactly once.
void TestPipelineFaults::commandsWhileFull()
{
    QFETCH(int, command);
    PipelineBench b;
    OtlpSpan recent = chat(1);
    b.write("t.jsonl", exportLine("s", {recent}));
    b.write("u.jsonl", exportLine("s", {chat(9)}));
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    b.diskFull = true;
    b.append("t.jsonl", exportLine("s", {chat(2)}));
    b.drain();
    if (command < 2)
        b.pipeline().removeSource("otlp", command == 1);
    else if (command == 2)
        QVERIFY(!b.pipeline().retain(1).ok());
    else if (command == 3)
        b.pipeline().setPaused("otlp", true);
    else
        b.addSource("more", "u.jsonl");
    b.drain();
    (void)b.pipeline().snapshot();
    b.diskFull = false;
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(command == 4 ? 3 : 2));
    AGREE(b);
    b.restart();
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(command == 4 ? 3 : 2));
    AGREE(b);
}

void TestPipelineFaults::fullAtRandomMoments()
{
    std::mt19937 random(17);
    PipelineBench b;
    b.write("p/s1.jsonl", userLine("2026-11-21T09:59:58Z", "p1"));
    b.addSource("cc", "p");
    b.open();
    for (int i = 0; i < 60; ++i) {
        b.append("p/s1.jsonl", toText({.id = "m" + std::to_string(random() % 10),
                                       .request = "r" + std::to_string(random() % 2),
                                       .usage = usageText(1, static_cast<int>(random() % 50))}));
        b.diskFull = random() % 3 == 0;
        if (random() % 2)
            b.drain();
        if (random() % 10 == 0)
            b.restart();
    }
    b.diskFull = false;
    b.drain();
    AGREE(b);
    QCOMPARE(QByteArray::fromStdString(b.stored()),
             QByteArray::fromStdString(b.fresh({{"claude-code", "p/s1.jsonl"}})));
}

void TestPipelineFaults::lookUpsThatFail_data()
{
    QTest::addColumn<QByteArray>("added");
    QTest::addColumn<int>("calls");
    OtlpSpan cached = chat(3);
    cached.attributes.emplace_back("gen_ai.usage.cache_read_input_tokens", "900");
    const OtlpSpan late{.trace = 1, .id = 7, .name = "tool"};
    const auto text = [](const std::string &line) { return QByteArray::fromStdString(line); };
    QTest::newRow("a call of a stored group behind new ones")
        << text(exportLine("s", {chat(2), chat(3), {.trace = 1, .id = 2, .attributes = chat(1).attributes}, chat(4)}))
        << 6;
    QTest::newRow("a span of a stored group") << text(exportLine("s", {chat(2), late})) << 3;
    QTest::newRow("a trait of a known producer") << text(exportLine("s", {cached})) << 3;
    QTest::newRow("signals of a stored group") << text(
        exportLine("s", {chat(2)})
        + R"({"resourceLogs":[{"scopeLogs":[{"scope":{"name":"e"},"logRecords":[{"timeUnixNano":"1795514400000000000","traceId":")"
        + traceOf(1)
        + R"(","eventName":"gen_ai.evaluation.result","attributes":[{"key":"gen_ai.evaluation.name","value":{"stringValue":"q"}}]}]}]}]})"
          "\n") << 3;
    QTest::newRow("calls that others may have told of") << text(exportLine("s", {chat(2)})) << 3;
}

/// What was read while the ledger could not be asked waits, with its position, and is told until it is stored.
void TestPipelineFaults::lookUpsThatFail()
{
    QFETCH(QByteArray, added);
    QFETCH(int, calls);
    const std::string row =
        R"({"id":"x-1","litellm_call_id":"call-1","trace_id":"t1","call_type":"acompletion","custom_llm_provider":"openai","model":"gpt-4o","startTime":1795255201.1,"endTime":1795255201.2,"status":"success","prompt_tokens":10,"completion_tokens":10})"
        "\n";
    for (const bool killed : {false, true}) {
        PipelineBench b;
        b.write("t.jsonl", exportLine("s", {chat(1)}));
        b.write("gateway.jsonl", row);
        b.addSource("otlp", "t.jsonl");
        b.addSource("gw", "gateway.jsonl", "litellm-log");
        b.open();
        b.drain();
        b.restart(); // nothing is in memory
        b.unreadable = true;
        b.append("t.jsonl", added.toStdString());
        b.drain();
        b.append("t.jsonl", "{broken\n");
        b.drain();
        auto snapshot = b.pipeline().snapshot();
        QCOMPARE(snapshot->ledger.error, std::string("the ledger cannot be read"));
        QVERIFY(!snapshot->ledger.diskFull);
        QVERIFY(!snapshot->settled);
        QCOMPARE(snapshot->totals.calls, std::int64_t(2));
        b.unreadable = false;
        if (killed)
            b.restart();
        b.drain();
        snapshot = b.pipeline().snapshot();
        QVERIFY(snapshot->ledger.error.empty());
        QVERIFY(snapshot->settled);
        QCOMPARE(snapshot->totals.calls, std::int64_t(calls));
        QCOMPARE(snapshot->rejected, std::int64_t(1));
        QCOMPARE(snapshot->duplicates, std::int64_t(0));
        AGREE(b);
        QCOMPARE(QByteArray::fromStdString(b.stored()),
                 QByteArray::fromStdString(b.fresh({{"otlp-json", "t.jsonl"}, {"litellm-log", "gateway.jsonl"}})));
    }
}

void TestPipelineFaults::secondInstanceReadsOnly()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1)}));
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    SymbolTable symbols;
    auto ledger = Ledger::open(b.path("state/ledger.db"), Ledger::Mode::ReadWrite, symbols);
    QVERIFY(ledger.ok());
    Pipeline second({}, symbols, std::move(*ledger), b.catalog);
    QVERIFY(second.load([] {}).ok());
    second.addSource({"otlp", "", b.path("t.jsonl"), false});
    b.append("t.jsonl", exportLine("s", {chat(2)}));
    for (int i = 0; i < 3; ++i) {
        second.readSome(1 << 20);
        second.commit();
    }
    QVERIFY(second.readOnly());
    QVERIFY(second.snapshot()->ledger.readOnly);
    QCOMPARE(second.totals().calls, std::int64_t(1)); // what the holder had stored; it reads nothing itself
    b.drain();
    QCOMPARE(callsOf(b), std::int64_t(2));
}

QTEST_GUILESS_MAIN(TestPipelineFaults)
#include "tst_pipeline_faults.moc"
