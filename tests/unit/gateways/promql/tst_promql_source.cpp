// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/registry.h"

#include "tests/unit/gateways/promql/fake_prometheus.h"

#include <QTest>

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr std::int64_t kPicoPerMicro = 1'000'000;

/// A source and the ledger it would have: what is delivered counts, and the state with it.
struct Bench {
    SymbolTable symbols;
    SourceConfig config;
    std::unique_ptr<PolledSource> source;
    std::string state;
    Said said{symbols};
    Delivery last;

    Bench(const std::string &url, std::map<std::string, std::string> options)
    {
        config.kind = "promql";
        config.target = url;
        config.options = std::move(options);
        open();
    }
    void open()
    {
        auto made = remoteKind("promql")->poll(config, symbols);
        if (!made)
            qFatal("%s", made.error().message.c_str());
        source = std::move(*made);
    }
    void poll(TimeNs now)
    {
        last = source->poll(state, now);
        if (!last.state.empty())
            state = last.state;
        said.take(last);
    }
    /// Until there is nothing more to catch up on; how many polls that took.
    int catchUp(TimeNs now)
    {
        for (int polls = 1; polls <= 500; ++polls) {
            poll(now);
            if (last.health.nextAt - monotonicNow() > kSecond / 2)
                return polls;
        }
        return -1;
    }
    [[nodiscard]] QString detail() const { return QString::fromStdString(last.health.detail); }
    [[nodiscard]] QString warning() const { return QString::fromStdString(last.health.warning); }
};

/// Three instances, two workflows each, scraped every 15 s for two hours; restarts in between.
struct Fleet {
    std::vector<Counter> counters;
    TimeNs until = kStart;

    Fleet()
    {
        for (const char *instance : {"a:1", "b:1", "c:1"})
            for (const char *workflow : {"triage", "review"})
                counters.emplace_back(workflow, instance);
        run(kStart + 2 * kHour);
    }
    void run(TimeNs to)
    {
        for (; until <= to; until += 15 * kSecond)
            for (std::size_t i = 0; i < counters.size(); ++i) {
                const auto scrape = (until - kStart) / (15 * kSecond);
                if (scrape % 97 == static_cast<TimeNs>(40 + 10 * (i / 2)))
                    counters[i].restart();
                counters[i].scrape(until + static_cast<TimeNs>(i / 2) * kSecond, static_cast<std::int64_t>(10 + i));
            }
    }
    [[nodiscard]] std::vector<FakeSeries> series() const
    {
        std::vector<FakeSeries> out;
        for (const Counter &counter : counters)
            out.push_back(counter.series);
        return out;
    }
    [[nodiscard]] std::map<std::string, std::int64_t> grown() const
    {
        std::map<std::string, std::int64_t> out;
        for (const Counter &counter : counters)
            out[counter.series.labels.at("api_key_alias")] += counter.grown * kPicoPerMicro;
        return out;
    }
};

} // namespace

