// SPDX-License-Identifier: GPL-3.0-or-later
// Sources that deliver by themselves, and spend that is metered instead of told call by call.
#include <QtTest/QtTest>
#include <atomic>
#include <poll.h>
#include <thread>

#include "core/aggregate/report/report.h"
#include "core/formats/meters/meters.h"
#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr TimeNs kNoon = 1'795'000'000 * kSecond;
const std::string kTarget = "http://127.0.0.1:4000/metrics";

/// What a test delivers, and what the pipeline asked of the source.
struct Remote {
    Inbox *inbox = nullptr; ///< while it runs
    std::string begunFrom;
    int starts = 0;
    SymbolTable *symbols = nullptr;
};

class ScriptedSource final : public RemoteSource {
public:
    explicit ScriptedSource(Remote &remote) : m_remote(remote) {}
    void start(const std::string &state, Inbox &inbox) override
    {
        m_remote.begunFrom = state;
        m_remote.inbox = &inbox;
        ++m_remote.starts;
    }
    void stop() override { m_remote.inbox = nullptr; }

private:
    Remote &m_remote;
};

struct RemoteBench : PipelineBench {
    RemoteBench()
    {
        openRemote = [this](const SourceConfig &config, SymbolTable &symbols) -> Result<std::unique_ptr<RemoteSource>> {
            remote.symbols = &symbols;
            if (config.target != kTarget)
                return Error{ErrorCode::InvalidArgument, "no such target"};
            return std::unique_ptr<RemoteSource>(std::make_unique<ScriptedSource>(remote));
        };
        sources.push_back({"gateway", "prometheus", kTarget, false, {}});
    }
    /// `usd` < 0: tokens alone, to be priced here.
    CallFact meter(const std::string &workflow, const std::string &model, TimeNs time, std::int64_t sequence,
                   double usd, std::int64_t in = 0, std::int64_t out = 0)
    {
        SymbolCache cache(*remote.symbols);
        CallFact fact = meterFact(cache.intern(kTarget), workflow + "/" + model, time, sequence, cache);
        fact.names.workflow = cache.intern(workflow);
        fact.modelServed = cache.intern(model);
        fact.provider = cache.intern("openai");
        fact.reportedPico = usd < 0 ? -1 : static_cast<std::int64_t>(usd * 1e12 + 0.5);
        fact.raw[TokenClass::InFresh] = in;
        fact.raw[TokenClass::OutText] = out;
        fact.raw.quality = UsageQuality::Exact;
        return fact;
    }
    bool deliver(std::vector<CallFact> facts, const std::string &state = {},
                 std::function<void(const Result<> &)> stored = {})
    {
        Delivery delivery;
        delivery.batch.lines = static_cast<std::int64_t>(facts.size());
        delivery.batch.calls = std::move(facts);
        delivery.state = state;
        delivery.stored = std::move(stored);
        return remote.inbox->deliver(std::move(delivery));
    }
    Totals totals() { return pipeline().snapshot()->totals; }
    std::string usd() { return totals().cost.toDecimal(); }

    Remote remote;
};

} // namespace

class TestPipelineRemote : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void metersAreMoneyWithoutCalls();
    void aMinuteGrowsWhateverTheOrder();
    void tokensWithoutAPriceAreALowerBound();
    void stateCommitsWithWhatItLedTo();
    void storedIsSaidAfterTheCommitAlone();
    void aFullDiskIsSaidAndLosesNothing();
    void toldElsewhereIsKeptAndNotCounted();
    void toldElsewhereThatWasInterruptedCanBeTakenBack();
    void whoOnlyLooksChangesNothing();
    void noRoomIsNoLoss();
    void factsCountWhateverIsSaidOfLines();
    void aNoticeStaysOnlyWhileSomethingWaits();
    void pausedStopsAndGoesOn();
    void removedWithItsRows();
    void oneThatCannotBeMadeSaysWhy();
    void nothingIsToldBeforeTheFirstGoodAnswer();
};

