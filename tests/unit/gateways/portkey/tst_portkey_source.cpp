// SPDX-License-Identifier: GPL-3.0-or-later
// Portkey's live log over HTTP: what comes, what ends it, and what is said about what was missed.
#include <QTimer>
#include <QtTest/QtTest>

#include <mutex>
#include <thread>

#include "core/net/httpclient.h"
#include "tests/unit/gateways/portkey/portkey_bench.h"

using namespace flyball;
using namespace flyball::test;
using nlohmann::json;

class TestPortkeySource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("PORTKEY_TEST_KEY", kKey); }
    void captured();
    void inPieces();
    void theStreamEnds();
    void missedWhileAway();
    void refusals_data();
    void refusals();
    void theKeyStaysAtHome();
    void labels_data();
    void labels();
    void tooLong();
    void silence();
    void stopEndsAWait();
    void pausedAndGoneOn();

private:
    static constexpr const char *kKey = "not-for-anyone-0123456789abcdef";
};

namespace {

/// Keeps what a source on a thread of its own says.
class KeepingInbox final : public Inbox {
public:
    bool deliver(Delivery &&delivery) override
    {
        const std::lock_guard lock(m_mutex);
        if (!delivery.state.empty())
            m_state = delivery.state;
        m_calls += delivery.batch.calls.size();
        m_rejects += delivery.batch.rejects.size();
        ++m_deliveries;
        return true;
    }
    std::size_t waiting() const override { return 0; }
    std::string state() const { return locked(m_state); }
    std::size_t calls() const { return locked(m_calls); }
    std::size_t rejects() const { return locked(m_rejects); }
    std::size_t deliveries() const { return locked(m_deliveries); }

private:
    template <typename Value>
    Value locked(const Value &value) const
    {
        const std::lock_guard lock(m_mutex);
        return value;
    }
    mutable std::mutex m_mutex;
    std::string m_state;
    std::size_t m_calls = 0, m_rejects = 0, m_deliveries = 0;
};

/// Polls until so many requests were told; gives the last answer.
Delivery until(SourceBench &bench, std::int64_t facts)
{
    Delivery last;
    for (int i = 0; i < 200 && bench.facts < facts; ++i) {
        last = bench.poll();
        if (!last.health.error.empty())
            break;
    }
    return last;
}

/// Sends a little later, when somebody waits for it.
void sendSoon(StreamServer &server, const std::string &bytes)
{
    QTimer::singleShot(5, qApp, [&server, bytes] { server.send(bytes); });
}

} // namespace

void TestPortkeySource::captured()
{
    StreamServer server;
    server.greeting = capturedStream();
    SourceBench bench("portkey", server.url() + "/");
    const Delivery delivery = until(bench, 9);
    QCOMPARE(bench.facts, std::int64_t{9});
    QCOMPARE(delivery.health.error, std::string());
    QCOMPARE(delivery.health.warning, std::string());
    QVERIFY2(delivery.health.detail.ends_with("8 requests told"), delivery.health.detail.c_str());
    QVERIFY(server.asked.front().starts_with("GET /log/stream HTTP/1.1\r\n"));
    QVERIFY(server.asked.front().find("Accept: text/event-stream\r\n") != std::string::npos);
    QCOMPARE(bench.world.totals().calls, std::int64_t{9});
}

void TestPortkeySource::inPieces()
{
    StreamServer server;
    SourceBench bench("portkey", server.url());
    QVERIFY(bench.poll().health.error.empty());
    const std::string event = logEvent(logged("chatcmpl-1"), 0);
    for (std::size_t at = 0; at < event.size(); at += 100) {
        sendSoon(server, event.substr(at, 100));
        QVERIFY(bench.poll().health.error.empty());
    }
    QCOMPARE(until(bench, 1).health.error, std::string());
    QCOMPARE(bench.world.only().usage.total(), std::int64_t{1100});
    QCOMPARE(server.asked.size(), std::size_t{1}); // one stream, however often it is asked
}

