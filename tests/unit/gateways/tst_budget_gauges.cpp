// SPDX-License-Identifier: GPL-3.0-or-later
// Budgets as gauges tell them: the pages of the samples, workers that differ, and what comes and goes.
#include <QtTest/QtTest>
#include <algorithm>
#include <map>

#include "core/gateways/budgets/budgetgauges.h"
#include "core/gateways/promql/promanswer.h"
#include "core/gateways/registry.h"
#include "tests/unit/gateways/gateway_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// Hands a page to gauges as the source does.
struct ToGauges final : PromSink {
    BudgetGauges gauges;
    void sample(const PromSample &s) override { gauges.read(s.name, s.labels, s.value, s.at); }
    GatewayBudgets page(const std::string &text, std::int64_t seconds = 0)
    {
        const bool open = text.find("# EOF") != std::string::npos;
        const TimeNs now = kNow + seconds * kSecond;
        PromText parser(*this, open ? PromText::Flavour::OpenMetrics : PromText::Flavour::Text, now);
        gauges.begin();
        if (!parser.feed(text) || !parser.finish())
            qWarning("no page");
        return gauges.end(now, kMinute);
    }
};

QByteArray money(const std::optional<PicoUsd> &pico)
{
    return pico ? QByteArray::number(qlonglong(*pico)) : QByteArray("-");
}

/// "scope name spent of cap left", sorted.
QByteArray lines(const GatewayBudgets &budgets)
{
    QByteArrayList out;
    for (const GatewayBudget &b : budgets.list)
        out += QByteArray::fromStdString(std::string(nameOf(b.scope)) + ' ' + (b.name.empty() ? b.id : b.name)) + ' '
               + money(b.spent) + " of " + (b.uncapped ? QByteArray("no cap") : money(b.cap)) + " left "
               + money(b.left);
    std::sort(out.begin(), out.end());
    return out.join('\n');
}

QByteArray reset(const GatewayBudget &b)
{
    return b.resetAt == kNoTime ? QByteArray() : QByteArray::fromStdString(formatRfc3339(b.resetAt));
}

std::string pageOfBody(const std::string &name)
{
    const std::string text = test::fixture(name);
    return name.ends_with(".http") ? text.substr(text.find("\r\n\r\n") + 4) : text;
}

} // namespace

class TestBudgetGauges : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void samples_data();
    void samples();
    void aServersAnswer();
    void workersAreNotAddedUp();
    void numbersThatAreNone();
    void whatIsGoneLeaves();
    void aGaugeThatStandsStill();
    void placesAreApart();
    void everyFamily();
    void manyBudgets();
    void throughTheSource();
};

void TestBudgetGauges::samples_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("told");
    // 25 - 24.9361335 and so on, by hand from the pages.
    QTest::newRow("text") << "litellm-2026/litellm_metrics.txt"
                          << QByteArray("key wf-code-review 737517900000 of 100000000000000 left 99262482100000\n"
                                        "key wf-invoice-triage 63866500000 of 25000000000000 left 24936133500000\n"
                                        "key wf-research - of no cap left -\n"
                                        "team agents 8478172150000 of 500000000000000 left 491521827850000");
    QTest::newRow("two workers") << "litellm-2026/litellm_metrics_multiproc.txt"
                                 << QByteArray(
                                        "key wf-code-review 737517900000 of 100000000000000 left 99262482100000\n"
                                        "key wf-invoice-triage 63866500000 of 25000000000000 left 24936133500000\n"
                                        "key wf-research - of no cap left -\n"
                                        "team agents 8478172150000 of 500000000000000 left 491521827850000");
    QTest::newRow("openmetrics") << "litellm-2026/litellm_metrics_openmetrics.http"
                                 << QByteArray(
                                        "key wf-code-review 2388859000000 of 100000000000000 left 97611141000000\n"
                                        "key wf-invoice-triage 180575000000 of 25000000000000 left 24819425000000\n"
                                        "key wf-research - of no cap left -\n"
                                        "team agents 43538428000000 of 500000000000000 left 456461572000000");
}

void TestBudgetGauges::samples()
{
    QFETCH(QString, file);
    QFETCH(QByteArray, told);
    ToGauges sink;
    const GatewayBudgets budgets = sink.page(pageOfBody(file.toStdString()));
    QCOMPARE(lines(budgets), told);
    QCOMPARE(budgets.note, std::string());
    for (const GatewayBudget &b : budgets.list) {
        if (b.uncapped)
            QCOMPARE(reset(b), QByteArray());
        else // 720 hours less a little, from the reading on
            QVERIFY(b.resetAt > kNow + 719 * kHour && b.resetAt <= kNow + 720 * kHour && b.resetAbout);
    }
}

