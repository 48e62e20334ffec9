// SPDX-License-Identifier: GPL-3.0-or-later
// What stands in a body: whole, in parts, packed, or of no use (O5, O7), and when it is answered.
#include <QtTest/QtTest>

#include "core/gateways/otlp/answers.h"
#include "tests/unit/formats/metric_text.h"
#include "tests/unit/gateways/otlp_receiving.h"

using namespace flyball;
using namespace flyball::test;

namespace {

std::string replaced(std::string text, const std::string &what, const std::string &with)
{
    const std::size_t at = text.find(what);
    if (at == std::string::npos)
        std::abort();
    return text.replace(at, what.size(), with);
}

/// The same JSON as people print it.
std::string pretty(const std::string &json)
{
    std::string out;
    bool text = false;
    for (const char c : json) {
        text = text != (c == '"');
        out += c;
        if (!text && (c == '{' || c == '[' || c == ','))
            out += "\r\n\t  ";
    }
    return out;
}

} // namespace

class TestOtlpBodies : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aBodyMayStandOnSeveralLines();
    void severalValuesAreNoRequest();
    void o5Gzip();
    void o5GzipThatIsNone();
    void o5MuchIsSaidInFewBytes();
    void o7WhatCannotBeReadIsRefusedAsAWhole();
    void o7OneBadSpanOfAHundred();
    void o7PartialSuccessInProtobuf();
    void o7NumbersAsTextsOrNumbers();
    void o7TimesOutOfOrder();
    void o7TimesInTheFuture();
    void o7NotStored();
    void nothingIsPromisedBeforeItIsStored();
    void whoWaitsTooLongIsToldToComeAgain();
    void stoppingPromisesNothing();
    void placesNameTheSignal();
    void countersOfTheFutureAreRefused();
};

void TestOtlpBodies::aBodyMayStandOnSeveralLines()
{
    Receiving receiving;
    QCOMPARE(ask(receiving.url(), "/v1/traces", pretty(exportOf(1, 3))).status, 200);
    QCOMPARE(ask(receiving.url(), "/v1/traces", "\n\n " + exportOf(1, 3) + "\n\n").status, 200);
    QCOMPARE(ask(receiving.url(), "/v1/traces", " \n{ \n } \n").status, 200);
    QCOMPARE(receiving.calls(), std::size_t{6});
    QCOMPARE(receiving.rejects(), std::string());
}

void TestOtlpBodies::severalValuesAreNoRequest()
{
    Receiving receiving;
    const std::string one = exportOf(1);
    QCOMPARE(ask(receiving.url(), "/v1/traces", one + one).status, 400);
    QCOMPARE(ask(receiving.url(), "/v1/traces", "{\"a\":\"x\n" + one).status, 400); // a line end inside a text
    QCOMPARE(ask(receiving.url(), "/v1/traces", "[" + one + "]").status, 400);
    QCOMPARE(receiving.calls(), std::size_t{0});
    QCOMPARE(receiving.rejects(), std::string("invalid_json x2, not_an_object x1"));
}

void TestOtlpBodies::o5Gzip()
{
    Receiving receiving;
    const std::map<std::string, std::string> packed{{"Content-Encoding", "gzip"}};
    const std::string body = exportOf(1, 50);
    QCOMPARE(ask(receiving.url(), "/v1/traces", gzipped(body), packed).status, 200);
    QCOMPARE(ask(receiving.url(), "/v1/traces", gzipped(body.substr(0, 99)) + gzipped(body.substr(99)), packed).status,
             200);
    QCOMPARE(ask(receiving.url(), "/v1/traces", gzipped(std::string((20 << 20) - 2, ' ') + "{}"), packed).status, 200);
    QCOMPARE(receiving.calls(), std::size_t{100});
    QCOMPARE(ask(receiving.url(), "/v1/traces", gzipped(std::string((20 << 20) - 1, ' ') + "{}"), packed).status, 413);
    const double before = residentMiB();
    QCOMPARE(ask(receiving.url(), "/v1/traces", gzipped(std::string(std::size_t{400} << 20, '\0')), packed).status,
             413);
    // The text to pack is ours as well, and given back by now.
    QVERIFY2(residentMiB() - before < memoryBound(60), qPrintable(QString::number(residentMiB() - before)));
    QCOMPARE(receiving.rejects(), std::string("oversize x2"));
}

