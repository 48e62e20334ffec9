// SPDX-License-Identifier: GPL-3.0-or-later
// The source against servers as they should not be: what is refused, when it is asked again, and what stays.
#include <QElapsedTimer>
#include <QTimer>
#include <QtTest/QtTest>
#include <atomic>
#include <malloc.h>

#include "core/base/money.h"
#include "core/gateways/registry.h"
#include "tests/unit/gateways/gateway_bench.h"
#include "tests/unit/gateways/memorybound.h"

using namespace flyball;
using namespace flyball::test;

namespace {

const QByteArray kPage = "litellm_spend_metric_total{api_key_alias=\"w\",model=\"m\"} 10\nup 1\n";
const QByteArray kLater = "litellm_spend_metric_total{api_key_alias=\"w\",model=\"m\"} 12.5\nup 1\n";

/// A source that is asked by hand.
struct Asked {
    SymbolTable symbols;
    std::unique_ptr<PolledSource> source;
    std::string state;

    explicit Asked(const std::string &url, std::map<std::string, std::string> options = {})
    {
        SourceConfig config;
        config.kind = "prometheus";
        config.target = url;
        config.options = std::move(options);
        auto made = remoteKind("prometheus")->poll(config, symbols);
        if (!made)
            qFatal("%s", made.error().message.c_str());
        source = std::move(*made);
    }
    Delivery poll(TimeNs now = wallClockNow())
    {
        Delivery delivery = source->poll(state, now);
        if (!delivery.state.empty())
            state = delivery.state;
        return delivery;
    }
    /// The money of the facts, as decimal text.
    static QByteArray money(const Delivery &delivery)
    {
        UsdSum sum;
        for (const CallFact &fact : delivery.batch.calls)
            sum.add(fact.reportedPico);
        return QByteArray::fromStdString(sum.toDecimal());
    }
};

QByteArray bytes(const std::string &text) { return QByteArray::fromStdString(text); }

std::int64_t secondsUntil(const Delivery &delivery)
{
    return (delivery.health.nextAt - monotonicNow() + kSecond / 2) / kSecond;
}

/// Answers the page first, then what is wrong, then the later page; the failure must cost nothing.
class Hiccup {
public:
    explicit Hiccup(HostileServer::Answer wrong, std::map<std::string, std::string> options = {})
        : m_server([wrong = std::move(wrong), count = 0](const QByteArray &request, QTcpSocket &socket) mutable {
              if (++count == 2)
                  wrong(request, socket);
              else
                  HostileServer::reply(socket, count == 1 ? kPage : kLater);
          }),
          m_asked(m_server.url(), std::move(options))
    {}
    Delivery run()
    {
        const Delivery first = m_asked.poll();
        if (!first.health.error.empty())
            qFatal("%s", first.health.error.c_str());
        const std::string before = m_asked.state;
        Delivery failed = m_asked.poll();
        if (!failed.health.error.empty() && (!failed.state.empty() || failed.batch.size() > 0))
            qFatal("a failed reading left something");
        const Delivery good = m_asked.poll();
        recovered = good.health.error.empty() && Asked::money(good) == "2.500000000";
        return failed;
    }
    bool recovered = false;

private:
    HostileServer m_server;
    Asked m_asked;
};

std::size_t residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toULongLong() * 4096;
}

} // namespace

#define FAILS(wrong, options, why)                                                                                     \
    Hiccup hiccup(wrong, options);                                                                                     \
    const Delivery failed = hiccup.run();                                                                              \
    QCOMPARE(bytes(failed.health.error), QByteArray(why));                                                             \
    QVERIFY(hiccup.recovered)

using Options = std::map<std::string, std::string>;

