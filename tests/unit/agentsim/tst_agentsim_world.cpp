// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/options.h"
#include "app/agentsim/world/dice.h"
#include "app/agentsim/world/prefix_cache.h"
#include "app/agentsim/world/traffic.h"

#include <QtTest>
#include <array>
#include <cmath>
#include <initializer_list>
#include <set>

using namespace flyball;
using namespace flyball::agentsim;

class TestAgentsimWorld : public QObject {
    Q_OBJECT
private slots:
    void diceDependOnPlaceOnly();
    void diceDistributions();
    void cacheLivesForItsTtl();
    void cacheMinimumAndGranule();
    void cacheNotReadableBeforeFirstAnswer();
    void cachePrefixBreaks();
    void systemOnlyLeavesTheRestFresh();
    void durations();
    void options();
    void trafficStaysBelowThePeak();
};

namespace {

constexpr TimeNs kT0 = 1'800'000'000LL * kSecond;

CacheSplit use(PrefixCache &cache, ModelId model, std::initializer_list<PromptBlock> prompt, TimeNs t,
               CacheMode mode = CacheMode::Full)
{
    return cache.use(modelOf(model), std::span(prompt.begin(), prompt.size()), mode, t, t + kSecond);
}

} // namespace

void TestAgentsimWorld::diceDependOnPlaceOnly()
{
    const Dice a = Dice(7).at("run").at(3);
    const std::uint64_t first = a.bits("latency");
    (void)a.bits("other");
    QCOMPARE(a.bits("latency"), first);
    std::set<std::uint64_t> seen;
    for (std::uint64_t seed : {1u, 2u})
        for (std::uint64_t run : {1u, 2u})
            for (const char *name : {"a", "b"})
                seen.insert(Dice(seed).at(run).bits(name));
    QCOMPARE(seen.size(), 8u);
    QVERIFY(Dice(1).at(2).at(3).bits("x") != Dice(1).at(3).at(2).bits("x"));
}

void TestAgentsimWorld::diceDistributions()
{
    constexpr int n = 200000;
    double unit = 0, exponential = 0, logSum = 0, logSquares = 0, skewed = 0;
    for (int i = 0; i < n; ++i) {
        const Dice d = Dice(99).at(static_cast<std::uint64_t>(i));
        unit += d.unit("u");
        exponential += d.exponential("e");
        const double l = std::log(d.lognormal(0.5, "l"));
        logSum += l;
        logSquares += l * l;
        const auto s = d.skewed({10, 40}, "s");
        QVERIFY(s >= 10 && s <= 40);
        skewed += static_cast<double>(s);
    }
    QVERIFY(std::abs(unit / n - 0.5) < 0.005);
    QVERIFY(std::abs(exponential / n - 1.0) < 0.02);
    QVERIFY(std::abs(logSum / n) < 0.01);
    QVERIFY(std::abs(std::sqrt(logSquares / n) - 0.5) < 0.01);
    QVERIFY(std::abs(skewed / n - 20.0) < 0.5); // 10 + 31/3, less half a step of rounding down
    QCOMPARE(Dice(1).skewed({5, 5}, "s"), 5);
}

void TestAgentsimWorld::cacheLivesForItsTtl()
{
    PrefixCache cache;
    const CacheSplit cold = use(cache, ModelId::Sonnet, {{1, 2000}, {2, 500}}, kT0);
    QCOMPARE(cold.written, 2500);
    QCOMPARE(cold.fresh, 0);
    // One nanosecond before the end it is a hit, and the use slides the end.
    const TimeNs last = kT0 + PrefixCache::kTtl - 1;
    QCOMPARE(use(cache, ModelId::Sonnet, {{1, 2000}, {2, 500}}, last).read, 2500);
    QCOMPARE(use(cache, ModelId::Sonnet, {{1, 2000}, {2, 500}}, last + PrefixCache::kTtl - 1).read, 2500);
    // Exactly one TTL after the last use it is gone.
    const TimeNs gone = last + 2 * PrefixCache::kTtl - 1;
    const CacheSplit late = use(cache, ModelId::Sonnet, {{1, 2000}, {2, 500}}, gone);
    QCOMPARE(late.read, 0);
    QCOMPARE(late.written, 2500);
}

void TestAgentsimWorld::cacheMinimumAndGranule()
{
    PrefixCache cache;
    QCOMPARE(use(cache, ModelId::Sonnet, {{1, 1023}}, kT0).written, 0);
    QCOMPARE(use(cache, ModelId::Sonnet, {{2, 1024}}, kT0).written, 1024);
    QCOMPARE(use(cache, ModelId::Opus, {{2, 4095}}, kT0).fresh, 4095);
    // OpenAI: no paid writes, hits in steps of 128, per model.
    QCOMPARE(use(cache, ModelId::Gpt5, {{3, 1500}}, kT0).fresh, 1500);
    const CacheSplit hit = use(cache, ModelId::Gpt5, {{3, 1500}, {4, 100}}, kT0 + kMinute);
    QCOMPARE(hit.read, 1408);
    QCOMPARE(hit.fresh, 192);
    QCOMPARE(use(cache, ModelId::Gpt5Mini, {{3, 1500}}, kT0 + kMinute).read, 0);
    QCOMPARE(use(cache, ModelId::QwenLocal, {{5, 9000}}, kT0).fresh, 9000);
    QCOMPARE(use(cache, ModelId::QwenLocal, {{5, 9000}}, kT0 + kMinute).read, 0);
}

