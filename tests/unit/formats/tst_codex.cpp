// SPDX-License-Identifier: GPL-3.0-or-later
// Traps of Codex CLI rollouts, each test named after one.
#include <QtTest/QtTest>

#include "tests/unit/formats/rollout.h"

using namespace flyball;
using namespace flyball::test;

class TestCodex : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fastIsThePriorityTier();
    void recordsAndTokenCountsAreOneCall();
    void tokenCountsCountWhereThereAreNoRecords();
    void tokenCountsWrittenAgainAreSkipped();
    void aDropOfTheTotalIsAReset();
    void totalsAloneAreSubtracted();
    void contextWindowExceededIsNoUsage();
    void linesWithRateLimitsOnly();
    void modelIsTheLastTurnContext();
    void missingOrUnknownModelIsUnpriced();
    void cachedInputIsClamped();
    void countsThatCannotBeAreRefused();
    void errorOfATurnIsOneFailedCall();
    void runIsTheTurn();
    void brokenLinesAreNamed();
    void anyCutReadsTheSame();
};

void TestCodex::recordsAndTokenCountsAreOneCall()
{
    World w;
    w.file("codex", kPath,
           meta("t1") + turn("u1") + record("u1", "resp_1", {1000, 600, 50, 40, 30}) + count({1000, 600, 50, 40, 30})
               + record("u1", "resp_2", {10, 0, 0, 4, 0}) + count({1010, 600, 50, 44, 30}, {10, 0, 0, 4, 0}));
    QCOMPARE(inputs(w), std::string("10/4 1000/40 "));
    std::vector<Call> calls = w.calls();
    const Call call = w.text(calls.front().request) == "resp_1" ? calls.front() : calls.back();
    QCOMPARE(tokensOf(call.usage), std::string("in 350 read 600 untyped 50 out 10 reasoning 30"));
    QCOMPARE(w.text(call.request), std::string("resp_1"));
    QCOMPARE(w.text(call.provider), std::string("openai"));
    QVERIFY(call.costOrigin == CostOrigin::Computed);
    QCOMPARE(w.collator.coverage().duplicates, 0);
}

void TestCodex::tokenCountsCountWhereThereAreNoRecords()
{
    World w; // a session of an older version that was resumed with a newer one
    w.file("codex", kPath,
           meta("t1") + turn("u1") + count({100, 0, 0, 10, 0}) + count({300, 0, 0, 20, 0}, {200, 0, 0, 10, 0})
               + turn("u2") + record("u2", "resp_3", {7, 0, 0, 3, 0}) + count({307, 0, 0, 23, 0}, {7, 0, 0, 3, 0}));
    QCOMPARE(inputs(w), std::string("7/3 100/10 200/10 "));
}

void TestCodex::tokenCountsWrittenAgainAreSkipped()
{
    World w;
    w.file("codex", kPath,
           meta("t1") + turn("u1") + count({100, 0, 0, 10, 0}) + count({100, 0, 0, 10, 0}) + turn("u2")
               + count({100, 0, 0, 10, 0}) + count({200, 0, 0, 20, 0}, {100, 0, 0, 10, 0}));
    QCOMPARE(inputs(w), std::string("100/10 100/10 "));
}

void TestCodex::aDropOfTheTotalIsAReset()
{
    World w;
    w.file("codex", kPath,
           meta("t1") + turn("u1") + count({500, 0, 0, 10, 0}) + count({60, 0, 0, 4, 0}, {60, 0, 0, 4, 0}));
    QCOMPARE(inputs(w), std::string("60/4 500/10 "));
}

void TestCodex::totalsAloneAreSubtracted()
{
    World w;
    const auto total = [](const Counts &c) {
        return eventLine(R"("type":"token_count","info":{"total_token_usage":)" + text(c) + "}");
    };
    w.file("codex", kPath,
           meta("t1") + turn("u1") + total({100, 40, 0, 10, 5}) + at("10:01", total({250, 60, 0, 25, 5}))
               + at("10:02", total({30, 0, 0, 2, 0})));
    QCOMPARE(inputs(w), std::string("30/2 100/10 150/15 "));
    QCOMPARE(tokensOf(w.calls().at(1).usage), std::string("in 130 read 20 out 15"));
}

void TestCodex::contextWindowExceededIsNoUsage()
{
    World w;
    w.file(
        "codex", kPath,
        meta("t1") + turn("u1") + count({0, 0, 0, 0, 0})
            + eventLine(
                R"("type":"task_complete","turn_id":"u1","error":{"message":"no room","codex_error_info":"context_window_exceeded"},"duration_ms":47)"));
    const Call call = w.only();
    QVERIFY(call.failed());
    QCOMPARE(w.text(call.errorType), std::string("context_window_exceeded"));
    QVERIFY(!call.hasUsage());
    QVERIFY(call.costOrigin == CostOrigin::NoCharge);
    QCOMPARE(w.totals().callsWithoutUsage, 0);
}

