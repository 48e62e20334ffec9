// SPDX-License-Identifier: GPL-3.0-or-later
// Every file of the samples that tells of budgets, against values that were written down from the files by hand, and
// lists as they should not be.
#include <QtTest/QtTest>

#include "core/gateways/budgets/bifrostbudgets.h"
#include "core/gateways/budgets/litellmbudgets.h"
#include "tests/unit/gateways/gateway_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

QByteArray money(const std::optional<PicoUsd> &pico)
{
    return pico ? QByteArray::number(qlonglong(*pico)) : QByteArray("-");
}

QByteArray time(TimeNs at) { return at == kNoTime ? QByteArray("-") : QByteArray::fromStdString(formatRfc3339(at)); }

/// "scope name model | spent of cap soft left | period reset last", with "no cap" where that is told.
QByteArray line(const GatewayBudget &b)
{
    QByteArray out = QByteArray::fromStdString(std::string(nameOf(b.scope)) + ' ' + (b.name.empty() ? b.id : b.name)
                                               + (b.model.empty() ? "" : ' ' + b.model));
    out += " | " + money(b.spent) + " of " + (b.uncapped ? QByteArray("no cap") : money(b.cap));
    out += " soft " + money(b.soft) + " left " + money(b.left);
    out += " | " + QByteArray::fromStdString(b.period) + ' ' + time(b.resetAt) + ' ' + time(b.lastReset);
    return out;
}

QByteArray lines(const GatewayBudgets &budgets)
{
    QByteArray out;
    for (const GatewayBudget &one : budgets.list)
        out += line(one) + '\n';
    return out;
}

std::string api(const char *name) { return fixture(std::string("spend-apis-2026/") + name); }

GatewayBudgets keys(const std::string &body)
{
    BudgetList list;
    KeyPage page;
    if (!readKeyList(body, page, list))
        qWarning("no key list");
    return list.finish(kNow, kMinute);
}

} // namespace

class TestBudgetFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keyList();
    void keyInfo();
    void sharedBudgets();
    void teamsAndProviders();
    void bifrostBudgets();
    void bifrostQuota();
    void windowsAndTextInText();
    void wrongTypes();
    void whatIsNoList();
    void moreThanThereIsRoomFor();
    void theFullest();
};

void TestBudgetFiles::keyList()
{
    BudgetList list;
    KeyPage page;
    QVERIFY(readKeyList(api("litellm_key_list.json"), page, list));
    QCOMPARE(qint64(page.total), 3);
    QCOMPARE(qint64(page.pages), 1);
    QCOMPARE(qint64(page.keys), 3);
    const GatewayBudgets budgets = list.finish(kNow, kMinute);
    QCOMPARE(lines(budgets),
             QByteArray("key wf-invoice-triage | 13537338000000 of 25000000000000 soft 20000000000000 left "
                        "11462662000000 | 30d 2026-12-01T00:00:00Z -\n"
                        "key wf-invoice-triage claude-sonnet-4-5 | - of 5000000000000 soft - left - | 1d - -\n"
                        "key wf-code-review | 60119316000000 of 100000000000000 soft 20000000000000 left "
                        "39880684000000 | 30d 2026-12-01T00:00:00Z -\n"
                        "key wf-code-review claude-sonnet-4-5 | - of 5000000000000 soft - left - | 1d - -\n"
                        "key wf-research | 401200000000000 of no cap soft - left - |  - -\n"
                        "key wf-research claude-sonnet-4-5 | - of 5000000000000 soft - left - | 1d - -\n"));
    QCOMPARE(budgets.list[0].id, std::string("f5d2c7af695f7db3cc5c0b4d93b919288345991a48e7a8f867cec67af5c918f4"));
    QCOMPARE(budgets.list[0].workflow, std::string("invoice-triage"));
    QCOMPARE(budgets.note, std::string());
    QCOMPARE(budgetLine(budgets), std::string("6 budgets, the fullest $60.12 of $100.00"));
}

void TestBudgetFiles::keyInfo()
{
    BudgetList list;
    QVERIFY(readKeyInfo(api("litellm_key_info.json"), list));
    const GatewayBudgets budgets = list.finish(kNow, kMinute);
    QCOMPARE(lines(budgets),
             QByteArray("key wf-invoice-triage | 13537338000000 of 25000000000000 soft 20000000000000 left "
                        "11462662000000 | 30d 2026-12-01T00:00:00Z -\n"
                        "key wf-invoice-triage claude-sonnet-4-5 | - of 5000000000000 soft - left - | 1d - -\n"));
    QCOMPARE(budgets.list[0].id, std::string("f5d2c7af695f7db3cc5c0b4d93b919288345991a48e7a8f867cec67af5c918f4"));
}

void TestBudgetFiles::sharedBudgets()
{
    BudgetList list;
    QVERIFY(readSharedBudgets(api("litellm_budget_info.json"), list));
    QCOMPARE(lines(list.finish(kNow, kMinute)),
             QByteArray("shared budget budget-invoice | - of 25000000000000 soft 20000000000000 left - | 30d "
                        "2026-12-01T00:00:00Z -\n"));
}

