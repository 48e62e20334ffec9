// SPDX-License-Identifier: GPL-3.0-or-later
// Budgets asked over HTTP beside the calls: what is told, what is refused, and that the calls never suffer from it.
#include <QtTest/QtTest>
#include <algorithm>

#include "core/gateways/rest/restclient.h"
#include "tests/unit/gateways/spend/spend_bench.h"

using namespace flyball;
using namespace flyball::test;
using nlohmann::json;

namespace {

QByteArray bytes(const std::string &text) { return QByteArray::fromStdString(text); }

/// Names in the order told, "-" without any answer.
QByteArray names(const Delivery &delivery)
{
    if (!delivery.budgets)
        return "-";
    QByteArrayList out;
    for (const GatewayBudget &one : delivery.budgets->list)
        out += bytes(one.name.empty() ? one.id : one.name);
    return out.join(',');
}

std::size_t asksOf(const ScriptedServer &server, const std::string &path)
{
    return static_cast<std::size_t>(std::count_if(server.asked.begin(), server.asked.end(),
                                                  [&](const Asked &asked) { return asked.path == path; }));
}

Answered keyPage(int page, int pages, int keys, int first)
{
    json list = json::array();
    for (int i = 0; i < keys; ++i)
        list.push_back({{"token", std::to_string(first + i)}, {"spend", 1}, {"max_budget", 2}});
    return {200,
            json{{"keys", list}, {"total_count", pages * 100}, {"current_page", page}, {"total_pages", pages}}.dump()};
}

} // namespace

class TestBudgetSource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_table.add(spendRow("chatcmpl-1", 60)); }
    void keysTeamsAndShared();
    void refusedKeysR1();
    void itsOwnKeyAlone();
    void whatAVersionDoesNotHave();
    void pagesR3();
    void whatIsNoAnswerR5();
    void whatWasToldStays();
    void bifrost();
    void bifrostQuotaOfOneKey();
    void throughATest();
    void askedAgainR2();

private:
    SpendLogTable m_table;
};

void TestBudgetSource::keysTeamsAndShared()
{
    ScriptedServer server([&](const Asked &asked) -> Answered {
        if (asked.path == "/key/list")
            return {200, fixture("litellm_key_list.json").dump()};
        if (asked.path == "/budget/list")
            return {200, fixture("litellm_budget_info.json").dump()};
        if (asked.path == "/team/list")
            return {200, R"([{"team_id":"t","team_alias":"agents","spend":474.9,"max_budget":500}])"};
        if (asked.path == "/provider/budgets")
            return {200, R"({"providers":{"openai":{"budget_limit":9,"spend":1}}})"};
        return m_table.answer(asked);
    });
    SourceBench bench("litellm", server.url() + "/");
    const Delivery delivery = bench.poll();
    QCOMPARE(names(delivery),
             QByteArray("wf-invoice-triage,wf-invoice-triage,wf-code-review,wf-code-review,wf-research,"
                        "wf-research,agents,budget-invoice,openai"));
    QCOMPARE(bytes(budgetLine(*delivery.budgets)), QByteArray("9 budgets, the fullest $474.90 of $500.00"));
    QCOMPARE(delivery.budgets->at, kNow);
    QCOMPARE(bytes(delivery.health.warning), QByteArray());
    const auto asked = std::find_if(server.asked.begin(), server.asked.end(),
                                    [](const Asked &one) { return one.path == "/key/list"; });
    QCOMPARE(asked->text("return_full_object"), std::string("true"));
    QCOMPARE(asked->text("size"), std::string("100"));
    QVERIFY(!delivery.budgets->stale(kNow + 3 * kMinute) && delivery.budgets->stale(kNow + 4 * kMinute));
    SourceBench seldom("litellm", server.url(), {{"interval_s", "3600"}}); // they are asked for with the calls
    QVERIFY(!seldom.poll().budgets->stale(kNow + 3 * kHour));
    // Not with each poll: within a minute the calls are asked for alone, and nothing new is said.
    const std::size_t before = asksOf(server, "/key/list");
    QVERIFY(!bench.poll(kNow + 10 * kSecond).budgets);
    QCOMPARE(asksOf(server, "/key/list"), before);
}

