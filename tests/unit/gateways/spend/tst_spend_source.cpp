// SPDX-License-Identifier: GPL-3.0-or-later
// LiteLLM's spend log asked over HTTP.
#include <QtTest/QtTest>

#include "tests/unit/gateways/spend/spend_bench.h"

using namespace flyball;
using namespace flyball::test;
using nlohmann::json;

class TestSpendSource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("SPEND_TEST_KEY", kKey); }
    void asksAsTheProxyWantsIt();
    void samplesThroughPages();
    void tailAndRestart();
    void movingPagesR3();
    void countsThatAreCapped();
    void badRowsR4();
    void optionsAreChecked_data();
    void optionsAreChecked();
    void stoppedAndStartedAgain();
    void stoppedWhileItWaits();
    void testedBeforeItIsSaved();

private:
    static constexpr const char *kKey = "sk-"
                                        "flyball-0123456789abcdef"; // not the shape of one
};

namespace {

const std::map<std::string, std::string> kWithKey{{"secret", "env:SPEND_TEST_KEY"}};

struct NoInbox final : Inbox {
    bool deliver(Delivery &&) override { return true; }
    std::size_t waiting() const override { return 0; }
};

} // namespace

void TestSpendSource::asksAsTheProxyWantsIt()
{
    SpendLogTable table;
    table.add(spendRow("chatcmpl-1", 60));
    ScriptedServer server([&](const Asked &asked) { return table.answer(asked); });
    for (const char *target : {"", "/", "/spend/logs/ui"}) {
        SourceBench bench("litellm", server.url() + target, kWithKey);
        server.asked.clear();
        const Delivery delivery = bench.poll();
        QCOMPARE(QByteArray::fromStdString(delivery.health.error), QByteArray());
        QCOMPARE(bench.world.totals().calls, 1);
        const Asked &asked = server.asked.front();
        QCOMPARE(asked.path, std::string("/spend/logs/ui"));
        QCOMPARE(asked.text("start_date"), std::string("2026-11-21 16:00:00"));
        QCOMPARE(asked.text("end_date"), std::string("2026-11-23 16:00:00"));
        QCOMPARE(asked.text("page"), std::string("1"));
        QCOMPARE(asked.text("page_size"), std::string("100"));
        QVERIFY(asked.head.find(std::string("Authorization: Bearer ") + kKey) != std::string::npos);
        (void)bench.poll(kNow + 10 * kSecond);
        QCOMPARE(server.asked.back().text("start_date"), std::string("2026-11-22 15:57:00")); // two minutes before
    }
    SourceBench below("litellm", server.url() + "/proxy/", {});
    server.asked.clear();
    (void)below.poll();
    QCOMPARE(server.asked.front().path, std::string("/proxy/spend/logs/ui"));
}

void TestSpendSource::samplesThroughPages()
{
    SpendLogTable table;
    double usd = 0;
    for (const json &row : fixture("litellm_spend_logs.json")) {
        table.add(row);
        usd += row["spend"].get<double>();
    }
    ScriptedServer server([&](const Asked &asked) {
        Asked smaller = asked;
        smaller.query.removeQueryItem("page_size");
        smaller.query.addQueryItem("page_size", "5"); // as a proxy that knows better
        return table.answer(smaller);
    });
    SourceBench bench("litellm", server.url());
    bench.pollToEnd();
    const Totals totals = bench.world.totals();
    QCOMPARE(totals.calls, 11);
    QCOMPARE(totals.errors, 1);
    QCOMPARE(totals.responseCacheHits, 1);
    QCOMPARE(totals.costReported.nanoUsd(), std::int64_t(std::llround(usd * 1e9)));
    // The sample of a first page says that there are two more of them.
    const json first = fixture("litellm_spend_logs_ui_page1.json");
    QCOMPARE(first["total_pages"].get<int>(), 3);
    server.script = [&](const Asked &asked) -> Answered {
        if (asked.number("page") == 1)
            return {200, first.dump(2)};
        json page = first;
        page["data"] = json::array();
        for (std::size_t i = 5 * static_cast<std::size_t>(asked.number("page") - 1), n = 0; i < 12 && n < 5; ++i, ++n)
            page["data"].push_back(table.rows()[11 - i]);
        return {200, page.dump(2)};
    };
    SourceBench pages("litellm", server.url());
    pages.pollToEnd();
    QVERIFY(pages.world.totals() == totals);
    QCOMPARE(pages.facts, std::int64_t(12));
}

