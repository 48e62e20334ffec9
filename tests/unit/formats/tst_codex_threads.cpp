// SPDX-License-Identifier: GPL-3.0-or-later
// Codex CLI: threads that repeat others, are copies of others, or work for others.
#include <QtTest/QtTest>

#include "tests/unit/formats/rollout.h"

using namespace flyball;
using namespace flyball::test;

class TestCodexThreads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void forkedFileRepeatsItsParent();
    void forkedFileWithoutTurnIds();
    void spawnedThreadReplaysItsParentInOneSecond();
    void spawnedThreadWithCallsOfItsOwn();
    void archivedCopyIsTheSameSession();
    void subagentJoinsTheTurnOfItsParent();
    void aSubagentHasAParent();
};

void TestCodexThreads::forkedFileRepeatsItsParent()
{
    for (const bool records : {false, true}) {
        std::string shared = turn("u1");
        shared += records ? record("u1", "resp_1", {100, 0, 0, 10, 0}) : std::string();
        shared += count({100, 0, 0, 10, 0});
        for (const bool forkFirst : {false, true}) {
            World w;
            const auto parent = [&] { w.file("codex", kPath, meta("t1", "10:00") + at("10:00", shared)); };
            const auto fork = [&] {
                w.file(
                    "codex", "sessions/2026/11/22/rollout-b.jsonl",
                    meta("t2", "11:00")
                        + at("11:00", meta("t1") + shared + turn("u9") + count({130, 0, 0, 15, 0}, {30, 0, 0, 5, 0})));
            };
            forkFirst ? (fork(), parent()) : (parent(), fork());
            QCOMPARE(inputs(w), std::string("30/5 100/10 "));
            QCOMPARE(w.text(w.calls().front().names.session), std::string("t1"));
            QCOMPARE(w.text(w.calls().back().names.session), std::string("t2"));
            QCOMPARE(w.collator.coverage().duplicates, 1);
        }
    }
}

void TestCodexThreads::forkedFileWithoutTurnIds()
{
    World w;
    const std::string shared = oldTurn() + count({100, 0, 0, 10, 0}) + count({220, 0, 0, 20, 0}, {120, 0, 0, 10, 0});
    w.file("codex", "sessions/b/rollout-b.jsonl",
           meta("t2", "11:00") + at("11:00", meta("t1") + shared + count({250, 0, 0, 25, 0}, {30, 0, 0, 5, 0})));
    w.file("codex", kPath, meta("t1") + shared + count({290, 0, 0, 29, 0}, {70, 0, 0, 9, 0}));
    QCOMPARE(inputs(w), std::string("30/5 70/9 100/10 120/10 "));
}

void TestCodexThreads::spawnedThreadReplaysItsParentInOneSecond()
{
    const std::string spawned =
        meta("t2", "11:00",
             R"("source":{"subagent":{"thread_spawn":{"parent_thread_id":"t1","depth":1,"agent_role":"explorer"}}})");
    World w;
    w.file("codex", kPath,
           spawned + at("11:00", oldTurn() + count({100, 0, 0, 10, 0}) + count({220, 0, 0, 20, 0}, {120, 0, 0, 10, 0}))
               + at("11:01", count({250, 0, 0, 25, 0}, {30, 0, 0, 5, 0})) + at("11:02", count({300, 0, 0, 35, 0})));
    // The last line has no count of its own worth more than its total says: the baseline was kept.
    QCOMPARE(inputs(w), std::string("30/5 300/35 "));
    const Call call = w.calls().front();
    QCOMPARE(w.text(call.names.agent), std::string("explorer"));
    QVERIFY((call.flags & CallSubagentFile) != 0);
}

void TestCodexThreads::spawnedThreadWithCallsOfItsOwn()
{
    const std::string spawned =
        meta("t2", "11:00", R"("source":{"subagent":{"thread_spawn":{"parent_thread_id":"t1"}}})");
    World w; // two calls of its own, in different seconds: nothing is a copy
    w.file("codex", kPath,
           spawned + at("11:00", oldTurn() + count({100, 0, 0, 10, 0}))
               + at("11:01", count({220, 0, 0, 20, 0}, {120, 0, 0, 10, 0}))
               + at("11:01", count({250, 0, 0, 25, 0}, {30, 0, 0, 5, 0})));
    QCOMPARE(inputs(w), std::string("30/5 100/10 120/10 "));
}

