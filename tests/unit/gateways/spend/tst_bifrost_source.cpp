// SPDX-License-Identifier: GPL-3.0-or-later
// Bifrost's log asked over HTTP.
#include <QtTest/QtTest>

#include "core/formats/bifrost/bifrost.h"
#include "tests/unit/engine/pipeline_bench.h"
#include "tests/unit/gateways/spend/spend_bench.h"

using namespace flyball;
using namespace flyball::test;
using nlohmann::json;

class TestBifrostSource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void samplePage();
    void usageInTwoShapes_data();
    void usageInTwoShapes();
    void fallbacksAreOneRun();
    void unfinishedRowsAreTakenLater();
    void cacheHitsAreNoCalls();
    void badRowsR4_data();
    void badRowsR4();
    void pagesAndWindows();
    void answersInTwoShapes();
    void pagesThatAreTooLarge();
    void refusedAndSlow();
    void workflowLabels_data();
    void workflowLabels();
    void storedAndReadAgain();
};

namespace {

json logRow(const std::string &id, double secondsAgo, const std::string &key = "triage")
{
    return {{"id", id},
            {"provider", "anthropic"},
            {"model", "claude-haiku-4-5"},
            {"status", "success"},
            {"object", "chat.completion"},
            {"timestamp", dbTime(kNow - static_cast<TimeNs>(secondsAgo * 1e9))},
            {"latency", 812.5},
            {"token_usage", {{"prompt_tokens", 4000}, {"completion_tokens", 300}, {"total_tokens", 4300}}},
            {"cost", 0.0055},
            {"virtual_key_id", "vk-1"},
            {"virtual_key_name", key}};
}

/// As the API pages them: windows by timestamp, newest first.
Answered answer(const std::vector<json> &rows, const Asked &asked, bool nested = true)
{
    if (asked.path != "/api/logs")
        return {404, "{}"};
    const auto plain = [](std::string text) { return text.substr(0, 19); };
    std::vector<json> in;
    for (const json &row : rows) {
        const std::string at = plain(row.at("timestamp"));
        if (at >= plain(asked.text("start_time")) && at <= plain(asked.text("end_time")))
            in.push_back(row);
    }
    std::stable_sort(in.begin(), in.end(),
                     [](const json &a, const json &b) { return a.at("timestamp") > b.at("timestamp"); });
    const auto offset = static_cast<std::size_t>(asked.number("offset"));
    const auto limit = static_cast<std::size_t>(asked.number("limit"));
    json logs = json::array();
    for (std::size_t i = offset; i < in.size() && i < offset + limit; ++i)
        logs.push_back(in[i]);
    json out{{"logs", in.empty() ? json() : logs}};
    if (nested)
        out["pagination"] = {{"limit", limit}, {"offset", offset}, {"total_count", in.size()}};
    else
        out.update({{"total", in.size()}, {"offset", offset}, {"limit", limit}});
    return {200, out.dump()};
}

Call onlyOf(const json &row)
{
    World w;
    FactBatch batch;
    makeBifrostReader({&w.cache, 1, "http://gateway", w.arrival, true})->read(row.dump(), 0, batch);
    w.add(batch);
    return w.only();
}

} // namespace

