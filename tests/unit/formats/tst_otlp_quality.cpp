// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluations in all their shapes, and what outcome a run has (3a.11, traces.md 1a).
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

OtlpSpan chat(unsigned id, unsigned parent)
{
    return {.id = id,
            .parent = parent,
            .attributes = {{"gen_ai.operation.name", "chat"}, {"gen_ai.usage.input_tokens", "1"}}};
}

std::string evaluationEvent(const std::string &attributes, const std::string &time = "\"1795255201500000000\"")
{
    return R"(,"events":[{"name":"gen_ai.evaluation.result","timeUnixNano":)" + time + ",\"attributes\":[" + attributes
           + "]}]";
}

std::string attribute(const std::string &key, const std::string &value)
{
    return "{\"key\":\"" + key + "\",\"value\":" + value + "}";
}

std::string textAttribute(const std::string &key, const std::string &text)
{
    return attribute(key, "{\"stringValue\":\"" + text + "\"}");
}

} // namespace

class TestOtlpQuality : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void evaluationAsEvent();
    void evaluationAsLogRecord_data();
    void evaluationAsLogRecord();
    void openInference();
    void sameEvaluationTwice();
    void verdicts_data();
    void verdicts();
    void outcomes_data();
    void outcomes();
    void notEvaluations();
};

void TestOtlpQuality::evaluationAsEvent()
{
    World w;
    OtlpSpan span = chat(1, 0);
    span.extra = evaluationEvent(textAttribute("gen_ai.evaluation.name", "relevance") + ","
                                 + attribute("gen_ai.evaluation.score.value", "{\"doubleValue\":0.75}") + ","
                                 + textAttribute("gen_ai.evaluation.score.label", "PASS"));
    const FactBatch batch = w.file("otlp-json", "t.jsonl", exportLine("s", {span}));
    QCOMPARE(batch.signals.size(), std::size_t(1));
    const SignalFact &s = batch.signals[0];
    QCOMPARE(w.text(s.name), std::string("relevance"));
    QCOMPARE(w.text(s.label), std::string("PASS"));
    QVERIFY(s.hasScore && s.score == 0.75);
    QCOMPARE(s.verdict, Verdict::Pass);
    QCOMPARE(qint64(s.time), qint64(1795255201500000000));
    QCOMPARE(quint64(s.span), quint64(1));
    QVERIFY((s.group == Key128{0, 1}));
    World timeless; // without a time of its own it is the span's end
    span.extra = evaluationEvent(textAttribute("gen_ai.evaluation.name", "relevance"), "null");
    QCOMPARE(qint64(timeless.file("otlp-json", "t.jsonl", exportLine("s", {span})).signals.at(0).time),
             qint64(kOtlpEpoch + 2 * kSecond));
}

void TestOtlpQuality::evaluationAsLogRecord_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::addColumn<bool>("signal");
    const QByteArray ids =
        R"("traceId":"00000000000000000000000000000001","spanId":"0000000000000001","timeUnixNano":"5",)";
    const QByteArray name = R"({"key":"gen_ai.evaluation.name","value":{"stringValue":"relevance"}})";
    QTest::newRow("event name") << "{" + ids + R"("eventName":"gen_ai.evaluation.result","attributes":[)" + name + "]}"
                                << true;
    QTest::newRow("event name last") << "{\"attributes\":[" + name + "]," + ids
                                            + "\"eventName\":\"gen_ai.evaluation.result\"}"
                                     << true;
    QTest::newRow("snake case") << "{" + QByteArray(ids).replace("traceId", "trace_id").replace("spanId", "span_id")
                                       + R"("event_name":"gen_ai.evaluation.result","attributes":[)" + name + "]}"
                                << true;
    QTest::newRow("by attribute alone") << "{" + ids + R"("body":null,"attributes":[)" + name + "]}" << true;
    QTest::newRow("another event") << "{" + ids + R"("eventName":"gen_ai.choice","attributes":[]})" << false;
    QTest::newRow("no trace") << "{\"eventName\":\"gen_ai.evaluation.result\",\"attributes\":[" + name + "]}" << false;
    QTest::newRow("bad trace") << R"({"traceId":"xyz","eventName":"gen_ai.evaluation.result","attributes":[)" + name
                                      + "]}"
                               << false;
    QTest::newRow("tokens in a log are never a call")
        << "{" + ids
               + R"("attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":"99"}}]})"
        << false;
}

