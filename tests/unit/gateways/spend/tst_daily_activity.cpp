// SPDX-License-Identifier: GPL-3.0-or-later
// Daily totals of a LiteLLM proxy for days before its spend log.
#include <QtTest/QtTest>

#include <cmath>
#include <set>

#include "core/gateways/litellm/dailyactivity.h"
#include "tests/unit/gateways/spend/spend_bench.h"

using namespace flyball;
using namespace flyball::test;
using nlohmann::json;

class TestDailyActivity : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sampleDay();
    void splitByKey();
    void toldInParts();
    void hostileSums_data();
    void hostileSums();
    void onlyWholeDaysBeforeTheLog();
    void neverTwice();
    void readOnAfterARestart();
    void refusedOrEndless();
    void offUnlessAsked();
};

namespace {

constexpr TimeNs kToday = kNow - 16 * kHour; ///< 2026-11-22T00:00:00Z

json metrics(double spend, std::int64_t in, std::int64_t out, std::int64_t read = 0)
{
    return {{"spend", spend}, {"prompt_tokens", in}, {"completion_tokens", out}, {"cache_read_input_tokens", read}};
}

std::string dateOf(TimeNs time) { return formatRfc3339(time).substr(0, 10); }

FactBatch told(const std::vector<std::string> &pages, World &w, const char *day = "2026-11-20")
{
    DailyActivity activity;
    for (const std::string &page : pages)
        if (!activity.add(page, day))
            qFatal("no page");
    FactBatch batch;
    const WorkflowLabel label = *WorkflowLabel::parse({}, {});
    activity.tell({w.symbols.intern("gw"), &w.cache, &label, kToday - 2 * kDay, 1}, batch);
    w.add(batch);
    return batch;
}

/// A proxy with a spend log, and totals of every day: a dollar and 1,100 tokens.
struct Proxy {
    SpendLogTable table;
    std::vector<std::string> days; ///< asked for
    int status = 200;
    bool endless = false;
    ScriptedServer server{[this](const Asked &asked) -> Answered {
        if (asked.path != "/user/daily/activity")
            return table.answer(asked);
        if (status != 200)
            return {status, R"({"detail":"not for you"})"};
        days.push_back(asked.text("start_date"));
        const json result{{"date", asked.text("start_date")},
                          {"metrics", metrics(1, 1000, 100)},
                          {"breakdown", {{"models", {{"gpt-4o", {{"metrics", metrics(1, 1000, 100)}}}}}}}};
        return {200, json{{"results", {result}}, {"metadata", {{"has_more", endless}}}}.dump()};
    }};
};

int pollAll(SourceBench &bench, std::string *detail = nullptr, std::string *warning = nullptr)
{
    for (int i = 1;; ++i) {
        const Delivery delivery = bench.poll();
        if (detail)
            *detail = delivery.health.detail;
        if (warning)
            *warning = delivery.health.warning;
        if (delivery.health.nextAt - monotonicNow() > kSecond || i == 1000)
            return i;
    }
}

} // namespace

void TestDailyActivity::sampleDay()
{
    World w;
    const json sample = fixture("litellm_user_daily_activity.json");
    const FactBatch batch = told({sample.dump()}, w);
    QVERIFY(batch.rejects.empty());
    const json day = sample.at("results").at(1).at("metrics"); // of two days the one that was asked for
    const Totals totals = w.totals();
    QCOMPARE(totals.calls, std::int64_t{0});
    QCOMPARE(totals.cost.nanoUsd(), std::llround(day.at("spend").get<double>() * 1e9));
    QCOMPARE(totals.inTotal(), day.at("prompt_tokens").get<std::int64_t>());
    QCOMPARE(totals.token(TokenClass::CacheRead), day.at("cache_read_input_tokens").get<std::int64_t>());
    QCOMPARE(totals.token(TokenClass::CacheWriteUntyped), day.at("cache_creation_input_tokens").get<std::int64_t>());
    QCOMPARE(totals.outTotal(), day.at("completion_tokens").get<std::int64_t>());
    QCOMPARE(batch.calls.size(), std::size_t{2}); // its model, and what the day has beyond it
    for (const CallFact &fact : batch.calls)
        QCOMPARE(fact.time, kToday - 2 * kDay + 12 * kHour);
}