void TestAgentsimWorld::cacheNotReadableBeforeFirstAnswer()
{
    PrefixCache cache;
    QCOMPARE(use(cache, ModelId::Sonnet, {{1, 2000}}, kT0).written, 2000);
    QCOMPARE(use(cache, ModelId::Sonnet, {{1, 2000}}, kT0 + kSecond - 1).written, 2000);
    QCOMPARE(use(cache, ModelId::Sonnet, {{1, 2000}}, kT0 + kSecond).read, 2000);
}

void TestAgentsimWorld::cachePrefixBreaks()
{
    PrefixCache cache;
    use(cache, ModelId::Sonnet, {{1, 2000}, {2, 500}, {3, 700}}, kT0);
    const CacheSplit middle = use(cache, ModelId::Sonnet, {{1, 2000}, {9, 500}, {3, 700}}, kT0 + kMinute);
    QCOMPARE(middle.read, 2000);
    QCOMPARE(middle.written, 1200);
    QCOMPARE(use(cache, ModelId::Sonnet, {{8, 10}, {1, 2000}}, kT0 + kMinute).read, 0);
}

void TestAgentsimWorld::systemOnlyLeavesTheRestFresh()
{
    PrefixCache cache;
    const auto prompt = {PromptBlock{1, 2000}, PromptBlock{2, 500}};
    const CacheSplit cold = use(cache, ModelId::Sonnet, prompt, kT0, CacheMode::SystemOnly);
    QCOMPARE(cold.written, 2000);
    QCOMPARE(cold.fresh, 500);
    const CacheSplit warm = use(cache, ModelId::Sonnet, prompt, kT0 + kMinute, CacheMode::SystemOnly);
    QCOMPARE(warm.read, 2000);
    QCOMPARE(warm.fresh, 500);
    QCOMPARE(use(cache, ModelId::Sonnet, prompt, kT0 + kMinute, CacheMode::None).fresh, 2500);
}

void TestAgentsimWorld::durations()
{
    QCOMPARE(parseDuration("3h").value(), 3 * kHour);
    QCOMPARE(parseDuration("1h30m").value(), 90 * kMinute);
    QCOMPARE(parseDuration("250ms").value(), kSecond / 4);
    QCOMPARE(parseDuration("2d").value(), 2 * kDay);
    for (const char *bad : {"", "3", "h", "-1s", "3x", "3 h", "99999999d", "1h-5m"})
        QVERIFY2(!parseDuration(bad), bad);
}

void TestAgentsimWorld::options()
{
    const std::array<std::string_view, 6> off{"--off", "cache,loop", "--out=x", "--scenario", "micro", "--drain"};
    const auto o = parseOptions(off);
    QVERIFY(o.ok());
    QVERIFY(o->scenario.micro && !o->scenario.cache && !o->scenario.loop && o->scenario.retry && o->drain);
    const auto rejects = [](std::initializer_list<std::string_view> args) {
        return !parseOptions(std::span(args.begin(), args.size())).ok();
    };
    QVERIFY(rejects({}));
    QVERIFY(rejects({"--out", "x", "--speed", "0"}));
    QVERIFY(rejects({"--out", "x", "--speed", "0.5"}));
    QVERIFY(rejects({"--out", "x", "--speed", "nan"}));
    QVERIFY(rejects({"--out", "x", "--seed", "-1"}));
    QVERIFY(rejects({"--out", "x", "--workflows", "201"}));
    QVERIFY(rejects({"--out", "x", "--off", "cash"}));
    QVERIFY(rejects({"--out", "x", "--scenario", "unknown"}));
    QVERIFY(rejects({"--out", "x", "--start", "yesterday"}));
    QVERIFY(rejects({"--out", "x", "--nonsense", "1"}));
    QVERIFY(rejects({"--out"}));
}

void TestAgentsimWorld::trafficStaysBelowThePeak()
{
    const Dice dice(3);
    double sum = 0;
    constexpr int n = 24 * 60;
    for (int minute = 0; minute < n; ++minute) {
        const double f = trafficFactor("support_triage", dice, kT0 + minute * kMinute);
        const double burst = trafficFactor("kb_indexer", dice, kT0 + minute * kMinute);
        QVERIFY(f > 0 && f < kPeak && burst > 0 && burst < kPeak);
        sum += f;
    }
    QVERIFY(std::abs(sum / n - 1.0) < 0.06); // the table means "share of the mean"
}

QTEST_GUILESS_MAIN(TestAgentsimWorld)
#include "tst_agentsim_world.moc"