class TestPromqlSource : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void backFillThenLive()
    {
        Fleet fleet;
        FakePrometheus server;
        server.series = fleet.series();
        Bench bench(server.url(), {{"since", "3h"}});
        const TimeNs now = kStart + 2 * kHour + 10 * kSecond;
        bench.poll(now);
        QVERIFY(bench.last.health.error.empty());
        QVERIFY2(bench.detail().startsWith(QStringLiteral("6 series, 2 workflows, newest sample ")),
                 qPrintable(bench.detail()));
        QVERIFY2(bench.detail().endsWith(QStringLiteral("back-fill 0 %")), qPrintable(bench.detail()));
        QVERIFY(bench.last.batch.calls.empty());
        int before = 0;
        while (bench.last.health.nextAt <= monotonicNow()) {
            bench.poll(now);
            QVERIFY(bench.last.health.error.empty());
            const qsizetype at = bench.detail().indexOf(QStringLiteral("back-fill "));
            if (at < 0)
                continue;
            const int percent = bench.detail().mid(at + 10).split(' ').first().toInt();
            QVERIFY(percent >= before && percent <= 100);
            before = percent;
        }
        QVERIFY(before > 50);
        QCOMPARE(bench.said.money(), fleet.grown());
        QVERIFY(bench.warning().isEmpty() || bench.warning() == QStringLiteral("counters began again"));

        // Live: what was scraped since, and nothing twice.
        for (int i = 1; i <= 10; ++i) {
            fleet.run(now + i * 30 * kSecond);
            server.series = fleet.series();
            const std::size_t asked = server.asked.size();
            bench.poll(now + i * 30 * kSecond + 5 * kSecond);
            QVERIFY(server.asked.size() - asked <= 2);
            QVERIFY(server.asked.back().length() <= 2 * kMinute);
            QCOMPARE(bench.said.money(), fleet.grown());
            QVERIFY(bench.last.health.nextAt - monotonicNow() > 20 * kSecond);
        }
        QVERIFY(!bench.detail().contains(QStringLiteral("back-fill")));
    }

    /// Every answer taken by another process: the state alone carries on.
    void restartsBetweenPolls()
    {
        Fleet fleet;
        FakePrometheus server;
        server.series = fleet.series();
        Bench bench(server.url(), {{"since", "2h"}});
        for (int i = 0; i < 20; ++i) {
            bench.open();
            bench.poll(kStart + 2 * kHour + 20 * kSecond);
        }
        QCOMPARE(bench.said.money(), fleet.grown());
    }

    /// A delivery that was not committed is made again, with what it had.
    void notCommitted()
    {
        Fleet fleet;
        FakePrometheus server;
        server.series = fleet.series();
        Bench bench(server.url(), {{"since", "2h"}});
        const TimeNs now = kStart + 2 * kHour + 20 * kSecond;
        bench.poll(now);
        std::size_t lost = 0;
        for (int i = 0; i < 20; ++i) {
            lost += bench.source->poll(bench.state, now).batch.calls.size();
            bench.poll(now);
        }
        QVERIFY(lost > 100);
        QCOMPARE(bench.said.money(), fleet.grown());
    }

    void notRunningForADay()
    {
        Fleet fleet;
        FakePrometheus server;
        server.series = fleet.series();
        Bench bench(server.url(), {{"since", "2h"}});
        QVERIFY(bench.catchUp(kStart + 2 * kHour + 10 * kSecond) > 0);
        fleet.run(kStart + 26 * kHour);
        server.series = fleet.series();
        QVERIFY(bench.catchUp(kStart + 26 * kHour + 10 * kSecond) > 1);
        QCOMPARE(bench.said.money(), fleet.grown());
    }

    /// The exporter began within our history: its counters began at 0 then.
    void startedWithinHistory()
    {
        Counter counter("triage", "a:1");
        FakeSeries start;
        start.labels = {{"__name__", "process_start_time_seconds"}, {"instance", "a:1"}, {"job", "litellm"}};
        for (int i = 0; i < 10; ++i) {
            const TimeNs at = kStart + kHour + 15 * i * kSecond;
            counter.scrape(at, 100);
            start.points.push_back({at, "1795366795.25"}); // five seconds before
        }
        FakePrometheus server;
        server.series = {counter.series, start};
        Bench young(server.url(), {{"since", "2h"}, {"match", "api_key_alias=\"triage\""}});
        QVERIFY(young.catchUp(kStart + 70 * kMinute) > 0);
        QCOMPARE(young.said.money().at("triage"), 1000 * kPicoPerMicro);
        Bench old(server.url(), {{"since", "9m"}}); // begins in the middle
        QVERIFY(old.catchUp(kStart + 70 * kMinute) > 0);
        QVERIFY(old.said.money().at("triage") < 1000 * kPicoPerMicro);
    }

    /// Two servers of a pair scrape one exporter: the operator is told, and can choose one of them.
    void replicas()
    {
        std::vector<FakeSeries> pair;
        for (const char *replica : {"a", "b"}) {
            Counter counter("triage", "x:1");
            counter.series.labels["prometheus_replica"] = replica;
            for (int i = 0; i < 10; ++i)
                counter.scrape(kStart + 15 * i * kSecond, 100);
            pair.push_back(counter.series);
        }
        FakePrometheus server;
        server.series = pair;
        Bench both(server.url(), {{"since", "10m"}});
        both.poll(kStart + 3 * kMinute);
        both.poll(kStart + 3 * kMinute);
        QVERIFY2(both.warning().contains(QStringLiteral("instance=x:1 is told of by two replicas")),
                 qPrintable(both.warning()));
        Bench one(server.url(), {{"since", "10m"}, {"match", "prometheus_replica=\"a\""}});
        QVERIFY(one.catchUp(kStart + 3 * kMinute) > 0);
        QVERIFY(one.warning().isEmpty());
        QCOMPARE(one.said.money().at("triage"), 900 * kPicoPerMicro);
    }

    /// Workers that answer by turns behind one address: each counts for itself, and the operator is told.
    void workersByTurns()
    {
        const std::map<std::string, std::string> target{{"instance", "x:1"}, {"job", "litellm"}};
        FakeSeries spend{target, {}};
        spend.labels["__name__"] = "litellm_spend_metric_total";
        spend.labels["api_key_alias"] = "triage";
        FakeSeries start{target, {}};
        start.labels["__name__"] = "process_start_time_seconds";
        std::int64_t counters[] = {500, 9000};
        for (int i = 0; i < 10; ++i) {
            const int worker = i % 2;
            counters[worker] += 100;
            const TimeNs at = kStart + 15 * i * kSecond;
            spend.points.push_back({at, usd(counters[worker])});
            start.points.push_back({at, std::to_string((kStart - kHour + worker * 100 * kSecond) / kSecond)});
        }
        FakePrometheus server;
        server.series = {spend, start};
        Bench bench(server.url(), {{"since", "10m"}});
        bench.poll(kStart + 3 * kMinute);
        bench.poll(kStart + 3 * kMinute);
        QVERIFY2(bench.warning().contains(QStringLiteral("several workers answer by turns")),
                 qPrintable(bench.warning()));
        QVERIFY(!bench.warning().contains(QStringLiteral("began again")));
        QCOMPARE(bench.said.money().at("triage"), 2 * 4 * 100 * kPicoPerMicro);
    }

    void requestsAreAsToldToBe()
    {
        qputenv("FLYBALL_TEST_PROM_KEY", "secret-of-prometheus");
        FakePrometheus server;
        Counter counter("triage", "a:1");
        counter.scrape(kStart - kMinute, 1);
        server.series = {counter.series};
        Bench bench(server.url("/prometheus/"), {{"match", "job=\"litellm\""},
                                                 {"tenant", "team-7"},
                                                 {"secret", "env:FLYBALL_TEST_PROM_KEY"},
                                                 {"recorded", "1"}});
        bench.catchUp(kStart);
        QVERIFY(server.asked.size() >= 2);
        for (const Asked &asked : server.asked) {
            QCOMPARE(asked.method, QByteArray("POST"));
            QCOMPARE(asked.path, QByteArray("/prometheus/api/v1/query"));
            QVERIFY(asked.head.contains("X-Scope-OrgID: team-7\r\n"));
            QVERIFY(asked.head.contains("Authorization: Bearer secret-of-prometheus"));
            QVERIFY(asked.head.contains("Content-Type: application/x-www-form-urlencoded\r\n"));
            if (asked.isFor("_budget_")) { // gauges are asked as they are now
                QVERIFY(asked.fields.at("query").endsWith("\",job=\"litellm\"}"));
                continue;
            }
            const bool isStart = asked.isFor("process_start");
            QVERIFY(asked.isFor(isStart ? ",job=~\"litellm\"," : ",job=\"litellm\"}["));
            QVERIFY(isStart || asked.isFor("flyball:"));
        }
        QVERIFY(!QByteArray::fromStdString(bench.state).contains("secret-of"));
    }

    void optionsThatCannotBe_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value");
        QTest::newRow("since") << "http://127.0.0.1:1"
                               << "since"
                               << "yesterday";
        QTest::newRow("match") << "http://127.0.0.1:1"
                               << "match"
                               << "a=\"b\"} or {c=\"d\"";
        QTest::newRow("interval") << "http://127.0.0.1:1"
                                  << "interval_s"
                                  << "0";
        QTest::newRow("unknown") << "http://127.0.0.1:1"
                                 << "sinse"
                                 << "1h";
        QTest::newRow("query") << "http://127.0.0.1:1/?a=b"
                               << "since"
                               << "1h";
        QTest::newRow("no address") << "127.0.0.1:9090"
                                    << "since"
                                    << "1h";
    }
    void optionsThatCannotBe()
    {
        QFETCH(QString, target);
        QFETCH(QString, name);
        QFETCH(QString, value);
        SymbolTable symbols;
        SourceConfig config;
        config.kind = "promql";
        config.target = target.toStdString();
        config.options[name.toStdString()] = value.toStdString();
        const auto made = remoteKind("promql")->poll(config, symbols);
        QVERIFY(!made);
        QCOMPARE(made.error().code, ErrorCode::InvalidArgument);
    }

    void testBeforeSaving()
    {
        Counter counter("triage", "a:1");
        const TimeNs now = wallClockNow();
        counter.scrape(now - 20 * kSecond, 1);
        counter.scrape(now - 5 * kSecond, 1);
        FakePrometheus server;
        server.series = {counter.series};
        SourceConfig config;
        config.kind = "promql";
        config.target = server.url();
        const Result<std::string> words = testRemoteSource(config);
        QVERIFY(words);
        QVERIFY2(
            QString::fromStdString(*words).startsWith(QStringLiteral("reached, 1 series, 1 workflow, newest sample ")),
            words->c_str());
    }
};

QTEST_GUILESS_MAIN(TestPromqlSource)
#include "tst_promql_source.moc"
