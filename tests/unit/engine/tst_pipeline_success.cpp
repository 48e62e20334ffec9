// SPDX-License-Identifier: GPL-3.0-or-later
// The success signal chosen for a workflow decides its runs, those of history at once and those that come, and can be
// taken back. It moves outcomes, never money.
#include <QtTest/QtTest>

#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

std::string lines(unsigned trace, const std::string &workflow, const std::string &rootExtra = {})
{
    const OtlpSpan root{
        .trace = trace,
        .id = 1,
        .name = "work",
        .attributes = {{"gen_ai.operation.name", "invoke_workflow"}, {"gen_ai.workflow.name", workflow}},
        .extra = rootExtra};
    const OtlpSpan chat{.trace = trace,
                        .id = 2,
                        .parent = 1,
                        .attributes = {{"gen_ai.operation.name", "chat"},
                                       {"gen_ai.provider.name", "openai"},
                                       {"gen_ai.request.model", "gpt-4o"},
                                       {"gen_ai.usage.input_tokens", "1000"},
                                       {"gen_ai.usage.output_tokens", "500"}}};
    return exportLine("s", {root, chat});
}

std::string scored(unsigned trace, const std::string &name, const std::string &score)
{
    return R"({"resourceLogs":[{"scopeLogs":[{"scope":{"name":"e"},"logRecords":[{"timeUnixNano":"1795514400000000000",)"
           R"("traceId":")"
           + traceId(trace)
           + R"(","eventName":"gen_ai.evaluation.result","attributes":[{"key":"gen_ai.evaluation.name",)"
           + R"("value":{"stringValue":")" + name
           + R"("}},{"key":"gen_ai.evaluation.score.value","value":{"doubleValue":)" + score + "}}]}]}]}]}\n";
}

/// outcome/origin of the runs 1, 2, 3 ...
std::string outcomes(PipelineBench &b)
{
    std::map<std::string, std::string> byRun;
    b.pipeline().snapshot()->runs.forEach([&](const RunRow &row) {
        if (row.totals.calls > 0)
            byRun[toHex(row.info.run)] =
                std::to_string(int(row.info.outcome)) + "/" + std::to_string(int(row.info.origin));
    });
    std::string stored;
    std::string out;
    for (const auto &[run, text] : byRun)
        out += (out.empty() ? "" : " ") + text;
    std::map<std::string, std::string> again;
    (void)b.pipeline().ledger().loadRuns([&](const RunRow &row) {
        if (row.totals.calls > 0)
            again[toHex(row.info.run)] =
                std::to_string(int(row.info.outcome)) + "/" + std::to_string(int(row.info.origin));
    });
    for (const auto &[run, text] : again)
        stored += (stored.empty() ? "" : " ") + text;
    return stored == out ? out : "snapshot " + out + ", ledger " + stored;
}

const std::string kError = R"(,"status":{"code":2})";

/// 1 good, 2 poor, 3 poor and failed, 4 judged in words by a person, 5 of another workflow, 6 never judged.
void write(PipelineBench &b)
{
    b.write("t.jsonl", lines(1, "billing") + lines(2, "billing") + lines(3, "billing", kError) + lines(4, "billing")
                           + lines(5, "support") + lines(6, "billing"));
    b.write("e.jsonl", scored(1, "judge", "0.9") + scored(2, "judge", "0.5") + scored(3, "judge", "0.95")
                           + scored(5, "judge", "0.1"));
    b.write("q.csv", "trace,name,label\n" + traceId(4) + ",judge,Good enough\n");
    b.addSource("t", "t.jsonl");
    b.addSource("e", "e.jsonl");
    b.addSource("q", "q.csv");
}

const std::string kUntouched = "0/0 0/0 2/3 0/0 0/0 0/0";
const std::string kChosen = "1/2 2/2 1/2 1/2 0/0 0/0";
const SuccessRule kJudge{"billing", "judge", {"good enough"}, 0.8};

} // namespace

