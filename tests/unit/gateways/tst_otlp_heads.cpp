// SPDX-License-Identifier: GPL-3.0-or-later
// What is decided before a byte of the body is taken: who asks, for what, in which form (O1, O3, O6).
#include <QtTest/QtTest>

#include "tests/unit/gateways/otlp_receiving.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// A head without a body behind it: an answer to it did not wait for one.
std::string headOnly(const Receiving &receiving, const std::map<std::string, std::string> &fields,
                     const std::string &path = "/v1/traces")
{
    std::map<std::string, std::string> all{{"Content-Length", "1000"}};
    for (const auto &[name, value] : fields)
        all[name] = value;
    return post(receiving.url(), path, {}, all);
}

} // namespace

class TestOtlpHeads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void o1WhoIsNotOursIsRefusedBeforeTheBody();
    void o1OtherAddressesAreNotListenedOn();
    void o1AToken();
    void onlyThreePathsAndPost();
    void formsThatAreNotSpoken();
    void o3Chunks();
    void o3ExpectContinue();
    void o6BrokenHeads_data();
    void o6BrokenHeads();
    void o6PipelinedGarbage();
    void answersComeInTheFormOfTheRequest();
};

void TestOtlpHeads::o1WhoIsNotOursIsRefusedBeforeTheBody()
{
    Receiving receiving;
    const std::string port = receiving.host().substr(receiving.host().rfind(':'));
    QCOMPARE(receiving.raw(headOnly(receiving, {{"Host", "evil.example" + port}})), 403);
    QCOMPARE(receiving.raw(headOnly(receiving, {{"Host", "127.0.0.1:1"}})), 403);
    QCOMPARE(receiving.raw(headOnly(receiving, {{"Host", "127.0.0.1"}})), 403);
    QCOMPARE(receiving.raw(headOnly(receiving, {{"Host", ""}})), 403);
    QCOMPARE(receiving.raw(headOnly(receiving, {{"Origin", "http://localhost" + port}})), 403);
    QCOMPARE(receiving.raw("OPTIONS /v1/traces HTTP/1.1\r\nHost: " + receiving.host()
                           + "\r\nAccess-Control-Request-Method: POST\r\n\r\n"),
             403);
    Client page(receiving.url());
    page.send("OPTIONS /v1/traces HTTP/1.1\r\nHost: " + receiving.host() + "\r\nOrigin: http://evil.example\r\n\r\n");
    const Client::Answer answer = page.read();
    QCOMPARE(answer.status, 403);
    QVERIFY(answer.head.find("Access-Control") == std::string::npos);
    for (const char *name : {"127.0.0.1", "localhost", "LocalHost", "[::1]"})
        QCOMPARE(ask(receiving.url(), "/v1/traces", exportOf(1), {{"Host", name + port}}).status, 200);
    QCOMPARE(receiving.calls(), std::size_t{4});
}

void TestOtlpHeads::o1OtherAddressesAreNotListenedOn()
{
    for (const char *address : {"0.0.0.0", "192.0.2.1", "::"}) {
        Receiving receiving([&](otlp::ReceiverSettings &settings) { settings.address = address; });
        QCOMPARE(receiving.url(), std::string());
        QVERIFY(receiving.inbox.awaitHealth(
            [](const RemoteHealth &health) { return health.error.find("loopback") != std::string::npos; }));
    }
}

void TestOtlpHeads::o1AToken()
{
    Receiving receiving([](otlp::ReceiverSettings &settings) { settings.token = "correct horse"; });
    QCOMPARE(receiving.raw(headOnly(receiving, {})), 401);
    for (const char *wrong :
         {"Bearer correct hors", "Bearer correct horsf", "Bearer", "Basic correct horse", "correct horse"})
        QCOMPARE(receiving.raw(headOnly(receiving, {{"Authorization", wrong}})), 401);
    Client client(receiving.url());
    client.send(headOnly(receiving, {}));
    QCOMPARE(client.read().field("WWW-Authenticate"), std::string("Bearer"));
    QCOMPARE(receiving.calls(), std::size_t{0});
    QCOMPARE(ask(receiving.url(), "/v1/traces", exportOf(1), {{"Authorization", "Bearer correct horse"}}).status, 200);
    QCOMPARE(ask(receiving.url(), "/v1/traces", exportOf(1), {{"Authorization", "bearer correct horse"}}).status, 200);
    QCOMPARE(receiving.calls(), std::size_t{2});
}