void TestOtlpBodies::o5GzipThatIsNone()
{
    Receiving receiving;
    const std::map<std::string, std::string> packed{{"Content-Encoding", "gzip"}};
    const std::string good = gzipped(exportOf(1, 50));
    for (std::size_t cut : {std::size_t{0}, std::size_t{5}, good.size() / 2, good.size() - 1})
        QCOMPARE(ask(receiving.url(), "/v1/traces", good.substr(0, cut), packed).status, 400);
    QCOMPARE(ask(receiving.url(), "/v1/traces", exportOf(1), packed).status, 400);
    QCOMPARE(ask(receiving.url(), "/v1/traces", good + "rubbish", packed).status, 400);
    std::string wrong = good;
    wrong[wrong.size() - 6] = static_cast<char>(wrong[wrong.size() - 6] ^ 1); // the check sum
    QCOMPARE(ask(receiving.url(), "/v1/traces", wrong, packed).status, 400);
    QCOMPARE(receiving.calls(), std::size_t{0});
    QCOMPARE(receiving.rejects(), std::string("gzip_corrupt x3, gzip_truncated x4"));
}

/// Millions of empty spans pack into a few kilobytes, and none of them is worth the memory of a fact.
void TestOtlpBodies::o5MuchIsSaidInFewBytes()
{
    Receiving receiving;
    QCOMPARE(receiving.served(), 200);
    const double before = residentMiB();
    std::string json = R"({"resourceSpans":[{"scopeSpans":[{"spans":[{})";
    std::string spans;
    for (int i = 0; i < 5'000'000; ++i) {
        json += ",{}";
        spans += std::string("\x12\0", 2);
    }
    json += "]}]}]}";
    const auto wrapped = [](char tag, const std::string &value) { // lengths below 2^28
        std::string out(1, tag);
        for (std::size_t left = value.size(), i = 0; i < 4; ++i, left >>= 7U)
            out += static_cast<char>((left & 0x7FU) | (i < 3 ? 0x80U : 0U));
        return out + value;
    };
    QCOMPARE(ask(receiving.url(), "/v1/traces", gzipped(json), {{"Content-Encoding", "gzip"}}).status, 413);
    const std::string protobuf = wrapped('\x0a', wrapped('\x12', spans));
    QCOMPARE(ask(receiving.url(), "/v1/traces", gzipped(protobuf),
                 {{"Content-Encoding", "gzip"}, {"Content-Type", kProtobuf}})
                 .status,
             400);
    QCOMPARE(receiving.rejects(), std::string("oversize x1, protobuf_too_many x1"));
    const double rise = residentMiB() - before; // the texts of this test among them
    QVERIFY2(rise < memoryBound(200), qPrintable(QString::number(rise) + " MiB"));
    QCOMPARE(receiving.served(), 200);
}