class TestPipelineSuccess : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void overHistoryAndBack();
    void thoseThatCome();
    void anotherChoiceAtTheNextStart();
    void rulesThatMoveARunMoveItsMeasure();
};

void TestPipelineSuccess::overHistoryAndBack()
{
    PipelineBench b;
    write(b);
    b.open();
    b.drain();
    QCOMPARE(outcomes(b), kUntouched);
    QVERIFY(!b.pipeline().successChanged());
    const std::string rows = b.stored();
    QVERIFY(b.pipeline().setSuccess({kJudge}, kGoOn).ok());
    QCOMPARE(outcomes(b), kChosen);
    QCOMPARE(b.stored(), rows);
    AGREE(b);
    b.success = {kJudge};
    b.restart();
    b.drain();
    QVERIFY(!b.pipeline().successChanged());
    QCOMPARE(outcomes(b), kChosen);
    SuccessRule stricter = kJudge;
    stricter.threshold = 0.92;
    stricter.passLabels = {"perfect"};
    QVERIFY(b.pipeline().setSuccess({stricter}, kGoOn).ok());
    QCOMPARE(outcomes(b), std::string("2/2 2/2 1/2 2/2 0/0 0/0"));
    QVERIFY(b.pipeline().setSuccess({}, kGoOn).ok());
    QCOMPARE(outcomes(b), kUntouched);
}

void TestPipelineSuccess::thoseThatCome()
{
    PipelineBench b;
    b.success = {kJudge};
    write(b);
    b.open();
    b.drain();
    QCOMPARE(outcomes(b), kChosen);
    b.append("e.jsonl", scored(6, "judge", "0.79") + scored(1, "judge", "0.2"));
    b.drain();
    QCOMPARE(outcomes(b), std::string("2/2 2/2 1/2 1/2 0/0 2/2"));
    b.restart();
    b.append("q.csv", traceId(6) + ",judge,good enough\n" + traceId(3) + ",judge,bad\n" + traceId(5) + ",judge,x\n");
    b.drain();
    QCOMPARE(outcomes(b), std::string("2/2 2/2 2/2 1/2 0/0 2/2"));
}

void TestPipelineSuccess::anotherChoiceAtTheNextStart()
{
    PipelineBench b;
    write(b);
    b.open();
    b.drain();
    b.success = {kJudge};
    b.restart();
    QVERIFY(b.pipeline().successChanged());
    QVERIFY(b.pipeline().setSuccess(b.success, kGoOn).ok());
    QCOMPARE(outcomes(b), kChosen);
    QVERIFY(!b.pipeline().successChanged());
    // Interrupted: known at the next start, and finished there.
    QVERIFY(!b.pipeline().setSuccess({}, [](std::int64_t, std::int64_t) { return false; }).ok());
    b.success.clear();
    b.restart();
    QVERIFY(b.pipeline().successChanged());
    QVERIFY(b.pipeline().setSuccess({}, kGoOn).ok());
    QCOMPARE(outcomes(b), kUntouched);
}

void TestPipelineSuccess::rulesThatMoveARunMoveItsMeasure()
{
    PipelineBench b;
    b.success = {kJudge};
    write(b);
    b.open();
    b.drain();
    AttributionRules rules(1);
    rules[0].when = {{MatchField::Workflow, MatchTest::Equals, "support"}};
    rules[0][NameTarget::Workflow] = "billing";
    QVERIFY(b.pipeline().setAttribution(rules, kGoOn).ok());
    QCOMPARE(outcomes(b), std::string("1/2 2/2 1/2 1/2 2/2 0/0"));
    QVERIFY(b.pipeline().setAttribution({}, kGoOn).ok());
    QCOMPARE(outcomes(b), kChosen);
}

QTEST_GUILESS_MAIN(TestPipelineSuccess)
#include "tst_pipeline_success.moc"
