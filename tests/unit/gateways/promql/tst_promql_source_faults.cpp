// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/registry.h"

#include "tests/unit/gateways/promql/fake_prometheus.h"

#include <QDateTime>
#include <QTest>

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr std::int64_t kPicoPerMicro = 1'000'000;
constexpr TimeNs kNow = kStart + 2 * kHour + 10 * kSecond;

struct Bench {
    SymbolTable symbols;
    FakePrometheus server;
    std::unique_ptr<PolledSource> source;
    std::string state;
    Said said{symbols};
    Delivery last;
    std::int64_t grown = 0; ///< pico-USD
    QStringList warnings;

    explicit Bench(std::map<std::string, std::string> options = {{"since", "2h"}})
    {
        for (const char *instance : {"a:1", "b:1"}) {
            Counter counter("triage", instance);
            for (TimeNs at = kStart; at <= kNow; at += 15 * kSecond) {
                if (at == kStart + kHour)
                    counter.restart();
                counter.scrape(at, 100);
            }
            grown += counter.grown * kPicoPerMicro;
            server.series.push_back(counter.series);
        }
        SourceConfig config;
        config.kind = "promql";
        config.target = server.url();
        config.options = std::move(options);
        auto made = remoteKind("promql")->poll(config, symbols);
        if (!made)
            qFatal("%s", made.error().message.c_str());
        source = std::move(*made);
    }
    void poll(TimeNs now = kNow)
    {
        last = source->poll(state, now);
        if (!last.state.empty())
            state = last.state;
        said.take(last);
        warnings.append(QString::fromStdString(last.health.warning));
    }
    int catchUp(TimeNs now = kNow)
    {
        for (int polls = 1; polls <= 500; ++polls) {
            poll(now);
            if (last.health.nextAt - monotonicNow() > kSecond / 2)
                return polls;
        }
        return -1;
    }
    [[nodiscard]] double secondsToNext() const { return double(last.health.nextAt - monotonicNow()) / 1e9; }
    [[nodiscard]] QString error() const { return QString::fromStdString(last.health.error); }
    [[nodiscard]] std::int64_t money() const
    {
        const auto all = said.money();
        const auto it = all.find("triage");
        return it == all.end() ? 0 : it->second;
    }
};

Scripted json(const char *status, const char *body) { return {status, body}; }

bool isRaw(const Asked &asked) { return asked.path.endsWith("/query") && !asked.isFor("process_start"); }

} // namespace

