// SPDX-License-Identifier: GPL-3.0-or-later
// Calls of a spend API through the pipeline: with kills between reading and commit, and beside other records of them.
#include <QtTest/QtTest>

#include <random>

#include "tests/unit/engine/gateway_texts.h"
#include "tests/unit/engine/pipeline_bench.h"
#include "tests/unit/gateways/spend/spend_bench.h"

using namespace flyball;
using namespace flyball::test;
using nlohmann::json;

namespace {

/// Polls when the test says so, in its thread: the server answers there.
class StepSource final : public RemoteSource {
public:
    StepSource(std::unique_ptr<PolledSource> source, StepSource *&running)
        : m_source(std::move(source)), m_running(running)
    {}
    void start(const std::string &state, Inbox &inbox) override
    {
        m_state = state;
        m_inbox = &inbox;
        m_running = this;
    }
    void stop() override
    {
        m_source->stop();
        m_running = nullptr;
    }
    Delivery step(TimeNs now)
    {
        Delivery delivery = m_source->poll(m_state, now);
        delivery.hasHealth = true;
        if (!delivery.state.empty())
            m_state = delivery.state;
        Delivery copy;
        copy.health = delivery.health;
        if (!m_inbox->deliver(std::move(delivery)))
            qFatal("no room");
        return copy;
    }

private:
    std::unique_ptr<PolledSource> m_source;
    StepSource *&m_running;
    std::string m_state;
    Inbox *m_inbox = nullptr;
};

struct SpendPipeline : PipelineBench {
    SpendPipeline()
    {
        openRemote = [this](const SourceConfig &config, SymbolTable &table) -> Result<std::unique_ptr<RemoteSource>> {
            auto polled = remoteKind(config.kind)->poll(config, table);
            if (!polled)
                return polled.error();
            return std::unique_ptr<RemoteSource>(std::make_unique<StepSource>(std::move(*polled), running));
        };
        sources.push_back({"gateway", "litellm", server.url(), false, {}});
    }
    void step(TimeNs now)
    {
        while (running->step(now).health.detail.find("reading back") != std::string::npos)
            drain();
    }
    Totals totals() { return pipeline().snapshot()->totals; }

    SpendLogTable table;
    ScriptedServer server{[this](const Asked &asked) { return table.answer(asked); }};
    StepSource *running = nullptr;
};

/// What the spend log has of the call that rowText() logs.
json rowOf(int number, const std::string &filed)
{
    const std::string n = std::to_string(number);
    const TimeNs start = (kGatewayStart + number) * kSecond + 100'000'000;
    json row = spendRow(filed, 0);
    row["session_id"] = "t" + n;
    row["startTime"] = dbTime(start);
    row["endTime"] = dbTime(start + 300'000'000);
    return row;
}

} // namespace

class TestSpendPipeline : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void killedBetweenReadingAndCommit();
    void killedWhileItReadsBack();
    void aFullDiskLosesNothing();
    void logFileAndApiOfTheSameCalls_data();
    void logFileAndApiOfTheSameCalls();
    void callersOfTheSameCalls();
    void failureIsShownAndHistoryStays();
};

void TestSpendPipeline::killedBetweenReadingAndCommit()
{
    SpendPipeline b;
    b.open();
    b.drain();
    std::mt19937 random(7);
    int id = 0;
    for (int round = 0; round < 40; ++round) {
        for (int i = 0; i < 9; ++i)
            b.table.add(spendRow("chatcmpl-" + std::to_string(++id), -10.0 * round - i, 2));
        const TimeNs now = kNow + (round * 10 + 12) * kSecond;
        (void)b.running->step(now);
        switch (random() % 3) {
        case 0: // read, not stored
            (void)b.pipeline().readSome(1 << 20);
            b.restart();
            b.drain();
            break;
        case 1: // delivered, not read
            b.restart();
            b.drain();
            break;
        default:
            b.drain();
        }
    }
    b.step(kNow + 420 * kSecond);
    b.drain();
    AGREE(b);
    QCOMPARE(b.totals().calls, std::int64_t(id));
    QCOMPARE(b.totals().costReported.nanoUsd(), std::int64_t(id) * 3'500'000);
    QCOMPARE(b.pipeline().snapshot()->duplicates, std::int64_t(0));
}