void TestBudgetGauges::aServersAnswer()
{
    const std::string text = test::fixture("prometheus-2.42/query_instant_budget.http");
    const PromAnswer answer = readPromAnswer(200, "application/json", text.substr(text.find("\n\n") + 2));
    QCOMPARE(int(answer.fault), int(PromFault::None));
    BudgetGauges gauges;
    gauges.begin();
    for (const PromSeries &series : answer.series) {
        std::vector<MeterLabel> labels;
        for (const auto &[name, value] : series.labels)
            labels.push_back({name, value});
        gauges.read(series.label("__name__"), labels, answer.value(answer.samples[series.first]), kNow);
    }
    // A remainder alone says neither the cap nor what was spent. The text has 14 decimals; half-even to 12 of them.
    QCOMPARE(lines(gauges.end(kNow, kMinute)), QByteArray("key wf-code-review - of - left 86462664000000\n"
                                                          "key wf-invoice-triage - of - left 23883886000000\n"
                                                          "key wf-research - of no cap left -"));
}

void TestBudgetGauges::workersAreNotAddedUp()
{
    ToGauges sink;
    const std::string remaining = "litellm_remaining_team_budget_metric{team=\"t\",team_alias=\"T\",pid=";
    const std::string cap = "litellm_team_max_budget_metric{team=\"t\",team_alias=\"T\",pid=";
    const GatewayBudgets budgets = sink.page(remaining + "\"1\"} 30\n" + remaining + "\"2\"} 12.5\n" + remaining
                                             + "\"3\"} +Inf\n" + cap + "\"1\"} 100\n" + cap + "\"2\"} 50\n");
    QCOMPARE(lines(budgets), QByteArray("team T 37500000000000 of 50000000000000 left 12500000000000"));
    QCOMPARE(budgets.note, std::string("its workers tell 1 budget differently: the least left is shown"));
}

void TestBudgetGauges::numbersThatAreNone()
{
    ToGauges sink;
    const std::string page = "litellm_remaining_user_budget_metric{user=\"a\"} NaN\n"
                             "litellm_remaining_user_budget_metric{user=\"b\"} -3.25\n"
                             "litellm_user_max_budget_metric{user=\"b\"} 10\n"
                             "litellm_remaining_user_budget_metric{user=\"c\"} 9.223372036854776e+18\n"
                             "litellm_user_max_budget_metric{user=\"d\"} -1\n"
                             "litellm_user_max_budget_metric{user=\"e\"} -Inf\n"
                             "litellm_remaining_user_budget_metric{user=\"None\"} 5\n"
                             "litellm_remaining_user_budget_metric{user=\"\"} 5\n";
    const GatewayBudgets budgets = sink.page(page);
    QCOMPARE(lines(budgets), QByteArray("user a - of - left -\n"
                                        "user b 13250000000000 of 10000000000000 left -3250000000000\n"
                                        "user c - of no cap left -\n"
                                        "user d - of - left -\n"
                                        "user e - of - left -"));
    QCOMPARE(budgets.note, std::string("3 figures of budgets are no amounts of money"));
}

void TestBudgetGauges::whatIsGoneLeaves()
{
    ToGauges sink;
    const std::string one = "litellm_remaining_org_budget_metric{org_id=\"1\",org_alias=\"one\"} 5\n";
    const std::string two = "litellm_remaining_org_budget_metric{org_id=\"2\",org_alias=\"two\"} 6\n";
    QCOMPARE(qint64(sink.page(one + two).total), 2);
    QCOMPARE(lines(sink.page(two, 15)), QByteArray("organization two - of - left 6000000000000"));
    QCOMPARE(qint64(sink.page("up 1\n", 30).total), 0);
}

void TestBudgetGauges::aGaugeThatStandsStill()
{
    ToGauges sink;
    const auto page = [](const char *hours) {
        return std::string("litellm_remaining_customer_budget_metric{end_user=\"c\"} 5\n"
                           "litellm_customer_budget_remaining_hours_metric{end_user=\"c\"} ")
               + hours + '\n';
    };
    const auto at = [](TimeNs time) { return QByteArray::fromStdString(formatRfc3339(time)); };
    QCOMPARE(reset(sink.page(page("2.5")).list[0]), at(kNow + 150 * kMinute));
    QCOMPARE(reset(sink.page(page("2.5"), 600).list[0]), at(kNow + 150 * kMinute)); // nobody called since
    QCOMPARE(reset(sink.page(page("2.0"), 1800).list[0]), at(kNow + 150 * kMinute));
    QCOMPARE(reset(sink.page(page("24"), 9060).list[0]), at(kNow + 9060 * kSecond + kDay));
    for (const char *none : {"NaN", "-1", "1e300", "+Inf"})
        QCOMPARE(reset(sink.page(page(none), 9100).list[0]), QByteArray());
}

