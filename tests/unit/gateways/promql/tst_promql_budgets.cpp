// SPDX-License-Identifier: GPL-3.0-or-later
// Gauges of budgets asked of a Prometheus-compatible server beside the counters.
#include "core/gateways/registry.h"

#include "tests/unit/gateways/promql/fake_prometheus.h"

#include <QTest>

using namespace flyball;
using namespace flyball::test;

namespace {

std::unique_ptr<PolledSource> sourceAt(const FakePrometheus &server, SymbolTable &symbols)
{
    SourceConfig config;
    config.kind = "promql";
    config.target = server.url();
    auto made = remoteKind("promql")->poll(config, symbols);
    if (!made)
        qFatal("%s", made.error().message.c_str());
    return std::move(*made);
}

Scripted vectorOf(const QByteArray &series, const QByteArray &more = {})
{
    return {"200 OK", R"({"status":"success","data":{"resultType":"vector","result":[)" + series + "]}" + more + '}'};
}

QByteArray gauge(const char *name, const char *labels, const char *value)
{
    return QByteArray(R"({"metric":{"__name__":")") + name + R"(",)" + labels + R"(},"value":[1795363200,")" + value
           + "\"]}";
}

const QByteArray kTeam =
    gauge("litellm_remaining_team_budget_metric", R"("team":"t","team_alias":"agents","instance":"a")", "25.1") + ','
    + gauge("litellm_team_max_budget_metric", R"("team":"t","team_alias":"agents","instance":"a")", "500") + ','
    + gauge("litellm_remaining_team_budget_metric", R"("team":"t","team_alias":"agents","instance":"b")", "400") + ','
    + gauge("litellm_team_max_budget_metric", R"("team":"t","team_alias":"agents","instance":"b")", "500");

} // namespace

class TestPromqlBudgets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void replicasAreViewsOfOneBudget();
    void refusedBesideTheCounters_data();
    void refusedBesideTheCounters();
    void aServerWithoutThem();
};

void TestPromqlBudgets::replicasAreViewsOfOneBudget()
{
    FakePrometheus server;
    server.script = [](const Asked &asked) -> std::optional<Scripted> {
        return asked.isFor("_budget_") ? std::optional(vectorOf(kTeam, R"(,"warnings":["one shard is gone"])"))
                                       : std::nullopt;
    };
    SymbolTable symbols;
    const Delivery delivery = sourceAt(server, symbols)->poll({}, kStart);
    QVERIFY(delivery.budgets);
    QCOMPARE(delivery.budgets->list.size(), std::size_t{1});
    const GatewayBudget &team = delivery.budgets->list[0];
    QCOMPARE(QByteArray::fromStdString(team.name), QByteArray("agents"));
    QCOMPARE(qint64(*team.left), qint64(25'100'000'000'000));
    QCOMPARE(qint64(*team.cap), qint64(500'000'000'000'000));
    QCOMPARE(qint64(*team.spent), qint64(474'900'000'000'000));
    QCOMPARE(QByteArray::fromStdString(delivery.budgets->note),
             QByteArray("its workers tell 1 budget differently: the least left is shown; not all data: one shard is "
                        "gone"));
}

void TestPromqlBudgets::refusedBesideTheCounters_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("forbidden") << QByteArray("403 Forbidden") << QByteArray("no");
    QTest::newRow("busy") << QByteArray("503 Busy") << QByteArray("{}");
    QTest::newRow("matrix") << QByteArray("200 OK")
                            << QByteArray(R"({"status":"success","data":{"resultType":"matrix","result":[]}})");
    QTest::newRow("page") << QByteArray("200 OK") << QByteArray("<html>");
}

void TestPromqlBudgets::refusedBesideTheCounters()
{
    QFETCH(QByteArray, status);
    QFETCH(QByteArray, body);
    FakePrometheus server;
    Counter counter("triage", "a:1");
    counter.scrape(kStart - kMinute, 1);
    counter.scrape(kStart - 45 * kSecond, 1);
    server.series = {counter.series};
    server.script = [&](const Asked &asked) -> std::optional<Scripted> {
        return asked.isFor("_budget_") ? std::optional(Scripted{status, body}) : std::nullopt;
    };
    SymbolTable symbols;
    const auto source = sourceAt(server, symbols);
    Delivery delivery = source->poll({}, kStart);
    QVERIFY(!delivery.budgets);
    QCOMPARE(QByteArray::fromStdString(delivery.health.error), QByteArray());
    std::string state = delivery.state;
    for (int i = 0; i < 100 && delivery.batch.calls.empty(); ++i) {
        delivery = source->poll(state, kStart);
        state = delivery.state.empty() ? state : delivery.state;
    }
    QVERIFY(!delivery.batch.calls.empty()); // the counters are read on
}

void TestPromqlBudgets::aServerWithoutThem()
{
    FakePrometheus server;
    server.script = [](const Asked &asked) -> std::optional<Scripted> {
        return asked.isFor("_budget_") ? std::optional(vectorOf({})) : std::nullopt;
    };
    SymbolTable symbols;
    QVERIFY(!sourceAt(server, symbols)->poll({}, kStart).budgets);
}

QTEST_GUILESS_MAIN(TestPromqlBudgets)
#include "tst_promql_budgets.moc"