void TestSpendSource::tailAndRestart()
{
    SpendLogTable table;
    ScriptedServer server([&](const Asked &asked) { return table.answer(asked); });
    SourceBench bench("litellm", server.url());
    int id = 0;
    for (int round = 0; round < 12; ++round) {
        for (int i = 0; i < 30; ++i)
            table.add(spendRow("chatcmpl-" + std::to_string(++id), -20.0 * round - i * 0.5, 3));
        if (round % 4 == 3)
            bench.restart();
        bench.pollToEnd(kNow + round * 20 * kSecond + 18 * kSecond);
    }
    QCOMPARE(bench.world.totals().calls, 360);
    QCOMPARE(bench.facts, std::int64_t(360));
}

void TestSpendSource::movingPagesR3()
{
    SpendLogTable table;
    for (int i = 1; i <= 950; ++i)
        table.add(spendRow("chatcmpl-" + std::to_string(i), i));
    int more = 0;
    ScriptedServer server([&](const Asked &asked) {
        const int page = asked.number("page");
        if (page == 3)
            for (int i = 0; i < 40; ++i, ++more)
                table.add(spendRow("chatcmpl-new-" + std::to_string(more), -1 - more * 0.01));
        if (page == 7 && table.rows().size() > 900) // retention takes some that were read
            table.rows().erase(table.rows().begin() + 100, table.rows().begin() + 200);
        return table.answer(asked);
    });
    SourceBench bench("litellm", server.url());
    bench.pollToEnd();
    server.script = [&](const Asked &asked) { return table.answer(asked); };
    bench.pollToEnd(kNow + 10 * kSecond);
    QCOMPARE(bench.world.totals().calls, 950 + more);
    QCOMPARE(bench.facts, std::int64_t(950 + more));
}

void TestSpendSource::countsThatAreCapped()
{
    SpendLogTable table;
    for (int i = 1; i <= 450; ++i)
        table.add(spendRow("chatcmpl-" + std::to_string(i), i));
    ScriptedServer server([&](const Asked &asked) {
        Answered whole = table.answer(asked);
        if (asked.path != "/spend/logs/ui")
            return whole;
        json page = json::parse(whole.body);
        page["total"] = std::min(page["total"].get<int>(), 200); // as large tables are counted
        page["total_pages"] = std::min(page["total_pages"].get<int>(), 2);
        return Answered{200, page.dump()};
    });
    SourceBench bench("litellm", server.url());
    bench.pollToEnd();
    QCOMPARE(bench.world.totals().calls, 450);
}

void TestSpendSource::badRowsR4()
{
    SpendLogTable table;
    json refund = spendRow("chatcmpl-1", 60);
    refund["spend"] = -3.2;
    json noId = spendRow("x", 50);
    noId.erase("request_id");
    json tokens = spendRow("chatcmpl-3", 40);
    tokens["completion_tokens"] = -7;
    for (const json &row : {refund, noId, tokens, spendRow("chatcmpl-4", 30)})
        table.add(row);
    ScriptedServer server([&](const Asked &asked) { return table.answer(asked); });
    SourceBench bench("litellm", server.url());
    for (int i = 0; i < 20; ++i)
        bench.pollToEnd(kNow + i * 20 * kSecond);
    QCOMPARE(bench.world.totals().calls, 1);
    for (const char *reason : {"refund", "no_id", "out_of_range"})
        QCOMPARE(bench.world.rejected(reason), 1); // once, however often it is asked
}

