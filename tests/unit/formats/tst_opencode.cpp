// SPDX-License-Identifier: GPL-3.0-or-later
// OpenCode messages, each test named after a trap.
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

struct Message {
    std::string id = "msg_1";
    std::string tokens = R"({"input":120,"output":60,"reasoning":0,"cache":{"read":12,"write":24}})";
    std::string time = R"({"created":1795255200000,"completed":1795255203500})";
    std::string cost = "0.03";
    std::string model = "claude-sonnet-4-20250514";
    std::string more; ///< "," first
};

std::string row(const Message &m)
{
    return R"({"id":")" + m.id + R"(","sessionID":"ses_1","role":"assistant","time":)" + m.time
           + R"(,"parentID":"msg_0","modelID":")" + m.model
           + R"(","providerID":"anthropic","mode":"build","path":{"cwd":"/home/dev/shop","root":"/"},"cost":)" + m.cost
           + R"(,"tokens":)" + m.tokens + m.more + "}\n";
}

/// As older versions wrote it: over many lines, without a last line end.
std::string document(const Message &m)
{
    return "{\n  \"id\": \"" + m.id
           + "\",\n  \"sessionID\": \"ses_1\",\n  \"role\": \"assistant\",\n  \"time\": {\n"
             "    \"created\": 1795255200000,\n    \"completed\": 1795255203500\n  },\n  \"parentID\": \"msg_0\",\n"
             "  \"modelID\": \""
           + m.model
           + "\",\n  \"providerID\": \"anthropic\",\n  \"mode\": \"build\",\n"
             "  \"path\": {\n    \"cwd\": \"/home/dev/shop\"\n  },\n  \"cost\": "
           + m.cost
           + ",\n  \"tokens\": {\n"
             "    \"input\": 120,\n    \"output\": 60,\n    \"reasoning\": 0,\n    \"cache\": {\n"
             "      \"read\": 12,\n      \"write\": 24\n    }\n  }\n}";
}

constexpr const char *kDatabase = "/data/opencode.db";
constexpr const char *kFile = "/data/storage/message/ses_1/msg_1.json";

} // namespace

class TestOpenCode : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aCompletedMessageIsACall();
    void aMessageBegunIsNotACall();
    void theSameIdInFileAndDatabaseIsOneCall();
    void aDocumentOverManyLines();
    void costZeroIsUnknown();
    void reasoningInsideOrOutside_data();
    void reasoningInsideOrOutside();
    void failedMessages();
    void oneRunPerMessageOfTheUser();
    void impossibleCountsAreRefused();
    void otherRowsAreIgnored();
    void namesAndHeads();
    void aDocumentThatNeverEnds();
};