void TestDailyActivity::splitByKey()
{
    const json keys{{"h1", {{"metrics", metrics(2, 2000, 200)}, {"metadata", {{"key_alias", "triage"}}}}},
                    {"h2", {{"metrics", metrics(1, 500, 50)}, {"metadata", {{"key_alias", nullptr}}}}}};
    const json page{
        {"results",
         {{{"date", "2026-11-20"},
           {"metrics", metrics(4, 4000, 400)},
           {"breakdown",
            {{"models", {{"gpt-4o", {{"metrics", metrics(3.5, 3000, 300)}, {"api_key_breakdown", keys}}}}}}}}}},
        {"metadata", {{"has_more", false}}}};
    World w;
    const FactBatch batch = told({page.dump()}, w);
    std::map<std::string, std::int64_t> money;
    for (const Call &call : w.calls())
        money[w.text(call.names.workflow) + '/' + w.text(call.model)] += call.cost / 1'000'000'000'00;
    // In tenths of a dollar: a key, one without a name and the rest of the model, and the rest of the day.
    QCOMPARE(money, (std::map<std::string, std::int64_t>{{"triage/gpt-4o", 20}, {"/gpt-4o", 15}, {"/", 5}}));
    QCOMPARE(w.totals().inTotal(), std::int64_t{4000});
    QCOMPARE(batch.calls.size(), std::size_t{4});
}

void TestDailyActivity::toldInParts()
{
    const auto page = [](double spend, std::int64_t tokens, bool more) {
        return json{{"results",
                     {{{"date", "2026-11-20"},
                       {"metrics", metrics(spend, tokens, 0)},
                       {"breakdown", {{"models", {{"gpt-4o", {{"metrics", metrics(spend, tokens, 0)}}}}}}}}}},
                    {"metadata", {{"has_more", more}}}}
            .dump();
    };
    World w;
    (void)told({page(0.1, 10, true), page(0.2, 20, false)}, w);
    QCOMPARE(w.totals().cost.nanoUsd(), std::int64_t{300'000'000});
    QCOMPARE(w.totals().inTotal(), std::int64_t{30});
    // The same day told again replaces what was told.
    (void)told({page(0.1, 10, true), page(0.2, 20, false)}, w);
    QCOMPARE(w.totals().inTotal(), std::int64_t{30});
}

void TestDailyActivity::hostileSums_data()
{
    QTest::addColumn<QByteArray>("day");
    QTest::addColumn<QByteArray>("model");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char *name, const char *day, const char *model, const char *reason) {
        QTest::newRow(name) << QByteArray(day) << QByteArray(model) << QByteArray(reason);
    };
    row("more in its models", R"({"spend":1,"prompt_tokens":5})", R"({"spend":2,"prompt_tokens":5})", "sums_disagree");
    row("fewer tokens", R"({"spend":2,"prompt_tokens":5})", R"({"spend":2,"prompt_tokens":6})", "sums_disagree");
    row("negative", R"({"spend":-1})", "{}", "out_of_range");
    row("1e400", R"({"spend":1e400})", "{}", "out_of_range");
    row("a text", R"({"spend":"much"})", "{}", "out_of_range");
    row("beyond 2^53", R"({"prompt_tokens":9007199254740993})", "{}", "out_of_range");
    row("all there is", R"({"spend":9000000000})", R"({"spend":9000000000})", "out_of_range");
    row("dust", R"({"spend":0.30000000000000004})", R"({"spend":0.3})", "");
    row("absent", "{}", "{}", "");
    row("null", R"({"spend":null,"prompt_tokens":null})", "null", "");
}

void TestDailyActivity::hostileSums()
{
    QFETCH(QByteArray, day);
    QFETCH(QByteArray, model);
    QFETCH(QByteArray, reason);
    World w;
    const FactBatch batch = told({R"({"results":[{"date":"2026-11-20","metrics":)" + day.toStdString()
                                  + R"(,"breakdown":{"models":{"m":{"metrics":)" + model.toStdString() + "}}}}]}"},
                                 w);
    if (!reason.isEmpty())
        QVERIFY(w.rejected(reason.toStdString()) > 0);
    else
        QVERIFY(batch.rejects.empty());
    QVERIFY(batch.calls.size() <= 1);
    QVERIFY(!DailyActivity().add("{}", "2026-11-20"));
    QVERIFY(!DailyActivity().add("[]", "2026-11-20"));
    QVERIFY(!DailyActivity().add(R"({"results":{}})", "2026-11-20"));
}

