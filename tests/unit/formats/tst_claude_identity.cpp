// SPDX-License-Identifier: GPL-3.0-or-later
// What is one call in Claude Code transcripts: design rule 3a.5, traces.md 6 rules 1-3, field.md T8, F11.
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr const char *kKind = "claude-code";
const std::string kMain = "p/s1.jsonl";

std::string at(int second)
{
    return "2026-11-21T10:00:" + std::string(second < 10 ? "0" : "") + std::to_string(second) + ".000Z";
}

} // namespace

class TestClaudeIdentity : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void contentBlocksAreOneCall();
    void largestOfDuplicatesIsKept_data();
    void largestOfDuplicatesIsKept();
    void blocksFarApartStillJoin();
    void otherRequestsAreOtherCalls();
    void linesWithoutRequestJoinTheSmallest();
    void withoutMessageIdNothingIsMerged();
    void forkWithRewrittenSession();
    void sidechainReplayWithNewRequest();
    void sidechainAloneCounts();
    void equalSumsKeepTheEarliestFile();
    void countedTwiceIsADuplicateOnlyAcrossFiles();
    void subagentFilesAreTheirOwnCalls();
    void placeholders_data();
    void placeholders();
};

void TestClaudeIdentity::contentBlocksAreOneCall()
{
    World w;
    std::string text;
    for (int i = 1; i <= 3; ++i)
        text += toText({.time = at(i), .usage = usageText(100, 20, 30)});
    w.file(kKind, kMain, text);
    const Call call = w.only();
    QCOMPARE(tokensOf(call.usage), std::string("in 100 read 30 out 20"));
    QCOMPARE(formatRfc3339(call.time), std::string("2026-11-21T10:00:01Z")); // earliest of its lines (3a.1)
    QCOMPARE(w.collator.coverage().lines, std::int64_t(3));
    QCOMPARE(w.collator.coverage().duplicates, std::int64_t(0)); // its own blocks (3a.13)
    QCOMPARE(w.collator.coverage().rejected, std::int64_t(0));
}

void TestClaudeIdentity::largestOfDuplicatesIsKept_data()
{
    QTest::addColumn<QList<int>>("outputs");
    QTest::addColumn<int>("kept");
    QTest::newRow("T8: growing") << QList<int>{9, 9, 159} << 159;
    QTest::newRow("largest first") << QList<int>{159, 9, 9} << 159;
    QTest::newRow("largest in the middle") << QList<int>{9, 159, 9} << 159;
    QTest::newRow("running count") << QList<int>{1, 17, 33, 90, 91} << 91;
    QTest::newRow("zero then some") << QList<int>{0, 5} << 5;
}

void TestClaudeIdentity::largestOfDuplicatesIsKept()
{
    QFETCH(QList<int>, outputs);
    QFETCH(int, kept);
    World w;
    std::string text;
    for (const int out : outputs)
        text += toText({.usage = usageText(3, out)});
    w.file(kKind, kMain, text);
    QCOMPARE(w.only().usage[TokenClass::OutText], std::int64_t(kept));
    QCOMPARE(w.only().usage[TokenClass::InFresh], std::int64_t(3));
}

void TestClaudeIdentity::blocksFarApartStillJoin()
{
    World w;
    std::string text = toText({.usage = usageText(3, 1)});
    for (int i = 0; i < 40; ++i) // more than any window over recent lines
        text += toText({.id = "other" + std::to_string(i), .request = "r" + std::to_string(i)});
    text += toText({.usage = usageText(3, 159)});
    w.file(kKind, kMain, text);
    QCOMPARE(w.calls().size(), std::size_t(41));
    QCOMPARE(w.totals().outTotal(), std::int64_t(159 + 40 * 9));
}

void TestClaudeIdentity::otherRequestsAreOtherCalls()
{
    World w;
    w.file(kKind, kMain, toText({.request = "req_a"}) + toText({.request = "req_b"}));
    QCOMPARE(w.calls().size(), std::size_t(2));
    QCOMPARE(w.totals().outTotal(), std::int64_t(18));
}

