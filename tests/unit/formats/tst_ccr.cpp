// SPDX-License-Identifier: GPL-3.0-or-later
// claude-code-router's own log.
#include <QtTest/QtTest>

#include <fstream>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

class TestCcr : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void captured();
    void restartsAnywhere();
    void whatIsNotTold_data();
    void whatIsNotTold();
    void failedAndUnknown();
    void badCounts();
    void requestsThatNeverEnd();
};

namespace {

std::string capturedLog()
{
    std::ifstream file(std::string(FLYBALL_FIXTURES) + "/ccr-2.0.0/ccr-20261122.log");
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string line(const std::string &members, int request = 1)
{
    return R"({"level":20,"time":1795382637000,"pid":7,"hostname":"h","reqId":"req-)" + std::to_string(request) + "\","
           + members + "}\n";
}

std::string begun(const std::string &url = "/v1/messages?beta=true")
{
    return line(R"("req":{"method":"POST","url":")" + url + R"("},"msg":"incoming request")")
           + line(R"("data":{"model":"claude-sonnet-4-5","stream":true},"type":"request body")");
}

std::string piece(const std::string &usage)
{
    return line(R"("response":{"id":"chatcmpl-1","model":"gpt-4o","usage":)" + usage
                + R"(},"tppe":"Original Response")");
}

std::string ended(int status = 200)
{
    return line(R"("res":{"statusCode":)" + std::to_string(status)
                + R"(},"responseTime":21.5,"msg":"request completed")");
}

} // namespace

void TestCcr::captured()
{
    QVERIFY(sniffFormat(capturedLog()) == formatOfKind("ccr-log"));
    World w;
    const FactBatch batch = w.file("ccr-log", "ccr-20261122.log", capturedLog());
    QVERIFY(batch.rejects.empty());
    const std::vector<Call> calls = w.calls();
    QCOMPARE(calls.size(), std::size_t{2}); // of four: two were passed on unchanged
    for (const Call &call : calls) {
        QCOMPARE(tokensOf(call.usage), std::string("in 176 read 1024 out 64 reasoning 16"));
        QCOMPARE(w.text(call.model), std::string("fake-cheap"));
        QCOMPARE(w.text(call.modelRequested), std::string("claude-sonnet-4-5"));
        QCOMPARE(w.text(call.names.session), std::string("abc"));
        QVERIFY((call.flags & CallTimeAssumed) == 0);
        QVERIFY(call.latencyNs > 0);
    }
    // What the caller got as the message's id: the provider's, or the router's own for a stream.
    QCOMPARE(w.text(calls[0].request), std::string("chatcmpl-fake1"));
    QVERIFY((calls[0].flags & CallStreamed) == 0);
    QVERIFY(w.text(calls[1].request).starts_with("msg_17953"));
    QVERIFY((calls[1].flags & CallStreamed) != 0);
    // The provider's key stands in the log.
    for (std::uint32_t i = 1; i < w.symbols.size(); ++i)
        QVERIFY(w.symbols.text(i).find("Bearer") == std::string_view::npos);
}

void TestCcr::restartsAnywhere()
{
    const std::string text = capturedLog();
    World whole;
    (void)whole.file("ccr-log", "ccr.log", text);
    for (std::size_t cut = text.find('\n'); cut + 1 < text.size(); cut = text.find('\n', cut + 1)) {
        World w;
        FactBatch batch;
        auto first = w.reader("ccr-log", "ccr.log");
        first->read(std::string_view(text).substr(0, cut + 1), 0, batch);
        auto second = w.reader("ccr-log", "ccr.log");
        second->restoreState(first->saveState());
        second->read(std::string_view(text).substr(cut + 1), static_cast<std::int64_t>(cut + 1), batch);
        w.add(batch);
        QCOMPARE(w.describe(), whole.describe());
    }
    World w;
    w.reader("ccr-log", "ccr.log")->restoreState("[1,{\"a\":2}");
    w.reader("ccr-log", "ccr.log")->restoreState(R"({"7/req-1":{"begun":5,"x":null},"y":3})");
}

void TestCcr::whatIsNotTold_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const std::string &text) {
        QTest::newRow(name) << QByteArray::fromStdString(text);
    };
    row("passed on unchanged", begun() + ended());
    row("counting tokens", begun("/v1/messages/count_tokens") + piece(R"({"prompt_tokens":3})") + ended());
    row("its own interface", begun("/api/config") + ended(500));
    row("not complete", begun() + piece(R"({"prompt_tokens":3})"));
}

void TestCcr::whatIsNotTold()
{
    QFETCH(QByteArray, text);
    World w;
    const FactBatch batch = w.file("ccr-log", "ccr.log", text.toStdString());
    QVERIFY(batch.calls.empty());
    QVERIFY(batch.rejects.empty());
    QCOMPARE(batch.ignored, batch.lines);
}

void TestCcr::failedAndUnknown()
{
    World failed;
    (void)failed.file("ccr-log", "ccr.log", begun() + ended(429));
    QVERIFY((failed.only().flags & CallFailed) != 0);
    QCOMPARE(failed.text(failed.only().errorType), std::string("429"));
    QVERIFY(failed.only().usage.quality == UsageQuality::Missing);
    World unknown; // a provider that counts nothing in streams
    (void)unknown.file("ccr-log", "ccr.log", begun() + piece("null") + ended());
    QVERIFY((unknown.only().flags & CallFailed) == 0);
    QVERIFY(unknown.only().usage.quality == UsageQuality::Missing);
    QCOMPARE(unknown.totals().callsWithoutUsage, std::int64_t{1});
    World last; // the last piece counts
    (void)last.file("ccr-log", "ccr.log",
                    begun() + piece(R"({"prompt_tokens":1,"completion_tokens":1})")
                        + piece(R"({"prompt_tokens":9,"completion_tokens":4})") + ended());
    QCOMPARE(tokensOf(last.only().usage), std::string("in 9 out 4"));
}

void TestCcr::badCounts()
{
    World w;
    const FactBatch batch =
        w.file("ccr-log", "ccr.log", begun() + piece(R"({"prompt_tokens":-1})") + ended() + "{\"a\"\n");
    QVERIFY(batch.calls.empty());
    QCOMPARE(w.rejected("out_of_range"), std::int64_t{1});
    QCOMPARE(batch.rejects.size(), std::size_t{2});
}

void TestCcr::requestsThatNeverEnd()
{
    World w;
    const auto reader = w.reader("ccr-log", "ccr.log");
    FactBatch batch;
    std::size_t most = 0;
    for (int i = 0; i < 20'000; ++i) {
        reader->read(line(R"("req":{"url":"/v1/messages"},"msg":"incoming request")", i), 0, batch);
        if (i % 1000 == 999)
            most = std::max(most, reader->saveState().size());
    }
    QVERIFY(most < 200'000);
}

QTEST_APPLESS_MAIN(TestCcr)
#include "tst_ccr.moc"
