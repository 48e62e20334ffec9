// SPDX-License-Identifier: GPL-3.0-or-later
// Many at once, most of them with no good in mind (O2, O4), and how the source says it fares.
#include <QTcpServer>
#include <QtTest/QtTest>

#include "core/gateways/registry.h"
#include "tests/unit/gateways/otlp_receiving.h"

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr std::size_t kConnections = 64;
constexpr std::size_t kCrowd = 60; // room for those that come and go

/// Connections that each said this much and then nothing.
std::vector<Client> crowd(const Receiving &receiving, std::size_t count, const std::string &bytes)
{
    std::vector<Client> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.emplace_back(receiving.url());
        clients.back().send(bytes);
    }
    return clients;
}

std::size_t open(const std::vector<Client> &clients)
{
    return static_cast<std::size_t>(
        std::count_if(clients.begin(), clients.end(), [](const Client &client) { return client.isOpen(); }));
}

std::string unfinished(const Receiving &receiving)
{
    return post(receiving.url(), "/v1/traces", std::string(1000, ' '), {{"Content-Length", "20000000"}});
}

} // namespace

class TestOtlpCrowds : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void o2PromisedBodiesCostNothing();
    void o2UnfinishedBodiesAreBounded();
    void o4TheSlowMakeRoom_data();
    void o4TheSlowMakeRoom();
    void o4WhoWaitsForUsKeepsItsPlace();
    void o4SlowHeadsAndBodiesEnd();
    void manyOnOneConnection();
    void whoLeavesIsForgotten();
    void aTakenPortIsTriedAgain();
    void triedBeforeItIsAdded();
    void healthIsToldWhenItChanges();
    void theKindKnowsItsOptions();
};

void TestOtlpCrowds::o2PromisedBodiesCostNothing()
{
    Receiving receiving;
    QCOMPARE(receiving.served(), 200); // what is made once is made
    const double before = residentMiB();
    const auto clients = crowd(receiving, kCrowd, unfinished(receiving));
    QCOMPARE(receiving.served(), 200);
    QCOMPARE(open(clients), kCrowd);
    const double rise = residentMiB() - before;
    QVERIFY2(rise < memoryBound(kCrowd), qPrintable(QString::number(rise) + " MiB"));
}

void TestOtlpCrowds::o2UnfinishedBodiesAreBounded()
{
    Receiving receiving;
    QCOMPARE(receiving.served(), 200);
    const double before = residentMiB();
    // 300 MB that never come to an end: a few at a time, the oldest goes.
    const std::string part =
        post(receiving.url(), "/v1/traces", std::string(10'000'000, ' '), {{"Content-Length", "20000000"}});
    const auto clients = crowd(receiving, 30, part);
    QCOMPARE(receiving.served(), 200);
    QVERIFY(open(clients) <= 6);
    const double rise = residentMiB() - before;
    QVERIFY2(rise < memoryBound(160), qPrintable(QString::number(rise) + " MiB"));
}

void TestOtlpCrowds::o4TheSlowMakeRoom_data()
{
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a byte") << QByteArray("P");
    QTest::newRow("half a head") << QByteArray("POST /v1/traces HTTP/1.1\r\nHost: ");
    QTest::newRow("line ends") << QByteArray("\r\n\r\n\r\n");
    QTest::newRow("no body") << QByteArray("BODY");
}

void TestOtlpCrowds::o4TheSlowMakeRoom()
{
    QFETCH(QByteArray, said);
    Receiving receiving;
    Client friendly(receiving.url()); // an exporter that keeps its connection
    const std::string request = post(receiving.url(), "/v1/traces", exportOf(1));
    friendly.send(request);
    QCOMPARE(friendly.read().status, 200);
    const auto hostile = crowd(receiving, 600, said == "BODY" ? unfinished(receiving) : said.toStdString());
    QCOMPARE(receiving.served(), 200);
    friendly.send(request);
    QCOMPARE(friendly.read().status, 200);
    QVERIFY(open(hostile) <= kConnections);
    QCOMPARE(receiving.served(), 200);
}