class TestPrometheusSource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsAndSaysSo();
    void asksWithTheRightWords();
    void M1_endlessBody();
    void M2_compressedBody();
    void M3_neverAnswers();
    void M3_drips();
    void M4_bodyCutOff();
    void M4_resetInTheBody();
    void M5_redirects_data();
    void M5_redirects();
    void M5_redirectWithinTheOrigin();
    void M5_loop();
    void M6_brokenPage();
    void M6_anyContentType();
    void M8_timesAndDuplicates();
    void familiesThatMayBeMoney();
    void M9_limits();
    void M10_gone();
    void R1_refused();
    void R2_busy_data();
    void R2_busy();
    void R2_longerTheMoreOftenItFails();
    void R5_webPage();
    void emptyPage();
    void stateNotStored();
    void stopWhileItWaits();
    void options_data();
    void options();
    void test();
};

void TestPrometheusSource::readsAndSaysSo()
{
    HostileServer server([count = 0](const QByteArray &, QTcpSocket &socket) mutable {
        HostileServer::reply(socket, count++ == 0 ? kPage : kLater);
    });
    Asked asked(server.url(), {{"interval_s", "4"}});
    const Delivery first = asked.poll();
    QCOMPARE(bytes(first.health.error), QByteArray());
    QCOMPARE(bytes(first.health.detail), QByteArray("2 series, 1 workflow, newest sample 0 s ago"));
    QCOMPARE(bytes(first.health.warning), QByteArray());
    QCOMPARE(first.health.staleAfter, 10 * kSecond);
    QCOMPARE(secondsUntil(first), std::int64_t(4));
    QVERIFY(!first.state.empty());
    QCOMPARE(first.batch.calls.size(), std::size_t(0));
    const Delivery second = asked.poll();
    QCOMPARE(Asked::money(second), QByteArray("2.500000000"));
    QCOMPARE(bytes(std::string(asked.symbols.text(second.batch.calls.front().source))), bytes(server.url()));
    QVERIFY(asked.poll().state.empty()); // nothing grew: nothing to store
}

void TestPrometheusSource::asksWithTheRightWords()
{
    qputenv("FLYBALL_TEST_METRICS_KEY", "not-a-real-key");
    HostileServer server([](const QByteArray &, QTcpSocket &socket) { HostileServer::reply(socket, kPage); });
    QCOMPARE(
        bytes(Asked(server.url("/a/metrics?x=1"), {{"secret", "env:FLYBALL_TEST_METRICS_KEY"}}).poll().health.error),
        QByteArray());
    const QByteArray request = server.requests().value(0);
    QVERIFY(request.startsWith("GET /a/metrics?x=1 HTTP/1.1\r\n"));
    QVERIFY(request.contains("\r\nAuthorization: Bearer not-a-real-key\r\n"));
    QVERIFY(request.contains("\r\nAccept: application/openmetrics-text"));
    QVERIFY(request.contains("\r\nAccept-Encoding: identity\r\n"));
}

void TestPrometheusSource::M1_endlessBody()
{
    (void)malloc_trim(0);
    const std::size_t before = residentBytes();
    FAILS(
        [](const QByteArray &, QTcpSocket &socket) {
            socket.write("HTTP/1.1 200 OK\r\n\r\n");
            const auto more = [&socket] {
                if (socket.bytesToWrite() < (1 << 20))
                    socket.write(QByteArray(1 << 18, '#'));
            };
            QObject::connect(&socket, &QTcpSocket::bytesWritten, &socket, more);
            more();
        },
        Options(), "its answer is too large");
    (void)malloc_trim(0);
    const double rise = (static_cast<double>(residentBytes()) - static_cast<double>(before)) / (1 << 20);
    QVERIFY2(rise < memoryBound(20), qPrintable(QString::number(rise) + " MiB"));
}

void TestPrometheusSource::M2_compressedBody()
{
    FAILS(
        [](const QByteArray &, QTcpSocket &socket) {
            HostileServer::reply(socket, QByteArray::fromHex("1f8b0800000000000003") + QByteArray(1000, 'x'),
                                 "Content-Encoding: gzip\r\n");
        },
        Options(), "it sent an encoding that was not asked for");
}