void TestOpenCode::aCompletedMessageIsACall()
{
    World w;
    w.file("opencode", kDatabase, row({.more = R"(,"finish":"stop")"}));
    const Call call = w.only();
    QCOMPARE(tokensOf(call.usage), std::string("in 120 read 12 untyped 24 out 60"));
    QCOMPARE(call.time, 1795255203500 * (kSecond / 1000));
    QCOMPARE(call.latencyNs, 3'500'000'000);
    QCOMPARE(call.reportedPico, 30'000'000'000);
    QCOMPARE(w.text(call.provider), std::string("anthropic"));
    QCOMPARE(w.text(call.model), std::string("claude-sonnet-4-20250514"));
    QCOMPARE(w.text(call.names.workflow), std::string("/home/dev/shop"));
    QCOMPARE(w.text(call.names.agent), std::string("build"));
    QCOMPARE(w.text(call.names.session), std::string("ses_1"));
    QCOMPARE(w.text(call.finishReason), std::string("stop"));
    QVERIFY(call.cost > 0 && (call.flags & CallCacheKnown) != 0);
}

void TestOpenCode::aMessageBegunIsNotACall()
{
    const std::string begun = row({.tokens = R"({"input":0,"output":0,"reasoning":0,"cache":{"read":0,"write":0}})",
                                   .time = R"({"created":1795255200000})",
                                   .cost = "0"});
    World w;
    QCOMPARE(w.file("opencode", kDatabase, begun).ignored, 1);
    QCOMPARE(w.totals().calls, 0);
    w.file("opencode", kDatabase, begun + row({}) + row({})); // polled again when it is complete
    QCOMPARE(w.totals().calls, 1);
    QCOMPARE(w.collator.coverage().duplicates, 0);
}

void TestOpenCode::theSameIdInFileAndDatabaseIsOneCall()
{
    for (const bool first : {true, false}) {
        World w;
        if (first)
            w.file("opencode", kFile, document({}));
        w.file("opencode", kDatabase, row({}) + row({.id = "msg_2"}));
        if (!first)
            w.file("opencode", kFile, document({}));
        QCOMPARE(w.totals().calls, 2);
        QCOMPARE(w.totals().inTotal(), 2 * 156);
        QCOMPARE(w.collator.coverage().duplicates, 1);
    }
}

void TestOpenCode::aDocumentOverManyLines()
{
    World inRow;
    inRow.file("opencode", kDatabase, row({}));
    const std::string text = document({});
    // Whole; without its last line, which may never come; in two pieces with a restart between them.
    for (const std::size_t cut : {text.size(), text.rfind('\n') + 1, std::size_t{0}}) {
        World w;
        FactBatch batch;
        auto reader = w.reader("opencode", kFile);
        if (cut == 0) {
            const std::size_t half = text.find("\"modelID\"");
            reader->read(text.substr(0, half), 0, batch);
            const std::string state = reader->saveState();
            reader = w.reader("opencode", kFile);
            reader->restoreState(state);
            reader->read(text.substr(half), static_cast<std::int64_t>(half), batch);
        } else {
            reader->read(text.substr(0, cut), 0, batch);
        }
        QCOMPARE(batch.calls.size(), std::size_t{1});
        QVERIFY(batch.rejects.empty());
        w.add(batch);
        QCOMPARE(tokensOf(w.only().usage), tokensOf(inRow.only().usage));
        QCOMPARE(w.only().reportedPico, inRow.only().reportedPico);
    }
}

void TestOpenCode::costZeroIsUnknown()
{
    World w;
    w.file("opencode", kDatabase, row({.cost = "0"}) + row({.id = "msg_2", .cost = "0", .model = "nobody-knows-it"}));
    QCOMPARE(w.totals().callsUnpriced, 1);
    for (const Call &call : w.calls())
        QCOMPARE(call.reportedPico, -1);
}

void TestOpenCode::reasoningInsideOrOutside_data()
{
    QTest::addColumn<QByteArray>("tokens");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("no total: beside") << QByteArray(R"({"input":100,"output":50,"reasoning":20})")
                                      << QByteArray("in 100 out 50 reasoning 20");
    QTest::newRow("total says beside") << QByteArray(R"({"input":100,"output":50,"reasoning":20,"total":170})")
                                       << QByteArray("in 100 out 50 reasoning 20");
    QTest::newRow("total says inside") << QByteArray(R"({"input":100,"output":50,"reasoning":20,"total":150})")
                                       << QByteArray("in 100 out 30 reasoning 20");
    QTest::newRow("the excess is output")
        << QByteArray(R"({"input":100,"output":50,"cache":{"read":50,"write":25},"total":245})")
        << QByteArray("in 100 read 50 untyped 25 out 70");
    QTest::newRow("only a total") << QByteArray(R"({"total":123})") << QByteArray("out 123");
}

void TestOpenCode::reasoningInsideOrOutside()
{
    QFETCH(QByteArray, tokens);
    QFETCH(QByteArray, expected);
    World w;
    w.file("opencode", kDatabase, row({.tokens = tokens.toStdString()}));
    QCOMPARE(tokensOf(w.only().usage), expected.toStdString());
}

void TestOpenCode::failedMessages()
{
    const std::string none = R"({"input":0,"output":0,"reasoning":0,"cache":{"read":0,"write":0}})";
    World w;
    w.file("opencode", kDatabase,
           row({.tokens = none,
                .time = R"({"created":1795255200000})",
                .cost = "0",
                .more = R"(,"error":{"name":"APIError","data":{"message":"overloaded","isRetryable":true}})"})
               + row({.id = "msg_2", .more = R"(,"error":{"name":"MessageAbortedError","data":{"message":"x"}})"}));
    const auto calls = w.calls();
    QCOMPARE(calls.size(), std::size_t{2});
    QCOMPARE(w.totals().errors, 2);
    QCOMPARE(w.totals().callsWithoutUsage, 0);
    QCOMPARE(w.text(calls[0].errorType), std::string("APIError"));
    QVERIFY(!calls[0].hasUsage() && calls[0].cost == 0);
    QVERIFY(calls[1].hasUsage() && calls[1].cost > 0); // what came before it was stopped is billed
}

void TestOpenCode::oneRunPerMessageOfTheUser()
{
    World w;
    w.file("opencode", kDatabase,
           row({}) + row({.id = "msg_2"}) + row({.id = "msg_3", .more = R"(,"parentID":"msg_9")"}));
    QCOMPARE(w.runs().size(), std::size_t{2});
    for (const auto &[key, run] : w.runs())
        QCOMPARE(w.text(run.workflow), std::string("/home/dev/shop"));
}

void TestOpenCode::impossibleCountsAreRefused()
{
    World w;
    w.file("opencode", kDatabase, row({.tokens = R"({"input":-1,"output":5})"}) + row({.id = "msg_2"}) + "not json\n");
    QCOMPARE(w.totals().calls, 1);
    QCOMPARE(w.rejected("out_of_range"), 1);
    QCOMPARE(w.rejected("not_json"), 1);
}

void TestOpenCode::otherRowsAreIgnored()
{
    World w;
    const FactBatch batch = w.file(
        "opencode", kDatabase,
        R"({"id":"u","sessionID":"s","role":"user","time":{"created":1},"model":{"modelID":"x"}})"
        "\n"
        R"({"id":"","sessionID":"s","role":"assistant","time":{"created":1,"completed":2},"modelID":"m","tokens":{"input":1}})"
        "\n{}\n");
    QCOMPARE(batch.ignored, 3);
    QVERIFY(batch.calls.empty() && batch.rejects.empty());
}

void TestOpenCode::namesAndHeads()
{
    const Format &format = *formatOfKind("opencode");
    for (const char *path : {"/d/opencode.db", "/d/opencode-beta.db", kFile})
        QVERIFY2(format.wantsPath(path), path);
    for (const char *path : {"/d/opencode.db-wal", "/d/opencode.db-shm", "/d/storage/part/x.json", "/d/auth.json"})
        QVERIFY2(!format.wantsPath(path), path);
    QVERIFY(sniffFormat(row({})) == &format);
    QVERIFY(sniffFormat(document({})) == &format);
    QVERIFY(sniffFormat(document({}).substr(0, 100)) == &format);
    QVERIFY(!sniffFormat(R"({"id":"x","sessionID":"y"})"));
}

/// Each line may be its last one, and each try goes over all of it.
void TestOpenCode::aDocumentThatNeverEnds()
{
    for (const char *part : {"x", "}"}) {
        World w;
        std::string text = "{\n[\n";
        for (int i = 0; i < 1500; ++i)
            text += std::string(part) + "\n";
        const FactBatch batch = w.file("opencode", kFile, text + row({}));
        QCOMPARE(w.rejected("endless_document"), std::int64_t(1));
        QCOMPARE(w.totals().calls, 1); // what comes after it
        QVERIFY(batch.rejects.front().length < 2000);
    }
    // A long one that does end.
    World w;
    std::string more = ",\n  \"summary\": {\n";
    for (int i = 0; i < 700; ++i)
        more += "    \"f" + std::to_string(i) + "\": {\n      \"n\": 1\n    },\n";
    std::string text = document({});
    text.insert(text.rfind("\n}"), more + "    \"last\": 1\n  }");
    w.file("opencode", kFile, text);
    QCOMPARE(w.totals().calls, 1);
    QCOMPARE(w.rejected("endless_document"), std::int64_t(0));
}

QTEST_GUILESS_MAIN(TestOpenCode)
#include "tst_opencode.moc"