void TestOtlpCrowds::o4WhoWaitsForUsKeepsItsPlace()
{
    Receiving receiving;
    receiving.inbox.set(FakeInbox::Mode::Hold);
    auto waiting = crowd(receiving, kConnections, post(receiving.url(), "/v1/traces", exportOf(1)));
    QVERIFY(receiving.inbox.await(kConnections));
    QCOMPARE(receiving.served(), 503); // one too many, and nobody can go
    receiving.inbox.settle({});
    for (Client &client : waiting)
        QCOMPARE(client.read().status, 200);
    receiving.inbox.set(FakeInbox::Mode::Store);
    QCOMPARE(receiving.served(), 200); // in the place of the one idle longest
}

void TestOtlpCrowds::o4SlowHeadsAndBodiesEnd()
{
    Receiving receiving([](otlp::ReceiverSettings &settings) { settings.limits.head = settings.limits.request = 1; });
    for (const std::string &said : {std::string("POST /v1/tr"), std::string("\r\n"), unfinished(receiving)}) {
        Client client(receiving.url());
        client.send(said);
        QCOMPARE(client.read().status, 408);
        QCOMPARE(client.read().status, 0);
    }
    QCOMPARE(Client(receiving.url()).read().status, 0); // never a word
    const HttpLimits limits = otlp::receiverLimits();
    QCOMPARE(limits.head, 5 * kSecond);
    QCOMPARE(limits.request, 30 * kSecond);
    QCOMPARE(limits.header, std::size_t{16 * 1024});
}

void TestOtlpCrowds::manyOnOneConnection()
{
    Receiving receiving;
    Client client(receiving.url());
    std::string all;
    for (unsigned i = 0; i < 3000; ++i)
        all += post(receiving.url(), "/v1/traces", exportOf(i + 1));
    std::thread sender([&] { client.send(all); });
    int good = 0;
    for (int i = 0; i < 3000; ++i)
        good += client.read().status == 200 ? 1 : 0;
    sender.join();
    QCOMPARE(good, 3000);
    QCOMPARE(receiving.calls(), std::size_t{3000});
    // Answers that need no store must not be given one inside the other either.
    receiving.inbox.set(FakeInbox::Mode::Full);
    std::thread again([&] { client.send(all); });
    int putOff = 0;
    for (int i = 0; i < 3000; ++i)
        putOff += client.read().status == 503 ? 1 : 0;
    again.join();
    QCOMPARE(putOff, 3000);
}

void TestOtlpCrowds::whoLeavesIsForgotten()
{
    Receiving receiving;
    receiving.inbox.set(FakeInbox::Mode::Hold);
    for (unsigned i = 0; i < 20; ++i) {
        Client client(receiving.url());
        client.send(post(receiving.url(), "/v1/traces", exportOf(i + 1)));
        QVERIFY(receiving.inbox.await(i + 1));
    }
    // Others take their places, in memory as well; what was said to those who left is not for them.
    auto others = crowd(receiving, 20, "POST /v1/traces HTTP/1.1\r\n");
    QCOMPARE(receiving.raw(post(receiving.url(), "/nowhere", "{}")), 404);
    receiving.inbox.settle({});
    QCOMPARE(receiving.raw(post(receiving.url(), "/nowhere", "{}")), 404);
    for (const Client &client : others)
        QVERIFY(!client.hasAnswer());
}

void TestOtlpCrowds::aTakenPortIsTriedAgain()
{
    auto first = std::make_unique<Receiving>();
    const std::string url = first->url();
    const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    Receiving second([&](otlp::ReceiverSettings &settings) { settings.port = port; });
    QCOMPARE(second.url(), std::string());
    QVERIFY(second.inbox.awaitHealth([&](const RemoteHealth &health) {
        return health.error == "cannot listen: 127.0.0.1:" + std::to_string(port) + " is in use" && health.nextAt > 0;
    }));
    first.reset();
    QVERIFY(second.inbox.awaitHealth([](const RemoteHealth &health) { return health.error.empty(); }));
    QCOMPARE(second.url(), url);
    QCOMPARE(second.served(), 200);
}