void TestOtlpQuality::evaluationAsLogRecord()
{
    QFETCH(QByteArray, record);
    QFETCH(bool, signal);
    World w;
    const FactBatch batch = w.file("otlp-json", "t.jsonl",
                                   R"({"resourceLogs":[{"scopeLogs":[{"scope":{"name":"s"},"logRecords":[)"
                                       + record.toStdString() + "]}]}]}\n");
    QCOMPARE(batch.signals.size(), std::size_t(signal ? 1 : 0));
    QCOMPARE(batch.calls.size(), std::size_t(0));
    QCOMPARE(batch.rejects.size(), std::size_t(0));
    QCOMPARE(batch.ignored, std::int64_t(1));
}

void TestOtlpQuality::openInference()
{
    World w;
    OtlpSpan span = chat(1, 0);
    span.attributes.insert(span.attributes.end(), {{"evaluations.0.evaluation.name", "hallucination"},
                                                   {"evaluations.0.evaluation.label", "factual"},
                                                   {"evaluations.0.evaluation.score", "{\"doubleValue\":0.9}"},
                                                   {"evaluations.1.evaluation.name", "toxicity"},
                                                   {"annotations.0.annotation.name", "thumbs"},
                                                   {"annotations.0.annotation.label", "fail"},
                                                   {"trace.evaluations.0.evaluation.name", "task_success"},
                                                   {"trace.evaluations.0.evaluation.label", "pass"},
                                                   {"evaluations.x.evaluation.name", "no"},
                                                   {"evaluations.99999.evaluation.name", "no"},
                                                   {"evaluations.-1.evaluation.name", "no"},
                                                   {"evaluations.2.evaluation.score", "1"}});
    const FactBatch batch = w.file("otlp-json", "t.jsonl", exportLine("s", {span}));
    QStringList seen;
    for (const SignalFact &s : batch.signals)
        seen << QString::fromStdString(w.text(s.name) + "/" + w.text(s.label) + "/" + std::to_string(s.span)
                                       + (s.hasScore ? "/score" : ""));
    seen.sort();
    QCOMPARE(seen,
             (QStringList{"hallucination/factual/1/score", "task_success/pass/0", "thumbs/fail/1", "toxicity//1"}));
}

void TestOtlpQuality::sameEvaluationTwice()
{
    World w;
    OtlpSpan span = chat(1, 0);
    span.extra = evaluationEvent(textAttribute("gen_ai.evaluation.name", "relevance"));
    w.file("otlp-json", "a.jsonl", exportLine("s", {span}));
    w.file("otlp-json", "b.jsonl", exportLine("s", {span}));
    FactStore::Group group;
    w.collator.store().copyGroup(w.collator.store().findGroup({0, 1}), group);
    QCOMPARE(group.signals.size(), std::size_t(1));
}

void TestOtlpQuality::verdicts_data()
{
    QTest::addColumn<QByteArray>("label");
    QTest::addColumn<int>("verdict");
    for (const char *word : {"pass", "PASSED", "true", "Success", "correct", "yes", "OK"})
        QTest::newRow(word) << QByteArray(word) << 1;
    for (const char *word : {"fail", "Failed", "false", "failure", "INCORRECT", "no", "error"})
        QTest::newRow(word) << QByteArray(word) << 2;
    for (const char *word : {"", "maybe", "passable", "0.9", "pass "})
        QTest::addRow("'%s'", word) << QByteArray(word) << 0;
}