void TestOtlpBodies::o7WhatCannotBeReadIsRefusedAsAWhole()
{
    Receiving receiving;
    const std::string body = exportOf(1, 2);
    for (const std::string &bad : {body.substr(0, body.size() / 2), replaced(body, "]}]}]}", "]}]}"), std::string(),
                                   std::string("   "), std::string("null"), std::string("<html></html>"),
                                   std::string("\x1f\x8b\x08"), std::string(2000, '{'), std::string("{\"a\":1}")}) {
        const Client::Answer answer = ask(receiving.url(), "/v1/traces", bad);
        QCOMPARE(answer.status, 400);
        QVERIFY2(answer.body.starts_with("{\"code\":3,\"message\":\"the body is no request: "), answer.body.c_str());
    }
    for (const std::string &bad : {std::string("\x0a"), std::string("\xff\xff"), body, std::string("\x0a\x05hello")})
        QCOMPARE(ask(receiving.url(), "/v1/traces", bad, {{"Content-Type", kProtobuf}}).status, 400);
    QCOMPARE(receiving.calls(), std::size_t{0});
    // Totals know of each of them all the same.
    std::size_t rejects = 0;
    for (const FactBatch &batch : receiving.inbox.batches()) {
        QCOMPARE(batch.size(), std::size_t{1});
        rejects += batch.rejects.size();
    }
    QCOMPARE(rejects, std::size_t{13});
    QVERIFY(receiving.inbox.awaitHealth(
        [](const RemoteHealth &health) { return health.detail.ends_with(", 13 requests, 13 refused"); }));
}

void TestOtlpBodies::o7OneBadSpanOfAHundred()
{
    Receiving receiving;
    const std::string good = exportOf(1, 100);
    for (const std::string &bad :
         {replaced(good, "\"traceId\":\"00000000000000000000000000000021\"", "\"traceId\":\"21\""),
          replaced(good, "\"traceId\":\"00000000000000000000000000000021\",", ""),
          replaced(good, "\"spanId\":\"0000000000000001\"", "\"spanId\":\"000000000000001\""),
          replaced(good, "\"spanId\":\"0000000000000001\"", "\"spanId\":\"000000000000000g\"")}) {
        const std::size_t before = receiving.calls();
        const Client::Answer answer = ask(receiving.url(), "/v1/traces", bad);
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.body,
                 std::string(R"({"partialSuccess":{"rejectedSpans":"1","errorMessage":"not taken: bad_id 1"}})"));
        QCOMPARE(receiving.calls() - before, std::size_t{99});
    }
    QCOMPARE(receiving.rejects(), std::string("bad_id x4"));
    const std::string all = replaced(exportOf(5), "\"traceId\":\"00000000000000000000000000000005\"", "\"traceId\":7");
    QCOMPARE(ask(receiving.url(), "/v1/traces", all).status, 200); // a request all the same
}

void TestOtlpBodies::o7PartialSuccessInProtobuf()
{
    // ExportLogsServiceResponse{partial_success{rejected_log_records: 300, error_message: "why"}}
    QCOMPARE(otlp::accepted(otlp::Encoding::Protobuf, OtlpSignal::Logs, 300, "why").body,
             std::string("\x0a\x08\x08\xac\x02\x12\x03why"));
    QCOMPARE(otlp::accepted(otlp::Encoding::Json, OtlpSignal::Logs, 300, "wh\"y").body,
             std::string(R"({"partialSuccess":{"rejectedLogRecords":"300","errorMessage":"wh\"y"}})"));
    QCOMPARE(otlp::accepted(otlp::Encoding::Json, OtlpSignal::Metrics, 1, "").body,
             std::string(R"({"partialSuccess":{"rejectedDataPoints":"1","errorMessage":""}})"));
    // One span of two in a real request: resource_spans{scope_spans{spans{trace_id of 3 bytes}, spans{good}}}
    const std::string badSpan("\x0a\x03"
                              "abc"
                              "\x12\x08"
                              "12345678",
                              15);
    const std::string goodSpan("\x0a\x10"
                               "0123456789abcdef"
                               "\x12\x08"
                               "12345678",
                               28);
    const auto field = [](char tag, const std::string &value) {
        return std::string(1, tag) + static_cast<char>(value.size()) + value;
    };
    const std::string body = field('\x0a', field('\x12', field('\x12', badSpan) + field('\x12', goodSpan)));
    Receiving receiving;
    const Client::Answer answer = ask(receiving.url(), "/v1/traces", body, {{"Content-Type", kProtobuf}});
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body, std::string("\x0a\x17\x08\x01\x12\x13not taken: bad_id 1"));
    QCOMPARE(receiving.inbox.batches().front().spans.size(), std::size_t{1});
}

