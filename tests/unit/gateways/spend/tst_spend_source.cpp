// SPDX-License-Identifier: GPL-3.0-or-later
// LiteLLM's spend log asked over HTTP, and answers that are none.
#include <QtTest/QtTest>

#include "core/gateways/rest/restclient.h"
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
    void budgetsAreSaidBeside();
    void refusedKeyR1_data();
    void refusedKeyR1();
    void retryAfterR2_data();
    void retryAfterR2();
    void backsOffR2();
    void movingPagesR3();
    void badRowsR4();
    void answersThatAreNoneR5_data();
    void answersThatAreNoneR5();
    void redirectsKeepTheKeyR5();
    void nobodyThereR5();
    void serverWordsAreOneLine_data();
    void serverWordsAreOneLine();
    void optionsAreChecked_data();
    void optionsAreChecked();
    void stoppedAndStartedAgain();
    void testedBeforeItIsSaved();

private:
    static constexpr const char *kKey = "sk-"
                                        "flyball-0123456789abcdef"; // not the shape of one
};

namespace {

const std::map<std::string, std::string> kWithKey{{"secret", "env:SPEND_TEST_KEY"}};

/// Wait until the next attempt, in seconds.
double waitOf(const Delivery &delivery) { return static_cast<double>(delivery.health.nextAt - monotonicNow()) / 1e9; }

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

void TestSpendSource::budgetsAreSaidBeside()
{
    SpendLogTable table;
    table.add(spendRow("chatcmpl-1", 60));
    ScriptedServer server([&](const Asked &asked) -> Answered {
        return asked.path == "/key/list" ? Answered{200, fixture("litellm_key_list.json").dump()} : table.answer(asked);
    });
    SourceBench bench("litellm", server.url());
    const std::string detail = bench.poll().health.detail;
    // 13.537338 + 60.119316 of 25 + 100; the third has no cap.
    QVERIFY2(detail.find("3 keys, 2 with a cap, $73.66 of $125.00") != std::string::npos, detail.c_str());
    QVERIFY2(detail.find("1 call read, the newest began at 2026-11-22T15:59:00Z") == 0, detail.c_str());
    // Who may read spend may not read keys everywhere.
    server.script = [&](const Asked &asked) -> Answered {
        return asked.path == "/key/list" ? Answered{403, "{}"} : table.answer(asked);
    };
    SourceBench without("litellm", server.url());
    const Delivery delivery = without.poll();
    QVERIFY(delivery.health.error.empty());
    QVERIFY(delivery.health.detail.find("keys") == std::string::npos);
}

void TestSpendSource::refusedKeyR1_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("401") << 401
                         << QByteArray(R"({"error":{"message":"Authentication Error, Received API Key = )") + kKey
                                + R"(","type":"auth_error"}})"
                         << QByteArray("status 401: Authentication Error");
    QTest::newRow("403") << 403 << QByteArray(R"({"detail":"Not allowed: )") + kKey + "\"}"
                         << QByteArray("status 403: Not allowed");
    QTest::newRow("no words") << 401 << QByteArray() << QByteArray("status 401");
    QTest::newRow("half a key") << 401
                                << QByteArray(R"({"detail":{"error":"bad key sk-)"
                                              "flyball-01234567\"}}")
                                << QByteArray("bad key sk-***");
}

void TestSpendSource::refusedKeyR1()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, words);
    SpendLogTable table;
    table.add(spendRow("chatcmpl-1", 60));
    ScriptedServer server([&](const Asked &asked) { return table.answer(asked); });
    SourceBench bench("litellm", server.url(), kWithKey);
    (void)bench.poll();
    const std::string state = bench.state;
    server.script = [&](const Asked &) { return Answered{status, body.toStdString()}; }; // revoked in mid-run
    const Delivery refused = bench.poll(kNow + 10 * kSecond);
    const std::string said = refused.health.error + refused.health.detail + refused.health.warning + refused.state;
    QVERIFY2(refused.health.error.find(words.toStdString()) != std::string::npos, said.c_str());
    QVERIFY2(said.find("flyball-0123") == std::string::npos, said.c_str());
    QVERIFY(refused.state.empty() && bench.state == state);
    const double wait = waitOf(refused);
    QVERIFY2(wait > 890 && wait <= 900, qPrintable(QString::number(wait)));
    QCOMPARE(refused.batch.size(), std::size_t{0});
    server.script = [&](const Asked &asked) { return table.answer(asked); };
    QVERIFY(bench.poll(kNow + 20 * kSecond).health.error.empty());
}

void TestSpendSource::retryAfterR2_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<double>("least");
    QTest::addColumn<double>("most");
    QTest::newRow("5") << 429 << QByteArray("5") << 4.0 << 6.0;
    QTest::newRow("503") << 503 << QByteArray("5") << 4.0 << 6.0;
    QTest::newRow("date") << 429 << QByteArray("Sun, 22 Nov 2026 16:01:40 GMT") << 80.0 << 120.0;
    QTest::newRow("past date") << 429 << QByteArray("Sun, 22 Nov 2020 16:01:40 GMT") << 0.8 << 1.2;
    QTest::newRow("-1") << 429 << QByteArray("-1") << 0.8 << 1.2;
    QTest::newRow("0") << 429 << QByteArray("0") << 0.8 << 1.2;
    QTest::newRow("1e9") << 429 << QByteArray("1000000000") << 2880.0 << 4320.0;
    QTest::newRow("garbage") << 429 << QByteArray("soon") << 0.8 << 1.2;
    QTest::newRow("none") << 429 << QByteArray() << 0.8 << 1.2;
    QTest::newRow("of another status") << 500 << QByteArray("50") << 0.8 << 1.2;
}