void TestBudgetSource::refusedKeysR1()
{
    for (const int status : {401, 403}) {
        ScriptedServer server([&](const Asked &asked) -> Answered {
            return asked.path.starts_with("/spend") ? m_table.answer(asked)
                                                    : Answered{status, R"({"error":{"message":"sk-1234567 may not"}})"};
        });
        SourceBench bench("litellm", server.url());
        const Delivery delivery = bench.poll();
        QCOMPARE(bytes(delivery.health.error), QByteArray());
        QCOMPARE(bench.world.totals().calls, 1);
        QCOMPARE(bytes(delivery.health.warning), QByteArray("budgets cannot be read: it refuses the key, status ")
                                                     + QByteArray::number(status) + ": sk-*** may not");
        QVERIFY(delivery.budgets && !delivery.budgets->known() && delivery.budgets->list.empty());
        // Said as long as it is so, asked again only much later; the next poll of calls is as soon as ever.
        const Delivery next = bench.poll(kNow + 10 * kSecond);
        QVERIFY(next.health.warning.starts_with("budgets cannot be read"));
        QVERIFY(next.health.nextAt - monotonicNow() <= 10 * kSecond);
        QCOMPARE(asksOf(server, "/key/list"), std::size_t{1});
    }
}

void TestBudgetSource::itsOwnKeyAlone()
{
    ScriptedServer server([&](const Asked &asked) -> Answered {
        if (asked.path == "/key/info")
            return {200, fixture("litellm_key_info.json").dump()};
        return asked.path.starts_with("/spend") ? m_table.answer(asked) : Answered{403, "{}"};
    });
    SourceBench bench("litellm", server.url());
    const Delivery delivery = bench.poll();
    QCOMPARE(names(delivery), QByteArray("wf-invoice-triage,wf-invoice-triage"));
    QCOMPARE(bytes(delivery.health.warning), QByteArray());
}

void TestBudgetSource::whatAVersionDoesNotHave()
{
    ScriptedServer server([&](const Asked &asked) -> Answered {
        return asked.path.starts_with("/spend") ? m_table.answer(asked) : Answered{404, R"({"detail":"Not Found"})"};
    });
    SourceBench bench("litellm", server.url());
    const Delivery delivery = bench.poll();
    QCOMPARE(bench.world.totals().calls, 1);
    QCOMPARE(bytes(delivery.health.warning), QByteArray()); // nothing is missing from what it has
    QVERIFY(!delivery.budgets->known());
    QCOMPARE(bytes(delivery.budgets->problem), QByteArray("it answers with status 404: Not Found"));
}

void TestBudgetSource::pagesR3()
{
    const auto poll = [&](const std::function<Answered(int)> &page) {
        ScriptedServer server([&](const Asked &asked) -> Answered {
            if (asked.path == "/key/list")
                return page(asked.number("page"));
            return asked.path.starts_with("/spend") ? m_table.answer(asked) : Answered{404, "{}"};
        });
        SourceBench bench("litellm", server.url());
        Delivery delivery = bench.poll();
        return std::pair(std::move(delivery), asksOf(server, "/key/list"));
    };
    const auto [whole, three] = poll([](int n) { return keyPage(n, 3, n < 3 ? 100 : 40, n * 1000); });
    QCOMPARE(qint64(whole.budgets->total), 240);
    QCOMPARE(three, std::size_t{3});
    QCOMPARE(bytes(whole.budgets->note), QByteArray());

    const auto [same, two] = poll([](int n) { return keyPage(n, 50, 100, 0); });
    QCOMPARE(two, std::size_t{2});
    QCOMPARE(bytes(same.budgets->note), QByteArray("its pages of keys repeat"));

    const auto [endless, some] = poll([](int n) { return keyPage(n, 1'000'000, 100, n * 1000); });
    QCOMPARE(some, std::size_t{20});
    QCOMPARE(endless.budgets->list.size(), kMostBudgets);
    QCOMPARE(bytes(endless.budgets->note), QByteArray("only 2000 of 100000000 keys were read"));

    const auto [cut, first] = poll([](int n) { return n == 1 ? keyPage(1, 3, 100, 0) : Answered{500, "{}"}; });
    QCOMPARE(first, std::size_t{2});
    QCOMPARE(qint64(cut.budgets->total), 100);
    QCOMPARE(bytes(cut.budgets->note), QByteArray("only 100 keys were read: it answers with status 500"));
}

void TestBudgetSource::whatIsNoAnswerR5()
{
    for (const auto &[body, type] : {std::pair<std::string, std::string>{"<html>login</html>", "text/html"},
                                     {"{\"keys\":7}", "application/json"},
                                     {"{\"keys\":[{\"a\":1},", "application/json"},
                                     {"", "application/json"}}) {
        ScriptedServer server([&](const Asked &asked) -> Answered {
            return asked.path.starts_with("/spend") ? m_table.answer(asked) : Answered{200, body, type};
        });
        SourceBench bench("litellm", server.url());
        const Delivery delivery = bench.poll();
        QCOMPARE(bench.world.totals().calls, 1);
        QVERIFY(!delivery.budgets->known());
        QVERIFY2(delivery.health.warning.starts_with("budgets cannot be read: "), delivery.health.warning.c_str());
    }
}