void TestSpendPipeline::killedWhileItReadsBack()
{
    SpendPipeline b;
    for (int i = 0; i < 4000; ++i)
        b.table.add(spendRow("chatcmpl-" + std::to_string(i), 80'000 - i * 19));
    b.open();
    b.drain();
    for (int kills = 0; kills < 5; ++kills) {
        (void)b.running->step(kNow);
        b.drain();
        (void)b.running->step(kNow);
        (void)b.pipeline().readSome(1 << 20);
        b.restart();
        b.drain();
    }
    b.step(kNow);
    b.drain();
    AGREE(b);
    QCOMPARE(b.totals().calls, std::int64_t(4000));
}

void TestSpendPipeline::aFullDiskLosesNothing()
{
    SpendPipeline b;
    for (int i = 1; i <= 20; ++i)
        b.table.add(spendRow("chatcmpl-" + std::to_string(i), i));
    b.open();
    b.drain();
    b.diskFull = true;
    (void)b.running->step(kNow);
    (void)b.pipeline().readSome(1 << 20);
    QVERIFY(!b.pipeline().commit());
    (void)b.running->step(kNow + 10 * kSecond);
    b.diskFull = false;
    b.drain();
    b.restart();
    QCOMPARE(b.totals().calls, std::int64_t(20));
    AGREE(b);
}

void TestSpendPipeline::logFileAndApiOfTheSameCalls_data()
{
    QTest::addColumn<bool>("byCall"); // how the proxy files its rows
    QTest::addColumn<bool>("apiFirst");
    for (const bool byCall : {false, true})
        for (const bool apiFirst : {false, true})
            QTest::addRow("%s, %s first", byCall ? "by call" : "by response", apiFirst ? "api" : "log")
                << byCall << apiFirst;
}

void TestSpendPipeline::logFileAndApiOfTheSameCalls()
{
    QFETCH(bool, byCall);
    QFETCH(bool, apiFirst);
    SpendPipeline b;
    std::string lines;
    for (int n = 1; n <= 12; ++n) {
        const std::string call = "6f1c2a34-9b0e-4d1f-8a77-0000000000" + std::to_string(10 + n);
        json line = json::parse(rowText({.number = n, .cost = "0.0035"}));
        line["litellm_call_id"] = call;
        lines += line.dump() + "\n";
        b.table.add(rowOf(n, byCall ? call : "chatcmpl-" + std::to_string(n)));
    }
    const TimeNs now = (kGatewayStart + 60) * kSecond;
    b.write("log.jsonl", lines);
    if (!apiFirst)
        b.addSource("log", "log.jsonl", "litellm-log");
    b.open();
    b.drain();
    b.step(now);
    b.drain();
    if (apiFirst)
        b.addSource("log", "log.jsonl", "litellm-log");
    b.drain();
    AGREE(b);
    QCOMPARE(b.totals().calls, std::int64_t(12));
    QCOMPARE(b.totals().costReported.nanoUsd(), std::int64_t(42'000'000));
    QCOMPARE(b.pipeline().snapshot()->runCount, std::int64_t(12));
    // The log goes: what the API told of the calls stays.
    b.pipeline().removeSource("log", true);
    b.drain();
    QCOMPARE(b.totals().calls, std::int64_t(12));
    AGREE(b);
}

void TestSpendPipeline::callersOfTheSameCalls()
{
    for (const bool apiFirst : {true, false}) {
        SpendPipeline b;
        std::string spans, lines;
        for (int n = 1; n <= 6; ++n) {
            spans += spanText({.number = n, .workflow = "agent"});
            if (n % 2 == 0)
                lines += rowText({.number = n});
            b.table.add(rowOf(n, "chatcmpl-" + std::to_string(n)));
        }
        b.write("spans.jsonl", spans);
        b.write("log.jsonl", lines);
        if (!apiFirst) {
            b.addSource("spans", "spans.jsonl", "otlp-json");
            b.addSource("log", "log.jsonl", "litellm-log");
        }
        b.open();
        b.drain();
        b.step((kGatewayStart + 60) * kSecond);
        b.drain();
        if (apiFirst) {
            b.addSource("spans", "spans.jsonl", "otlp-json");
            b.addSource("log", "log.jsonl", "litellm-log");
            b.drain();
        }
        AGREE(b);
        QCOMPARE(b.totals().calls, std::int64_t(6));
        QVERIFY2(b.byWorkflow().starts_with("agent=6:"), b.byWorkflow().c_str());
    }
}

void TestSpendPipeline::failureIsShownAndHistoryStays()
{
    SpendPipeline b;
    b.table.add(spendRow("chatcmpl-1", 60));
    b.open();
    b.drain();
    b.step(kNow);
    b.drain();
    b.server.script = [](const Asked &) { return Answered{401, R"({"detail":"key revoked"})"}; };
    (void)b.running->step(kNow + 10 * kSecond);
    b.drain();
    const auto failing = b.pipeline().snapshot();
    QVERIFY(failing->sources.front().state == SourceState::Failing);
    QVERIFY(failing->sources.front().error.find("key revoked") != std::string::npos);
    QCOMPARE(failing->totals.calls, std::int64_t(1));
    b.server.script = [&b](const Asked &asked) { return b.table.answer(asked); };
    (void)b.running->step(kNow + 20 * kSecond);
    b.drain();
    QVERIFY(b.pipeline().snapshot()->sources.front().error.empty());
}

QTEST_GUILESS_MAIN(TestSpendPipeline)
#include "tst_spend_pipeline.moc"