void TestPipelineRemote::metersAreMoneyWithoutCalls()
{
    RemoteBench b;
    b.write("t.jsonl", exportLine("s", {{.trace = 1,
                                         .id = 1,
                                         .attributes = {{"gen_ai.operation.name", "chat"},
                                                        {"gen_ai.provider.name", "openai"},
                                                        {"gen_ai.request.model", "gpt-4o"},
                                                        {"gen_ai.usage.input_tokens", "1000"},
                                                        {"gen_ai.usage.output_tokens", "500"}}}}));
    b.addSource("traces", "t.jsonl");
    b.open();
    b.drain();
    const Totals traces = b.totals();
    QCOMPARE(traces.calls, std::int64_t(1));
    const TimeNs noon = b.pipeline().snapshot()->newestEvent; // minutes are kept for a day
    QVERIFY(b.deliver(
        {b.meter("triage", "gpt-4o", noon, 1, 1.5, 4000, 100), b.meter("report", "gpt-4o", noon, 1, 0.25, 10, 20)}));
    b.drain();
    AGREE(b);
    const auto snapshot = b.pipeline().snapshot();
    QCOMPARE(snapshot->totals.calls, std::int64_t(1));
    QCOMPARE(snapshot->runCount, std::int64_t(1));
    QCOMPARE((snapshot->totals.cost - traces.cost).toDecimal(), std::string("1.750000000"));
    QCOMPARE(snapshot->totals.inTotal() - traces.inTotal(), std::int64_t(4010));
    QVERIFY(snapshot->totals.bound() == CostBound::Exact);
    const std::string report = totalsToJson(snapshot->totals, 1, 0);
    QVERIFY2(report.find(R"("cost_reported_nusd":1750000000,)") != std::string::npos, report.c_str());
    QVERIFY(b.byWorkflow().find("triage=0:1500000000") != std::string::npos);
    std::int64_t rows = 0;
    QVERIFY(
        b.pipeline().ledger().readCalls({}, CallOrder::TimeAscending, 0, [&](const Call &) { return ++rows; }).ok());
    QCOMPARE(rows, std::int64_t(1)); // lists of calls have none of them
    b.restart();
    QVERIFY(b.totals() == snapshot->totals);
    QVERIFY(b.pipeline().ledger().rebuildRollups().ok());
    b.restart();
    QVERIFY(b.totals() == snapshot->totals);
    AGREE(b);
}

void TestPipelineRemote::aMinuteGrowsWhateverTheOrder()
{
    std::vector<std::string> ends;
    for (const std::vector<int> &order : {std::vector{1, 2, 3}, std::vector{3, 1, 2}, std::vector{2, 3, 1}}) {
        RemoteBench b;
        b.open();
        b.drain();
        for (const int sequence : order) {
            // Money alone, tokens alone: the last reading holds what the ones before it held.
            QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon + sequence * kSecond, sequence, 0.1 * sequence, 7)}));
            b.drain();
        }
        AGREE(b);
        ends.push_back(b.stored());
        QCOMPARE(b.usd(), std::string("0.300000000"));
        QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon + 2 * kMinute, 4, 0.1)}));
        b.drain();
        QCOMPARE(b.usd(), std::string("0.400000000"));
        QCOMPARE(b.pipeline().snapshot()->duplicates, std::int64_t(0));
    }
    QCOMPARE(ends[1], ends[0]);
    QCOMPARE(ends[2], ends[0]);
}

void TestPipelineRemote::tokensWithoutAPriceAreALowerBound()
{
    RemoteBench b;
    b.open();
    b.drain();
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 1, -1, 1000, 500)}));
    b.drain();
    QCOMPARE(b.usd(), std::string("0.007500000")); // 1000 * 2.5 + 500 * 10 micro-USD
    QVERIFY(b.totals().bound() == CostBound::Exact);
    QVERIFY(b.deliver({b.meter("w", "nobody-knows", kNoon, 2, -1, 30, 12)}));
    b.drain();
    QCOMPARE(b.usd(), std::string("0.007500000"));
    QVERIFY(b.totals().bound() == CostBound::AtLeast);
    QCOMPARE(b.totals().tokensUnpriced, std::int64_t(42));
    QCOMPARE(b.totals().callsUnpriced, std::int64_t(0));
    AGREE(b);
}

void TestPipelineRemote::stateCommitsWithWhatItLedTo()
{
    RemoteBench b;
    b.open();
    b.drain();
    QCOMPARE(b.remote.begunFrom, std::string());
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 1, 1)}, "after 1"));
    b.drain();
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 2, 3)}, "after 2"));
    (void)b.pipeline().readSome(1 << 20);
    b.restart(); // killed between reading and commit
    b.drain();
    QCOMPARE(b.remote.begunFrom, std::string("after 1"));
    QCOMPARE(b.usd(), std::string("1.000000000"));
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 2, 3)}, "after 2"));
    b.drain();
    b.restart();
    b.drain();
    QCOMPARE(b.remote.begunFrom, std::string("after 2"));
    QCOMPARE(b.usd(), std::string("3.000000000"));
    AGREE(b);
}

