// SPDX-License-Identifier: GPL-3.0-or-later
// From a page to the ledger: what the counters say is what the ledger holds, whatever dies in between.
#include <QtTest/QtTest>

#include "core/gateways/registry.h"
#include "tests/unit/engine/pipeline_bench.h"
#include "tests/unit/gateways/gateway_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// A remote source that is asked when the test says so.
class Stepped final : public RemoteSource {
public:
    Stepped(std::unique_ptr<PolledSource> source, Stepped *&self) : m_source(std::move(source)), m_self(self)
    {
        m_self = this;
    }
    ~Stepped() override { m_self = nullptr; }
    void start(const std::string &state, Inbox &inbox) override
    {
        m_state = state;
        m_inbox = &inbox;
    }
    void stop() override { m_inbox = nullptr; }
    /// The error of the answer.
    std::string step()
    {
        Delivery delivery = m_source->poll(m_state, wallClockNow());
        delivery.hasHealth = true;
        if (!delivery.state.empty())
            m_state = delivery.state;
        const std::string error = delivery.health.error;
        if (!m_inbox || !m_inbox->deliver(std::move(delivery)))
            qFatal("not delivered");
        return error;
    }

private:
    std::unique_ptr<PolledSource> m_source;
    Stepped *&m_self;
    std::string m_state;
    Inbox *m_inbox = nullptr;
};

/// An exporter whose page the test writes, and a pipeline that reads it.
class Gateway {
public:
    Gateway()
        : m_server([this](const QByteArray &, QTcpSocket &socket) {
              const std::lock_guard lock(m_mutex);
              HostileServer::reply(socket, m_page);
          })
    {
        b.openRemote = [this](const SourceConfig &config,
                              SymbolTable &symbols) -> Result<std::unique_ptr<RemoteSource>> {
            auto polled = remoteKind(config.kind)->poll(config, symbols);
            if (!polled)
                return polled.error();
            return std::unique_ptr<RemoteSource>(std::make_unique<Stepped>(std::move(*polled), m_source));
        };
        SourceConfig config;
        config.id = "gateway";
        config.kind = "prometheus";
        config.target = m_server.url();
        b.sources.push_back(config);
        b.open();
        b.drain();
    }
    void show(const QByteArray &page)
    {
        const std::lock_guard lock(m_mutex);
        m_page = page;
    }
    /// Reads the page and stores it.
    void scrape(const QByteArray &page)
    {
        scrapeOnly(page);
        b.drain();
    }
    /// Reads the page and hands it to the pipeline, which does not store it.
    void scrapeOnly(const QByteArray &page)
    {
        show(page);
        if (const std::string error = m_source->step(); !error.empty())
            qFatal("%s", error.c_str());
        (void)b.pipeline().readSome(1 << 20);
    }
    void scrapeFails(const QByteArray &page)
    {
        show(page);
        if (m_source->step().empty())
            qFatal("it was read");
        b.drain();
    }
    /// The process dies: what was not stored is gone.
    void kill()
    {
        b.restart();
        b.drain();
    }
    QByteArray spent() { return QByteArray::fromStdString(b.pipeline().snapshot()->totals.cost.toDecimal()); }

    PipelineBench b;

private:
    std::mutex m_mutex;
    QByteArray m_page;
    HostileServer m_server;
    Stepped *m_source = nullptr;
};

QByteArray page(double w, double v = 0, int tokens = 0)
{
    const auto one = [](const char *name, const char *workflow, const QByteArray &value) {
        return QByteArray("litellm_") + name + "_metric_total{api_key_alias=\"" + workflow
               + "\",model=\"claude-sonnet-4-5\"} " + value + '\n';
    };
    return one("spend", "w", QByteArray::number(w)) + one("spend", "v", QByteArray::number(v))
           + one("input_tokens", "w", QByteArray::number(tokens));
}

} // namespace

class TestPrometheusPipeline : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void spendIsWhatTheCountersSay();
    void killedBeforeTheCommit();
    void theExporterBeginsAgain();
    void aReadingThatFails();
    void fullDisk();
    void tokensWithoutMoneyArePriced();
    void removedAndAddedAgain();
    void healthOfTheSource();
};