void TestBifrostSource::samplePage()
{
    const json page = fixture("bifrost_logs_page.json");
    QCOMPARE(page["logs"].size(), std::size_t{1});
    ScriptedServer server([&](const Asked &asked) -> Answered {
        return {200, asked.path == "/api/logs" ? page.dump(2) : fixture("bifrost_budgets_list.json").dump()};
    });
    SourceBench bench("bifrost", server.url());
    const Delivery delivery = bench.poll();
    QCOMPARE(QByteArray::fromStdString(delivery.health.error), QByteArray());
    const Call call = bench.world.only();
    QCOMPARE(tokensOf(call.usage), std::string("in 4000 out 300"));
    QCOMPARE(qint64(call.reportedPico), qint64(5'500'000'000));
    QCOMPARE(qint64(call.latencyNs), qint64(812'000'000));
    QCOMPARE(QByteArray::fromStdString(formatRfc3339(call.time)), QByteArray("2026-11-21T20:03:11.812Z"));
    QCOMPARE(bench.world.text(call.names.workflow), std::string("wf-invoice-triage"));
    QCOMPARE(bench.world.text(call.model), std::string("claude-haiku-4-5"));
    QCOMPARE(bench.world.text(call.format), std::string("bifrost-log"));
}

void TestBifrostSource::usageInTwoShapes_data()
{
    QTest::addColumn<QByteArray>("usage");
    QTest::addColumn<QByteArray>("tokens");
    QTest::newRow("sums") << QByteArray(R"({"prompt_tokens":1000,"completion_tokens":100})")
                          << QByteArray("in 1000 out 100");
    QTest::newRow("cache") << QByteArray(
        R"({"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_read_tokens":600,"cached_write_tokens":300}})")
                           << QByteArray("in 100 read 600 untyped 300 out 100");
    QTest::newRow("lifetimes") << QByteArray(
        R"({"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_read_tokens":600,"cached_write_tokens":300,)"
        R"("cached_write_token_details":{"cached_write_tokens_5m":200,"cached_write_tokens_1h":100}},"completion_tokens_details":{"reasoning_tokens":40}})")
                               << QByteArray("in 100 read 600 5m 200 1h 100 out 60 reasoning 40");
    QTest::newRow("openai's name") << QByteArray(
        R"({"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_tokens":600}})")
                                   << QByteArray("in 400 read 600 out 100");
}

void TestBifrostSource::usageInTwoShapes()
{
    QFETCH(QByteArray, usage);
    QFETCH(QByteArray, tokens);
    json row = logRow("a", 60);
    row["token_usage"] = json::parse(usage.toStdString());
    QCOMPARE(tokensOf(onlyOf(row).usage), tokens.toStdString());
}

void TestBifrostSource::fallbacksAreOneRun()
{
    json failed = logRow("a", 61);
    failed["status"] = "error";
    failed["error_details"] = {{"status_code", 429}, {"error", {{"message", "slow down"}, {"type", "rate_limit"}}}};
    failed.erase("token_usage");
    failed.erase("cost");
    json second = logRow("b", 60);
    second["parent_request_id"] = "a";
    second["fallback_index"] = 1;
    const std::vector<json> rows{failed, second, logRow("c", 30)};
    ScriptedServer server([&](const Asked &asked) { return answer(rows, asked); });
    SourceBench bench("bifrost", server.url());
    bench.pollToEnd();
    QCOMPARE(bench.world.totals().calls, 3);
    QCOMPARE(bench.world.totals().errors, 1);
    QCOMPARE(bench.world.runs().size(), std::size_t{2});
    for (const Call &call : bench.world.calls())
        if (call.failed())
            QCOMPARE(bench.world.text(call.errorType), std::string("rate_limit"));
    // A refusal of the gateway itself has another shape.
    failed["error_details"] = fixture("bifrost_error_budget_402.json");
    const Call refused = onlyOf(failed);
    QVERIFY(refused.failed() && !refused.hasUsage());
}

void TestBifrostSource::unfinishedRowsAreTakenLater()
{
    std::vector<json> rows{logRow("a", 20), logRow("b", 10)};
    rows[0]["status"] = "processing";
    rows[0].erase("token_usage");
    rows[0].erase("cost");
    ScriptedServer server([&](const Asked &asked) { return answer(rows, asked); });
    SourceBench bench("bifrost", server.url());
    bench.pollToEnd();
    QCOMPARE(bench.world.totals().calls, 1);
    bench.restart();
    rows[0] = logRow("a", 20);
    bench.pollToEnd(kNow + 10 * kSecond);
    QCOMPARE(bench.world.totals().calls, 2);
    QCOMPARE(bench.facts, std::int64_t(2));
}

void TestBifrostSource::cacheHitsAreNoCalls()
{
    for (const auto &[type, cache] :
         {std::pair{"direct", ResponseCache::Exact}, {"semantic", ResponseCache::Semantic}}) {
        json row = logRow("a", 60);
        row["cache_debug"] = {{"cache_hit", true}, {"hit_type", type}};
        World w;
        FactBatch batch;
        makeBifrostReader({&w.cache, 1, "http://gateway", w.arrival, true})->read(row.dump(), 0, batch);
        QVERIFY(batch.calls.front().responseCache == cache);
        w.add(batch);
        QCOMPARE(w.totals().calls, 0);
        QCOMPARE(w.totals().responseCacheHits, 1);
    }
    json miss = logRow("a", 60);
    miss["cache_debug"] = {{"cache_hit", false}};
    QVERIFY(onlyOf(miss).responseCache == ResponseCache::None);
}

void TestBifrostSource::badRowsR4_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("refund") << QByteArray("cost") << QByteArray("-3.2") << QByteArray("refund");
    QTest::newRow("cost list") << QByteArray("cost") << QByteArray("[]") << QByteArray("bad_money");
    QTest::newRow("cost too large") << QByteArray("cost") << QByteArray("1e400") << QByteArray("bad_money");
    QTest::newRow("cost text") << QByteArray("cost") << QByteArray("\"0.5\"") << QByteArray();
    QTest::newRow("tiny cost") << QByteArray("cost") << QByteArray("1e-7") << QByteArray();
    QTest::newRow("null cost") << QByteArray("cost") << QByteArray("null") << QByteArray();
    QTest::newRow("tokens") << QByteArray("token_usage") << QByteArray(R"({"prompt_tokens":9007199254740993})")
                            << QByteArray("out_of_range");
    QTest::newRow("negative") << QByteArray("token_usage") << QByteArray(R"({"completion_tokens":-1})")
                              << QByteArray("out_of_range");
    QTest::newRow("no id") << QByteArray("id") << QByteArray("null") << QByteArray("no_id");
    QTest::newRow("unknown status") << QByteArray("status") << QByteArray("\"parked\"") << QByteArray();
    QTest::newRow("bad time") << QByteArray("latency") << QByteArray("-5") << QByteArray();
}

void TestBifrostSource::badRowsR4()
{
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, reason);
    json row = logRow("a", 60);
    row[key.toStdString()] = "HERE";
    std::string text = row.dump();
    text.replace(text.find("\"HERE\""), 6, value.toStdString());
    ScriptedServer server([&](const Asked &asked) -> Answered {
        if (asked.path != "/api/logs")
            return {404, "{}"};
        return {200, R"({"logs":[)" + text + R"(],"total":1})"};
    });
    SourceBench bench("bifrost", server.url());
    for (int i = 0; i < 3; ++i)
        (void)bench.poll(kNow + i * 130 * kSecond);
    QCOMPARE(bench.world.totals().calls, reason.isEmpty() ? 1 : 0);
    if (!reason.isEmpty())
        QCOMPARE(bench.world.rejected(reason.toStdString()), 1);
}

