// SPDX-License-Identifier: GPL-3.0-or-later
// Attribution rules move money without losing or doubling any: live, over history, with late roots, across restarts,
// and back again to the byte.
#include <QtTest/QtTest>
#include <random>

#include "core/aggregate/report/report.h"
#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

OtlpSpan chat(unsigned trace, unsigned id, const std::string &model)
{
    return {.trace = trace,
            .id = id,
            .parent = 1,
            .startMs = static_cast<std::int64_t>(1000 * id),
            .endMs = static_cast<std::int64_t>(1000 * id + 500),
            .attributes = {{"gen_ai.operation.name", "chat"},
                           {"gen_ai.provider.name", "openai"},
                           {"gen_ai.request.model", model},
                           {"flyball.step", id % 2 ? "plan" : "act"},
                           {"gen_ai.usage.input_tokens", std::to_string(100 * id)},
                           {"gen_ai.usage.output_tokens", "50"}}};
}

OtlpSpan root(unsigned trace)
{
    return {.trace = trace,
            .id = 1,
            .name = "work",
            .startMs = 0,
            .endMs = 60'000,
            .attributes = {{"gen_ai.operation.name", "invoke_workflow"},
                           {"gen_ai.workflow.name", trace % 2 ? "billing" : "support"}}};
}

/// Calls first, roots in a file that comes late; two more formats beside.
std::vector<std::pair<std::string, std::string>> corpus()
{
    std::string calls, roots, claude, steps;
    for (unsigned trace = 1; trace <= 12; ++trace) {
        calls += exportLine("s", {chat(trace, 2, "gpt-4o"), chat(trace, 3, trace % 3 ? "gpt-4o-mini" : "gpt-4o")});
        roots += exportLine("s", {root(trace)});
    }
    for (int i = 1; i <= 8; ++i) {
        const std::string time = "2026-11-21T10:0" + std::to_string(i) + ":00.000Z";
        const std::string session = i % 2 ? "s1" : "s2";
        claude += userLine(time, "p" + std::to_string((i + 1) / 2), session)
                  + toText({.id = "m" + std::to_string(i),
                            .request = "r" + std::to_string(i),
                            .time = time,
                            .session = session,
                            .extra = i % 2 ? R"(,"cwd":"/srv/web")" : R"(,"cwd":"/srv/api")"});
        steps += R"({"name":"extract","model":"gpt-4o","cache_hit":false,"cost_usd":0.0)" + std::to_string(i)
                 + R"(,"duration_ms":5,"ts":"2026-11-21T10:00:01Z","id":")" + std::to_string(i) + R"(","run":"r)"
                 + std::to_string(i % 3) + R"(","task_type":"t)" + std::to_string(i % 2) + "\"}\n";
    }
    return {{"calls.jsonl", calls}, {"c.jsonl", claude}, {"st.jsonl", steps}, {"roots.jsonl", roots}};
}

void addAll(PipelineBench &b)
{
    for (const auto &[name, text] : corpus()) {
        b.write(name, text);
        b.addSource(name, name);
    }
}

/// The report by everything that rules can set, and the runs with their workflows.
std::string report(PipelineBench &b)
{
    ReportOptions options;
    options.keys = *parseReportKeys("workflow,agent,step,task,segment,tier,model,run");
    ReportBuilder builder(options, b.symbols());
    for (const Call &call : b.calls())
        builder.add(call);
    std::string out = reportToCsv(builder.finish());
    std::vector<std::string> runs;
    b.pipeline().snapshot()->runs.forEach([&](const RunRow &row) {
        if (row.totals.calls > 0)
            runs.push_back(toHex(row.info.run) + " " + b.text(row.info.workflow) + "\n");
    });
    std::sort(runs.begin(), runs.end());
    for (const std::string &run : runs)
        out += run;
    return out;
}

AttributionRules randomRules(std::mt19937 &random)
{
    const std::vector<std::pair<MatchField, std::string>> values = {
        {MatchField::Workflow, "billing"}, {MatchField::Workflow, ""},     {MatchField::Project, "/srv/web"},
        {MatchField::Model, "gpt-4o"},     {MatchField::Step, "act"},      {MatchField::Format, "claude-code"},
        {MatchField::Session, "s2"},       {MatchField::TaskType, "t1"},   {MatchField::File, "st.jsonl"},
        {MatchField::Provider, "openai"},  {MatchField::Source, "c.json"}, {MatchField::Format, "step"}};
    AttributionRules rules(1 + random() % 5);
    for (AttributionRule &rule : rules) {
        for (auto n = 1 + random() % 2; n > 0; --n) {
            const auto &[field, text] = values[random() % values.size()];
            const auto test = text.empty() ? MatchTest::Equals : static_cast<MatchTest>(random() % 4);
            rule.when.push_back({field, test, test == MatchTest::Glob ? "*" + text + "*" : text});
        }
        for (auto n = 1 + random() % 3; n > 0; --n)
            rule.set[random() % kNameTargets] = std::vector<std::string>{"alpha", "billing", "zeta"}[random() % 3];
    }
    return rules;
}

