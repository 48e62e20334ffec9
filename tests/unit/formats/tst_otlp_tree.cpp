// SPDX-License-Identifier: GPL-3.0-or-later
// Attribution by the span tree: late roots, nested agents, Traceloop's trap, odd trees (3a.10, traces.md 3).
#include <QElapsedTimer>
#include <QtTest/QtTest>
#include <algorithm>
#include <random>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

OtlpSpan chat(unsigned id, unsigned parent)
{
    return {.id = id,
            .parent = parent,
            .attributes = {{"gen_ai.operation.name", "chat"},
                           {"gen_ai.request.model", "gpt-4o"},
                           {"gen_ai.usage.input_tokens", "10"},
                           {"gen_ai.usage.output_tokens", "5"}}};
}

OtlpSpan node(unsigned id, unsigned parent, const std::string &name,
              std::vector<std::pair<std::string, std::string>> attributes = {})
{
    return {.id = id, .parent = parent, .name = name, .attributes = std::move(attributes)};
}

} // namespace

class TestOtlpTree : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void workflowNames_data();
    void workflowNames();
    void traceloopAgentTrap();
    void ownWorkflowBeatsTheTree();
    void agentsAndSteps();
    void lateRootMovesTheCall();
    void everyArrivalOrderIsTheSame();
    void cyclesEnd_data();
    void cyclesEnd();
    void deepChain();
    void manyCallsBelowADeepChain();
    void missingParents();
    void runsOfTraces();
    void orderOfFactsDoesNotMatter();
};

void TestOtlpTree::workflowNames_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("more"); // a second attribute key
    QTest::addColumn<QByteArray>("workflow");
    const auto row = [](const char *name, const char *key, const char *value, const char *more, const char *workflow) {
        QTest::newRow(name) << QByteArray(key) << QByteArray(value) << QByteArray(more) << QByteArray(workflow);
    };
    row("own attribute on any span", "flyball.workflow", "triage", "", "triage");
    row("invoke_workflow with a name", "gen_ai.operation.name", "invoke_workflow", "gen_ai.workflow.name", "named");
    row("invoke_workflow without", "gen_ai.operation.name", "invoke_workflow", "", "span name");
    row("Traceloop workflow", "traceloop.span.kind", "workflow", "traceloop.entity.name", "named");
    row("Langfuse trace", "langfuse.trace.name", "triage", "", "triage");
    row("nothing said: the root's name", "http.method", "GET", "", "span name");
    row("agent at the root", "gen_ai.operation.name", "invoke_agent", "gen_ai.agent.name", "named");
}

void TestOtlpTree::workflowNames()
{
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, more);
    QFETCH(QByteArray, workflow);
    OtlpSpan root = node(1, 0, "span name", {{key.toStdString(), value.toStdString()}});
    if (!more.isEmpty())
        root.attributes.emplace_back(more.toStdString(), "named");
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("s", {chat(3, 2), node(2, 1, "middle"), root}));
    QCOMPARE(QByteArray::fromStdString(w.text(w.only().names.workflow)), workflow);
    const auto runs = w.runs();
    QCOMPARE(QByteArray::fromStdString(w.text(runs.begin()->second.workflow)), workflow);
}

/// traces.md 3: below withAgent the call's own traceloop.workflow.name is the AGENT's name.
void TestOtlpTree::traceloopAgentTrap()
{
    OtlpSpan call = chat(4, 3);
    call.attributes.emplace_back("traceloop.workflow.name", "resolver");
    World w;
    w.file("otlp-json", "t.jsonl",
           exportLine("tl", {call,
                             node(3, 2, "classify.task",
                                  {{"traceloop.span.kind", "task"},
                                   {"traceloop.entity.name", "classify"},
                                   {"traceloop.workflow.name", "resolver"}}),
                             node(2, 1, "resolver.agent",
                                  {{"traceloop.span.kind", "agent"},
                                   {"traceloop.entity.name", "resolver"},
                                   {"traceloop.workflow.name", "resolver"}}),
                             node(1, 0, "order_triage.workflow",
                                  {{"traceloop.span.kind", "workflow"},
                                   {"traceloop.entity.name", "order_triage"},
                                   {"traceloop.workflow.name", "order_triage"}})}));
    const Call c = w.only();
    QCOMPARE(w.text(c.names.workflow), std::string("order_triage"));
    QCOMPARE(w.text(c.names.agent), std::string("resolver"));
    QCOMPARE(w.text(c.names.step), std::string("classify"));
    World orphan; // without the workflow span the attribute is all there is
    orphan.file("otlp-json", "t.jsonl", exportLine("tl", {call}));
    QCOMPARE(orphan.text(orphan.only().names.workflow), std::string("resolver"));
}

void TestOtlpTree::ownWorkflowBeatsTheTree()
{
    OtlpSpan call = chat(2, 1);
    call.attributes.emplace_back("flyball.workflow", "own");
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("s", {call, node(1, 0, "root", {{"flyball.workflow", "outer"}})}));
    QCOMPARE(w.text(w.only().names.workflow), std::string("own"));
}