/// Rule 3a.5: joiners go to the smallest request id of the message, wherever they stand.
void TestClaudeIdentity::linesWithoutRequestJoinTheSmallest()
{
    for (const int order : {0, 1, 2}) {
        World w;
        const std::string b = toText({.request = "req_b", .usage = usageText(3, 20)});
        const std::string a = toText({.request = "req_a", .usage = usageText(3, 10)});
        const std::string none = toText({.request = "", .usage = usageText(3, 500)});
        w.file(kKind, kMain, order == 0 ? none + b + a : order == 1 ? b + none + a : b + a + none);
        const std::vector<Call> calls = w.calls();
        QCOMPARE(calls.size(), std::size_t(2));
        for (const Call &call : calls)
            QCOMPARE(call.usage[TokenClass::OutText], std::int64_t(w.text(call.request) == "req_a" ? 500 : 20));
    }
    World w;
    w.file(kKind, kMain, toText({.request = ""}) + toText({.request = "null"}) + toText({.request = "req_a"}));
    QCOMPARE(w.text(w.only().request), std::string("req_a"));
    World only; // without any request id the message is one call
    only.file(kKind, kMain, toText({.request = ""}) + toText({.request = "", .usage = usageText(3, 12)}));
    QCOMPARE(only.only().usage[TokenClass::OutText], std::int64_t(12));
}

void TestClaudeIdentity::withoutMessageIdNothingIsMerged()
{
    for (const char *id : {"", "null"}) {
        World w;
        w.file(kKind, kMain, toText({.id = id, .time = at(1)}) + toText({.id = id, .time = at(2)}));
        QCOMPARE(w.calls().size(), std::size_t(2));
        // The same file again, or a copy of its lines in a fork: the same bytes are the same line.
        w.file(kKind, "p/fork.jsonl", toText({.id = id, .time = at(1)}));
        QCOMPARE(w.calls().size(), std::size_t(2));
    }
}

/// traces.md 6 rule 3: parent lines copied with another sessionId; the file that starts first owns them.
void TestClaudeIdentity::forkWithRewrittenSession()
{
    const std::string original = userLine(at(0), "prompt-1", "parent") + toText({.time = at(5), .session = "parent"});
    const std::string fork = userLine(at(1), "prompt-9", "child") + toText({.time = at(5), .session = "child"})
                             + toText({.id = "msg_2", .request = "req_2", .time = at(9), .session = "child"});
    for (const bool forkFirst : {false, true}) {
        World w;
        w.file(kKind, forkFirst ? "p/a-child.jsonl" : "p/parent.jsonl", forkFirst ? fork : original);
        w.file(kKind, forkFirst ? "p/parent.jsonl" : "p/a-child.jsonl", forkFirst ? original : fork);
        const std::vector<Call> calls = w.calls();
        QCOMPARE(calls.size(), std::size_t(2));
        QCOMPARE(w.text(calls[0].names.session), std::string("parent"));
        QCOMPARE(w.text(calls[0].prompt), std::string("prompt-1"));
        QCOMPARE(w.text(calls[1].names.session), std::string("child"));
        QVERIFY(calls[0].run != calls[1].run);
        QCOMPARE(w.collator.coverage().duplicates, std::int64_t(1));
        QCOMPARE(w.totals().outTotal(), std::int64_t(18));
    }
}

/// traces.md 6 rule 2: /btw replays the parent's message as a sidechain with a new request id.
void TestClaudeIdentity::sidechainReplayWithNewRequest()
{
    const std::string own = toText({.time = at(1), .usage = usageText(3, 159)});
    const std::string replay = toText(
        {.request = "req_replay", .time = at(1), .session = "s2", .usage = usageText(3, 159), .sidechain = true});
    for (const bool replayFirst : {false, true}) {
        World w;
        w.file(kKind, replayFirst ? "p/s2.jsonl" : kMain, replayFirst ? replay : own);
        w.file(kKind, replayFirst ? kMain : "p/s2.jsonl", replayFirst ? own : replay);
        const Call call = w.only();
        QCOMPARE(w.text(call.request), std::string("req_1"));
        QCOMPARE(call.usage[TokenClass::OutText], std::int64_t(159));
        QCOMPARE(w.text(call.names.session), std::string("s1")); // same start: the smaller path owns it
    }
}

void TestClaudeIdentity::sidechainAloneCounts()
{
    World w; // ccstats#85: dropping sidechain rows loses half of the spend
    w.file(kKind, kMain, toText({.usage = usageText(3, 40), .sidechain = true}));
    QCOMPARE(w.totals().outTotal(), std::int64_t(40));
}