void TestOtlpBodies::o7NumbersAsTextsOrNumbers()
{
    Receiving receiving;
    const std::string number = exportOf(1);
    const std::string text = replaced(number, R"({"intValue":1000})", R"({"intValue":"1000"})");
    QVERIFY(ask(receiving.url(), "/v1/traces", number).status == 200);
    QVERIFY(ask(receiving.url(), "/v1/traces", text).status == 200);
    const std::vector<FactBatch> batches = receiving.inbox.batches();
    QCOMPARE(batches[0].calls.front().raw.total(), std::int64_t{1500});
    QCOMPARE(batches[1].calls.front().raw.total(), std::int64_t{1500});
}

void TestOtlpBodies::o7TimesOutOfOrder()
{
    Receiving receiving;
    const std::string body = exportLine("test", {{.startMs = 5000,
                                                  .endMs = 3000,
                                                  .attributes = {{"gen_ai.operation.name", "chat"},
                                                                 {"gen_ai.usage.input_tokens", "1"},
                                                                 {"gen_ai.request.model", "gpt-4o"}}}});
    QCOMPARE(ask(receiving.url(), "/v1/traces", body).body, std::string("{}"));
    const FactBatch batch = receiving.inbox.batches().front();
    QCOMPARE(batch.calls.front().latencyNs, std::int64_t{0});
    QVERIFY((batch.calls.front().flags & CallClockSkew) != 0);
}

void TestOtlpBodies::o7TimesInTheFuture()
{
    const TimeNs now = kOtlpEpoch - 2 * kHour; // all that is sent lies ahead
    Receiving receiving([&](otlp::ReceiverSettings &settings) { settings.clock = [now] { return now; }; });
    QCOMPARE(ask(receiving.url(), "/v1/traces", exportOf(1)).status, 200);
    const FactBatch batch = receiving.inbox.batches().front();
    QCOMPARE(batch.calls.front().time, now);
    QVERIFY((batch.calls.front().flags & CallTimeAssumed) != 0);
    QVERIFY(batch.newest <= now + kHour);
}

void TestOtlpBodies::o7NotStored()
{
    Receiving receiving;
    for (const FakeInbox::Mode mode : {FakeInbox::Mode::Fail, FakeInbox::Mode::Full}) {
        receiving.inbox.set(mode);
        const Client::Answer answer = ask(receiving.url(), "/v1/traces", exportOf(1));
        QCOMPARE(answer.status, 503);
        QCOMPARE(answer.field("Retry-After"), std::string("1"));
        QVERIFY(answer.body.starts_with("{\"code\":14,"));
    }
    QVERIFY(receiving.inbox.awaitHealth([](const RemoteHealth &health) {
        return health.detail.ends_with(", 2 put off") && health.warning.find("no space left") != std::string::npos;
    }));
    receiving.inbox.set(FakeInbox::Mode::Store);
    QCOMPARE(receiving.served(), 200);
    QVERIFY(receiving.inbox.awaitHealth([](const RemoteHealth &health) { return health.warning.empty(); }));
}

void TestOtlpBodies::nothingIsPromisedBeforeItIsStored()
{
    Receiving receiving;
    receiving.inbox.set(FakeInbox::Mode::Hold);
    std::vector<Client> clients;
    for (unsigned i = 0; i < 8; ++i) {
        clients.emplace_back(receiving.url());
        clients.back().send(post(receiving.url(), "/v1/traces", exportOf(i + 1)));
    }
    QVERIFY(receiving.inbox.await(8));
    // An answer given to somebody else: had it given these any, they would be here.
    QCOMPARE(receiving.raw(post(receiving.url(), "/nowhere", "{}")), 404);
    for (const Client &client : clients)
        QVERIFY(!client.hasAnswer());
    receiving.inbox.settle({});
    for (Client &client : clients)
        QCOMPARE(client.read().status, 200);
}