void TestOtlpTree::agentsAndSteps()
{
    World w;
    w.file(
        "otlp-json", "t.jsonl",
        exportLine("s", {chat(5, 4), node(4, 3, "step", {{"flyball.step", "draft"}, {"flyball.tier", "mid"}}),
                         node(3, 2, "a", {{"gen_ai.operation.name", "invoke_agent"}, {"gen_ai.agent.name", "writer"}}),
                         node(2, 1, "b",
                              {{"gen_ai.operation.name", "invoke_agent"},
                               {"gen_ai.agent.name", "planner"},
                               {"flyball.segment", "free"}}),
                         node(1, 0, "root", {{"session.id", "sess"}, {"flyball.task_type", "plan"}})}));
    const Call c = w.only();
    QCOMPARE(w.text(c.names.agent), std::string("writer"));
    QCOMPARE(w.text(c.parentAgent), std::string("planner"));
    QCOMPARE(w.text(c.names.step), std::string("draft"));
    QCOMPARE(w.text(c.names.tier), std::string("mid"));
    QCOMPARE(w.text(c.names.segment), std::string("free"));
    QCOMPARE(w.text(c.names.session), std::string("sess"));
    QCOMPARE(w.text(c.names.taskType), std::string("plan"));
}

/// Spans are exported when they end: the money is there at once, its name later.
void TestOtlpTree::lateRootMovesTheCall()
{
    World w;
    w.file("otlp-json", "a.jsonl", exportLine("s", {chat(3, 2)}));
    QCOMPARE(w.totals().calls, std::int64_t(1));
    QCOMPARE(w.text(w.only().names.workflow), std::string());
    QVERIFY(!w.runs().begin()->second.closed);
    const PicoUsd before = w.only().cost;
    w.file("otlp-json", "b.jsonl",
           exportLine("s", {node(2, 1, "middle"),
                            node(1, 0, "root", {{"flyball.workflow", "late"}, {"flyball.outcome", "success"}})}));
    QCOMPARE(w.text(w.only().names.workflow), std::string("late"));
    QCOMPARE(w.only().cost, before);
    QVERIFY(w.runs().begin()->second.closed);
    QCOMPARE(w.runs().begin()->second.outcome, Outcome::Success);
}

void TestOtlpTree::everyArrivalOrderIsTheSame()
{
    std::mt19937 random(12);
    for (int set = 0; set < 60; ++set) {
        std::vector<std::pair<std::string, std::string>> lines; // path, text
        const auto push = [&](const OtlpSpan &span) {
            lines.emplace_back("f" + std::to_string(lines.size()),
                               exportLine("scope" + std::to_string(random() % 2), {span}));
        };
        for (unsigned id = 1; id <= 12; ++id) {
            const unsigned parent = id == 1 ? 0 : 1 + static_cast<unsigned>(random() % (id - 1));
            OtlpSpan span = random() % 2 || id == 1 ? node(id, parent, "n" + std::to_string(id)) : chat(id, parent);
            if (random() % 3 == 0)
                span.attributes.emplace_back("flyball.workflow", "w" + std::to_string(random() % 3));
            if (random() % 3 == 0)
                span.attributes.emplace_back("gen_ai.agent.name", "a" + std::to_string(random() % 3));
            if (random() % 3 == 0)
                span.attributes.emplace_back("gen_ai.response.id", "r" + std::to_string(random() % 2));
            if (random() % 4 == 0) // a second sighting that differs
                push(span);
            span.endMs += static_cast<std::int64_t>(random() % 3);
            push(span);
        }
        std::string expected;
        for (int round = 0; round < 6; ++round) {
            World w;
            for (const auto &[path, line] : lines)
                w.file("otlp-json", path, line);
            const std::string now = w.describe();
            if (round == 0)
                expected = now;
            QCOMPARE(QByteArray::fromStdString(now), QByteArray::fromStdString(expected));
            std::shuffle(lines.begin(), lines.end(), random);
        }
    }
}

void TestOtlpTree::cyclesEnd_data()
{
    QTest::addColumn<QList<unsigned>>("parents"); // of nodes 1..n; the call hangs below node 1
    QTest::newRow("itself") << QList<unsigned>{1};
    QTest::newRow("two") << QList<unsigned>{2, 1};
    QTest::newRow("three") << QList<unsigned>{2, 3, 1};
    QTest::newRow("tail into a loop") << QList<unsigned>{2, 3, 4, 3};
}

void TestOtlpTree::cyclesEnd()
{
    QFETCH(QList<unsigned>, parents);
    std::vector<OtlpSpan> spans = {chat(100, 1)};
    for (int i = 0; i < parents.size(); ++i)
        spans.push_back(
            node(static_cast<unsigned>(i) + 1, parents[i], "n", {{"flyball.step", "s" + std::to_string(i)}}));
    spans.push_back(chat(200, 200)); // a call that is its own parent
    spans.push_back(chat(300, 301)); // two calls that are each other's
    spans.push_back(chat(301, 300));
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("s", spans));
    QCOMPARE(w.totals().calls, std::int64_t(4));
    QCOMPARE(w.totals().inTotal(), std::int64_t(40));
}