void TestSpendSource::retryAfterR2()
{
    QFETCH(int, status);
    QFETCH(QByteArray, value);
    QFETCH(double, least);
    QFETCH(double, most);
    ScriptedServer server([&](const Asked &) {
        Answered out{status, R"({"detail":"slow down"})"};
        if (!value.isEmpty())
            out.head = "Retry-After: " + value.toStdString() + "\r\n";
        return out;
    });
    SourceBench bench("litellm", server.url());
    const Delivery delivery = bench.poll();
    QCOMPARE(server.asked.size(), std::size_t{1}); // who polls comes again anyway
    const double wait = waitOf(delivery);
    QVERIFY2(wait > least - 0.5 && wait <= most, qPrintable(QString::number(wait)));
    QVERIFY(delivery.health.error.find("status " + std::to_string(status) + ": slow down") != std::string::npos);
}

void TestSpendSource::backsOffR2()
{
    bool good = false;
    SpendLogTable table;
    ScriptedServer server([&](const Asked &asked) {
        return good ? table.answer(asked) : Answered{500, "Internal Server Error"};
    });
    SourceBench bench("litellm", server.url());
    double expected = 1;
    for (int i = 0; i < 12; ++i, expected = std::min(expected * 2, 300.0)) {
        const double wait = waitOf(bench.poll());
        QVERIFY2(wait > expected * 0.8 - 0.5 && wait <= expected * 1.2, qPrintable(QString::number(wait)));
    }
    good = true;
    const double wait = waitOf(bench.poll());
    QVERIFY(wait > 9 && wait <= 10);
    good = false;
    QVERIFY(waitOf(bench.poll()) <= 1.2); // from the beginning
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

void TestSpendSource::answersThatAreNoneR5_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("login page") << QByteArray("<!doctype html><html>log in</html>") << QByteArray("text/html")
                                << QByteArray("web page");
    QTest::newRow("page as json") << QByteArray("\n <html>") << QByteArray("application/json")
                                  << QByteArray("web page");
    QTest::newRow("json as page") << QByteArray("{\"data\":[]}") << QByteArray("text/html; charset=utf-8")
                                  << QByteArray("web page");
    QTest::newRow("words") << QByteArray("all is well") << QByteArray("text/plain") << QByteArray("not JSON");
    QTest::newRow("nothing") << QByteArray() << QByteArray("application/json") << QByteArray("not JSON");
    QTest::newRow("other schema") << QByteArray(R"({"logs":[]})") << QByteArray("application/json")
                                  << QByteArray("no list \"data\"");
    QTest::newRow("data is text") << QByteArray(R"({"data":"x"})") << QByteArray("application/json")
                                  << QByteArray("no list \"data\"");
    QTest::newRow("cut") << QByteArray(R"({"data":[{"request_id":"a")") << QByteArray("application/json")
                         << QByteArray("no list \"data\"");
    QTest::newRow("bare list") << QByteArray("[]") << QByteArray("application/json") << QByteArray("no list \"data\"");
}

void TestSpendSource::answersThatAreNoneR5()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, words);
    ScriptedServer server([&](const Asked &) { return Answered{200, body.toStdString(), type.toStdString()}; });
    SourceBench bench("litellm", server.url(), kWithKey);
    const Delivery delivery = bench.poll();
    QVERIFY2(delivery.health.error.find(words.toStdString()) != std::string::npos, delivery.health.error.c_str());
    QVERIFY(delivery.state.empty());
    QVERIFY(delivery.health.error.find(kKey) == std::string::npos);
}

void TestSpendSource::redirectsKeepTheKeyR5()
{
    ScriptedServer thief([](const Asked &) { return Answered{200, R"({"data":[]})"}; });
    ScriptedServer server([&](const Asked &) {
        return Answered{302, "", "text/plain", "Location: " + thief.url() + "/spend/logs/ui\r\n"};
    });
    SourceBench bench("litellm", server.url(), kWithKey);
    QVERIFY(bench.poll().health.error.find("redirects elsewhere") != std::string::npos);
    QVERIFY(thief.asked.empty());
}

void TestSpendSource::nobodyThereR5()
{
    std::string url;
    {
        const ScriptedServer gone([](const Asked &) { return Answered{}; });
        url = gone.url();
    }
    SourceBench bench("litellm", url, kWithKey);
    const Delivery delivery = bench.poll();
    QVERIFY(!delivery.health.error.empty());
    QVERIFY(delivery.health.error.find(kKey) == std::string::npos);
    QVERIFY(waitOf(delivery) <= 1.2);
}

void TestSpendSource::serverWordsAreOneLine_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("words");
    const json errors = fixture("litellm_errors.json");
    for (const auto &[name, body] : errors.items()) {
        const json &error = body.contains("error") ? body["error"]["message"] : body["detail"]["error"];
        QTest::newRow(name.c_str()) << QByteArray::fromStdString(body.dump())
                                    << QByteArray::fromStdString(error.get<std::string>().substr(0, 60));
    }
    QTest::newRow("bifrost") << QByteArray::fromStdString(fixture("bifrost_error_budget_402.json").dump())
                             << QByteArray("Budget exceeded: virtual key budget exceeded: 25.01 >= 25.00");
    QTest::newRow("lines") << QByteArray("a\r\nb\x1b[31mc") << QByteArray("a  b [31mc");
    QTest::newRow("bearer") << QByteArray("no: Bearer abc.def/g= ok") << QByteArray("no: Bearer *** ok");
    QTest::newRow("page") << QByteArray("<html>secret</html>") << QByteArray();
}

void TestSpendSource::serverWordsAreOneLine()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, words);
    const std::string said = serverWords(body.toStdString());
    QCOMPARE(QByteArray::fromStdString(said).left(words.isEmpty() ? 1 : words.size()), words);
    QVERIFY(said.size() <= 203);
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