/// Ties of the sum: (file start time, path, offset) decides whose model and stop reason stand.
void TestClaudeIdentity::equalSumsKeepTheEarliestFile()
{
    const std::string early = toText({.time = at(1), .stop = "tool_use"});
    const std::string late = toText({.time = at(2), .stop = "end_turn"});
    for (const bool swap : {false, true}) {
        World w;
        w.file(kKind, swap ? "p/z.jsonl" : "p/a.jsonl", swap ? early : late);
        w.file(kKind, swap ? "p/a.jsonl" : "p/z.jsonl", swap ? late : early);
        QCOMPARE(w.text(w.only().finishReason), std::string("tool_use"));
        QCOMPARE(formatRfc3339(w.only().time), std::string("2026-11-21T10:00:01Z"));
    }
}

void TestClaudeIdentity::countedTwiceIsADuplicateOnlyAcrossFiles()
{
    World w;
    w.file(kKind, "p/a.jsonl", toText({}) + toText({}));
    QCOMPARE(w.collator.coverage().duplicates, std::int64_t(0));
    w.file(kKind, "p/b.jsonl", toText({}) + toText({}));
    QCOMPARE(w.collator.coverage().duplicates, std::int64_t(1));
    w.only();
}

void TestClaudeIdentity::subagentFilesAreTheirOwnCalls()
{
    World w;
    w.file(kKind, kMain, userLine(at(0), "prompt-1") + toText({.time = at(1)}));
    const char *paths[] = {"p/s1/subagents/agent-a1.jsonl", "p/s1/subagents/workflows/wf_x/agent-b2.jsonl"};
    for (const char *path : paths) {
        const bool deep = std::string_view(path).find("wf_x") != std::string_view::npos;
        w.file(kKind, path,
               userLine(at(2), "prompt-1")
                   + toText({.id = deep ? "msg_3" : "msg_2",
                             .request = deep ? "req_3" : "req_2",
                             .time = at(3),
                             .extra = std::string(",\"agentId\":\"") + (deep ? "b2" : "a1") + "\"",
                             .sidechain = true}));
    }
    const std::vector<Call> calls = w.calls();
    QCOMPARE(calls.size(), std::size_t(3));
    QStringList agents;
    for (const Call &call : calls) {
        agents << QString::fromStdString(w.text(call.names.agent) + "<" + w.text(call.parentAgent));
        QVERIFY(call.run == calls[0].run); // subagents join their parent's prompt (3a.10)
    }
    agents.sort();
    QCOMPARE(agents, (QStringList{"a1<main", "b2<main", "main<"}));
}

void TestClaudeIdentity::placeholders_data()
{
    QTest::addColumn<bool>("mainHasStops");
    QTest::addColumn<bool>("subagentHasStop");
    QTest::addColumn<bool>("placeholder");
    QTest::newRow("null where the session writes them") << true << false << true;
    QTest::newRow("old version: none anywhere") << false << false << false;
    QTest::newRow("final in the subagent") << true << true << false;
}

/// Rule 3a.5, last sentence, whichever file is read first.
void TestClaudeIdentity::placeholders()
{
    QFETCH(bool, mainHasStops);
    QFETCH(bool, subagentHasStop);
    QFETCH(bool, placeholder);
    const std::string main = toText({.stop = mainHasStops ? "end_turn" : ""});
    const std::string sub = toText({.id = "msg_8",
                                    .request = "req_8",
                                    .stop = subagentHasStop ? "end_turn" : "",
                                    .usage = usageText(50, 1),
                                    .sidechain = true});
    for (const bool subFirst : {false, true}) {
        World w;
        const std::string subPath = "p/s1/subagents/agent-a.jsonl";
        w.file(kKind, subFirst ? subPath : kMain, subFirst ? sub : main);
        w.file(kKind, subFirst ? kMain : subPath, subFirst ? main : sub);
        const Totals totals = w.totals();
        QCOMPARE(totals.calls, std::int64_t(2));
        QCOMPARE(totals.callsPlaceholder, std::int64_t(placeholder ? 1 : 0));
        QCOMPARE(totals.outTotal(), std::int64_t(10)); // counted as far as it is known
        QCOMPARE(totals.bound(), placeholder ? CostBound::AtLeast : CostBound::Exact);
    }
}

QTEST_GUILESS_MAIN(TestClaudeIdentity)
#include "tst_claude_identity.moc"