void TestBudgetFiles::teamsAndProviders()
{
    BudgetList list;
    QVERIFY(readTeamList(R"([{"team_id":"t-1","team_alias":"agents","spend":"474.9","max_budget":500,)"
                         R"("budget_duration":"1mo","budget_reset_at":"2026-12-01T00:00:00"},)"
                         R"({"team_id":"t-2","team_alias":null,"spend":0,"max_budget":null}])",
                         list));
    QVERIFY(readProviderBudgets(R"({"providers":{"openai":{"budget_limit":1e-12,"time_period":"1d","spend":2e-12,)"
                                R"("budget_reset_at":null},"azure":{"budget_limit":null,"spend":3.5}}})",
                                list));
    const GatewayBudgets budgets = list.finish(kNow, kMinute);
    QCOMPARE(lines(budgets), QByteArray("team agents | 474900000000000 of 500000000000000 soft - left 25100000000000 | "
                                        "1mo 2026-12-01T00:00:00Z -\n"
                                        "team t-2 | 0 of no cap soft - left - |  - -\n"
                                        "provider openai | 2 of 1 soft - left -1 | 1d - -\n"
                                        "provider azure | 3500000000000 of no cap soft - left - |  - -\n"));
    // A database may have no providers at all.
    BudgetList none;
    QVERIFY(readProviderBudgets(R"({"providers":{}})", none));
    QCOMPARE(qint64(none.finish(kNow, kMinute).total), 0);
}

void TestBudgetFiles::bifrostBudgets()
{
    const std::string body = api("bifrost_budgets_list.json");
    BudgetList list;
    QVERIFY(readBifrostBudgets(body, {}, list));
    QCOMPARE(lines(list.finish(kNow, kMinute)),
             QByteArray("virtual key vk-invoice | 13537338000000 of 25000000000000 soft - left 11462662000000 | 1M - "
                        "2026-11-01T00:00:00Z\n"
                        "team team-agents | 474900000000000 of 500000000000000 soft - left 25100000000000 | 1M - "
                        "2026-11-01T00:00:00Z\n"));
    BifrostNames names;
    readBifrostNames(R"({"virtual_keys":[{"id":"vk-invoice","name":"wf-invoice-triage"},7,{"id":1}]})", "virtual_keys",
                     "virtual_key", names);
    BudgetList named;
    QVERIFY(readBifrostBudgets(body, names, named));
    const GatewayBudgets budgets = named.finish(kNow, kMinute);
    QCOMPARE(budgets.list[0].name, std::string("wf-invoice-triage"));
    QCOMPARE(budgets.list[0].id, std::string("vk-invoice"));
    QCOMPARE(budgetLine(budgets), std::string("2 budgets, the fullest $474.90 of $500.00"));
}

void TestBudgetFiles::bifrostQuota()
{
    BudgetList list;
    QVERIFY(readBifrostQuota(api("bifrost_virtual_key_quota.json"), list));
    // A month has no length; a day has.
    QCOMPARE(lines(list.finish(kNow, kMinute)),
             QByteArray("virtual key wf-invoice-triage | 13537338000000 of 25000000000000 soft - left 11462662000000 | "
                        "1M - 2026-11-01T00:00:00Z\n"
                        "provider wf-invoice-triage / anthropic | 3200000000000 of 10000000000000 soft - left "
                        "6800000000000 | 1d 2026-11-02T00:00:00Z 2026-11-01T00:00:00Z\n"));
}

