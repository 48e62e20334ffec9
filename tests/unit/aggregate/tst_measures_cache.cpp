// SPDX-License-Identifier: GPL-3.0-or-later
// The formulas of metrics.md 3 about caches of prompts and of answers, against figures worked out by hand.
#include <QtTest/QtTest>

#include "tests/unit/aggregate/measure_fleet.h"

using namespace flyball;
using namespace flyball::test;

class TestMeasuresCache : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cachingOfTheReActLoop();
    void writesNeverReadCost();
    void whatCouldHaveHit();
    void smallestCachedPrompt();
    void answersFromCache();
};

/// metrics.md 3.1: system 800, task 200, output 200, tool result 300, ten calls of one agent.
static void reactLoop(Fleet &f, bool cached)
{
    for (int k = 0; k < 10; ++k) {
        Call &c = f.call(1, "react", 1000 + 500 * k, 200, "claude-opus-5");
        c.flags |= CallCacheKnown;
        if (!cached)
            continue;
        c.usage[TokenClass::CacheRead] = k == 0 ? 0 : 500 + 500 * k;
        c.usage[TokenClass::CacheWrite5m] = k == 0 ? 1000 : 500;
        c.usage[TokenClass::InFresh] = 0;
    }
    f.end(1, Outcome::Success);
}

void TestMeasuresCache::cachingOfTheReActLoop()
{
    Fleet f;
    reactLoop(f, true);
    SAYS(f.measure(MeasureId::CostPerRun), "cost_per_run $0.058725000000 = $0.058725000000/1");
    SAYS(f.measure(MeasureId::CacheHitTokens), "cache_hit_tokens 27000/32500"); // 0.83
    SAYS(f.measure(MeasureId::CacheHitCalls), "cache_hit_calls 9/10");          // 0.90
    SAYS(f.measure(MeasureId::ResendFactor), "resend_factor 32500/3700");       // 28,800 resent
    SAYS(f.measure(MeasureId::CacheHitEligible), "cache_hit_eligible 27000/32500");
    SAYS(f.measure(MeasureId::CacheSavings), "cache_savings $0.068775000000"); // 0.1275 - 0.058725
    Fleet plain;
    reactLoop(plain, false);
    SAYS(plain.measure(MeasureId::CostPerRun), "cost_per_run $0.127500000000 = $0.127500000000/1");
    SAYS(plain.measure(MeasureId::CacheHitEligible), "cache_hit_eligible 0/28800");
    SAYS(plain.measure(MeasureId::CacheSavings), "cache_savings $0.000000000000");
}

void TestMeasuresCache::writesNeverReadCost()
{
    Fleet f;
    Call &c = f.call(1, "a", 0, 0, "cached");
    c.flags |= CallCacheKnown;
    c.usage[TokenClass::CacheWrite5m] = 1000; // 3.75 against 3.00 per million
    c.usage[TokenClass::CacheWrite1h] = 1000; // 6.00 against 3.00
    SAYS(f.measure(MeasureId::CacheSavings), "cache_savings -$0.003750000000");
}

void TestMeasuresCache::whatCouldHaveHit()
{
    Fleet f;
    Call &a = f.call(1, "a", 2000, 500, "cached");
    a.flags |= CallCacheKnown;
    Call &b = f.call(1, "a", 1500, 100, "cached"); // 2,500 were there to be sent again
    b.flags |= CallCacheKnown;
    b.usage[TokenClass::CacheRead] = 1000;
    f.call(1, "a", 9000, 1, "cached"); // its producer does not tell: no part in it
    SAYS(f.measure(MeasureId::CacheHitEligible), "cache_hit_eligible 1000/2500");
    SAYS(f.measure(MeasureId::CacheHitTokens), "cache_hit_tokens 1000/4500");
}

void TestMeasuresCache::smallestCachedPrompt()
{
    using Tokens = std::optional<std::int64_t>;
    const std::pair<const char *, Tokens> models[] = {
        {"claude-opus-5", 512},           {"claude-opus-4-6", 4096},      {"claude-haiku-4-5-20251001", 4096},
        {"claude-opus-4-20250514", 1024}, {"claude-opus-4.8", 1024},      {"claude-opus-4-7", std::nullopt},
        {"claude-3-5-sonnet", 1024},      {"claude-sonnet-4-6", 1024},    {"us.anthropic.claude-sonnet-5-v1:0", 1024},
        {"claude-next", std::nullopt},    {"mistral-large", std::nullopt}};
    for (const auto &[model, tokens] : models)
        QVERIFY2(cacheMinimum("anthropic", model) == tokens, model);
    QVERIFY(cacheMinimum("openai", "gpt-5") == Tokens(1024));
    QVERIFY(cacheMinimum("google", "gemini-2.5-pro") == Tokens());
    Fleet f;
    for (const std::int64_t input : {1023, 1024, 4000}) {
        Call &c = f.call(1, "a", input - 1, 1, "claude-sonnet-4");
        c.flags |= CallCacheKnown;
        c.usage[TokenClass::CacheRead] = 1;
    }
    SAYS(f.measure(MeasureId::CacheHitCalls), "cache_hit_calls 2/2");
    Fleet unknown;
    unknown.call(1, "a", 5000, 1, "cached").flags |= CallCacheKnown;
    SAYS(unknown.measure(MeasureId::CacheHitCalls), "cache_hit_calls unknown: smallest cached prompt not known");
}

void TestMeasuresCache::answersFromCache()
{
    Fleet f;
    for (int i = 0; i < 10; ++i) {
        Call &c = f.call(1, i < 5 ? "lookup" : "write", 1000 * (i + 1), 0);
        if (i < 5)
            c.names.taskType = f.name("faq");
        if (i < 3) {
            c.usage = {};
            c.responseCache = i == 0 ? ResponseCache::Exact : ResponseCache::Semantic;
        }
    }
    SAYS(f.measure(MeasureId::ResponseCacheSteps), "response_cache_steps 3/10");
    SAYS(f.measure(MeasureId::ResponseCacheEligible), "response_cache_eligible 3/5");
    // The two lookups that were paid cost $0.004 and $0.005: three times the median.
    SAYS(f.measure(MeasureId::ResponseCacheSavings), "response_cache_savings $0.013500000000");
    QCOMPARE(f.measure(MeasureId::ResponseCacheSavings).bound, CostBound::Estimate);
    SAYS(f.measure(MeasureId::UnpricedShare), "unpriced_share 0/49000"); // served answers are no calls
}

QTEST_GUILESS_MAIN(TestMeasuresCache)
#include "tst_measures_cache.moc"