void TestCodex::linesWithRateLimitsOnly()
{
    World w;
    const FactBatch batch = w.file(
        "codex", kPath,
        meta("t1") + turn("u1") + eventLine(R"("type":"token_count","info":null,"rate_limits":{"plan_type":"x"})"));
    QVERIFY(w.calls().empty());
    QCOMPARE(batch.ignored, 3);
}

void TestCodex::modelIsTheLastTurnContext()
{
    World w;
    w.file("codex", kPath,
           meta("t1") + turn("u1", "gpt-5-codex") + record("u1", "r1", {10, 0, 0, 1, 0})
               + eventLine(R"("type":"thread_settings_applied","thread_settings":{"model":"gpt-5-mini"})")
               + turn("u2", "") + record("u2", "r2", {20, 0, 0, 2, 0}));
    QCOMPARE(w.text(w.calls().front().model), std::string("gpt-5-codex"));
    QCOMPARE(w.text(w.calls().back().model), std::string("gpt-5-mini"));
}

void TestCodex::missingOrUnknownModelIsUnpriced()
{
    World w;
    w.file("codex", kPath,
           meta("t1") + turn("u1", "") + record("u1", "r1", {10, 0, 0, 1, 0}) + turn("u2", "codex-auto-review")
               + record("u2", "r2", {20, 0, 0, 2, 0}));
    for (const Call &call : w.calls())
        QVERIFY(call.costOrigin == CostOrigin::Unpriced);
    QCOMPARE(w.totals().callsUnpriced, 2);
}

void TestCodex::cachedInputIsClamped()
{
    World w;
    w.file("codex", kPath, meta("t1") + turn("u1") + record("u1", "r1", {100, 140, 20, 5, 9}));
    QCOMPARE(tokensOf(w.only().usage), std::string("read 100 reasoning 5"));
}