void TestPrometheusPipeline::spendIsWhatTheCountersSay()
{
    Gateway g;
    g.scrape(page(10, 1, 100));
    QCOMPARE(g.spent(), QByteArray("0.000000000"));
    g.scrape(page(12.5, 1.25, 600));
    g.scrape(page(12.75, 1.5, 1100));
    QCOMPARE(g.spent(), QByteArray("3.250000000"));
    QCOMPARE(QByteArray::fromStdString(g.b.byWorkflow()), QByteArray("v=0:500000000 w=0:2750000000"));
    const Totals totals = g.b.pipeline().snapshot()->totals;
    QCOMPARE(totals.calls, std::int64_t(0)); // money and tokens, on nobody knows how many calls
    QCOMPARE(totals.inTotal(), std::int64_t(1000));
    AGREE(g.b);
}

void TestPrometheusPipeline::killedBeforeTheCommit()
{
    Gateway g;
    g.scrape(page(10));
    g.scrape(page(12));
    g.scrapeOnly(page(14));
    g.kill();
    QCOMPARE(g.spent(), QByteArray("2.000000000"));
    g.scrape(page(15));
    QCOMPARE(g.spent(), QByteArray("5.000000000"));
    g.kill();
    g.kill();
    g.scrape(page(15));
    QCOMPARE(g.spent(), QByteArray("5.000000000"));
    AGREE(g.b);
}

void TestPrometheusPipeline::theExporterBeginsAgain()
{
    Gateway g;
    g.scrape(page(10));
    g.scrape(page(11));
    g.scrape(page(0.25));
    g.kill();
    g.scrape(page(0.5));
    QCOMPARE(g.spent(), QByteArray("1.500000000"));
    AGREE(g.b);
}

void TestPrometheusPipeline::aReadingThatFails()
{
    Gateway g;
    g.scrape(page(10));
    g.scrapeFails(page(11) + "broken{\n");
    QCOMPARE(g.spent(), QByteArray("0.000000000"));
    g.scrape(page(12));
    QCOMPARE(g.spent(), QByteArray("2.000000000"));
}

void TestPrometheusPipeline::fullDisk()
{
    Gateway g;
    g.scrape(page(10));
    g.b.diskFull = true;
    g.scrapeOnly(page(11));
    QVERIFY(!g.b.pipeline().commit());
    g.b.diskFull = false;
    g.b.drain();
    g.scrape(page(12));
    QCOMPARE(g.spent(), QByteArray("2.000000000"));
    AGREE(g.b);
}

void TestPrometheusPipeline::tokensWithoutMoneyArePriced()
{
    Gateway g;
    const auto envoy = [](int in, int out) {
        const auto one = [](const char *type, int value) {
            return QByteArray("gen_ai_client_token_usage_sum{gen_ai_provider_name=\"anthropic\","
                              "gen_ai_response_model=\"claude-sonnet-4-5-20250929\",gen_ai_token_type=\"")
                   + type + "\"} " + QByteArray::number(value) + '\n';
        };
        return one("input", in) + one("output", out);
    };
    g.scrape(envoy(0, 0));
    g.scrape(envoy(1'000'000, 1'000'000));
    QCOMPARE(g.spent(), QByteArray("18.000000000")); // 3 + 15 dollars a million
    g.scrape(envoy(2'000'000, 1'000'000));
    QCOMPARE(g.spent(), QByteArray("21.000000000"));
    AGREE(g.b);
}

void TestPrometheusPipeline::removedAndAddedAgain()
{
    Gateway g;
    g.scrape(page(10));
    g.scrape(page(12));
    const SourceConfig config = g.b.sources.front();
    g.b.pipeline().removeSource("gateway", false); // its history stays
    g.b.pipeline().addSource(config);
    g.b.drain();
    g.scrape(page(13)); // counting begins here, in the same minute as before
    g.scrape(page(13.5));
    QCOMPARE(g.spent(), QByteArray("2.500000000"));
    AGREE(g.b);
}

void TestPrometheusPipeline::healthOfTheSource()
{
    Gateway g;
    g.scrape(page(10));
    SourceHealth health = g.b.pipeline().snapshot()->sources.front();
    QCOMPARE(QByteArray::fromStdString(health.detail), QByteArray("3 series, 2 workflows, newest sample 0 s ago"));
    QCOMPARE(QByteArray::fromStdString(health.error), QByteArray());
    g.scrapeFails("x");
    health = g.b.pipeline().snapshot()->sources.front();
    QCOMPARE(QByteArray::fromStdString(health.error), QByteArray("line 1: a value is missing"));
    QVERIFY(health.state == SourceState::Failing);
}

QTEST_GUILESS_MAIN(TestPrometheusPipeline)
#include "tst_prometheus_pipeline.moc"