void TestBudgetFiles::windowsAndTextInText()
{
    const GatewayBudgets budgets =
        keys(R"({"keys":[{"token":"t","key_alias":"w","spend":1,"max_budget":10,"budget_duration":"1mo",)"
             R"("metadata":"{\"workflow\":\"triage\"}","model_max_budget":"{\"m\":{\"max_budget\":2,)"
             R"(\"budget_duration\":\"1h\"},\"n\":3}","budget_limits":[{"budget_duration":"1mo","max_budget":10},)"
             R"({"budget_duration":"1h","max_budget":0.5,"reset_at":"2026-11-22T17:00:00Z"}],)"
             R"("litellm_budget_table":{"max_budget":99}},)"
             R"({"token":"u","max_budget":null,"litellm_budget_table":{"max_budget":99,"budget_duration":"7d"}},)"
             R"({"token":"v"}]})");
    QCOMPARE(lines(budgets), QByteArray("key w | 1000000000000 of 10000000000000 soft - left 9000000000000 | 1mo - -\n"
                                        "key w m | - of 2000000000000 soft - left - | 1h - -\n"
                                        "key w n | - of 3000000000000 soft - left - |  - -\n"
                                        "key w | - of 500000000000 soft - left - | 1h 2026-11-22T17:00:00Z -\n"
                                        "key u | - of 99000000000000 soft - left - | 7d - -\n"
                                        "key v | - of - soft - left - |  - -\n"));
    QCOMPARE(budgets.list[0].workflow, std::string("triage"));
    // A hash stands where a key could.
    QCOMPARE(keys(R"({"keys":[{"token":"sk-1234567890abcd"}]})").list[0].id, std::string("sk-...abcd"));
    QCOMPARE(keys(R"({"keys":[{"token":"sk-"}]})").list[0].id, std::string("sk-..."));
}

void TestBudgetFiles::wrongTypes()
{
    // Nothing of it is an amount, and none of it is 0 or "no cap".
    for (const char *bad : {"\"much\"", "[]", "{}", "true", "-1", "1e400", "\"\"", "\"NaN\"", "9e18"}) {
        const std::string field(bad);
        const GatewayBudgets budgets = keys(R"({"keys":[{"token":"t","spend":)" + field + R"(,"max_budget":)" + field
                                            + R"(,"soft_budget":null}]})");
        QCOMPARE(lines(budgets), QByteArray("key t | - of - soft - left - |  - -\n"));
        QCOMPARE(budgets.note, std::string("2 figures of budgets are no amounts of money"));
    }
    const GatewayBudgets texts =
        keys(R"({"keys":[{"token":7,"key_alias":[1],"spend":"1.5","max_budget":"2",)"
             R"("budget_duration":30,"budget_reset_at":"soon","metadata":[],)"
             R"("model_max_budget":7,"budget_limits":[3],"litellm_budget_table":"x"},4,null]})");
    QCOMPARE(lines(texts), QByteArray("key 7 | 1500000000000 of 2000000000000 soft - left 500000000000 |  - -\n"));
    QCOMPARE(texts.note, std::string("3 entries are no budgets"));
}

void TestBudgetFiles::whatIsNoList()
{
    for (const char *body : {"", "null", "7", "[]", "{}", R"({"keys":{}})", R"({"keys":[{}})", R"({"keys":[{"a":1},)",
                             "<html>login</html>", R"({"detail":"not found"})"}) {
        BudgetList list;
        KeyPage page;
        QVERIFY2(!readKeyList(body, page, list), body);
        QVERIFY2(!readKeyInfo(body, list), body);
        QVERIFY2(!readBifrostBudgets(body, {}, list), body);
        QVERIFY2(!readBifrostQuota(body, list), body);
        QVERIFY2(!readProviderBudgets(body, list), body);
        QCOMPARE(qint64(list.count()), 0);
    }
    BudgetList list;
    QVERIFY(!readSharedBudgets(R"([{"budget_id":"a","max_budget":1},)", list));
    QCOMPARE(qint64(list.count()), 0);
    QVERIFY(readBifrostBudgets(R"({"budgets":null,"count":0})", {}, list));
    QCOMPARE(qint64(list.finish(kNow, 0).total), 0);
}

void TestBudgetFiles::moreThanThereIsRoomFor()
{
    std::string body = R"({"keys":[)";
    for (int i = 0; i < 30'000; ++i)
        body += (i == 0 ? "" : ",")
                + (R"({"token":")" + std::to_string(i) + R"(","key_alias":")" + std::string(900, 'n')
                   + R"(","spend":1,"max_budget":2})");
    const GatewayBudgets budgets = keys(body + "]}");
    QCOMPARE(budgets.list.size(), kMostBudgets);
    QCOMPARE(qint64(budgets.total), 30'000);
    QCOMPARE(budgets.list.back().name.size(), BudgetList::kMostName);
    QCOMPARE(budgets.note, std::string("the first 2000 of 30000 budgets are shown"));
    QCOMPARE(budgetLine(budgets), std::string("30000 budgets, the fullest $1.00 of $2.00"));
}

void TestBudgetFiles::theFullest()
{
    BudgetList list;
    const auto add = [&](std::optional<PicoUsd> spent, std::optional<PicoUsd> cap) {
        GatewayBudget one;
        one.spent = spent;
        one.cap = cap;
        list.add(one);
    };
    add(std::nullopt, 5 * kPicoPerUsd);
    add(4 * kPicoPerUsd, std::nullopt);
    QCOMPARE(budgetLine(BudgetList(list).finish(kNow, 0)),
             std::string("2 budgets, of none with a cap the spend is told"));
    add(8'000'000 * kPicoPerUsd, 9'000'000 * kPicoPerUsd); // products beyond 64 bits
    add(7'999'999 * kPicoPerUsd, 8'999'998 * kPicoPerUsd);
    QCOMPARE(budgetLine(BudgetList(list).finish(kNow, 0)),
             std::string("4 budgets, the fullest $7999999.00 of $8999998.00"));
    add(1, 0); // spent where nothing may be
    QCOMPARE(budgetLine(list.finish(kNow, 0)), std::string("5 budgets, the fullest $0.00 of $0.00"));
}

QTEST_GUILESS_MAIN(TestBudgetFiles)
#include "tst_budget_files.moc"