void TestCodex::countsThatCannotBeAreRefused()
{
    World w;
    w.file("codex", kPath,
           meta("t1") + turn("u1") + record("u1", "r1", {-1, 0, 0, 5, 0}) + count({9'007'199'254'740'993, 0, 0, 0, 0})
               + line("token_usage_record", R"("turn_id":"u1","response_id":"r2","usage":{"input_tokens":1.5})")
               + line("token_usage_record", R"("turn_id":"u1","response_id":"r3","usage":null)"));
    QCOMPARE(w.rejected("out_of_range"), 3);
    QCOMPARE(w.totals().callsWithoutUsage, 1); // r3: seen, counts unknown
}

void TestCodex::errorOfATurnIsOneFailedCall()
{
    World w;
    const std::string error =
        R"({"message":"m","codex_error_info":{"http_connection_failed":{"http_status_code":503}}})";
    w.file(
        "codex", kPath,
        meta("t1") + turn("u1") + record("u1", "r1", {10, 0, 0, 1, 0})
            + eventLine(
                R"("type":"error","message":"m","codex_error_info":{"http_connection_failed":{"http_status_code":503}})")
            + eventLine(R"("type":"task_complete","turn_id":"u1","error":)" + error));
    QCOMPARE(w.calls().size(), std::size_t{2});
    QCOMPARE(w.totals().errors, 1);
    const std::vector<Call> calls = w.calls();
    const Call &failed = calls.front().failed() ? calls.front() : calls.back();
    QCOMPARE(w.text(failed.errorType), std::string("http_connection_failed"));
    QVERIFY(w.runs().begin()->second.outcome == Outcome::Failure);
}

void TestCodex::runIsTheTurn()
{
    World w;
    w.file("codex", kPath,
           meta("t1") + turn("u1") + record("u1", "r1", {10, 0, 0, 1, 0}) + record("u1", "r2", {11, 0, 0, 1, 0})
               + eventLine(R"("type":"task_complete","turn_id":"u1","duration_ms":9000)") + turn("u2")
               + record("u2", "r3", {12, 0, 0, 1, 0}));
    const std::map<Key128, RunInfo> runs = w.runs();
    QCOMPARE(runs.size(), std::size_t{2});
    const std::vector<Call> calls = w.calls();
    const RunInfo &first = runs.at(calls.at(0).run);
    QVERIFY(calls.at(0).run == calls.at(1).run);
    QVERIFY(first.closed);
    QVERIFY(!runs.at(calls.at(2).run).closed);
    QCOMPARE(qint64(first.end - first.start), qint64(9 * kSecond));
    QCOMPARE(w.text(first.workflow), std::string("/home/dev/shop"));
    QCOMPARE(w.text(first.session), std::string("t1"));
    QCOMPARE(w.text(first.prompt), std::string("u1"));
    QVERIFY(first.outcome == Outcome::Unknown);
    QCOMPARE(w.text(calls.at(0).names.agent), std::string("exec"));
}

void TestCodex::brokenLinesAreNamed()
{
    World w;
    const FactBatch batch = w.file("codex", kPath,
                                   meta("t1") + "{\"timestamp\":\"2026\n" + "[1]\n" + R"({"type":"later","payload":{}})"
                                       + "\n" + turn("u1") + record("u1", "r1", {10, 0, 0, 1, 0}));
    QCOMPARE(w.calls().size(), std::size_t{1});
    QCOMPARE(w.rejected("truncated_line"), 1);
    QCOMPARE(w.rejected("not_an_object"), 1);
    QCOMPARE(batch.ignored, 3);
}

/// A restart between any two lines changes nothing.
void TestCodex::anyCutReadsTheSame()
{
    const std::string spawned =
        meta("t2", "11:00", R"("source":{"subagent":{"thread_spawn":{"parent_thread_id":"t1"}}})");
    for (const std::string &whole :
         {meta("t1") + turn("u1") + count({100, 0, 0, 10, 0}) + count({100, 0, 0, 10, 0}) + turn("u2")
              + record("u2", "r", {5, 0, 0, 1, 0}) + count({105, 0, 0, 11, 0}, {5, 0, 0, 1, 0})
              + eventLine(R"("type":"task_complete","turn_id":"u2","error":{"message":"x"})"),
          spawned + at("11:00", oldTurn() + count({100, 0, 0, 10, 0}) + count({220, 0, 0, 20, 0}, {120, 0, 0, 10, 0}))
              + at("11:01", count({250, 0, 0, 25, 0}, {30, 0, 0, 5, 0}))}) {
        World reference;
        reference.file("codex", kPath, whole);
        const std::string expected = reference.describe();
        QVERIFY(!expected.empty());
        for (std::size_t cut = whole.find('\n') + 1; cut < whole.size(); cut = whole.find('\n', cut) + 1) {
            World w;
            FactBatch batch;
            const auto first = w.reader("codex", kPath);
            first->read(whole.substr(0, cut), 0, batch);
            const auto second = w.reader("codex", kPath);
            second->restoreState(first->saveState());
            second->read(whole.substr(cut), static_cast<std::int64_t>(cut), batch);
            w.add(batch);
            QCOMPARE(w.describe(), expected);
        }
    }
}

void TestCodex::fastIsThePriorityTier()
{
    const auto line = [](const char *second, const std::string &type, const std::string &payload) {
        return R"({"timestamp":"2026-11-21T10:00:)" + std::string(second) + R"(.000Z","type":")" + type
               + R"(","payload":)" + payload + "}\n";
    };
    const auto usage = [&](const char *second, const char *response) {
        return line(second, "token_usage_record",
                    R"({"turn_id":"u1","response_id":")" + std::string(response)
                        + R"(","usage":{"input_tokens":1000,"output_tokens":200}})");
    };
    const auto settings = [&](const char *second, const char *tier) {
        return line(second, "event_msg",
                    R"({"type":"thread_settings_applied","thread_settings":{"model":"gpt-5-codex","service_tier":)"
                        + std::string(tier) + "}}");
    };
    const std::string head = line("00", "session_meta", R"({"id":"t1","cwd":"/w","model_provider":"openai"})")
                             + settings("01", "\"fast\"") + usage("02", "r1");
    const std::string tail = line("03", "turn_context", R"({"turn_id":"u1","model":"gpt-5-codex"})") + usage("04", "r2")
                             + settings("05", "\"flex\"") + usage("06", "r3") + settings("07", "null")
                             + usage("08", "r4");
    World world;
    auto reader = world.reader("codex", "rollout-1.jsonl");
    FactBatch batch;
    reader->read(head, 0, batch);
    const std::string state = reader->saveState();
    reader = world.reader("codex", "rollout-1.jsonl");
    reader->restoreState(state);
    reader->read(tail, static_cast<std::int64_t>(head.size()), batch);
    world.add(batch);
    std::vector<std::string> tiers;
    for (const Call &call : world.calls())
        tiers.push_back(world.text(call.serviceTier));
    QCOMPARE(tiers, (std::vector<std::string>{"priority", "priority", "flex", ""}));
}

QTEST_GUILESS_MAIN(TestCodex)
#include "tst_codex.moc"