/// A second instance shares no clock with the first: the list is as old as it says.
void TestBudgetSource::whatWasToldStays()
{
    GatewayBudgets told;
    told.at = kNow;
    told.staleAfter = kMinute;
    QVERIFY(!told.stale(kNow + kMinute));
    QVERIFY(told.stale(kNow + kMinute + 1));
    told.problem = "it refuses the key";
    QVERIFY(told.stale(kNow));
    told.at = kNoTime;
    QVERIFY(!told.stale(kNow)); // unknown is not old
}

void TestBudgetSource::bifrost()
{
    ScriptedServer server([&](const Asked &asked) -> Answered {
        if (asked.path == "/api/logs")
            return {200, fixture("bifrost_logs_page.json").dump()};
        if (asked.path == "/api/governance/budgets")
            return {200, fixture("bifrost_budgets_list.json").dump()};
        if (asked.path == "/api/governance/virtual-keys")
            return {200, R"({"virtual_keys":[{"id":"vk-invoice","name":"invoice triage"}],"count":1})"};
        return {404, "{}"};
    });
    SourceBench bench("bifrost", server.url());
    const Delivery delivery = bench.poll();
    QCOMPARE(names(delivery), QByteArray("invoice triage,team-agents"));
    QCOMPARE(bytes(budgetLine(*delivery.budgets)), QByteArray("2 budgets, the fullest $474.90 of $500.00"));
    QCOMPARE(bytes(delivery.health.warning), QByteArray());
}

void TestBudgetSource::bifrostQuotaOfOneKey()
{
    int status = 403;
    ScriptedServer server([&](const Asked &asked) -> Answered {
        if (asked.path == "/api/logs")
            return {200, fixture("bifrost_logs_page.json").dump()};
        if (asked.path == "/api/governance/virtual-keys/quota" && status == 403)
            return {200, fixture("bifrost_virtual_key_quota.json").dump()};
        return {status, "{}"};
    });
    SourceBench bench("bifrost", server.url());
    const Delivery delivery = bench.poll();
    QCOMPARE(names(delivery), QByteArray("wf-invoice-triage,wf-invoice-triage / anthropic"));
    QCOMPARE(bytes(delivery.health.warning), QByteArray());
    status = 500;
    SourceBench broken("bifrost", server.url());
    const Delivery without = broken.poll();
    QCOMPARE(broken.world.totals().calls, 1);
    QCOMPARE(bytes(without.health.warning), QByteArray("budgets cannot be read: it answers with status 500"));
}

void TestBudgetSource::throughATest()
{
    ScriptedServer server([&](const Asked &asked) -> Answered {
        return asked.path == "/key/list"          ? Answered{200, fixture("litellm_key_list.json").dump()}
               : asked.path.starts_with("/spend") ? m_table.answer(asked)
                                                  : Answered{404, "{}"};
    });
    SourceConfig config;
    config.kind = "litellm";
    config.target = server.url();
    const auto trial = tryRemoteSource(config);
    QVERIFY(trial && trial->budgets);
    QVERIFY2(trial->answer.find("; 6 budgets, the fullest $60.12 of $100.00") != std::string::npos,
             trial->answer.c_str());
}

/// The wait for budgets is that of the gateway, whatever the calls do.
void TestBudgetSource::askedAgainR2()
{
    Answered answer;
    ScriptedServer server([&](const Asked &) { return answer; });
    HttpConnection connection;
    connection.url = server.url();
    connection.retry.attempts = 1;
    connection.deadline = Milliseconds(5000);
    RestClient client(connection);
    QVERIFY(client.begin());
    const auto waits = [&](const Answered &given, int failures = 1) {
        answer = given;
        int status = 0;
        const auto reply = client.tryGet("/key/list", status);
        return reply || status != given.status ? -1 : client.waitAfterTry(failures) / kSecond;
    };
    const auto within = [](std::int64_t value, std::int64_t least, std::int64_t most) {
        return value >= least && value <= most;
    };
    QCOMPARE(qint64(waits({403, "{}"})), 900);
    QVERIFY(within(waits({429, "{}", "application/json", "Retry-After: 600\r\n"}), 479, 720));
    QVERIFY(within(waits({503, "{}", "application/json", "Retry-After: 1000000000\r\n"}), 2879, 4320));
    QVERIFY(within(waits({500, "{}", "application/json", "Retry-After: 600\r\n"}), 0, 2));
    QVERIFY(within(waits({500, "{}"}, 32), 200, 360));
    client.end();
}

QTEST_GUILESS_MAIN(TestBudgetSource)
#include "tst_budget_source.moc"