void TestSpendSource::optionsAreChecked_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("good");
    const auto row = [](const char *name, const char *value, bool good) {
        QTest::addRow("%s=%s", name, value) << QByteArray(name) << QByteArray(value) << good;
    };
    row("interval_s", "30", true);
    row("interval_s", "0", false);
    row("interval_s", "x", false);
    row("since", "7d", true);
    row("since", "90m", true);
    row("since", "h", false);
    row("since", "-5", false);
    row("since", "9999d", false);
    row("since", "99999999999999999999d", false);
    row("late_s", "3600", true);
    row("workflow_label", "tag:job, key_alias", true);
    row("workflow_label", "colour", false);
    row("colour", "red", false);
    row("told", "1", true);
}

void TestSpendSource::optionsAreChecked()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    QFETCH(bool, good);
    SourceConfig config;
    config.kind = "litellm";
    config.target = "http://127.0.0.1:4000";
    config.options[name.toStdString()] = value.toStdString();
    SymbolTable symbols;
    const auto source = remoteKind("litellm")->poll(config, symbols);
    QCOMPARE(source.ok(), good);
    if (!good)
        QVERIFY(source.error().message.find(name.toStdString()) != std::string::npos);
    config.options.clear();
    for (const char *target : {"http://127.0.0.1:4000/?key=x", "ftp://h/", "127.0.0.1:4000"}) {
        config.target = target;
        QVERIFY2(!remoteKind("litellm")->poll(config, symbols), target);
    }
}

void TestSpendSource::stoppedAndStartedAgain()
{
    SpendLogTable table;
    table.add(spendRow("chatcmpl-1", 60));
    ScriptedServer server([&](const Asked &asked) { return table.answer(asked); });
    SourceConfig config;
    config.kind = "litellm";
    config.target = server.url();
    SymbolTable symbols;
    auto source = remoteKind("litellm")->poll(config, symbols);
    QVERIFY(source.ok());
    QVERIFY((*source)->poll({}, kNow).health.error.empty());
    (*source)->stop();
    const Delivery again = (*source)->poll({}, kNow);
    QCOMPARE(QByteArray::fromStdString(again.health.error), QByteArray());
}

void TestSpendSource::stoppedWhileItWaits()
{
    QTcpServer silent; // takes connections and says nothing
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    SourceConfig config;
    config.kind = "litellm";
    config.target = "http://127.0.0.1:" + std::to_string(silent.serverPort());
    SymbolTable symbols;
    NoInbox inbox;
    auto source = openRemoteSource(config, symbols);
    QVERIFY(source.ok());
    for (int again = 0; again < 2; ++again) {
        (*source)->start({}, inbox);
        QVERIFY(silent.waitForNewConnection(20'000));
        QElapsedTimer clock;
        clock.start();
        (*source)->stop();
        QVERIFY2(clock.elapsed() < 15'000, "it waited for the answer"); // which has half a minute
    }
}

void TestSpendSource::testedBeforeItIsSaved()
{
    SpendLogTable table;
    table.add(spendRow("chatcmpl-1", static_cast<double>(kNow - wallClockNow()) / 1e9 + 60)); // a minute ago
    ScriptedServer server([&](const Asked &asked) { return table.answer(asked); });
    SourceConfig config;
    config.kind = "litellm";
    config.target = server.url();
    const auto said = testRemoteSource(config);
    QVERIFY2(said.ok() && said->starts_with("reached, 1 call read, the newest began at "),
             said ? said->c_str() : said.error().message.c_str());
    server.script = [](const Asked &) { return Answered{401, "{}"}; };
    QVERIFY(!testRemoteSource(config));
}

QTEST_GUILESS_MAIN(TestSpendSource)
#include "tst_spend_source.moc"