void TestDailyActivity::onlyWholeDaysBeforeTheLog()
{
    Proxy proxy; // its log reaches back two days and a bit, we ask for one
    for (const double hoursAgo : {1., 15., 17., 30., 39., 41., 60.})
        proxy.table.add(spendRow("chatcmpl-" + std::to_string(hoursAgo), hoursAgo * 3600));
    SourceBench bench("litellm", proxy.server.url(), {{"backfill_days", "3"}, {"since", "1d"}});
    std::string detail;
    (void)pollAll(bench, &detail);
    // A day back is yesterday 16:00; the log is read from its midnight on, and the totals are of the days before.
    QCOMPARE(bench.facts, std::int64_t{5 + 3});
    std::vector<std::string> days;
    for (int i = 2; i <= 4; ++i)
        days.push_back(dateOf(kToday - i * kDay));
    QCOMPARE(proxy.days, days);
    QVERIFY2(detail.find("daily totals from 2026-11-18 to 2026-11-20") != std::string::npos, detail.c_str());
    QCOMPARE(bench.world.totals().calls, std::int64_t{5});
    QCOMPARE(bench.world.totals().cost.nanoUsd(), std::int64_t{5 * 3'500'000 + 3 * 1'000'000'000LL});
}

void TestDailyActivity::neverTwice()
{
    Proxy proxy; // rows of the last days were deleted: the first there is decides
    proxy.table.add(spendRow("chatcmpl-1", 3600));
    SourceBench bench("litellm", proxy.server.url(), {{"backfill_days", "2"}, {"since", "10d"}, {"late_s", "86400"}});
    (void)pollAll(bench);
    QCOMPARE(proxy.days, (std::vector<std::string>{dateOf(kToday - kDay), dateOf(kToday - 2 * kDay)}));
    // What turns up later of a day that was told as a total stays out, also when the log is read back for late rows.
    proxy.table.add(spendRow("chatcmpl-late", 17 * 3600.));
    bench.restart();
    (void)bench.poll(kNow + kHour);
    QCOMPARE(bench.world.totals().calls, std::int64_t{1});
    QCOMPARE(proxy.days.size(), std::size_t{2});
}

void TestDailyActivity::readOnAfterARestart()
{
    Proxy proxy;
    proxy.table.add(spendRow("chatcmpl-1", 3600));
    SourceBench bench("litellm", proxy.server.url(), {{"backfill_days", "30"}});
    for (int i = 0; i < 60; ++i) {
        (void)bench.poll();
        if (i % 4 == 0)
            bench.restart();
    }
    QCOMPARE(proxy.days.size(), std::size_t{30});
    QCOMPARE(std::set<std::string>(proxy.days.begin(), proxy.days.end()).size(), std::size_t{30});
    QCOMPARE(bench.world.totals().cost.nanoUsd(), std::int64_t{30'000'000'000LL + 3'500'000});
}

void TestDailyActivity::refusedOrEndless()
{
    Proxy proxy;
    proxy.table.add(spendRow("chatcmpl-1", 3600));
    proxy.status = 403;
    SourceBench bench("litellm", proxy.server.url(), {{"backfill_days", "5"}});
    std::string warning;
    QCOMPARE(pollAll(bench, nullptr, &warning), 1); // not again at once, and the log goes on
    QVERIFY2(warning.starts_with("its daily totals cannot be read"), warning.c_str());
    QCOMPARE(bench.world.totals().calls, std::int64_t{1});
    proxy.status = 200;
    proxy.endless = true;
    bench.restart();
    (void)pollAll(bench, nullptr, &warning);
    QCOMPARE(bench.world.rejected("no_end_of_pages"), std::int64_t{5});
    QCOMPARE(bench.world.totals().cost.nanoUsd(), std::int64_t{3'500'000});
    QCOMPARE(proxy.days.size(), std::size_t{10}); // a page that repeats the last one is the last
}

void TestDailyActivity::offUnlessAsked()
{
    Proxy proxy;
    proxy.table.add(spendRow("chatcmpl-1", 3600));
    SourceBench bench("litellm", proxy.server.url());
    (void)pollAll(bench);
    QVERIFY(proxy.days.empty());
    // A log that was begun without them: where it began is known, and the days before are whole.
    SourceBench later("litellm", proxy.server.url(), {{"backfill_days", "1"}});
    later.state = bench.state;
    (void)pollAll(later);
    QCOMPARE(proxy.days, std::vector<std::string>{dateOf(kToday - kDay)});
    // States that do not say where: nothing that could repeat the log.
    SourceBench old("litellm", proxy.server.url(), {{"backfill_days", "1"}});
    old.state = R"({"newest":)" + std::to_string(kNow - kHour) + R"(,"known":""})";
    std::string warning;
    proxy.days.clear();
    (void)pollAll(old, nullptr, &warning);
    QVERIFY(proxy.days.empty());
    QVERIFY(warning.find("left out") != std::string::npos);
    QVERIFY(!remoteKind("litellm")->poll({"x", "litellm", "http://127.0.0.1:1", {}, {{"backfill_days", "-1"}}},
                                         old.world.symbols));
}

QTEST_GUILESS_MAIN(TestDailyActivity)
#include "tst_daily_activity.moc"