void TestPipelineRemote::storedIsSaidAfterTheCommitAlone()
{
    RemoteBench b;
    b.open();
    b.drain();
    std::vector<bool> said;
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 1, 1)}, {}, [&](const Result<> &r) { said.push_back(r.ok()); }));
    QVERIFY(!b.pipeline().awaited());
    (void)b.pipeline().readSome(1 << 20);
    QVERIFY(b.pipeline().awaited());
    QVERIFY(said.empty());
    QVERIFY(b.pipeline().commit());
    QCOMPARE(said, std::vector<bool>{true});
    QVERIFY(!b.pipeline().awaited());
    // What is still in the queue when the source goes is not stored, and its sender is told so.
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 2, 2)}, {}, [&](const Result<> &r) { said.push_back(r.ok()); }));
    b.close();
    QCOMPARE(said, (std::vector<bool>{true, false}));
}

void TestPipelineRemote::aFullDiskIsSaidAndLosesNothing()
{
    RemoteBench b;
    b.open();
    b.drain();
    std::vector<bool> said;
    const auto note = [&](const Result<> &r) { said.push_back(r.ok()); };
    b.diskFull = true;
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 1, 1)}, "one", note));
    (void)b.pipeline().readSome(1 << 20);
    QVERIFY(!b.pipeline().commit());
    QCOMPARE(said, std::vector<bool>{false});
    b.diskFull = false;
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 1, 1)}, "one", note)); // sent again, as it was told
    b.drain();
    QCOMPARE(said, (std::vector<bool>{false, true}));
    QCOMPARE(b.usd(), std::string("1.000000000"));
    AGREE(b);
}

void TestPipelineRemote::toldElsewhereIsKeptAndNotCounted()
{
    RemoteBench b;
    b.open();
    b.drain();
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 1, 1, 5), b.meter("v", "gpt-4o", kNoon, 1, 2)}));
    b.drain();
    const Totals before = b.totals();
    QVERIFY(b.pipeline().setTold(kTarget, true, kGoOn).ok());
    QVERIFY(b.totals().isZero());
    AGREE(b);
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 2, 4, 5)}));
    b.drain();
    QVERIFY(b.totals().isZero());
    b.sources.back().options["told"] = "1";
    b.restart();
    b.drain();
    QVERIFY(b.totals().isZero());
    b.sources.back().options.clear(); // by a configuration edited by hand
    b.restart();
    b.drain();
    QCOMPARE(b.usd(), std::string("6.000000000"));
    QCOMPARE(b.totals().inTotal(), before.inTotal());
    AGREE(b);
}

/// Rows already stand at the new word, others at the former one: either of the two must bring all of them to it.
void TestPipelineRemote::toldElsewhereThatWasInterruptedCanBeTakenBack()
{
    RemoteBench b;
    b.open();
    b.drain();
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 1, 1, 5)}));
    b.drain();
    const Totals before = b.totals();
    const auto stop = [](std::int64_t, std::int64_t) { return false; };
    for (const bool restarted : {false, true}) {
        QVERIFY(!b.pipeline().setTold(kTarget, true, stop));
        QVERIFY(b.totals().isZero());
        if (restarted)
            b.restart(); // the configuration never said so
        else
            QVERIFY(b.pipeline().setTold(kTarget, false, kGoOn).ok());
        b.drain();
        QVERIFY(b.totals() == before);
        AGREE(b);
    }
}

/// A second window has the same configuration and may not write: it neither waits for ever nor makes a fault of it.
void TestPipelineRemote::whoOnlyLooksChangesNothing()
{
    RemoteBench b;
    b.open();
    b.drain();
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 1, 1, 5)}));
    b.drain();
    SymbolTable symbols;
    EngineOptions options;
    options.ledgerPath = b.path("state/ledger.db");
    options.openRemote = b.openRemote;
    auto ledger = Ledger::open(options.ledgerPath, Ledger::Mode::ReadWrite, symbols);
    QVERIFY(ledger.ok() && (*ledger)->openReport().readOnly);
    Pipeline second(options, symbols, std::move(*ledger), b.catalog);
    QVERIFY(second.load([] {}).ok());
    SourceConfig told = b.sources.back();
    told.options["told"] = "1";
    second.addSource(told);
    QCOMPARE(second.snapshot()->ledger.error, std::string());
    const auto once = [](std::int64_t, std::int64_t) { return false; };
    const Result<> changed = second.setTold(kTarget, true, once);
    QVERIFY(!changed && changed.error().code == ErrorCode::Locked);
    QVERIFY(second.totals() == b.totals());
}