void TestOtlpTree::deepChain()
{
    std::vector<OtlpSpan> spans = {node(1, 0, "root", {{"flyball.workflow", "deep"}})};
    constexpr unsigned depth = 3000;
    for (unsigned id = 2; id <= depth; ++id)
        spans.push_back(node(id, id - 1, "n"));
    spans.push_back(chat(9001, depth));
    spans.push_back(chat(9002, 400));
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("s", spans));
    QCOMPARE(w.totals().calls, std::int64_t(2));
    for (const Call &call : w.calls()) {
        QVERIFY(call.cost > 0);
        // Far above the call a name may stay unknown; it is never a wrong one.
        const std::string workflow = w.text(call.names.workflow);
        QVERIFY(call.sub == 9002 ? workflow == "deep" : workflow == "deep" || workflow.empty());
    }
}

void TestOtlpTree::manyCallsBelowADeepChain()
{
    std::vector<OtlpSpan> spans;
    for (unsigned id = 1; id <= 3000; ++id)
        spans.push_back(node(id, id - 1, "n"));
    for (unsigned i = 0; i < 3000; ++i)
        spans.push_back(chat(10'000 + i, 3000 - i % 100));
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("s", spans));
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(w.totals().calls, std::int64_t(3000));
    QVERIFY2(timer.elapsed() < 20'000, "hostile trees must not stop the clock");
}

void TestOtlpTree::missingParents()
{
    World w;
    w.file("otlp-json", "t.jsonl", exportLine("s", {chat(5, 77)}));
    QCOMPARE(w.text(w.only().names.workflow), std::string());
    World bad; // a parent id that is none: the span is refused, named
    OtlpSpan span = chat(5, 0);
    span.extra = R"(,"parentSpanId":"zz")";
    bad.file("otlp-json", "t.jsonl", exportLine("s", {span, chat(6, 0)}));
    QCOMPARE(bad.totals().calls, std::int64_t(1));
    QCOMPARE(bad.rejected("bad_id"), std::int64_t(1));
    for (const char *none : {"\"\"", "null", "\"0000000000000000\""}) {
        World root; // all the ways to have no parent
        OtlpSpan own = chat(5, 0);
        own.extra = std::string(",\"parentSpanId\":") + none;
        root.file("otlp-json", "t.jsonl", exportLine("s", {own}));
        QCOMPARE(root.totals().calls, std::int64_t(1));
        QVERIFY(root.runs().begin()->second.closed);
    }
}

void TestOtlpTree::runsOfTraces()
{
    World w;
    OtlpSpan other = chat(1, 0);
    other.trace = 2;
    OtlpSpan bare = node(1, 0, "cron");
    bare.trace = 3;
    w.file("otlp-json", "t.jsonl", exportLine("s", {chat(2, 1), chat(3, 1), node(1, 0, "root"), other, bare}));
    const auto runs = w.runs();
    QCOMPARE(runs.size(), std::size_t(2)); // a trace without a model call is no run of ours
    const RunInfo &run = runs.at({0, 1});
    QCOMPARE(qint64(run.start), qint64(kOtlpEpoch + kSecond));
    QCOMPARE(qint64(run.end), qint64(kOtlpEpoch + 2 * kSecond));
    QCOMPARE(w.text(run.format), std::string("otlp-json"));
}

void TestOtlpTree::orderOfFactsDoesNotMatter()
{
    World world;
    std::mt19937 random(4);
    for (unsigned id = 1; id <= 60; ++id) {
        OtlpSpan span{.id = id, .parent = id / 2};
        if (id % 3 == 0)
            span.attributes = {{"gen_ai.operation.name", "chat"}, {"gen_ai.request.model", "gpt-4o"}};
        else
            span.attributes = {{"flyball.step", "step" + std::to_string(id)}};
        world.file("otlp-json", "t.jsonl", exportLine("s", {span}));
    }
    FactStore::Group facts;
    world.collator.store().copyGroup(0, facts);
    const Format *format = formatOfKind("otlp-json");
    ResolvedGroup sorted;
    format->resolve(facts.facts(), world.collator, sorted);
    QCOMPARE(sorted.calls.size(), std::size_t(20));
    for (int round = 0; round < 50; ++round) {
        std::shuffle(facts.calls.begin(), facts.calls.end(), random);
        std::shuffle(facts.spans.begin(), facts.spans.end(), random);
        ResolvedGroup shuffled;
        format->resolve(facts.facts(), world.collator, shuffled);
        std::sort(shuffled.calls.begin(), shuffled.calls.end(),
                  [](const Call &a, const Call &b) { return a.sub < b.sub; });
        QVERIFY(shuffled.calls == sorted.calls);
    }
}

QTEST_GUILESS_MAIN(TestOtlpTree)
#include "tst_otlp_tree.moc"