void TestBifrostSource::pagesAndWindows()
{
    std::vector<json> rows;
    for (int i = 0; i < 950; ++i)
        rows.push_back(logRow("r" + std::to_string(i), 5000 - i * 5));
    ScriptedServer server([&](const Asked &asked) { return answer(rows, asked); });
    SourceBench bench("bifrost", server.url() + "/", {{"since", "2h"}});
    bench.pollToEnd();
    QCOMPARE(bench.world.totals().calls, 950);
    QCOMPARE(bench.world.totals().costReported.nanoUsd(), std::int64_t(950) * 5'500'000);
    const Asked &first = server.asked.front();
    QCOMPARE(first.text("start_time"), std::string("2026-11-22T14:00:00Z"));
    QCOMPARE(first.text("sort_by") + first.text("order"), std::string("timestampdesc"));
    QCOMPARE(server.asked[1].text("offset"), first.text("limit"));
    for (int round = 1; round <= 20; ++round) {
        for (int i = 0; i < 3; ++i)
            rows.push_back(logRow("n" + std::to_string(round * 10 + i), -round * 10 - i));
        bench.pollToEnd(kNow + round * 10 * kSecond + 5 * kSecond);
    }
    QCOMPARE(bench.world.totals().calls, 1010);
    QCOMPARE(bench.facts, std::int64_t(1010));
}

void TestBifrostSource::answersInTwoShapes()
{
    for (const bool nested : {true, false}) {
        std::vector<json> rows;
        ScriptedServer server([&](const Asked &asked) { return answer(rows, asked, nested); });
        SourceBench bench("bifrost", server.url());
        QCOMPARE(QByteArray::fromStdString(bench.poll().health.error), QByteArray()); // "logs": null
        for (int i = 0; i < 450; ++i)
            rows.push_back(logRow("r" + std::to_string(i), 500 - i));
        bench.pollToEnd(kNow + 10 * kSecond);
        QCOMPARE(bench.world.totals().calls, 450);
    }
}

