// SPDX-License-Identifier: GPL-3.0-or-later
// What a request of Portkey's live log amounts to.
#include <QtTest/QtTest>

#include "core/formats/portkey/portkey.h"
#include "tests/unit/gateways/portkey/portkey_bench.h"

using namespace flyball;
using namespace flyball::test;
using nlohmann::json;

class TestPortkeyRows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void captured();
    void attemptsOfARequestAreOneRun();
    void whatWasPaidThoughItFailed();
    void timesAreOfTheAttempt();
    void streamsAreUnknown();
    void cachesAreNoCalls_data();
    void cachesAreNoCalls();
    void usageShapes_data();
    void usageShapes();
    void whatAsksNoModel_data();
    void whatAsksNoModel();
    void namesOfTheCaller();
    void badRows_data();
    void badRows();
    void anyPrefixOfARow();
};

namespace {

FactBatch read(World &w, const json &request)
{
    FactBatch batch;
    makePortkeyReader({&w.cache, w.symbols.intern("gw"), "http://gw", w.arrival, true})->read(request.dump(), 7, batch);
    w.add(batch);
    return batch;
}

json &attempt(json &request, std::size_t i = 0) { return request["requestOptions"][i]; }
json &answer(json &request, std::size_t i = 0) { return attempt(request, i)["originalResponse"]["body"]; }

} // namespace

void TestPortkeyRows::captured()
{
    World w;
    std::int64_t attempts = 0, in = 0, out = 0, cached = 0;
    for (const json &request : capturedLogs()) {
        (void)read(w, request);
        for (const json &option : request.at("requestOptions")) {
            ++attempts;
            const json usage = option.at("originalResponse").at("body").value("usage", json::object());
            // Anthropic's input stands beside what was cached.
            in += usage.value("prompt_tokens", 0) + usage.value("input_tokens", 0)
                  + usage.value("cache_read_input_tokens", 0) + usage.value("cache_creation_input_tokens", 0);
            out += usage.value("completion_tokens", 0) + usage.value("output_tokens", 0);
            cached += usage.value("prompt_tokens_details", json::object()).value("cached_tokens", 0)
                      + usage.value("cache_read_input_tokens", 0);
        }
    }
    const std::vector<Call> calls = w.calls();
    QCOMPARE(static_cast<std::int64_t>(calls.size()), attempts);
    QCOMPARE(attempts, std::int64_t{9});
    std::int64_t inRead = 0, outRead = 0, cachedRead = 0, failed = 0;
    for (const Call &call : calls) {
        inRead += call.usage.inTotal();
        outRead += call.usage.outTotal();
        cachedRead += call.usage[TokenClass::CacheRead];
        const bool isFailed = (call.flags & CallFailed) != 0;
        failed += isFailed ? 1 : 0;
        QCOMPARE(call.usage.quality == UsageQuality::Missing, isFailed);
        QVERIFY((call.flags & CallTimeAssumed) == 0);
        QVERIFY(call.latencyNs > 0);
    }
    QCOMPARE(failed, std::int64_t{2}); // the 500 before a fallback, and the 429
    QCOMPARE(inRead, in);
    QCOMPARE(outRead, out);
    QCOMPARE(cachedRead, cached);
    QCOMPARE(static_cast<std::int64_t>(w.runs().size()), std::int64_t{8});
}

void TestPortkeyRows::attemptsOfARequestAreOneRun()
{
    World w;
    (void)read(w, capturedLogs().at(2));
    const std::vector<Call> calls = w.calls();
    QCOMPARE(calls.size(), std::size_t{2});
    QVERIFY(calls[0].run == calls[1].run);
    QVERIFY((calls[0].flags & CallFailed) != 0);
    QCOMPARE(w.text(calls[0].errorType), std::string("server_error"));
    QCOMPARE(w.text(calls[0].model), std::string("fake-err500"));
    QCOMPARE(w.text(calls[0].modelRequested), std::string("fake-mid"));
    // The caller's answer stands beside the first attempt; it is the second's.
    QCOMPARE(calls[0].usage.total(), std::int64_t{0});
    QCOMPARE(w.text(calls[0].request), std::string());
    QVERIFY((calls[1].flags & CallFailed) == 0);
    QCOMPARE(w.text(calls[1].model), std::string("fake-cheap"));
    QCOMPARE(w.text(calls[1].request), std::string("chatcmpl-fake5"));
    QCOMPARE(calls[1].usage.total(), std::int64_t{1280});
    // Retries share an id; the same request told twice is one.
    json request = capturedLogs().at(2);
    attempt(request, 1)["hookSpanId"] = attempt(request, 0)["hookSpanId"];
    attempt(request, 1)["createdAt"] = attempt(request, 0)["createdAt"];
    (void)read(w, request);
    QCOMPARE(w.calls().size(), std::size_t{2});
}