void TestOtlpHeads::onlyThreePathsAndPost()
{
    Receiving receiving;
    for (const char *path : {"/", "/v1", "/v1/trace", "/v1/traces/", "//v1/traces", "/v1/%74races/x", "/V1/traces"})
        QCOMPARE(receiving.raw(headOnly(receiving, {}, path)), 404);
    for (const char *method : {"GET", "PUT", "DELETE", "PATCH", "HEAD"})
        QCOMPARE(receiving.raw(std::string(method) + " /v1/traces HTTP/1.1\r\nHost: " + receiving.host() + "\r\n\r\n"),
                 405);
    for (const char *path : {"/v1/traces", "/v1/logs", "/v1/metrics"})
        QCOMPARE(ask(receiving.url(), path, "{}").status, 200);
}

void TestOtlpHeads::formsThatAreNotSpoken()
{
    Receiving receiving;
    for (const char *type : {"", "text/plain", "application/jsonx", "application/x-protobuf2", "application/grpc",
                             "application/x-www-form-urlencoded"})
        QCOMPARE(receiving.raw(headOnly(receiving, {{"Content-Type", type}})), 415);
    for (const char *coding : {"br", "deflate", "zstd", "gzip, gzip", "x-gzip"})
        QCOMPARE(receiving.raw(headOnly(receiving, {{"Content-Encoding", coding}})), 415);
    for (const char *type : {"application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"})
        QCOMPARE(ask(receiving.url(), "/v1/traces", exportOf(1), {{"Content-Type", type}}).status, 200);
    QCOMPARE(ask(receiving.url(), "/v1/traces", exportOf(1), {{"Content-Encoding", "identity"}}).status, 200);
    QCOMPARE(receiving.calls(), std::size_t{4});
}