void TestOtlpBodies::whoWaitsTooLongIsToldToComeAgain()
{
    Receiving receiving([](otlp::ReceiverSettings &settings) { settings.patience = 1; });
    receiving.inbox.set(FakeInbox::Mode::Hold);
    Client client(receiving.url());
    client.send(post(receiving.url(), "/v1/traces", exportOf(1)));
    QCOMPARE(client.read().status, 503);
    receiving.inbox.settle({}); // too late to be said
    receiving.inbox.set(FakeInbox::Mode::Store);
    client.send(post(receiving.url(), "/v1/traces", exportOf(1)));
    QCOMPARE(client.read().status, 200);
    QCOMPARE(receiving.raw(post(receiving.url(), "/nowhere", "{}")), 404);
    QVERIFY(!client.hasAnswer());
}

void TestOtlpBodies::stoppingPromisesNothing()
{
    Receiving receiving;
    receiving.inbox.set(FakeInbox::Mode::Hold);
    std::vector<Client> clients;
    for (unsigned i = 0; i < 8; ++i) {
        clients.emplace_back(receiving.url());
        clients.back().send(post(receiving.url(), "/v1/traces", exportOf(i + 1))
                            + post(receiving.url(), "/v1/traces", exportOf(i + 100)));
    }
    QVERIFY(receiving.inbox.await(8));
    receiving.source->stop();
    receiving.inbox.settle({});
    for (Client &client : clients) {
        QCOMPARE(client.read().status, 503);
        QCOMPARE(client.read().status, 0);
    }
    QCOMPARE(receiving.inbox.batches().size(), std::size_t{8}); // none after stop()
    QCOMPARE(receiving.url(), std::string());
    receiving.inbox.set(FakeInbox::Mode::Store);
    receiving.source->start({}, receiving.inbox);
    QCOMPARE(receiving.served(), 200);
}

void TestOtlpBodies::placesNameTheSignal()
{
    Receiving receiving([](otlp::ReceiverSettings &settings) { settings.target = "127.0.0.1:4318"; });
    QCOMPARE(ask(receiving.url(), "/v1/traces", exportOf(1)).status, 200);
    QCOMPARE(ask(receiving.url(), "/v1/logs", "rubbish").status, 400);
    QCOMPARE(ask(receiving.url(), "/v1/metrics", R"({"resourceMetrics":[]})").status, 200);
    const std::vector<FactBatch> batches = receiving.inbox.batches();
    QCOMPARE(receiving.textOf(batches[0].calls.front().source), std::string("127.0.0.1:4318"));
    QCOMPARE(receiving.textOf(batches[0].calls.front().ownerPath), std::string("127.0.0.1:4318/v1/traces"));
    QCOMPARE(receiving.textOf(batches[1].rejects.front().path), std::string("127.0.0.1:4318/v1/logs"));
    QCOMPARE(batches[2].metrics, std::int64_t{1});
}

void TestOtlpBodies::countersOfTheFutureAreRefused()
{
    Receiving receiving;
    const std::int64_t now = kDay / kSecond; // where the clock of these receivers stands
    Metric metric;
    metric.points = {{tokensOfModel("output"), "42", now + 7200, now - 60},
                     {tokensOfModel("input"), "7", now, now - 60}};
    const Client::Answer answer = ask(receiving.url(), "/v1/metrics", metricsExport({metric}));
    QCOMPARE(answer.status, 200);
    QVERIFY(answer.body.find("time_in_future") != std::string::npos);
    QCOMPARE(receiving.rejects(), std::string("time_in_future x1")); // once, however many facts a point is
    const FactBatch batch = receiving.inbox.batches().front();
    QVERIFY(!batch.calls.empty());
    for (const CallFact &fact : batch.calls)
        QCOMPARE(fact.raw[TokenClass::InFresh], std::int64_t{7});
}

QTEST_GUILESS_MAIN(TestOtlpBodies)
#include "tst_otlp_bodies.moc"