void TestPortkeyRows::whatWasPaidThoughItFailed()
{
    json request = logged("chatcmpl-1"); // a guardrail refused the answer
    request["status"] = 446;
    World w;
    (void)read(w, request);
    const Call call = w.only();
    QVERIFY((call.flags & CallFailed) != 0);
    QCOMPARE(w.text(call.errorType), std::string("446"));
    QCOMPARE(call.usage.total(), std::int64_t{1100});
    QVERIFY(call.cost > 0);
}

void TestPortkeyRows::timesAreOfTheAttempt()
{
    json request = logged("chatcmpl-1");
    World w;
    (void)read(w, request);
    QCOMPARE(w.only().time, kNow - kSecond); // createdAt + executionTime
    QCOMPARE(w.only().latencyNs, kSecond);
    // Its own time is the words of some locale.
    attempt(request).erase("createdAt");
    World late;
    (void)read(late, request);
    QCOMPARE(late.only().time, late.arrival);
    QVERIFY((late.only().flags & CallTimeAssumed) != 0);
}

void TestPortkeyRows::streamsAreUnknown()
{
    json request = logged("chatcmpl-1");
    attempt(request)["transformedRequest"]["body"]["stream"] = true;
    attempt(request)["originalResponse"] = json::object();
    attempt(request)["response"] = {{"message", "The response was a stream."}};
    World w;
    (void)read(w, request);
    const Call call = w.only();
    QVERIFY((call.flags & CallStreamed) != 0);
    QVERIFY(call.usage.quality == UsageQuality::Missing);
    QCOMPARE(w.totals().calls, std::int64_t{1});
    QVERIFY(w.totals().callsWithoutUsage == 1);
}

void TestPortkeyRows::cachesAreNoCalls_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<bool>("hit");
    for (const char *hit : {"HIT", "SEMANTIC HIT"})
        QTest::newRow(hit) << QByteArray(hit) << true;
    for (const char *miss : {"MISS", "SEMANTIC MISS", "REFRESH", "DISABLED"})
        QTest::newRow(miss) << QByteArray(miss) << false;
}

void TestPortkeyRows::cachesAreNoCalls()
{
    QFETCH(QByteArray, status);
    QFETCH(bool, hit);
    json request = logged("chatcmpl-1");
    attempt(request)["cacheStatus"] = status.toStdString();
    World w;
    (void)read(w, request);
    QCOMPARE(w.totals().calls, hit ? std::int64_t{0} : std::int64_t{1});
    QCOMPARE(w.only().cost > 0, !hit);
}

void TestPortkeyRows::usageShapes_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("tokens");
    const auto row = [](const char *name, const char *body, const char *tokens) {
        QTest::newRow(name) << QByteArray(body) << QByteArray(tokens);
    };
    row("openai", R"({"usage":{"prompt_tokens":10,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":6}}})",
        "in 4 read 6 out 4");
    row("responses", R"({"object":"response","usage":{"input_tokens":10,"output_tokens":4}})", "in 10 out 4");
    row("anthropic", R"({"type":"message","usage":{"input_tokens":10,"cache_read_input_tokens":6,"output_tokens":4}})",
        "in 10 read 6 out 4");
    row("gemini", R"({"usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":6,"candidatesTokenCount":4}})",
        "in 4 read 6 out 4");
    row("converse", R"({"usage":{"inputTokens":10,"cacheReadInputTokens":6,"outputTokens":4,"totalTokens":20}})",
        "in 10 read 6 out 4");
}

void TestPortkeyRows::usageShapes()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, tokens);
    json request = logged("chatcmpl-1");
    answer(request) = json::parse(body.toStdString());
    World w;
    (void)read(w, request);
    QCOMPARE(tokensOf(w.only().usage), tokens.toStdString());
}

