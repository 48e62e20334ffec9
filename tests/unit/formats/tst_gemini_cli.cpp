// SPDX-License-Identifier: GPL-3.0-or-later
// Traps of Gemini CLI chats, each test named after one.
#include <QtTest/QtTest>
#include <algorithm>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

class TestGeminiCli : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cachedIsInsideInput();
    void cachedBesideInputWhenTheTotalSaysSo();
    void thoughtsAreOutputAndToolTokensInput();
    void patchesRepeatMessagesWithoutTokens();
    void oneMessageIsOneCall();
    void tokensMayComeLater();
    void failedCallsLeaveNoTokens();
    void resumedChatHasASecondHeader();
    void runIsThePrompt();
    void olderChatsAreOneObject();
    void olderChatsGrow();
    void countsThatCannotBeAreRefused();
    void unknownModelIsUnpriced();
    void brokenLinesAreNamed();
};

namespace {

constexpr const char *kKind = "gemini-cli";
constexpr const char *kPath = "tmp/shop/chats/session-1.jsonl";

std::string header(const std::string &session = "s1")
{
    return R"({"sessionId":")" + session
           + R"(","projectHash":"e828","startTime":"2026-11-21T10:00:00.000Z","kind":"main"})" + "\n";
}
std::string user(const std::string &id)
{
    return R"({"id":")" + id + R"(","timestamp":"2026-11-21T10:00:01Z","type":"user","content":"x"})" + "\n";
}
std::string answer(const std::string &id, const std::string &tokens, const std::string &model = "gemini-2.5-pro")
{
    return R"({"id":")" + id + R"(","timestamp":"2026-11-21T10:00:02Z","type":"gemini","content":"x","tokens":)"
           + tokens + R"(,"model":")" + model + "\"}\n";
}
constexpr const char *kTokens = R"({"input":1302,"output":24,"cached":1152,"thoughts":128,"tool":0,"total":1454})";

/// As JSON.stringify(chat, null, 2) writes it, without a line end.
std::string wholeChat(int answers)
{
    std::string text =
        "{\n  \"sessionId\": \"s1\",\n  \"projectHash\": \"e828\",\n  \"tags\": [\n    \"a\"\n  ],\n"
        "  \"startTime\": \"2026-11-21T10:00:00.000Z\",\n  \"messages\": [\n"
        "    {\n      \"id\": \"u1\",\n      \"type\": \"user\",\n      \"content\": \"a } ] \\\" {\"\n    }";
    for (int i = 1; i <= answers; ++i)
        text +=
            ",\n    {\n      \"id\": \"g" + std::to_string(i)
            + "\",\n      \"timestamp\": \"2026-11-21T10:00:02Z\",\n      \"type\": \"gemini\",\n      \"tokens\": {\n"
              "        \"input\": 10,\n        \"output\": 5,\n        \"cached\": 0,\n        \"total\": 15\n      "
              "},\n"
              "      \"model\": \"gemini-2.5-pro\"\n    }";
    return text + "\n  ],\n  \"lastUpdated\": \"x\"\n}";
}

} // namespace

void TestGeminiCli::cachedIsInsideInput()
{
    World w;
    w.file(kKind, kPath, header() + answer("g1", kTokens));
    const Call call = w.only();
    QCOMPARE(tokensOf(call.usage), std::string("in 150 read 1152 out 24 reasoning 128"));
    QCOMPARE(w.text(call.provider), std::string("google"));
    QVERIFY(call.costOrigin == CostOrigin::Computed);
    QCOMPARE(qint64(call.time), qint64(kOtlpEpoch + 2 * kSecond));
    QVERIFY((call.flags & CallCacheKnown) != 0);
}

void TestGeminiCli::cachedBesideInputWhenTheTotalSaysSo()
{
    World w;
    w.file(kKind, kPath, answer("g1", R"({"input":150,"output":24,"cached":100,"thoughts":0,"tool":0,"total":274})"));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 150 read 100 out 24"));
    World larger; // cannot be inside
    larger.file(kKind, kPath, answer("g1", R"({"input":150,"output":24,"cached":1152})"));
    QCOMPARE(tokensOf(larger.only().usage), std::string("in 150 read 1152 out 24"));
}

void TestGeminiCli::thoughtsAreOutputAndToolTokensInput()
{
    World w;
    w.file(kKind, kPath, answer("g1", R"({"input":100,"output":10,"cached":40,"thoughts":7,"tool":30,"total":147})"));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 90 read 40 out 10 reasoning 7"));
}

void TestGeminiCli::patchesRepeatMessagesWithoutTokens()
{
    World w;
    const std::string patch =
        R"({"$set":{"messages":[{"id":"g1","timestamp":"2026-11-21T11:00:00Z","type":"gemini","content":"x"},)"
        R"({"id":"g9","type":"gemini","content":"from a chat that is gone"}]}})"
        "\n";
    w.file(kKind, kPath, header() + answer("g1", kTokens) + patch);
    const Call call = w.only();
    QCOMPARE(call.usage.total(), 1454);
    QCOMPARE(qint64(call.time), qint64(kOtlpEpoch + 2 * kSecond));
}