void TestPipelineRemote::noRoomIsNoLoss()
{
    RemoteBench b;
    b.open();
    b.drain();
    std::vector<CallFact> many;
    for (int i = 0; i < 30'000; ++i)
        many.push_back(b.meter("w" + std::to_string(i), "gpt-4o", kNoon, 1, 0.001));
    QVERIFY(b.deliver(many));
    QVERIFY(!b.deliver(many));
    b.drain();
    QVERIFY(b.deliver(std::move(many)));
    b.drain();
    QCOMPARE(b.usd(), std::string("30.000000000"));
}

/// How many lines an answer had is for people; what it amounts to must not depend on it.
void TestPipelineRemote::factsCountWhateverIsSaidOfLines()
{
    RemoteBench b;
    b.open();
    b.drain();
    Delivery delivery;
    delivery.batch.calls = {b.meter("w", "gpt-4o", kNoon, 1, 1)};
    delivery.state = "one";
    QVERIFY(b.remote.inbox->deliver(std::move(delivery)));
    b.drain();
    QCOMPARE(b.usd(), std::string("1.000000000"));
    AGREE(b);
}

/// The ingest thread sleeps on the notice: one without a delivery would have it run in circles.
void TestPipelineRemote::aNoticeStaysOnlyWhileSomethingWaits()
{
    RemoteBench b;
    b.open();
    b.drain();
    SourceFeed &feed = *b.pipeline().feeds().front();
    constexpr int kDeliveries = 500;
    for (int round = 0; round < kDeliveries; ++round) {
        std::atomic<bool> begun = false;
        std::thread sender([&] {
            begun = true;
            Delivery delivery;
            delivery.hasHealth = true;
            (void)b.remote.inbox->deliver(std::move(delivery));
        });
        while (!begun || !feed.due(0)) {
        }
        FactBatch batch;
        std::vector<StoredFile> positions;
        (void)feed.poll(1 << 20, batch, positions);
        sender.join();
        pollfd notice{feed.notifyFd(), POLLIN, 0};
        if (!feed.due(0) && ::poll(&notice, 1, 0) > 0)
            QFAIL(qPrintable(QStringLiteral("delivery %1 left a notice behind").arg(round)));
    }
}

void TestPipelineRemote::pausedStopsAndGoesOn()
{
    RemoteBench b;
    b.open();
    b.drain();
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 1, 1)}, "one"));
    b.drain();
    b.pipeline().setPaused("gateway", true);
    QVERIFY(!b.remote.inbox);
    QVERIFY(b.pipeline().snapshot()->sources.front().state == SourceState::Paused);
    b.pipeline().setPaused("gateway", false);
    b.drain();
    QCOMPARE(b.remote.starts, 2);
    QCOMPARE(b.remote.begunFrom, std::string("one"));
}

void TestPipelineRemote::removedWithItsRows()
{
    RemoteBench b;
    b.open();
    b.drain();
    QVERIFY(b.deliver({b.meter("w", "gpt-4o", kNoon, 1, 1)}, "one"));
    b.drain();
    b.pipeline().removeSource("gateway", true);
    b.drain();
    QVERIFY(!b.remote.inbox);
    QVERIFY(b.totals().isZero());
    AGREE(b);
    b.pipeline().addSource(b.sources.back());
    b.drain();
    QCOMPARE(b.remote.begunFrom, std::string()); // as new
}

void TestPipelineRemote::oneThatCannotBeMadeSaysWhy()
{
    RemoteBench b;
    b.sources.back().target = "http://elsewhere";
    b.open();
    b.drain();
    const auto snapshot = b.pipeline().snapshot();
    QVERIFY(snapshot->sources.front().state == SourceState::Failing);
    QCOMPARE(snapshot->sources.front().error, std::string("no such target"));
}

void TestPipelineRemote::nothingIsToldBeforeTheFirstGoodAnswer()
{
    RemoteBench b;
    b.open();
    b.drain();
    const auto told = [&](const std::string &error, const std::string &detail) {
        Delivery delivery;
        delivery.hasHealth = true;
        delivery.health.at = kNoon;
        delivery.health.error = error;
        delivery.health.detail = detail;
        (void)b.remote.inbox->deliver(std::move(delivery));
        b.drain();
        return b.pipeline().snapshot()->sources.front().detail;
    };
    QCOMPARE(told("Connection refused", "0 series"), std::string());
    QCOMPARE(told("", "12 series"), std::string("12 series"));
    QCOMPARE(told("Connection refused", "12 series"), std::string("12 series")); // what it told last
}

QTEST_GUILESS_MAIN(TestPipelineRemote)
#include "tst_pipeline_remote.moc"
