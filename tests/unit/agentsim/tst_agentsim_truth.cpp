// SPDX-License-Identifier: GPL-3.0-or-later
#include "span_reader.h"

#include <QDateTime>
#include <QSet>
#include <QtTest>

namespace {

qint64 nanoHalfEven(qint64 pico)
{
    const qint64 nano = pico / 1000;
    const qint64 rest = pico % 1000;
    return rest > 500 || (rest == 500 && nano % 2 == 1) ? nano + 1 : nano;
}

} // namespace

// The truth file against an independent reading of the emitted spans, to the pico-dollar.
class TestAgentsimTruth : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void totals();
    void groups_data();
    void groups();
    void minutes();
    void runsAndEvaluations();
    void loopsAreInTheFile();
    void cutOffRunsAreNamed();

private:
    struct Sums {
        qint64 calls = 0, errors = 0, fresh = 0, read = 0, written = 0, text = 0, reasoning = 0, pico = 0;
        qint64 unpricedCalls = 0, unpricedTokens = 0;
        void add(const SpanRow &row);
    };
    static void compare(const QJsonObject &truth, const Sums &sums);
    QString workflowOf(const SpanRow &row) const { return m_workflowOf.value(row.trace); }
    QString agentOf(const SpanRow &row) const { return m_agents.value(row.trace + row.parent); }

    SimResult m_sim;
    QVector<SpanRow> m_rows;
    QHash<QString, QString> m_workflowOf;
    QHash<QString, QString> m_agents;
};

void TestAgentsimTruth::Sums::add(const SpanRow &row)
{
    const CallMoney m = moneyOf(row);
    ++calls;
    errors += row.status == 2;
    fresh += m.fresh;
    read += m.read;
    written += m.written;
    text += m.text;
    reasoning += m.reasoning;
    pico += m.pico;
    if (!m.priced) {
        ++unpricedCalls;
        unpricedTokens += m.fresh + m.read + m.written + m.text + m.reasoning;
    }
}

void TestAgentsimTruth::compare(const QJsonObject &truth, const Sums &s)
{
    const QJsonObject tokens = truth["tokens"].toObject();
    QCOMPARE(truth["calls"].toInteger(), s.calls);
    QCOMPARE(truth["errors"].toInteger(), s.errors);
    QCOMPARE(tokens["in_fresh"].toInteger(), s.fresh);
    QCOMPARE(tokens["cache_read"].toInteger(), s.read);
    QCOMPARE(tokens["cache_write_untyped"].toInteger(), s.written);
    QCOMPARE(tokens["out_text"].toInteger(), s.text);
    QCOMPARE(tokens["out_reasoning"].toInteger(), s.reasoning);
    QCOMPARE(truth["calls_unpriced"].toInteger(), s.unpricedCalls);
    QCOMPARE(truth["tokens_unpriced"].toInteger(), s.unpricedTokens);
    QCOMPARE(picoOf(truth), s.pico);
    QCOMPARE(truth["cost_nusd"].toInteger(), nanoHalfEven(s.pico));
}