void TestBudgetGauges::placesAreApart()
{
    ToGauges sink;
    const std::string family = "litellm_provider_remaining_budget_metric{api_provider=\"openai\",";
    // Two replicas of one gateway, and another gateway.
    QCOMPARE(lines(sink.page(family + "job=\"a\",instance=\"1\"} 7\n" + family + "job=\"a\",instance=\"2\"} 6\n"
                             + family + "job=\"b\",instance=\"1\"} 9\n")),
             QByteArray("provider openai - of - left 6000000000000\n"
                        "provider openai - of - left 9000000000000"));
}

void TestBudgetGauges::everyFamily()
{
    std::map<BudgetScope, int> columns;
    std::string page;
    for (const BudgetGauge &gauge : budgetGauges()) {
        QVERIFY(budgetGauge(gauge.family) == &gauge);
        ++columns[gauge.scope];
        page += std::string(gauge.family) + '{' + std::string(gauge.id) + "=\"x\"} "
                + (gauge.column == GaugeColumn::Left  ? "1\n"
                   : gauge.column == GaugeColumn::Cap ? "4\n"
                                                      : "1\n");
    }
    for (const auto &[scope, count] : columns)
        QCOMPARE(count, scope == BudgetScope::Provider ? 1 : 3);
    ToGauges sink;
    QCOMPARE(lines(sink.page(page)), QByteArray("customer x 3000000000000 of 4000000000000 left 1000000000000\n"
                                                "key x 3000000000000 of 4000000000000 left 1000000000000\n"
                                                "organization x 3000000000000 of 4000000000000 left 1000000000000\n"
                                                "provider x - of - left 1000000000000\n"
                                                "team x 3000000000000 of 4000000000000 left 1000000000000\n"
                                                "user x 3000000000000 of 4000000000000 left 1000000000000"));
    QVERIFY(!budgetGauge("litellm_remaining_tokens_metric"));
}

void TestBudgetGauges::manyBudgets()
{
    std::string page;
    for (int i = 0; i < 5'000; ++i)
        page += "litellm_remaining_user_budget_metric{user=\"" + std::to_string(i) + "\"} 1\n";
    ToGauges sink;
    const GatewayBudgets budgets = sink.page(page);
    QCOMPARE(budgets.list.size(), kMostBudgets);
    QCOMPARE(qint64(budgets.total), 5'000);
    QCOMPARE(budgets.note, std::string("the first 2000 of 5000 budgets are shown"));
}

void TestBudgetGauges::throughTheSource()
{
    std::string page = pageOfBody("litellm-2026/litellm_metrics.txt");
    int status = 200;
    HostileServer server([&](const QByteArray &, QTcpSocket &socket) {
        HostileServer::reply(socket, QByteArray::fromStdString(page), {}, status == 200 ? "200 OK" : "500 Oops");
    });
    SymbolTable symbols;
    SourceConfig config;
    config.kind = "prometheus";
    config.target = server.url();
    auto source = remoteKind("prometheus")->poll(config, symbols);
    QVERIFY(source);
    const Delivery first = (*source)->poll({}, wallClockNow());
    QVERIFY(first.budgets);
    QCOMPARE(qint64(first.budgets->total), 4);
    QCOMPARE(first.budgets->at, first.health.at);
    QVERIFY(!first.budgets->stale(first.health.at + 30 * kSecond));
    QVERIFY(first.budgets->stale(first.health.at + 60 * kSecond));
    status = 500; // nothing is told, so that what was told grows old
    QVERIFY(!(*source)->poll(first.state, wallClockNow()).budgets);
    status = 200;
    page = "up 1\n";
    const Delivery last = (*source)->poll(first.state, wallClockNow());
    QVERIFY(last.budgets && last.budgets->list.empty() && last.budgets->known());
    // A page that never told of a budget says nothing about them.
    auto other = remoteKind("prometheus")->poll(config, symbols);
    QVERIFY(!(*other)->poll({}, wallClockNow()).budgets);
}

QTEST_GUILESS_MAIN(TestBudgetGauges)
#include "tst_budget_gauges.moc"