void TestOtlpHeads::o3Chunks()
{
    Receiving receiving;
    const std::string body = exportOf(1);
    const std::map<std::string, std::string> chunked{{"Content-Length", ""}, {"Transfer-Encoding", "chunked"}};
    const auto chunk = [](std::string_view part) {
        char size[20];
        std::snprintf(size, sizeof size, "%zx\r\n", part.size());
        return size + std::string(part) + "\r\n";
    };
    const std::string head = post(receiving.url(), "/v1/traces", {}, chunked);
    const std::string half = body.substr(0, 100);
    QCOMPARE(receiving.raw(head + chunk(half) + chunk(body.substr(100)) + "0\r\n\r\n"), 200);
    QCOMPARE(receiving.raw(head + chunk(body) + "0\r\nX-Trailer: 1\r\n\r\n"), 200);
    QCOMPARE(receiving.calls(), std::size_t{2});
    QCOMPARE(receiving.raw(head + "ffffffffffffffff\r\n" + body), 413);
    QCOMPARE(receiving.raw(head + "1ffffffffffffffff\r\n" + body), 400);
    QCOMPARE(receiving.raw(head + "-1\r\n" + body), 400);
    QCOMPARE(receiving.raw(head + "1400001\r\n" + body), 413); // a byte more than 20 MiB
    QCOMPARE(receiving.raw(head + chunk(body) + "0\r\n" + "X: " + std::string(40'000, 'a') + "\r\n\r\n"), 431);
    QCOMPARE(receiving.raw(head + "5;" + std::string(40'000, 'a') + "\r\nhello\r\n0\r\n\r\n"), 431);
    // Never 200 for a body that was not read: a coding the parser passes over, or no length at all.
    for (const char *coding : {"gzip, chunked", "chunked, identity", "identity", "gzip", "xchunked"})
        QCOMPARE(receiving.raw(post(receiving.url(), "/v1/traces", body,
                                    {{"Content-Length", ""}, {"Transfer-Encoding", coding}})),
                 400);
    QCOMPARE(receiving.raw(post(receiving.url(), "/v1/traces", body, {{"Content-Length", ""}})), 411);
    QCOMPARE(receiving.calls(), std::size_t{2});
}

void TestOtlpHeads::o3ExpectContinue()
{
    Receiving receiving;
    const std::string body = exportOf(1);
    Client client(receiving.url());
    client.send(post(receiving.url(), "/v1/traces", {},
                     {{"Expect", "100-continue"}, {"Content-Length", std::to_string(body.size())}}));
    while (!client.hasAnswer())
        QTest::qWait(1);
    QVERIFY(client.isOpen());
    client.send(body);
    QCOMPARE(client.read().status, 200);
    QCOMPARE(receiving.raw(headOnly(receiving, {{"Expect", "100-continue"}, {"Content-Length", "419430400"}})), 413);
    QCOMPARE(receiving.raw(headOnly(receiving, {{"Expect", "100-continue"}, {"Content-Type", "text/plain"}})), 415);
}

void TestOtlpHeads::o6BrokenHeads_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const char *fields, int status = 400) {
        QTest::newRow(name) << QByteArray(fields) << status;
    };
    row("length and chunked", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n");
    row("chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n");
    row("two lengths", "Content-Length: 3\r\nContent-Length: 4\r\n");
    row("negative", "Content-Length: -3\r\n");
    row("plus", "Content-Length: +3\r\n");
    row("hex", "Content-Length: 0x3\r\n");
    row("beyond 64 bits", "Content-Length: 99999999999999999999\r\n");
    row("no number", "Content-Length: \r\n");
    row("folded", "X-A: b\r\n c\r\nContent-Length: 3\r\n");
    row("space before the colon", "Content-Length : 3\r\n");
    row("no colon", "Content-Length\r\n");
    row("bare line feed", "X-A: b\nContent-Length: 3\r\n");
    row("two hosts", "Host: 127.0.0.1\r\nContent-Length: 3\r\n", 403);
    row("400 MB", "Content-Length: 419430400\r\n", 413);
    row("a byte too many", "Content-Length: 20971521\r\n", 413);
}

void TestOtlpHeads::o6BrokenHeads()
{
    QFETCH(QByteArray, fields);
    QFETCH(int, status);
    Receiving receiving;
    const std::string head = "POST /v1/traces HTTP/1.1\r\nHost: " + receiving.host()
                             + "\r\nContent-Type: application/json\r\n" + fields.toStdString() + "\r\n";
    Client client(receiving.url());
    client.send(head + "{}\n0\r\n\r\n");
    QCOMPARE(client.read().status, status);
    QCOMPARE(client.read().status, 0); // and closed
    QCOMPARE(receiving.inbox.batches().size(), std::size_t{0});
    QCOMPARE(receiving.served(), 200);
}

void TestOtlpHeads::o6PipelinedGarbage()
{
    Receiving receiving;
    const std::string good = post(receiving.url(), "/v1/traces", exportOf(1));
    Client client(receiving.url());
    client.send(good + good + std::string("GARBAGE \0\1\2 \r\n\r\n", 17) + good);
    QCOMPARE(client.read().status, 200);
    QCOMPARE(client.read().status, 200);
    QCOMPARE(client.read().status, 400);
    QCOMPARE(client.read().status, 0);
    QCOMPARE(receiving.calls(), std::size_t{2});
    QCOMPARE(receiving.raw("POST /v1/traces HTTP/1.1\r\nHost: " + receiving.host() + "\r\nX: a" + '\0' + "b\r\n\r\n"),
             400);
    QCOMPARE(receiving.raw("POST /v1/traces HTTP/1.1\r\nX: " + std::string(20 << 20, 'a')), 431);
    QCOMPARE(receiving.raw("\x16\x03\x01\x02\x01\x01\xfc\x03\x03 hello, is this TLS?\r\n\r\n"), 400);
    QCOMPARE(receiving.served(), 200);
}

void TestOtlpHeads::answersComeInTheFormOfTheRequest()
{
    Receiving receiving;
    Client::Answer answer = ask(receiving.url(), "/v1/traces", "{}");
    QCOMPARE(answer.field("Content-Type"), std::string("application/json"));
    QCOMPARE(answer.body, std::string("{}"));
    answer = ask(receiving.url(), "/v1/traces", "", {{"Content-Type", kProtobuf}, {"Content-Length", "0"}});
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.field("Content-Type"), kProtobuf);
    QCOMPARE(answer.body, std::string());
    answer = ask(receiving.url(), "/v1/traces", "not protobuf", {{"Content-Type", kProtobuf}});
    QCOMPARE(answer.status, 400);
    QCOMPARE(answer.field("Content-Type"), kProtobuf);
    QCOMPARE(answer.body.substr(0, 3), std::string("\x08\x03\x12")); // google.rpc.Status: code 3, message
    answer = ask(receiving.url(), "/v1/nothing", "{}");
    QCOMPARE(answer.status, 404);
    QCOMPARE(answer.body, std::string(R"({"code":12,"message":"there are /v1/traces, /v1/logs and /v1/metrics"})"));
}

QTEST_GUILESS_MAIN(TestOtlpHeads)
#include "tst_otlp_heads.moc"