void TestPortkeySource::theStreamEnds()
{
    StreamServer server;
    server.greeting += logEvent(logged("chatcmpl-1"), 3);
    server.hangsUp = true;
    SourceBench bench("portkey", server.url());
    // Comes again soon, later the more often it ends at once.
    for (int i = 0; i < 6; ++i) {
        Delivery ended = bench.poll();
        while (ended.health.error.empty())
            ended = bench.poll();
        QVERIFY2(ended.health.error.find("ended the stream") != std::string::npos, ended.health.error.c_str());
        const double wait = static_cast<double>(ended.health.nextAt - monotonicNow()) / 1e9;
        QVERIFY2(wait > 0.8 * (1 << i) - 0.5 && wait <= 1.2 * (1 << i), qPrintable(QString::number(wait)));
    }
    // Qt asks by itself once more where a connection was closed before its head was read.
    QVERIFY(server.asked.size() >= std::size_t{6});
    QCOMPARE(bench.world.totals().calls, std::int64_t{1});
}

void TestPortkeySource::missedWhileAway()
{
    StreamServer server;
    const std::string greeting = server.greeting;
    SourceBench bench("portkey", server.url());
    server.greeting = greeting + logEvent(logged("chatcmpl-1"), 3);
    (void)until(bench, 1);
    bench.restart(); // the program was not there
    server.greeting = greeting + logEvent(logged("chatcmpl-2"), 4);
    Delivery delivery = until(bench, 2);
    QCOMPARE(delivery.health.warning, std::string());
    QVERIFY(delivery.batch.rejects.empty());
    bench.restart();
    server.greeting = greeting + logEvent(logged("chatcmpl-3"), 8) + logEvent(logged("chatcmpl-4"), 9);
    delivery = until(bench, 4);
    QCOMPARE(bench.world.rejected("missed_by_stream"), std::int64_t{3});
    QVERIFY2(delivery.health.warning.ends_with(": 3 calls were missed"), delivery.health.warning.c_str());
    bench.restart(); // and so was the gateway
    server.greeting = greeting + logEvent(logged("chatcmpl-5"), 0);
    delivery = until(bench, 5);
    QCOMPARE(bench.world.rejected("stream_gap"), std::int64_t{1});
    QVERIFY(delivery.health.warning.ends_with("calls in between are not known"));
    QCOMPARE(bench.world.totals().calls, std::int64_t{5});
}

void TestPortkeySource::refusals_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<double>("wait");
    const auto row = [](const char *name, const char *head, const char *words, double wait) {
        QTest::newRow(name) << QByteArray(head) << QByteArray(words) << wait;
    };
    row("no such path", "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n",
        "--headless, has no live log", 1);
    row("an admin token is wanted", "HTTP/1.1 401 No\r\nContent-Type: application/json\r\n\r\n", "refuses the key",
        900);
    row("busy", "HTTP/1.1 503 No\r\nRetry-After: 60\r\n\r\n", "status 503", 60);
    row("a web page", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", "not with a stream of events", 1);
    row("a redirect elsewhere", "HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/log/stream\r\n\r\n", "redirects", 1);
    row("compressed", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: br\r\n\r\n", "encoding",
        1);
}

void TestPortkeySource::refusals()
{
    QFETCH(QByteArray, head);
    QFETCH(QByteArray, words);
    QFETCH(double, wait);
    StreamServer server;
    server.head = head.toStdString();
    server.greeting = R"({"message":"no such thing here"})";
    SourceBench bench("portkey", server.url());
    const Delivery delivery = bench.poll();
    QVERIFY2(delivery.health.error.find(words.toStdString()) != std::string::npos, delivery.health.error.c_str());
    const double next = static_cast<double>(delivery.health.nextAt - monotonicNow()) / 1e9;
    QVERIFY2(next > 0.8 * wait - 0.5 && next <= 1.2 * wait, qPrintable(QString::number(next)));
    QVERIFY(delivery.state.empty());
}

void TestPortkeySource::theKeyStaysAtHome()
{
    StreamServer other;
    StreamServer server;
    server.head = "HTTP/1.1 307 Go\r\nLocation: " + other.url() + "/log/stream\r\n\r\n";
    SourceBench bench("portkey", server.url(), {{"secret", "env:PORTKEY_TEST_KEY"}});
    const Delivery delivery = bench.poll();
    QVERIFY(!delivery.health.error.empty());
    QVERIFY(delivery.health.error.find(kKey) == std::string::npos);
    QVERIFY(server.asked.front().find(std::string("Bearer ") + kKey) != std::string::npos);
    QVERIFY(other.asked.empty());
}