void TestGeminiCli::oneMessageIsOneCall()
{
    for (const bool swap : {false, true}) {
        World w;
        const auto a = [&] { w.file(kKind, kPath, header() + answer("g1", kTokens)); };
        const auto b = [&] { w.file(kKind, "tmp/shop/chats/session-2.jsonl", header("s2") + answer("g1", kTokens)); };
        swap ? (b(), a()) : (a(), b());
        QCOMPARE(w.text(w.only().names.session), std::string("s1"));
        QCOMPARE(w.collator.coverage().duplicates, 1);
    }
}

void TestGeminiCli::tokensMayComeLater()
{
    World w;
    w.file(kKind, kPath, header() + answer("g1", "null") + answer("g1", kTokens));
    QCOMPARE(w.only().usage.total(), 1454);
    World never;
    never.file(kKind, kPath, header() + answer("g1", "null"));
    QVERIFY(never.only().costOrigin == CostOrigin::NoUsage);
    QCOMPARE(never.totals().callsWithoutUsage, 1);
}

void TestGeminiCli::failedCallsLeaveNoTokens()
{
    World w;
    const FactBatch batch =
        w.file(kKind, kPath, header() + user("u1") + R"({"id":"e","type":"error","content":"400"})" + "\n");
    QVERIFY(w.calls().empty());
    QCOMPARE(batch.ignored, 3);
}

void TestGeminiCli::resumedChatHasASecondHeader()
{
    World w;
    w.file(kKind, kPath,
           header() + answer("g1", kTokens) + header() + answer("g2", R"({"input":1,"output":2,"total":3})"));
    QCOMPARE(w.totals().calls, 2);
    for (const Call &call : w.calls())
        QCOMPARE(w.text(call.names.session), std::string("s1"));
}

void TestGeminiCli::runIsThePrompt()
{
    World w;
    w.file(kKind, kPath,
           header() + user("u1") + answer("g1", kTokens) + answer("g2", kTokens) + user("u2") + answer("g3", kTokens));
    const std::map<Key128, RunInfo> runs = w.runs();
    QCOMPARE(runs.size(), std::size_t{2});
    for (const auto &[key, run] : runs) {
        QCOMPARE(w.text(run.workflow), std::string("shop"));
        QVERIFY(!run.closed);
    }
    QCOMPARE(w.text(w.calls().front().names.agent), std::string("main"));
}

void TestGeminiCli::olderChatsAreOneObject()
{
    World w;
    w.file(kKind, "tmp/e828/chats/session-1.json", wholeChat(3));
    QCOMPARE(w.totals().calls, 3);
    QCOMPARE(w.totals().inTotal(), 30);
    QCOMPARE(w.text(w.calls().front().names.session), std::string("s1"));
    QCOMPARE(w.text(w.calls().front().prompt), std::string("u1"));
    QCOMPARE(w.collator.coverage().rejects.size(), std::size_t{0});
    World line; // the same in one line
    std::string flat = wholeChat(3);
    flat.erase(std::remove(flat.begin(), flat.end(), '\n'), flat.end());
    line.file(kKind, "tmp/e828/chats/session-1.json", flat);
    QCOMPARE(line.totals().calls, 3);
}

/// Every restart between two lines, and a last line that never comes, read the same.
void TestGeminiCli::olderChatsGrow()
{
    const std::string whole = wholeChat(2);
    const std::string path = "tmp/e828/chats/session-1.json";
    for (std::size_t cut = whole.find('\n') + 1; cut != 0; cut = whole.find('\n', cut) + 1) {
        World w;
        FactBatch batch;
        const auto first = w.reader(kKind, path);
        first->read(whole.substr(0, cut), 0, batch);
        const auto second = w.reader(kKind, path);
        second->restoreState(first->saveState());
        const std::string rest = whole.substr(cut);
        second->read(rest.substr(0, rest.rfind('\n') + 1), static_cast<std::int64_t>(cut), batch);
        w.add(batch);
        QCOMPARE(w.totals().calls, 2);
        QCOMPARE(w.text(w.calls().front().names.session), std::string("s1"));
    }
}

void TestGeminiCli::countsThatCannotBeAreRefused()
{
    World w;
    w.file(kKind, kPath, header() + answer("g1", R"({"input":-5,"output":1})") + answer("g2", R"({"input":"many"})"));
    QCOMPARE(w.rejected("out_of_range"), 2);
    QVERIFY(w.calls().empty());
}

void TestGeminiCli::unknownModelIsUnpriced()
{
    World w;
    w.file(kKind, kPath, header() + answer("g1", kTokens, "gemini-99-nova"));
    QVERIFY(w.only().costOrigin == CostOrigin::Unpriced);
}

void TestGeminiCli::brokenLinesAreNamed()
{
    World w;
    w.file(kKind, kPath, header() + "{\"id\":\"g1\",\n" + "<html>\n" + answer("g1", kTokens) + "{\n");
    QCOMPARE(w.totals().calls, 1);
    QCOMPARE(w.rejected("truncated_line"), 2);
    QCOMPARE(w.rejected("html"), 1);
}

QTEST_GUILESS_MAIN(TestGeminiCli)
#include "tst_gemini_cli.moc"