void TestPortkeyRows::whatAsksNoModel_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("function");
    QTest::newRow("a list of models") << QByteArray("GET") << QByteArray("proxy");
    QTest::newRow("a file that goes") << QByteArray("DELETE") << QByteArray("deleteFile");
    QTest::newRow("counting") << QByteArray("POST") << QByteArray("messagesCountTokens");
    QTest::newRow("a batch") << QByteArray("POST") << QByteArray("createBatch");
}

void TestPortkeyRows::whatAsksNoModel()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, function);
    json request = logged("chatcmpl-1");
    request["method"] = method.toStdString();
    attempt(request)["providerOptions"]["rubeusURL"] = function.toStdString();
    World w;
    const FactBatch batch = read(w, request);
    QCOMPARE(batch.ignored, std::int64_t{1});
    QVERIFY(batch.calls.empty());
    QVERIFY(batch.rejects.empty());
}

void TestPortkeyRows::namesOfTheCaller()
{
    json request = logged("chatcmpl-1");
    attempt(request)["finalUntransformedRequest"]["body"]["metadata"] = {{"workflow", "triage"}, {"agent", "planner"}};
    attempt(request)["providerOptions"]["name"] = "frontier";
    World w;
    (void)read(w, request);
    QCOMPARE(w.text(w.only().names.workflow), std::string("triage"));
    QCOMPARE(w.text(w.only().names.agent), std::string("planner"));
    QCOMPARE(w.text(w.only().names.tier), std::string("frontier"));
    // A gateway that forwards its own metadata knows better.
    attempt(request)["transformedRequest"]["headers"]["x-portkey-metadata"] = R"({"workflow":"review"})";
    World forwarded;
    (void)read(forwarded, request);
    QCOMPARE(forwarded.text(forwarded.only().names.workflow), std::string("review"));
    QCOMPARE(forwarded.text(forwarded.only().names.agent), std::string("planner"));
    // No key of a provider becomes a name of anything.
    for (std::uint32_t i = 1; i < forwarded.symbols.size(); ++i)
        QVERIFY(forwarded.symbols.text(i).find("sk-fake") == std::string_view::npos);
}

void TestPortkeyRows::badRows_data()
{
    QTest::addColumn<QByteArray>("change"); // a merge patch
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char *name, const char *change, const char *reason) {
        QTest::newRow(name) << QByteArray(change) << QByteArray(reason);
    };
    const auto usage = [&](const char *name, const std::string &usage) {
        row(name,
            (R"({"requestOptions":[{"createdAt":"2026-11-22T15:59:58.000Z","originalResponse":{"body":{"usage":)"
             + usage + "}}}]}")
                .c_str(),
            "out_of_range");
    };
    row("no attempts", R"({"requestOptions":[]})", "no_attempts");
    row("not a list", R"({"requestOptions":{"a":1}})", "no_attempts");
    row("absent", R"({"requestOptions":null})", "no_attempts");
    usage("negative", R"({"prompt_tokens":-1})");
    usage("beyond 2^53", R"({"prompt_tokens":9007199254740993,"completion_tokens":1})");
    usage("a fraction", R"({"prompt_tokens":1.5})");
    usage("converse negative", R"({"inputTokens":-1})");
}

void TestPortkeyRows::badRows()
{
    QFETCH(QByteArray, change);
    QFETCH(QByteArray, reason);
    json request = logged("chatcmpl-1");
    request.merge_patch(json::parse(change.toStdString()));
    World w;
    const FactBatch batch = read(w, request);
    QVERIFY(batch.calls.empty());
    QCOMPARE(w.rejected(reason.toStdString()), std::int64_t{1});
}

void TestPortkeyRows::anyPrefixOfARow()
{
    const std::string line = capturedLogs().at(2).dump();
    World w;
    for (std::size_t length = 0; length < line.size(); ++length) {
        FactBatch batch;
        makePortkeyReader({&w.cache, 0, "http://gw", w.arrival, true})->read(line.substr(0, length), 0, batch);
        QVERIFY(batch.calls.empty());
        QVERIFY(length == 0 || batch.rejects.size() == 1);
    }
}

QTEST_APPLESS_MAIN(TestPortkeyRows)
#include "tst_portkey_rows.moc"
