// SPDX-License-Identifier: GPL-3.0-or-later
// A source that meters and one that tells the same calls one by one, through the pipeline and the ledger: what both
// told is there side by side, whether the meters count or are tied.
#include <QtTest/QtTest>

#include "core/engine/meterreader.h"
#include "core/formats/meters/meters.h"
#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr TimeNs kNoon = kOtlpEpoch; // begins an hour
const std::string kTarget = "http://127.0.0.1:4000/metrics";

class MeteredSource final : public RemoteSource {
public:
    explicit MeteredSource(Inbox *&inbox) : m_inbox(inbox) {}
    void start(const std::string &, Inbox &inbox) override { m_inbox = &inbox; }
    void stop() override { m_inbox = nullptr; }

private:
    Inbox *&m_inbox;
};

struct BesideBench : PipelineBench {
    BesideBench()
    {
        openRemote = [this](const SourceConfig &, SymbolTable &) -> Result<std::unique_ptr<RemoteSource>> {
            return std::unique_ptr<RemoteSource>(std::make_unique<MeteredSource>(inbox));
        };
        sources.push_back({"gateway", "prometheus", kTarget, false, {}});
    }
    /// `count` calls, one every ten minutes from noon, of `in` tokens more each time; in traces, and metered a minute
    /// later (usd < 0: tokens alone, priced here).
    void run(int count, const char *served, const char *label, double usdPerCall)
    {
        std::string traces;
        FactBatch batch;
        for (int i = 0; i < count; ++i) {
            const TimeNs at = kNoon + i * 10 * kMinute;
            traces += exportLine("s", {{.trace = static_cast<unsigned>(i + 1),
                                        .id = 1,
                                        .startMs = i * 600'000,
                                        .endMs = i * 600'000 + 1000,
                                        .attributes = {{"gen_ai.operation.name", "chat"},
                                                       {"gen_ai.provider.name", "openai"},
                                                       {"gen_ai.request.model", served},
                                                       {"flyball.workflow", "triage"},
                                                       {"gen_ai.usage.input_tokens", std::to_string(1000 + i)},
                                                       {"gen_ai.usage.output_tokens", "100"}}}});
            facts.push_back({at + kMinute, 1000 + i, label, usdPerCall});
        }
        write("t.jsonl", traces);
        addSource("traces", "t.jsonl");
    }
    struct Metered {
        TimeNs at = 0;
        std::int64_t in = 0;
        std::string model;
        double usd = 0;
    };
    bool deliver()
    {
        SymbolCache cache(symbols());
        Delivery delivery;
        std::int64_t sequence = 0;
        for (const Metered &metered : facts) {
            CallFact fact = meterFact(cache.intern(kTarget), "triage/" + metered.model, metered.at, ++sequence, cache);
            fact.names.workflow = cache.intern("triage");
            fact.modelServed = cache.intern(metered.model);
            fact.provider = cache.intern("openai");
            fact.reportedPico = metered.usd < 0 ? -1 : static_cast<std::int64_t>(metered.usd * 1e12 + 0.5);
            fact.raw[TokenClass::InFresh] = metered.in;
            fact.raw[TokenClass::OutText] = 100;
            fact.raw.quality = UsageQuality::Exact;
            delivery.batch.calls.push_back(fact);
        }
        delivery.batch.lines = static_cast<std::int64_t>(facts.size());
        return inbox && inbox->deliver(std::move(delivery));
    }
    MetersBeside beside(TimeNs since = 0, TimeNs until = INT64_MAX)
    {
        const auto cells =
            readBeside(pipeline().ledger(), symbols(), *catalog, symbols().intern(kTarget), since, until);
        if (!cells)
            qFatal("%s", cells.error().message.c_str());
        return everyBeside(*cells).front();
    }
    Inbox *inbox = nullptr;
    std::vector<Metered> facts;
};

} // namespace

class TestPipelineBeside : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theSameCalls();
    void tiedTheyStayReadable();
    void pricedHereAsTheCallsAre();
    void onlyTheWindow();
    void nothingMetered();
};