void TestPrometheusSource::M3_neverAnswers()
{
    QElapsedTimer clock;
    clock.start();
    FAILS([](const QByteArray &, QTcpSocket &) {}, (Options{{"interval_s", "1"}}), "it took too long");
    QVERIFY(clock.elapsed() < 5000);
    QVERIFY(secondsUntil(failed) <= 1);
}

void TestPrometheusSource::M3_drips()
{
    QElapsedTimer clock;
    clock.start();
    FAILS(
        [](const QByteArray &, QTcpSocket &socket) {
            socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            auto *timer = new QTimer(&socket);
            QObject::connect(timer, &QTimer::timeout, &socket, [&socket] { socket.write("a"); });
            timer->start(50);
        },
        (Options{{"interval_s", "1"}}), "it took too long");
    QVERIFY(clock.elapsed() < 5000);
}

void TestPrometheusSource::M4_bodyCutOff()
{
    Hiccup hiccup([](const QByteArray &, QTcpSocket &socket) {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + kLater);
        socket.disconnectFromHost();
    });
    QVERIFY(!hiccup.run().health.error.empty());
    QVERIFY(hiccup.recovered);
}

void TestPrometheusSource::M4_resetInTheBody()
{
    Hiccup chunked([](const QByteArray &, QTcpSocket &socket) {
        const QByteArray part = kLater.left(kLater.size() - 9); // "... 1": a number cut short
        socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + QByteArray::number(part.size(), 16)
                     + "\r\n" + part + "\r\n");
        socket.flush();
        socket.disconnectFromHost();
    });
    QVERIFY(!chunked.run().health.error.empty());
    QVERIFY(chunked.recovered);
    // Of a body without a length nobody else can tell.
    Hiccup open([](const QByteArray &, QTcpSocket &socket) {
        socket.write("HTTP/1.0 200 OK\r\n\r\n" + kLater.left(kLater.size() - 9));
        socket.disconnectFromHost();
    });
    QCOMPARE(bytes(open.run().health.error), QByteArray("its page ends within a line: it was cut off"));
    QVERIFY(open.recovered);
    FAILS(
        [](const QByteArray &, QTcpSocket &socket) {
            socket.write("HTTP/1.0 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0\r\n\r\n"
                         + kLater);
            socket.disconnectFromHost();
        },
        Options(), "line 2: the page ends without # EOF: it was cut off");
}

void TestPrometheusSource::M5_redirects_data()
{
    QTest::addColumn<QByteArray>("location");
    for (const char *location : {"http://localhost:1/metrics", "https://127.0.0.1/metrics", "file:///etc/passwd",
                                 "http://user:word@127.0.0.1/metrics", "//example.org/metrics"})
        QTest::newRow(location) << QByteArray(location);
}

void TestPrometheusSource::M5_redirects()
{
    QFETCH(QByteArray, location);
    for (const char *status : {"301 Moved", "302 Found", "307 Temporary Redirect"}) {
        FAILS(([=](const QByteArray &, QTcpSocket &socket) {
                  HostileServer::reply(socket, kLater, "Location: " + location + "\r\n", status);
              }),
              Options(), "it redirects elsewhere, which is not followed");
    }
}

void TestPrometheusSource::M5_redirectWithinTheOrigin()
{
    qputenv("FLYBALL_TEST_METRICS_KEY", "not-a-real-key");
    HostileServer server([](const QByteArray &request, QTcpSocket &socket) {
        const qsizetype host = request.indexOf("\r\nHost: ") + 8;
        const QByteArray origin = "http://" + request.mid(host, request.indexOf("\r\n", host) - host);
        if (request.startsWith("GET /metrics/ "))
            HostileServer::reply(socket, kPage);
        else
            HostileServer::reply(socket, {}, "Location: " + origin + "/metrics/\r\n", "307 Temporary Redirect");
    });
    Asked asked(server.url(), {{"secret", "env:FLYBALL_TEST_METRICS_KEY"}});
    QCOMPARE(bytes(asked.poll().health.error), QByteArray());
    QVERIFY(server.requests().value(1).contains("\r\nAuthorization: Bearer not-a-real-key\r\n"));
}