void TestBifrostSource::pagesThatAreTooLarge()
{
    std::vector<json> rows;
    for (int i = 0; i < 120; ++i) {
        rows.push_back(logRow("r" + std::to_string(i), 500 - i));
        rows.back()["input_history"] = std::string(400'000, 'x');
    }
    ScriptedServer server([&](const Asked &asked) { return answer(rows, asked); });
    SourceBench bench("bifrost", server.url());
    const Delivery large = bench.poll();
    QVERIFY2(large.health.error.find("too large") != std::string::npos, large.health.error.c_str());
    QCOMPARE(bench.facts, std::int64_t(0));
    bench.pollToEnd();
    QCOMPARE(bench.world.totals().calls, 120);
}

void TestBifrostSource::refusedAndSlow()
{
    Answered said{401, R"({"error":{"message":"invalid api key"}})"};
    ScriptedServer server([&](const Asked &) { return said; });
    SourceBench bench("bifrost", server.url());
    const Delivery refused = bench.poll();
    QVERIFY(refused.health.error.find("status 401: invalid api key") != std::string::npos);
    QVERIFY(refused.health.nextAt - monotonicNow() > 890 * kSecond);
    said = {503, R"({"message":"no log store"})", "application/json", "Retry-After: 30\r\n"};
    const Delivery slow = bench.poll();
    QVERIFY(slow.health.error.find("status 503: no log store") != std::string::npos);
    QVERIFY(slow.health.nextAt - monotonicNow() > 23 * kSecond && slow.health.nextAt - monotonicNow() <= 36 * kSecond);
    said = {200, R"({"data":[]})"};
    QVERIFY(bench.poll().health.error.find("no list \"logs\"") != std::string::npos);
}

void TestBifrostSource::workflowLabels_data()
{
    QTest::addColumn<QByteArray>("label");
    QTest::addColumn<QByteArray>("workflow");
    QTest::newRow("none") << QByteArray() << QByteArray("billing");
    QTest::newRow("key") << QByteArray("key") << QByteArray("triage");
    QTest::newRow("team by id") << QByteArray("team") << QByteArray("t-7");
    QTest::newRow("rule") << QByteArray("routing_rule") << QByteArray("cheap");
    QTest::newRow("metadata") << QByteArray("metadata:app") << QByteArray("shop");
    QTest::newRow("first there") << QByteArray("customer,team") << QByteArray("t-7");
    QTest::newRow("nothing there") << QByteArray("project") << QByteArray("billing");
}

void TestBifrostSource::workflowLabels()
{
    QFETCH(QByteArray, label);
    QFETCH(QByteArray, workflow);
    json row = logRow("a", 60);
    row["team_id"] = "t-7";
    row["team_name"] = nullptr;
    row["routing_rule_name"] = "cheap";
    row["metadata"] = {{"workflow", "billing"}, {"app", "shop"}};
    const std::vector<json> rows{row};
    ScriptedServer server([&](const Asked &asked) { return answer(rows, asked); });
    SourceBench bench("bifrost", server.url(), {{"workflow_label", label.toStdString()}});
    (void)bench.poll();
    QCOMPARE(bench.world.text(bench.world.only().names.workflow), workflow.toStdString());
}

void TestBifrostSource::storedAndReadAgain()
{
    // Facts of a format that no file is of find it again in the ledger.
    struct Once final : RemoteSource {
        explicit Once(SymbolTable &symbols) : m_symbols(symbols) {}
        void start(const std::string &state, Inbox &inbox) override
        {
            if (!state.empty())
                return;
            SymbolCache cache(m_symbols);
            Delivery delivery;
            delivery.state = "told";
            const auto reader =
                makeBifrostReader({&cache, cache.intern("http://gateway"), "http://gateway", kNow, true});
            for (const char *id : {"a", "b"})
                reader->read(logRow(id, 60).dump(), 0, delivery.batch);
            if (!inbox.deliver(std::move(delivery)))
                qFatal("no room");
        }
        void stop() override {}
        SymbolTable &m_symbols;
    };
    PipelineBench b;
    b.openRemote = [](const SourceConfig &, SymbolTable &symbols) -> Result<std::unique_ptr<RemoteSource>> {
        return std::unique_ptr<RemoteSource>(std::make_unique<Once>(symbols));
    };
    b.sources.push_back({"gateway", "bifrost", "http://gateway", false, {}});
    b.open();
    b.drain();
    b.drain();
    AGREE(b);
    QCOMPARE(b.pipeline().snapshot()->totals.calls, std::int64_t(2));
    const std::string before = b.stored();
    b.restart();
    b.drain();
    QVERIFY(b.pipeline().ledger().rebuildRollups().ok());
    b.restart();
    AGREE(b);
    QCOMPARE(b.stored(), before);
}

QTEST_GUILESS_MAIN(TestBifrostSource)
#include "tst_bifrost_source.moc"