void TestOtlpCrowds::triedBeforeItIsAdded()
{
    QTcpServer stranger;
    QVERIFY(stranger.listen(QHostAddress::LocalHost));
    const std::uint16_t port = stranger.serverPort();
    const std::string place = "127.0.0.1:" + std::to_string(port);
    SourceConfig config;
    config.kind = "otlp";
    config.target = place;
    const auto taken = testRemoteSource(config);
    QVERIFY(!taken);
    QCOMPARE(taken.error().message, "cannot listen: " + place + " is in use");
    stranger.close();
    for (int i = 0; i < 2; ++i) { // it does not stay there
        const auto free = testRemoteSource(config);
        QVERIFY2(free.ok(), free ? "" : free.error().message.c_str());
        QCOMPARE(*free, "it can listen on http://" + place);
    }
    {
        Receiving own([&](otlp::ReceiverSettings &settings) { settings.port = port; });
        QCOMPARE(own.url(), "http://" + place);
        const auto listening = testRemoteSource(config);
        QVERIFY(listening.ok());
        QCOMPARE(*listening, std::string("it is listening there now, as a source of this program"));
        QCOMPARE(own.served(), 200);
    }
    QCOMPARE(*testRemoteSource(config), "it can listen on http://" + place);
    config.options = {{"tls_cert", "/none.pem"}, {"tls_key", "/none.key"}};
    QVERIFY(!testRemoteSource(config));
    config.options = {};
    config.target = "192.0.2.1:4318";
    QVERIFY(!testRemoteSource(config));
}

void TestOtlpCrowds::healthIsToldWhenItChanges()
{
    Receiving receiving;
    QCOMPARE(receiving.inbox.health().size(), std::size_t{1});
    QCOMPARE(receiving.inbox.health().front().detail, "receiving on " + receiving.url() + ", 0 requests");
    for (int i = 0; i < 200; ++i)
        QCOMPARE(receiving.served(), 200);
    QCOMPARE(receiving.raw(post(receiving.url(), "/nowhere", "{}")), 404);
    QVERIFY(receiving.inbox.awaitHealth(
        [](const RemoteHealth &health) { return health.detail.ends_with(", 200 requests, 1 refused"); }));
    const std::size_t told = receiving.inbox.health().size();
    QVERIFY(told < 100); // not with each request
    // Nothing happens, so nothing is said, while the one second timer goes on: slow heads end by the same timer.
    Receiving timer([](otlp::ReceiverSettings &settings) { settings.limits.head = 1; });
    for (int i = 0; i < 2; ++i)
        QCOMPARE(timer.raw("POST"), 408);
    QCOMPARE(receiving.inbox.health().size(), told);
}

void TestOtlpCrowds::theKindKnowsItsOptions()
{
    const RemoteKind *kind = remoteKind("otlp");
    QVERIFY(kind && kind->listen && !kind->poll);
    SymbolTable symbols;
    const auto problem = [&](const std::string &target, std::map<std::string, std::string> options = {}) {
        SourceConfig config;
        config.kind = "otlp";
        config.target = target;
        config.options = std::move(options);
        const auto source = openRemoteSource(config, symbols);
        return source ? std::string() : source.error().message;
    };
    for (const char *good : {"127.0.0.1:4318", "127.0.0.1:0", "localhost:65535", "[::1]:4318"})
        QCOMPARE(problem(good), std::string());
    for (const char *bad : {"", "4318", ":4318", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                            "::1:4318", "http://127.0.0.1:4318", "127.0.0.1:4318/v1"})
        QVERIFY2(problem(bad).find("127.0.0.1:4318") != std::string::npos, bad);
    qputenv("FLYBALL_TEST_OTLP_KEY", "abc");
    QCOMPARE(problem("127.0.0.1:0", {{"secret", "env:FLYBALL_TEST_OTLP_KEY"}}), std::string());
    QVERIFY(!problem("127.0.0.1:0", {{"secret", "env:FLYBALL_TEST_NO_SUCH_KEY"}}).empty());
    QCOMPARE(problem("127.0.0.1:0", {{"tls_cert", "a.pem"}}), std::string("tls_cert and tls_key go together"));
    QVERIFY(problem("127.0.0.1:0", {{"tenant", "x"}}).find("'tenant'") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestOtlpCrowds)
#include "tst_otlp_crowds.moc"
