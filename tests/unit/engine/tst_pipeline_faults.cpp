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

std::int64_t callsOf(PipelineBench &b) { return b.pipeline().snapshot()->totals.calls; }

#define AGREE(bench) QCOMPARE(QByteArray::fromStdString((bench).disagreement()), QByteArray())

} // namespace

class TestPipelineFaults : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingIsLostAndItGoesOn();
    void killedWhileFull();
    void commandsWhileFull_data();
    void commandsWhileFull();
    void fullAtRandomMoments();
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