void TestOtlpQuality::verdicts()
{
    QFETCH(QByteArray, label);
    QFETCH(int, verdict);
    World w;
    OtlpSpan span = chat(1, 0);
    span.extra = evaluationEvent(
        textAttribute("gen_ai.evaluation.name", "x") + ","
        + attribute("gen_ai.evaluation.score.value", "{\"doubleValue\":1}")
        + (label.isEmpty() ? "" : "," + textAttribute("gen_ai.evaluation.score.label", label.toStdString())));
    // A score without a label is neither pass nor fail until a threshold is set.
    QCOMPARE(static_cast<int>(w.file("otlp-json", "t.jsonl", exportLine("s", {span})).signals.at(0).verdict), verdict);
}

void TestOtlpQuality::outcomes_data()
{
    QTest::addColumn<QByteArray>("attributes"); // of the root, name=value;...
    QTest::addColumn<QByteArray>("label");      // of a task_success signal
    QTest::addColumn<bool>("error");
    QTest::addColumn<int>("outcome");
    const auto row = [](const char *name, const char *attributes, const char *label, bool error, Outcome outcome) {
        QTest::newRow(name) << QByteArray(attributes) << QByteArray(label) << error << static_cast<int>(outcome);
    };
    row("nothing said", "", "", false, Outcome::Unknown);
    row("own success", "flyball.outcome=success", "", false, Outcome::Success);
    row("own failure", "flyball.outcome=failure", "pass", false, Outcome::Failure);
    row("own capped", "flyball.outcome=capped", "", true, Outcome::Capped);
    row("own timeout", "flyball.outcome=timeout", "", false, Outcome::Timeout);
    row("own odd word, then the signal", "flyball.outcome=banana", "pass", false, Outcome::Success);
    row("signal before error", "", "pass", true, Outcome::Success);
    row("signal fails", "", "fail", false, Outcome::Failure);
    row("budget exceeded", "error.type=budget_exceeded", "", true, Outcome::Capped);
    row("status error", "error.type=boom", "", true, Outcome::Failure);
    row("own success in spite of an error", "flyball.outcome=success", "", true, Outcome::Success);
}

void TestOtlpQuality::outcomes()
{
    QFETCH(QByteArray, attributes);
    QFETCH(QByteArray, label);
    QFETCH(bool, error);
    QFETCH(int, outcome);
    World w;
    OtlpSpan root{.id = 1, .name = "root"};
    const auto equals = attributes.split('=');
    if (equals.size() == 2)
        root.attributes.emplace_back(equals[0].toStdString(), equals[1].toStdString());
    if (error)
        root.extra += R"(,"status":{"code":2})";
    if (!label.isEmpty())
        root.extra += evaluationEvent(textAttribute("gen_ai.evaluation.name", "task_success") + ","
                                      + textAttribute("gen_ai.evaluation.score.label", label.toStdString()));
    w.file("otlp-json", "t.jsonl", exportLine("s", {chat(2, 1), root}));
    QCOMPARE(static_cast<int>(w.runs().begin()->second.outcome), outcome);
}

void TestOtlpQuality::notEvaluations()
{
    World w;
    OtlpSpan span = chat(1, 0);
    span.extra =
        R"(,"events":[null,5,{"name":"gen_ai.choice","attributes":[{"key":"gen_ai.evaluation.name","value":{"stringValue":"x"}}]},)"
        R"({"name":"gen_ai.evaluation.result"},{"name":"gen_ai.evaluation.result","attributes":null},{}])";
    const FactBatch batch = w.file("otlp-json", "t.jsonl", exportLine("s", {span}));
    QCOMPARE(batch.signals.size(), std::size_t(0)); // an evaluation without a name says nothing
    QCOMPARE(w.totals().calls, std::int64_t(1));
}

QTEST_GUILESS_MAIN(TestOtlpQuality)
#include "tst_otlp_quality.moc"