void TestCodexThreads::archivedCopyIsTheSameSession()
{
    World w;
    const std::string session = meta("t1") + turn("u1") + count({100, 0, 0, 10, 0});
    const std::string more =
        record("u1", "resp_1", {100, 0, 0, 10, 0}) + turn("u2") + record("u2", "resp_2", {20, 0, 0, 2, 0});
    w.file("codex", "archived_sessions/2026/11/21/rollout-a.jsonl", session);
    w.file("codex", "sessions/2026/11/21/rollout-a.jsonl", session + more);
    QCOMPARE(inputs(w), std::string("20/2 100/10 "));
}

void TestCodexThreads::subagentJoinsTheTurnOfItsParent()
{
    World w;
    w.file("codex", kPath, meta("t1") + turn("u1") + record("u1", "r1", {10, 0, 0, 1, 0}));
    w.file("codex", "sessions/rollout-c.jsonl",
           meta("t2", "10:00", R"("session_id":"t1","source":{"subagent":"review"})")
               + line("turn_context", R"("turn_id":"v1","root_turn_id":"u1","model":"gpt-5-codex")")
               + record("v1", "r2", {20, 0, 0, 2, 0}, "u1")
               + eventLine(R"("type":"task_complete","turn_id":"v1","root_turn_id":"u1")"));
    const std::vector<Call> calls = w.calls();
    QCOMPARE(calls.size(), std::size_t{2});
    QVERIFY(calls.at(0).run == calls.at(1).run);
    QVERIFY(!w.runs().begin()->second.closed); // its parent goes on
    const Call &sub = w.text(calls.at(0).request) == "r2" ? calls.at(0) : calls.at(1);
    QCOMPARE(w.text(sub.names.agent), std::string("review"));
    QCOMPARE(w.text(sub.names.session), std::string("t1"));
}

void TestCodexThreads::aSubagentHasAParent()
{
    const auto rollout = [](const std::string &thread, const std::string &source, const char *turn) {
        return R"({"timestamp":"2026-11-21T10:00:00.000Z","type":"session_meta","payload":{"id":")" + thread
               + R"(","session_id":"t1","cwd":"/w","originator":"codex_cli_rs","source":)" + source + "}}\n"
               + R"({"timestamp":"2026-11-21T10:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":")"
               + turn + "\"}}\n"
               + R"({"timestamp":"2026-11-21T10:00:02.000Z","type":"token_usage_record","payload":{"turn_id":")" + turn
               + R"(","response_id":"resp_)" + turn + R"(","usage":{"input_tokens":1000,"output_tokens":200}}})" + "\n"
               + R"({"timestamp":"2026-11-21T10:00:03.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":")"
               + turn + "\"}}\n";
    };
    World world;
    world.file("codex", "rollout-1.jsonl", rollout("t1", "\"cli\"", "u1"));
    world.file("codex", "rollout-2.jsonl",
               rollout("t2", R"({"subagent":{"thread_spawn":{"depth":1,"agent_role":"explorer"}}})", "u2"));
    world.file("codex", "rollout-3.jsonl",
               rollout("t3", R"({"subagent":{"thread_spawn":{"depth":2,"agent_role":"deeper"}}})", "u3"));
    world.file("codex", "rollout-4.jsonl", rollout("t4", R"({"subagent":"review"})", "u4"));
    std::map<std::string, std::string> parents;
    for (const Call &call : world.calls())
        parents[world.text(call.names.agent)] = world.text(call.parentAgent);
    // A person's thread has none; whose child a deeper one is, its file does not say.
    QCOMPARE(parents,
             (std::map<std::string, std::string>{{"cli", ""}, {"explorer", "cli"}, {"deeper", ""}, {"review", "cli"}}));
}

QTEST_GUILESS_MAIN(TestCodexThreads)
#include "tst_codex_threads.moc"