void TestPortkeySource::labels_data()
{
    QTest::addColumn<QByteArray>("label");
    QTest::addColumn<QByteArray>("workflow");
    QTest::newRow("user") << QByteArray("user") << QByteArray("alice");
    QTest::newRow("model") << QByteArray("model") << QByteArray("gpt-4o");
    QTest::newRow("target") << QByteArray("target") << QByteArray("primary");
    QTest::newRow("metadata") << QByteArray("metadata:team") << QByteArray("blue");
    QTest::newRow("forwarded") << QByteArray("metadata:_user") << QByteArray("bob");
    QTest::newRow("the first there is") << QByteArray("metadata:none, target") << QByteArray("primary");
    QTest::newRow("none") << QByteArray("metadata:none") << QByteArray("triage"); // as the reader says
}

void TestPortkeySource::labels()
{
    QFETCH(QByteArray, label);
    QFETCH(QByteArray, workflow);
    json request = logged("chatcmpl-1");
    json &attempt = request["requestOptions"][0];
    attempt["finalUntransformedRequest"]["body"]["user"] = "alice";
    attempt["finalUntransformedRequest"]["body"]["metadata"] = {{"team", "blue"}, {"workflow", "triage"}};
    attempt["transformedRequest"]["headers"]["x-portkey-metadata"] = R"({"_user":"bob"})";
    attempt["providerOptions"]["name"] = "primary";
    StreamServer server;
    server.greeting = logEvent(request, 0);
    SourceBench bench("portkey", server.url(), {{"workflow_label", label.toStdString()}});
    (void)until(bench, 1);
    QCOMPARE(bench.world.text(bench.world.only().names.workflow), workflow.toStdString());
}

void TestPortkeySource::tooLong()
{
    StreamServer server;
    json request = logged("chatcmpl-1");
    request["requestOptions"][0]["finalUntransformedRequest"]["body"]["picture"] = std::string(17 << 20, 'x');
    server.greeting = logEvent(request, 0) + logEvent(logged("chatcmpl-2"), 1);
    SourceBench bench("portkey", server.url());
    QCOMPARE(until(bench, 1).health.error, std::string());
    QCOMPARE(bench.world.rejected("too_long"), std::int64_t{1});
    QCOMPARE(bench.world.text(bench.world.only().request), std::string("chatcmpl-2"));
}

void TestPortkeySource::silence()
{
    StreamServer server;
    HttpConnection connection;
    connection.url = server.url();
    const auto client = HttpClient::open(connection);
    std::unique_ptr<HttpStream> stream;
    const auto head = (*client)->stream("/log/stream", Milliseconds(150), stream);
    QVERIFY(head.ok());
    QCOMPARE(head->status, 200);
    QVERIFY(stream);
    QCOMPARE(*stream->read(Milliseconds(100)), server.greeting);
    Result<std::string> next = std::string();
    for (int i = 0; i < 100 && next; ++i)
        next = stream->read(Milliseconds(20));
    QVERIFY(!next);
    QVERIFY(next.error().code == ErrorCode::OutOfRange);
}

void TestPortkeySource::stopEndsAWait()
{
    StreamServer server;
    HttpConnection connection;
    connection.url = server.url();
    const auto client = HttpClient::open(connection);
    std::unique_ptr<HttpStream> stream;
    QVERIFY((*client)->stream("/log/stream", Milliseconds(30'000), stream).ok());
    (void)stream->read(Milliseconds(100));
    std::thread stopper([&] { (*client)->stop(); });
    const auto next = stream->read(Milliseconds(30'000));
    stopper.join();
    QVERIFY(!next);
    QVERIFY(next.error().code == ErrorCode::Cancelled);
}

void TestPortkeySource::pausedAndGoneOn()
{
    StreamServer server;
    SymbolTable symbols;
    SourceConfig config;
    config.kind = "portkey";
    config.target = server.url();
    const auto source = openRemoteSource(config, symbols);
    QVERIFY(source.ok());
    KeepingInbox inbox;
    std::int64_t number = 0;
    for (std::size_t round = 1; round <= 4; ++round) {
        const std::size_t deliveries = inbox.deliveries();
        (*source)->start(inbox.state(), inbox);
        QTRY_VERIFY(server.asked.size() == round && inbox.deliveries() > deliveries); // it greets
        server.send(logEvent(logged("chatcmpl-" + std::to_string(number)), number));
        QTRY_COMPARE(inbox.calls(), round);
        (*source)->stop();
        QTRY_VERIFY(!server.isConnected()); // nothing stays open while it is paused
        number += 3;
    }
    QCOMPARE(inbox.rejects(), std::size_t{3 * 2}); // two between each
}

QTEST_GUILESS_MAIN(TestPortkeySource)
#include "tst_portkey_source.moc"