class TestPromqlSourceFaults : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tooMuchIsAskedForInHalves_data()
    {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("Prometheus") << QByteArray("422 Unprocessable Entity")
                                    << QByteArray(
                                           R"({"status":"error","errorType":"execution","error":"query processing )"
                                           R"(would load too many samples into memory in query execution"})");
        QTest::newRow("VictoriaMetrics")
            << QByteArray("422 Unprocessable Entity")
            << QByteArray(R"({"status":"error","errorType":"422","error":"cannot select more than )"
                          R"(-search.maxSamplesPerQuery=10 samples"})");
        QTest::newRow("time") << QByteArray("503 Service Unavailable")
                              << QByteArray(R"({"status":"error","errorType":"timeout","error":"query timed out"})");
        QTest::newRow("points") << QByteArray(
            "400 Bad Request") << QByteArray(R"({"status":"error","errorType":"bad_data","error":"exceeded maximum"})");
        QTest::newRow("proxy") << QByteArray("504 Gateway Timeout") << QByteArray("<html>late</html>");
    }
    void tooMuchIsAskedForInHalves()
    {
        QFETCH(QByteArray, status);
        QFETCH(QByteArray, body);
        Bench bench;
        TimeNs longest = 0;
        bench.server.script = [&](const Asked &asked) -> std::optional<Scripted> {
            if (asked.length() > 200 * kSecond)
                return Scripted{status, body};
            longest = std::max(longest, asked.length());
            return std::nullopt;
        };
        QVERIFY(bench.catchUp() > 20);
        QCOMPARE(bench.money(), bench.grown);
        QVERIFY(longest > 60 * kSecond);
        QVERIFY(bench.last.health.error.empty());
        QVERIFY(!bench.warnings.filter(QStringLiteral("asked for less at a time: HTTP ")).isEmpty());
        for (const Asked &asked : bench.server.asked)
            QVERIFY(asked.path.endsWith("/query"));
    }

    /// Raw samples are refused whatever the window: a grid of them, with a warning; sums as exact as a grid can be.
    void gridWhereSamplesAreRefused()
    {
        Bench bench;
        bench.server.script = [&](const Asked &asked) -> std::optional<Scripted> {
            return isRaw(asked) ? std::optional(
                       json("422 Unprocessable Entity", R"({"status":"error","error":"too many samples"})"))
                                : std::nullopt;
        };
        QVERIFY(bench.catchUp() > 0);
        QVERIFY(bench.last.health.error.empty());
        // Its first sample stands at the first point of the grid, where counting begins.
        QCOMPARE(bench.money(), bench.grown);
        QVERIFY(QString::fromStdString(bench.last.health.warning).contains(QStringLiteral("refuses raw samples")));
        int grids = 0;
        for (const Asked &asked : bench.server.asked) {
            if (!asked.path.endsWith("/query_range"))
                continue;
            ++grids;
            const auto number = [&](const char *name) { return asked.fields.at(name).toLongLong(); };
            QVERIFY((number("end") - number("start")) / number("step") < 11'000);
            QCOMPARE(number("start") % number("step"), 0LL);
            QCOMPARE(number("end") % number("step"), 0LL);
        }
        QVERIFY(grids > 1);
    }

    void refusedForGood()
    {
        Bench bench;
        bench.server.script = [&](const Asked &asked) -> std::optional<Scripted> {
            const bool first = asked.length() == 5 * kMinute && asked.to() == kNow / kSecond * kSecond;
            return first ? std::nullopt : std::optional(json("422 X", R"({"status":"error","error":"too many"})"));
        };
        QVERIFY(bench.catchUp() < 60);
        QVERIFY(bench.error().contains(QStringLiteral("too many")));
        QVERIFY(bench.secondsToNext() > 10);
        bench.server.script = {};
        QVERIFY(bench.catchUp() > 0);
        QCOMPARE(bench.money(), bench.grown);
    }

    /// A part of the data is missing: what is there counts, the window is asked for again, and then the rest counts
    /// too.
    void partialAnswers()
    {
        Bench bench;
        const std::vector<FakeSeries> all = bench.server.series;
        bench.poll();
        bench.server.series = {all.front()};
        bench.server.script = [&](const Asked &asked) -> std::optional<Scripted> {
            return Scripted{"200 OK", bench.server.evaluated(asked, "\"warnings\":[\"store b: no route to host\"],")};
        };
        bench.poll();
        QVERIFY2(bench.warnings.last().contains(QStringLiteral("not all data: store b: no route to host")),
                 qPrintable(bench.warnings.last()));
        QVERIFY(bench.last.health.error.empty());
        QVERIFY(bench.money() > 0 && bench.money() < bench.grown);
        QVERIFY(bench.secondsToNext() > 10);
        const TimeNs asked = bench.server.asked.back().to() - bench.server.asked.back().length();
        bench.server.series = all;
        bench.server.script = {};
        bench.poll();
        QCOMPARE(bench.server.asked.back().to() - bench.server.asked.back().length(), asked);
        QVERIFY(bench.catchUp() > 0);
        QCOMPARE(bench.money(), bench.grown);
    }

    /// A server that never has all data is read on nevertheless.
    void partialForEver()
    {
        Bench bench;
        bench.server.script = [&](const Asked &asked) -> std::optional<Scripted> {
            return Scripted{"200 OK", bench.server.evaluated(asked, "\"warnings\":[\"half\"],")};
        };
        for (int i = 0; i < 200; ++i)
            bench.poll();
        QCOMPARE(bench.money(), bench.grown);
        QVERIFY(!QString::fromStdString(bench.last.health.detail).contains(QStringLiteral("back-fill")));
    }

    void answersThatAreNone_data()
    {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("words");
        QTest::addColumn<double>("least");
        QTest::addColumn<double>("most");
        const QByteArray type = "Content-Type: application/json\r\n";
        const QByteArray plain = "Content-Type: text/plain; charset=utf-8\r\n";
        const QByteArray html = "Content-Type: text/html\r\n";
        const auto row = [](const char *name, const char *status, const QByteArray &head, const char *body,
                            const char *words, double least, double most) {
            QTest::newRow(name) << QByteArray(status) << head << QByteArray(body) << QString::fromLatin1(words) << least
                                << most;
        };
        row("key", "401 Unauthorized", plain, "no", "refuses the key", 890, 901);
        row("rights", "403 Forbidden", type, R"({"status":"error","error":"no"})", "refuses the key", 890, 901);
        row("path", "404 Not Found", plain, "404 page not found", "no Prometheus API at this address", 20, 301);
        row("login", "200 OK", html, "<html>", "not an answer of Prometheus (text/html)", 20, 301);
        row("busy", "429 Too Many", type + "Retry-After: 5\r\n", "{}", "HTTP 429", 3.5, 6.1);
        row("busy, odd", "429 Too Many", type + "Retry-After: -1\r\n", "{}", "HTTP 429", 20, 301);
        row("busy, long", "503 Down", type + "Retry-After: 1000000000\r\n", "{}", "HTTP 503", 2800, 4400);
        row("broken", "500 Oops", html, "<html>", "HTTP 500", 20, 301);
        row("query", "400 Bad Request", type, R"({"status":"error","errorType":"bad_data","error":"1:6: parse error"})",
            "bad_data: 1:6: parse error", 20, 301);
        row("vector", "200 OK", type, R"({"status":"success","data":{"resultType":"scalar","result":[1,"1"]}})",
            "a single value", 20, 301);
    }
    void answersThatAreNone()
    {
        QFETCH(QByteArray, status);
        QFETCH(QByteArray, head);
        QFETCH(QByteArray, body);
        QFETCH(QString, words);
        QFETCH(double, least);
        QFETCH(double, most);
        Bench bench;
        bench.poll(); // one that is good
        const std::string before = bench.state;
        bench.server.script = [&](const Asked &) { return std::optional(Scripted{status, body, head}); };
        bench.poll();
        QVERIFY2(bench.error().contains(words), qPrintable(bench.error()));
        QVERIFY2(bench.secondsToNext() > least && bench.secondsToNext() < most,
                 qPrintable(QString::number(bench.secondsToNext())));
        QVERIFY(bench.last.batch.calls.empty());
        QCOMPARE(bench.state, before);
        bench.server.script = {};
        QVERIFY(bench.catchUp() > 0);
        QVERIFY(bench.error().isEmpty());
        QCOMPARE(bench.money(), bench.grown);
    }

    void R2_longerTheMoreOftenItFails()
    {
        Bench bench(std::map<std::string, std::string>{{"interval_s", "10"}});
        bench.server.script = [](const Asked &) { return std::optional(Scripted{"503 Down", "{}"}); };
        for (const double expected : {10., 20., 40., 80., 160., 300., 300.}) {
            bench.poll();
            const double wait = bench.secondsToNext();
            QVERIFY2(wait > 0.8 * expected - 0.5 && wait <= 1.2 * expected, qPrintable(QString::number(wait)));
        }
        bench.server.script = {};
        bench.poll();
        QVERIFY(bench.error().isEmpty());
        bench.server.script = [](const Asked &) { return std::optional(Scripted{"503 Down", "{}"}); };
        bench.poll();
        QVERIFY(bench.secondsToNext() <= 12); // from the beginning
        // A date is a time of the poll's own clock.
        const QByteArray date = QDateTime::fromSecsSinceEpoch((kNow + 100 * kSecond) / kSecond, Qt::UTC)
                                    .toString(QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"))
                                    .toLatin1();
        bench.server.script = [date](const Asked &) {
            return std::optional(Scripted{"429 Slow", "{}", "Retry-After: " + date + "\r\n"});
        };
        bench.poll();
        QVERIFY2(bench.secondsToNext() > 79 && bench.secondsToNext() <= 120,
                 qPrintable(QString::number(bench.secondsToNext())));
    }

    void noForms()
    {
        Bench bench;
        bench.server.script = [](const Asked &asked) {
            return asked.method == "POST" ? std::optional(Scripted{"405 Method Not Allowed", "no"}) : std::nullopt;
        };
        QVERIFY(bench.catchUp() > 0);
        QCOMPARE(bench.money(), bench.grown);
        QCOMPARE(std::count_if(bench.server.asked.begin(), bench.server.asked.end(),
                               [](const Asked &asked) { return asked.method == "POST"; }),
                 std::ptrdiff_t(1));
    }

    void cutOffAndGone()
    {
        Bench bench;
        bench.poll();
        bench.server.script = [&](const Asked &asked) -> std::optional<Scripted> {
            Scripted cut{"200 OK", bench.server.evaluated(asked)};
            cut.head += "Content-Length: 10000000\r\n"; // the first one counts: more than there is
            return cut;
        };
        bench.poll();
        QVERIFY(!bench.error().isEmpty());
        QVERIFY(bench.last.batch.calls.empty());
        QCOMPARE(bench.money(), std::int64_t(0));
        bench.server.script = {};
        QVERIFY(bench.catchUp() > 0);
        QCOMPARE(bench.money(), bench.grown);
    }

    /// Where it cannot be told when a process began, the source says so and goes on.
    void startsThatAreRefused()
    {
        Bench bench;
        bench.server.script = [](const Asked &asked) {
            return asked.isFor("process_start") ? std::optional(json("400 Bad Request", "{}")) : std::nullopt;
        };
        QVERIFY(bench.catchUp() > 0);
        QCOMPARE(bench.money(), bench.grown);
        QVERIFY(!bench.warnings.filter(QStringLiteral("when its targets were started is not known")).isEmpty());
    }

    void silence()
    {
        Bench bench;
        QVERIFY(bench.catchUp() > 0);
        bench.poll(kNow + kHour);
        for (int i = 0; i < 5; ++i)
            bench.poll(kNow + kHour);
        QCOMPARE(bench.money(), bench.grown);
        QVERIFY2(bench.warnings.last().contains(QStringLiteral("no new samples for 60 min")),
                 qPrintable(bench.warnings.last()));
        bench.server.series.clear();
        Bench empty;
        empty.server.series.clear();
        QVERIFY(empty.catchUp() > 0);
        QVERIFY(empty.warnings.last().contains(QStringLiteral("none of its series tells of spend")));
        QVERIFY(empty.error().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestPromqlSourceFaults)
#include "tst_promql_source_faults.moc"