Totals total(PipelineBench &b) { return b.pipeline().snapshot()->totals; }

} // namespace

class TestPipelineAttribution : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void randomRulesThereAndBack();
    void liveAndOverHistoryAreOne();
    void interruptedAndGoneOnWith();
    void stoppedByTheOperator();
    void tried();
    void aReaderChangesNothing();
};

void TestPipelineAttribution::randomRulesThereAndBack()
{
    std::mt19937 random(2);
    PipelineBench b;
    addAll(b);
    b.open();
    b.drain();
    const std::string before = report(b);
    const std::string rows = b.stored();
    const Totals totals = total(b);
    QCOMPARE(totals.calls, std::int64_t(12 * 2 + 8 + 8));
    int moved = 0;
    for (int round = 0; round < 25; ++round) {
        const AttributionRules rules = randomRules(random);
        QVERIFY(b.pipeline().setAttribution(rules, kGoOn).ok());
        QVERIFY(total(b) == totals);
        AGREE(b);
        const std::string after = report(b);
        moved += after == before ? 0 : 1;
        if (random() % 3 == 0) {
            b.attribution = rules;
            b.restart();
            b.drain();
            QVERIFY(!b.pipeline().attributionChanged());
            QCOMPARE(report(b), after);
            b.attribution.clear();
        }
        if (random() % 2 == 0)
            continue; // from one list straight to the next
        QVERIFY(b.pipeline().setAttribution({}, kGoOn).ok());
        QCOMPARE(report(b), before);
        QCOMPARE(b.stored(), rows);
        AGREE(b);
    }
    QVERIFY(moved > 10);
    QVERIFY(b.pipeline().setAttribution({}, kGoOn).ok());
    QCOMPARE(report(b), before);
    b.restart();
    b.drain();
    QCOMPARE(report(b), before);
}

/// Rules that were there first, rules that came between calls and their roots, and rules that came last.
void TestPipelineAttribution::liveAndOverHistoryAreOne()
{
    std::mt19937 random(9);
    for (int round = 0; round < 12; ++round) {
        const AttributionRules rules = randomRules(random);
        std::vector<std::string> reports;
        for (int when = 0; when < 3; ++when) {
            PipelineBench b;
            if (when == 0)
                b.attribution = rules;
            b.open();
            for (const auto &[name, text] : corpus()) {
                if (when == 1 && name == "roots.jsonl") {
                    b.attribution = rules;
                    QVERIFY(b.pipeline().setAttribution(rules, kGoOn).ok());
                    if (random() % 2 != 0)
                        b.restart();
                }
                b.write(name, text);
                b.addSource(name, name);
                b.drain();
            }
            if (when == 2)
                QVERIFY(b.pipeline().setAttribution(rules, kGoOn).ok());
            AGREE(b);
            const std::string text = report(b);
            // The folder differs from bench to bench; nothing else may.
            reports.push_back(text);
        }
        QCOMPARE(reports[1], reports[0]);
        QCOMPARE(reports[2], reports[0]);
    }
}

void TestPipelineAttribution::interruptedAndGoneOnWith()
{
    PipelineBench b;
    std::string text;
    for (unsigned trace = 1; trace <= 4500; ++trace)
        text += exportLine("s", {root(trace), chat(trace, 2, "gpt-4o")});
    b.write("t.jsonl", text);
    b.addSource("t", "t.jsonl");
    b.open();
    b.drain();
    const std::string before = b.byWorkflow();
    const Totals totals = total(b);
    AttributionRules rules(1);
    rules[0].when = {{MatchField::Workflow, MatchTest::Equals, "support"}};
    rules[0][NameTarget::Workflow] = "care";
    QVERIFY(!b.pipeline().attributionChanged());
    QVERIFY(!b.pipeline().setAttribution(rules, [](std::int64_t, std::int64_t) { return false; }).ok());
    QVERIFY(total(b) == totals);
    AGREE(b);
    b.attribution = rules;
    b.restart();
    QVERIFY(b.pipeline().attributionChanged());
    std::int64_t steps = 0;
    std::int64_t done = 0;
    QVERIFY(b.pipeline()
                .setAttribution(rules,
                                [&](std::int64_t now, std::int64_t all) {
                                    ++steps;
                                    done = now;
                                    return now <= all && all == 4500;
                                })
                .ok());
    QVERIFY(steps >= 3);
    QCOMPARE(done, std::int64_t(4500));
    QVERIFY(b.byWorkflow().find("support") == std::string::npos);
    QVERIFY(total(b) == totals);
    AGREE(b);
    QVERIFY(!b.pipeline().attributionChanged());
    QVERIFY(b.pipeline().setAttribution({}, kGoOn).ok());
    QCOMPARE(b.byWorkflow(), before);
}