void TestAgentsimTruth::initTestCase()
{
    m_sim = simulate({"--history", "3h", "--for", "15m", "--seed", "11", "--drain"});
    QCOMPARE(m_sim.exitCode, 0);
    QStringList errors;
    m_rows = readSpans(m_sim.traces, errors);
    QCOMPARE(errors, QStringList());
    QVERIFY(m_rows.size() > 20'000);
    for (const SpanRow &row : m_rows) {
        if (row.isRoot())
            m_workflowOf.insert(row.trace, row.attributes["gen_ai.workflow.name"]);
        if (row.attributes["gen_ai.operation.name"] == "invoke_agent")
            m_agents.insert(row.trace + row.span, row.attributes["gen_ai.agent.name"]);
    }
    QCOMPARE(m_sim.truth["runs_open"].toInt(), 0);
    QSet<QString> agents;
    for (auto it = m_agents.cbegin(); it != m_agents.cend(); ++it)
        agents.insert(m_workflowOf.value(it.key().left(32)) + '/' + it.value());
    QCOMPARE(agents.size(), 40); // eight workflows of five
}

void TestAgentsimTruth::totals()
{
    Sums sums;
    for (const SpanRow &row : m_rows) {
        if (row.isCall())
            sums.add(row);
    }
    QVERIFY(sums.calls > 10'000 && sums.errors > 0 && sums.unpricedCalls > 0 && sums.reasoning > 0);
    compare(m_sim.truth["totals"].toObject(), sums);
}

void TestAgentsimTruth::groups_data()
{
    QTest::addColumn<QString>("attribute");
    QTest::newRow("by_workflow") << "";
    QTest::newRow("by_agent") << "";
    QTest::newRow("by_model") << "";
    QTest::newRow("by_provider") << "gen_ai.provider.name";
    QTest::newRow("by_tier") << "flyball.tier";
    QTest::newRow("by_task") << "flyball.task_type";
    QTest::newRow("by_step") << "flyball.step";
    QTest::newRow("by_segment") << "flyball.segment";
}

void TestAgentsimTruth::groups()
{
    QFETCH(QString, attribute);
    const QString group = QTest::currentDataTag();
    QMap<QString, Sums> sums;
    for (const SpanRow &row : m_rows) {
        if (!row.isCall())
            continue;
        QString key = row.attributes.value(attribute);
        if (group == "by_workflow")
            key = workflowOf(row);
        else if (group == "by_agent")
            key = agentOf(row);
        else if (group == "by_model")
            key = row.attributes.value("gen_ai.response.model", row.attributes.value("gen_ai.request.model"));
        QVERIFY(!key.isEmpty());
        sums[key].add(row);
    }
    const QJsonObject truth = m_sim.truth[group].toObject();
    QCOMPARE(truth.keys(), QStringList(sums.keys()));
    for (auto it = sums.cbegin(); it != sums.cend(); ++it)
        compare(truth[it.key()].toObject(), it.value());
}

void TestAgentsimTruth::minutes()
{
    QMap<QString, Sums> sums;
    for (const SpanRow &row : m_rows) {
        if (!row.isCall())
            continue;
        const auto minute = QDateTime::fromSecsSinceEpoch(row.endNs / 60'000'000'000 * 60, Qt::UTC);
        sums[minute.toString("yyyy-MM-ddThh:mmZ") + " " + workflowOf(row)].add(row);
    }
    const QJsonArray truth = m_sim.truth["by_workflow_minute"].toArray();
    QCOMPARE(truth.size(), sums.size());
    for (const auto &value : truth) {
        const QJsonObject cell = value.toObject();
        const Sums &s = sums[cell["minute"].toString() + " " + cell["workflow"].toString()];
        QCOMPARE(cell["calls"].toInteger(), s.calls);
        QCOMPARE(picoOf(cell), s.pico);
    }
}

void TestAgentsimTruth::runsAndEvaluations()
{
    QMap<QString, QMap<QString, int>> runs;
    for (const SpanRow &row : m_rows) {
        if (!row.isRoot())
            continue;
        auto &counts = runs[workflowOf(row)];
        const QString outcome = row.attributes["flyball.outcome"];
        ++counts[outcome];
        QCOMPARE(row.status, outcome == "success" ? 0 : 2);
        QCOMPARE(row.attributes["flyball.workflow"], workflowOf(row));
        for (const auto &e : row.events) {
            const auto attributes = e.toObject()["attributes"].toArray();
            QCOMPARE(e.toObject()["name"].toString(), "gen_ai.evaluation.result");
            QCOMPARE(attributes[0].toObject()["value"].toObject()["stringValue"].toString(), "task_success");
            ++counts["label " + attributes[2].toObject()["value"].toObject()["stringValue"].toString()];
        }
    }
    QCOMPARE(runs.size(), 8);
    for (auto it = runs.cbegin(); it != runs.cend(); ++it) {
        const QJsonObject truth = m_sim.truth["runs"].toObject()[it.key()].toObject();
        for (const QString outcome : {"success", "failure", "capped", "timeout"})
            QCOMPARE(truth[outcome].toInt(), it.value().value(outcome));
        QCOMPARE(truth["task_success"].toObject()["pass"].toInt(), it.value().value("label pass"));
        QCOMPARE(truth["task_success"].toObject()["fail"].toInt(), it.value().value("label fail"));
    }
}

void TestAgentsimTruth::loopsAreInTheFile()
{
    QHash<QString, QHash<QString, int>> sameCall; // trace -> content hash -> times
    for (const SpanRow &row : m_rows) {
        if (row.attributes["gen_ai.operation.name"] == "execute_tool")
            ++sameCall[row.trace][row.attributes["flyball.content_hash"]];
    }
    QSet<QString> looping;
    for (auto it = sameCall.cbegin(); it != sameCall.cend(); ++it) {
        if (std::any_of(it->cbegin(), it->cend(), [](int n) { return n >= 3; }))
            looping.insert(it.key());
    }
    QSet<QString> tagged;
    bool scripted = false;
    for (const auto &value : m_sim.truth["loops"].toArray()) {
        const QJsonObject loop = value.toObject();
        tagged.insert(loop["trace"].toString());
        // Live begins at 15:00; the demo's loop has begun by the fourth minute.
        const QString begin = loop["begin"].toString();
        scripted = scripted || (begin >= "2026-11-21T15:02" && begin < "2026-11-21T15:04" && loop["capped"].toBool());
    }
    QVERIFY(tagged.size() >= 5);
    QCOMPARE(looping, tagged);
    QVERIFY(scripted);
}

void TestAgentsimTruth::cutOffRunsAreNamed()
{
    const SimResult cut = simulate({"--history", "10m", "--rate", "20"});
    QStringList errors;
    QHash<QString, bool> hasRoot;
    const auto rows = readSpans(cut.traces, errors);
    for (const SpanRow &row : rows)
        hasRoot[row.trace] = hasRoot.value(row.trace) || row.isRoot();
    Sums lost;
    for (const SpanRow &row : rows) {
        if (row.isCall() && !hasRoot[row.trace] && !row.attributes.contains("flyball.workflow"))
            lost.add(row);
    }
    qint64 calls = 0, pico = 0;
    for (const auto &value : cut.truth["unattributable"].toObject()) {
        calls += value.toObject()["calls"].toInteger();
        pico += picoOf(value.toObject());
    }
    QVERIFY(cut.truth["runs_open"].toInt() > 0);
    QVERIFY(lost.calls > 0);
    QCOMPARE(calls, lost.calls);
    QCOMPARE(pico, lost.pico);
}

QTEST_GUILESS_MAIN(TestAgentsimTruth)
#include "tst_agentsim_truth.moc"