void TestPipelineBeside::theSameCalls()
{
    BesideBench b;
    b.run(20, "gpt-4o", "gpt-4o-2024-08-06", 0.0035); // another name of the same model
    b.open();
    b.drain();
    QVERIFY(b.deliver());
    b.drain();
    const MetersBeside got = b.beside();
    QCOMPARE(got.verdict, BesideVerdict::Same);
    QCOMPARE(got.rows.size(), std::size_t{1});
    QVERIFY(got.rows.front().both);
    QCOMPARE(b.text(got.rows.front().workflow), std::string("triage"));
    QCOMPARE(got.calls.calls, std::int64_t(20));
    QCOMPARE(got.meters.calls, std::int64_t(0));
    QCOMPARE(got.meters.tokens(), got.calls.tokens());
    QCOMPARE(got.calls.tokens(), std::int64_t(20 * 1100 + 190));
    // The gateway's own money, to the pico-dollar; the calls by our book: $2.50 and $10 a million.
    QCOMPARE(got.meters.cost.toDecimal(), std::string("0.070000000"));
    QCOMPARE(got.calls.cost.toDecimal(), std::string("0.070475000"));
    QCOMPARE(got.agreeing, got.stretches());
    QCOMPARE(got.stretches(), std::int64_t(13)); // three hours and ten minutes, in quarters
    QCOMPARE(got.tellers.size(), std::size_t{1});
    QVERIFY(b.text(got.tellers.front()).ends_with("t.jsonl"));
}

void TestPipelineBeside::tiedTheyStayReadable()
{
    BesideBench b;
    b.run(12, "gpt-4o", "gpt-4o", 0.004);
    b.open();
    b.drain();
    QVERIFY(b.deliver());
    b.drain();
    const MetersBeside before = b.beside();
    const UsdSum both = b.pipeline().snapshot()->totals.cost;
    QVERIFY(b.pipeline().setTold(kTarget, true, kGoOn).ok());
    QCOMPARE((both - b.pipeline().snapshot()->totals.cost).toDecimal(), std::string("0.048000000"));
    const MetersBeside after = b.beside();
    QVERIFY(after.meters == before.meters);
    QVERIFY(after.calls == before.calls);
    QCOMPARE(after.verdict, before.verdict);
    QCOMPARE(after.agreeing, before.agreeing);
    AGREE(b);
    QVERIFY(b.pipeline().setTold(kTarget, false, kGoOn).ok());
    QVERIFY(b.beside().meters == before.meters);
    QVERIFY(b.pipeline().snapshot()->totals.cost == both);
}

/// Tokens without money cost here what the book says, tied or not.
void TestPipelineBeside::pricedHereAsTheCallsAre()
{
    BesideBench b;
    b.run(12, "gpt-4o", "gpt-4o", -1);
    b.open();
    b.drain();
    QVERIFY(b.deliver());
    b.drain();
    const MetersBeside before = b.beside();
    QVERIFY(before.meters.cost == before.calls.cost);
    QVERIFY(!before.meters.cost.isZero());
    QVERIFY(b.pipeline().setTold(kTarget, true, kGoOn).ok());
    QVERIFY(b.beside().meters == before.meters);
}

void TestPipelineBeside::onlyTheWindow()
{
    BesideBench b;
    b.run(12, "gpt-4o", "gpt-4o", 0.004);
    b.open();
    b.drain();
    QVERIFY(b.deliver());
    b.drain();
    const MetersBeside got = b.beside(kNoon, kNoon + 30 * kMinute);
    QCOMPARE(got.calls.calls + got.callsOutside.calls, std::int64_t(3));
    QCOMPARE((got.meters.cost + got.metersOutside.cost).toDecimal(), std::string("0.012000000"));
}

void TestPipelineBeside::nothingMetered()
{
    BesideBench b;
    b.run(3, "gpt-4o", "gpt-4o", 0.004);
    b.open();
    b.drain();
    const MetersBeside got = b.beside();
    QCOMPARE(got.verdict, BesideVerdict::Nothing);
    QVERIFY(got.meters.isZero() && got.metersOutside.isZero());
    QCOMPARE(got.callsOutside.calls, std::int64_t(3));
}

QTEST_GUILESS_MAIN(TestPipelineBeside)
#include "tst_pipeline_beside.moc"