/// Stopping in the middle and putting the former list back leaves what was there.
void TestPipelineAttribution::stoppedByTheOperator()
{
    PipelineBench b;
    std::string text;
    for (unsigned trace = 1; trace <= 4500; ++trace)
        text += exportLine("s", {root(trace), chat(trace, 2, "gpt-4o")});
    b.write("t.jsonl", text);
    b.addSource("t", "t.jsonl");
    b.open();
    b.drain();
    const std::string before = b.byWorkflow();
    AttributionRules rules(1);
    rules[0].when = {{MatchField::Workflow, MatchTest::Equals, "support"}};
    rules[0][NameTarget::Workflow] = "care";
    QVERIFY(!b.pipeline().setAttribution(rules, [](std::int64_t, std::int64_t) { return false; }).ok());
    QVERIFY(b.byWorkflow() != before);
    QVERIFY(b.pipeline().setAttribution({}, kGoOn).ok());
    QCOMPARE(b.byWorkflow(), before);
    AGREE(b);
    b.restart();
    QVERIFY(!b.pipeline().attributionChanged());
}

void TestPipelineAttribution::tried()
{
    PipelineBench b;
    addAll(b);
    b.open();
    b.drain();
    AttributionRules now(1);
    now[0].when = {{MatchField::Workflow, MatchTest::Equals, "support"}};
    now[0][NameTarget::Workflow] = "care";
    AttributionRules draft = now;
    draft.emplace_back();
    draft[1].when = {{MatchField::Format, MatchTest::Equals, "claude-code"}};
    draft[1][NameTarget::Workflow] = "coding";
    draft[1][NameTarget::Segment] = "staff";
    const auto trial = [&](const AttributionRules &from, const AttributionRules &to, std::int64_t most) {
        const auto tried = tryRules(b.pipeline().ledger(), b.symbols(), b.catalog, from, to, most);
        if (!tried)
            qFatal("%s", tried.error().message.c_str());
        return *tried;
    };
    QVERIFY(b.pipeline().setAttribution(now, kGoOn).ok()); // history stands at the present list
    RuleTrial t = trial(now, draft, 1000);
    QCOMPARE(t.calls, std::int64_t(40));
    QCOMPARE(t.changed, std::int64_t(8));
    QCOMPARE(t.moves.size(), std::size_t(2));
    QCOMPARE(t.moves[0].calls, std::int64_t(8));
    QVERIFY((t.matched == std::vector<std::int64_t>{12, 8}));
    QCOMPARE(trial(now, now, 1000).changed, std::int64_t(0));
    QCOMPARE(trial(now, {}, 1000).changed, std::int64_t(12));
    QCOMPARE(trial({}, draft, 5).calls, std::int64_t(5));
    // What is tried is what happens.
    QVERIFY(b.pipeline().setAttribution(draft, kGoOn).ok());
    std::int64_t coding = 0;
    for (const Call &call : b.calls())
        coding += b.text(call.names.workflow) == "coding" ? 1 : 0;
    QCOMPARE(coding, t.changed);
}

/// A second window on the ledger: refused at once, not waited for.
void TestPipelineAttribution::aReaderChangesNothing()
{
    PipelineBench b;
    addAll(b);
    b.open();
    b.drain();
    const std::string before = report(b);
    SymbolTable symbols;
    EngineOptions options;
    options.ledgerPath = b.path("state/ledger.db");
    auto ledger = Ledger::open(options.ledgerPath, Ledger::Mode::ReadWrite, symbols);
    QVERIFY(ledger.ok() && (*ledger)->openReport().readOnly);
    Pipeline second(options, symbols, std::move(*ledger), b.catalog);
    QVERIFY(second.load([] {}).ok());
    AttributionRules rules(1);
    rules[0].when = {{MatchField::Workflow, MatchTest::Equals, "support"}};
    rules[0][NameTarget::Workflow] = "care";
    const Result<> refused = second.setAttribution(rules, kGoOn);
    QVERIFY(!refused.ok() && refused.error().code == ErrorCode::Locked);
    QVERIFY(!second.setSuccess({{"support", "judge", {}, 1}}, kGoOn).ok());
    QCOMPARE(report(b), before);
}

QTEST_GUILESS_MAIN(TestPipelineAttribution)
#include "tst_pipeline_attribution.moc"