void TestPrometheusSource::M5_loop()
{
    HostileServer server([](const QByteArray &, QTcpSocket &socket) {
        HostileServer::reply(socket, {}, "Location: /metrics\r\n", "302 Found");
    });
    QCOMPARE(bytes(Asked(server.url()).poll().health.error),
             QByteArray("it redirects elsewhere, which is not followed"));
    QCOMPARE(server.requests().size(), 4);
}

void TestPrometheusSource::M6_brokenPage()
{
    FAILS(
        [](const QByteArray &, QTcpSocket &socket) {
            HostileServer::reply(socket, kLater + QByteArray(40, '\n') + "x{a=\"\xff\"} 1\n" + kLater);
        },
        Options(), "line 43: a label is not UTF-8");
    QCOMPARE(bytes(failed.health.detail), QByteArray("2 series, 1 workflow, newest sample 0 s ago"));
}

void TestPrometheusSource::M6_anyContentType()
{
    for (const char *type : {"", "Content-Type: application/octet-stream\r\n", "Content-Type: text/plain\r\n"}) {
        HostileServer server(
            [=](const QByteArray &, QTcpSocket &socket) { HostileServer::reply(socket, kPage, type); });
        QCOMPARE(bytes(Asked(server.url()).poll().health.error), QByteArray());
    }
}

void TestPrometheusSource::M8_timesAndDuplicates()
{
    HostileServer server([](const QByteArray &, QTcpSocket &socket) {
        HostileServer::reply(socket, "a 1 4070908800000\nb 1 0\nb 2\nlitellm_spend_metric_total NaN\n");
    });
    const Delivery delivery = Asked(server.url()).poll();
    QCOMPARE(bytes(delivery.health.error), QByteArray());
    QCOMPARE(bytes(delivery.health.warning),
             QByteArray("1 value ignored: NaN; none of its series tells of spend; 1 series twice: the first counts; "
                        "2 times more than an hour off: the time of the answer stands in"));
    QCOMPARE(delivery.batch.rejects.size(), std::size_t(1));
}

void TestPrometheusSource::familiesThatMayBeMoney()
{
    HostileServer server([](const QByteArray &, QTcpSocket &socket) {
        HostileServer::reply(
            socket, kPage + "acme_cost_total 3\nacme_requests_total 3\nlitellm_mcp_tool_call_spend_metric 1\n");
    });
    QCOMPARE(bytes(Asked(server.url()).poll().health.warning),
             QByteArray("not counted, for what they mean is not known: acme_cost, litellm_mcp_tool_call_spend_metric"));
}

void TestPrometheusSource::M9_limits()
{
    FAILS(
        [](const QByteArray &, QTcpSocket &socket) {
            QByteArray page;
            for (int i = 0; i < 60'000; ++i)
                page += "a" + QByteArray::number(i) + " 1\n";
            HostileServer::reply(socket, page);
        },
        Options(), "line 50001: more than 50000 samples");
}

void TestPrometheusSource::M10_gone()
{
    std::string url;
    std::unique_ptr<Asked> asked;
    {
        HostileServer server([](const QByteArray &, QTcpSocket &socket) { HostileServer::reply(socket, kPage); });
        asked = std::make_unique<Asked>(server.url());
        QCOMPARE(bytes(asked->poll().health.error), QByteArray());
    }
    const std::string state = asked->state;
    const Delivery gone = asked->poll();
    QVERIFY(!gone.health.error.empty());
    QCOMPARE(gone.batch.size(), std::size_t(0)); // no zeros: a gap
    QVERIFY(asked->state == state);
    QCOMPARE(secondsUntil(gone), std::int64_t(15));
}

void TestPrometheusSource::R1_refused()
{
    FAILS([](const QByteArray &,
             QTcpSocket &socket) { HostileServer::reply(socket, "key sk-... is wrong", {}, "401 Unauthorized"); },
          Options(), "it asks for a key (HTTP 401)");
    QCOMPARE(secondsUntil(failed), std::int64_t(900));
    qputenv("FLYBALL_TEST_METRICS_KEY", "not-a-real-key");
    HostileServer server([](const QByteArray &, QTcpSocket &socket) {
        HostileServer::reply(socket, "not-a-real-key", {}, "403 Forbidden");
    });
    const Delivery refused = Asked(server.url(), {{"secret", "env:FLYBALL_TEST_METRICS_KEY"}}).poll();
    QCOMPARE(bytes(refused.health.error), QByteArray("it refuses the key (HTTP 403)"));
}

void TestPrometheusSource::R2_busy_data()
{
    QTest::addColumn<QByteArray>("retryAfter");
    QTest::addColumn<int>("least");
    QTest::addColumn<int>("most");
    QTest::newRow("seconds") << QByteArray("Retry-After: 50\r\n") << 39 << 61;
    QTest::newRow("a date long ago") << QByteArray("Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n") << 0 << 2;
    QTest::newRow("-1") << QByteArray("Retry-After: -1\r\n") << 0 << 3;
    QTest::newRow("1e9") << QByteArray("Retry-After: 1000000000\r\n") << 2800 << 4400;
    QTest::newRow("garbage") << QByteArray("Retry-After: soon\r\n") << 0 << 3;
    QTest::newRow("nothing") << QByteArray() << 0 << 3;
}

void TestPrometheusSource::R2_busy()
{
    QFETCH(QByteArray, retryAfter);
    QFETCH(int, least);
    QFETCH(int, most);
    for (const char *status : {"429 Too Many Requests", "503 Service Unavailable"}) {
        FAILS(([=](const QByteArray &, QTcpSocket &socket) { HostileServer::reply(socket, {}, retryAfter, status); }),
              Options(), "it is busy (HTTP " + QByteArray(status).left(3) + ")");
        QVERIFY(secondsUntil(failed) >= least);
        QVERIFY(secondsUntil(failed) <= most);
    }
}

void TestPrometheusSource::R2_longerTheMoreOftenItFails()
{
    std::atomic<bool> dated = false;
    std::atomic<bool> good = false;
    HostileServer server([&](const QByteArray &, QTcpSocket &socket) {
        if (good)
            HostileServer::reply(socket, kPage);
        else
            HostileServer::reply(socket, {}, dated ? "Retry-After: Sun, 22 Nov 2026 16:01:40 GMT\r\n" : "",
                                 "503 Service Unavailable");
    });
    Asked asked(server.url());
    const auto wait = [&](TimeNs now) {
        return static_cast<double>(asked.poll(now).health.nextAt - monotonicNow()) / 1e9;
    };
    for (const double expected : {1., 2., 4., 8., 16., 32., 64., 128., 256., 300., 300.}) {
        const double seconds = wait(kNow);
        QVERIFY2(seconds > 0.8 * expected - 0.5 && seconds <= 1.2 * expected, qPrintable(QString::number(seconds)));
    }
    good = true;
    QCOMPARE(bytes(asked.poll().health.error), QByteArray());
    good = false;
    QVERIFY(wait(kNow) <= 1.2); // from the beginning
    dated = true;               // 100 s after the poll's own clock
    const double seconds = wait(kNow);
    QVERIFY2(seconds > 79 && seconds <= 120, qPrintable(QString::number(seconds)));
}

void TestPrometheusSource::R5_webPage()
{
    FAILS(
        [](const QByteArray &, QTcpSocket &socket) {
            HostileServer::reply(socket, "<html>log in</html>", "Content-Type: text/html; charset=utf-8\r\n");
        },
        Options(), "it answered with a web page, not with metrics");
}

void TestPrometheusSource::emptyPage()
{
    HostileServer server([](const QByteArray &, QTcpSocket &socket) { HostileServer::reply(socket, {}); });
    const Delivery delivery = Asked(server.url()).poll();
    QCOMPARE(bytes(delivery.health.error), QByteArray());
    QCOMPARE(bytes(delivery.health.detail), QByteArray("0 series, 0 workflows"));
    QCOMPARE(bytes(delivery.health.warning), QByteArray("none of its series tells of spend"));
}

void TestPrometheusSource::stateNotStored()
{
    HostileServer server([count = 0](const QByteArray &, QTcpSocket &socket) mutable {
        HostileServer::reply(socket, count++ == 0 ? kPage : kLater);
    });
    Asked asked(server.url());
    (void)asked.poll();
    const std::string stored = asked.state;
    QCOMPARE(Asked::money(asked.poll()), QByteArray("2.500000000"));
    asked.state = stored; // what it said was lost on the way
    QCOMPARE(Asked::money(asked.poll()), QByteArray("2.500000000"));
    QCOMPARE(Asked::money(asked.poll()), QByteArray("0.000000000"));
}

void TestPrometheusSource::stopWhileItWaits()
{
    HostileServer server([](const QByteArray &, QTcpSocket &) {});
    Asked asked(server.url());
    std::unique_ptr<QThread> thread(QThread::create([&] {
        while (server.requests().isEmpty())
            QThread::msleep(5);
        asked.source->stop();
    }));
    thread->start();
    QElapsedTimer clock;
    clock.start();
    QCOMPARE(bytes(asked.poll().health.error), QByteArray("stopped"));
    QVERIFY(clock.elapsed() < 5000);
    QVERIFY(thread->wait());
}

void TestPrometheusSource::options_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char *target, const char *name, const char *value, const char *problem) {
        QTest::addRow("%s %s", name, value) << target << name << value << problem;
    };
    const char *good = "http://127.0.0.1:1/metrics";
    row(good, "interval_s", "0", "'interval_s' is a whole number of seconds from 1 to 3600");
    row(good, "interval_s", "3601", "'interval_s' is a whole number of seconds from 1 to 3600");
    row(good, "interval_s", "x", "'interval_s' is a whole number of seconds from 1 to 3600");
    row(good, "intervall", "1", "a source of kind 'prometheus' has no option 'intervall'");
    row("metrics.txt", "interval_s", "1", "the target is an http:// or https:// address, not 'metrics.txt'");
    row("http://a:b@127.0.0.1/metrics", "interval_s", "1",
        "a URL with a user, a password, a query or a fragment is refused");
    row(good, "ca_file", "/nowhere.pem", "no certificate in /nowhere.pem");
}

void TestPrometheusSource::options()
{
    QFETCH(QString, target);
    QFETCH(QString, name);
    QFETCH(QString, value);
    QFETCH(QString, problem);
    SymbolTable symbols;
    SourceConfig config;
    config.kind = "prometheus";
    config.target = target.toStdString();
    config.options[name.toStdString()] = value.toStdString();
    const auto source = remoteKind("prometheus")->poll(config, symbols);
    QVERIFY(!source);
    QCOMPARE(QString::fromStdString(source.error().message), problem);
}

void TestPrometheusSource::test()
{
    HostileServer server([](const QByteArray &, QTcpSocket &socket) { HostileServer::reply(socket, kPage); });
    SourceConfig config;
    config.kind = "prometheus";
    config.target = server.url();
    const auto answer = testRemoteSource(config);
    QVERIFY(answer);
    QCOMPARE(bytes(*answer), QByteArray("reached, 2 series, 1 workflow, newest sample 0 s ago"));
}

QTEST_GUILESS_MAIN(TestPrometheusSource)
#include "tst_prometheus_source.moc"
