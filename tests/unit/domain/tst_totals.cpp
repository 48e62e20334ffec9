// SPDX-License-Identifier: GPL-3.0-or-later
// The one fold behind every number: exact inverse, any order, bounds and rates of design 3a.2, 3, 12.
#include <QtTest/QtTest>
#include <algorithm>
#include <random>

#include "core/domain/totals.h"

using namespace flyball;

namespace {

Call callWith(UsageQuality quality, CostOrigin origin, std::uint32_t flags = 0)
{
    Call call;
    call.usage.quality = quality;
    if (quality != UsageQuality::Missing) {
        call.usage[TokenClass::InFresh] = 70;
        call.usage[TokenClass::CacheRead] = 30;
        call.usage[TokenClass::OutText] = 5;
    }
    call.costOrigin = origin;
    call.cost = origin == CostOrigin::Computed || origin == CostOrigin::Reported ? 1'500 : 999'999;
    call.flags = flags;
    return call;
}

Call randomCall(std::mt19937_64 &random)
{
    Call call;
    call.usage.quality = static_cast<UsageQuality>(random() % 5);
    if (call.hasUsage())
        for (std::int64_t &n : call.usage.tokens)
            n = static_cast<std::int64_t>(random() >> (12 + random() % 50));
    call.costOrigin = static_cast<CostOrigin>(random() % 5);
    call.cost = static_cast<PicoUsd>(random() >> (2 + random() % 60));
    call.reportedPico = random() % 3 ? -1 : static_cast<std::int64_t>(random() >> (2 + random() % 60));
    call.flags = static_cast<std::uint32_t>(random()) & 0x1FFF;
    call.responseCache = random() % 10 ? ResponseCache::None : ResponseCache::Exact;
    return call;
}

} // namespace

class TestTotals : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void subtractIsTheInverse();
    void anyOrderAnyGrouping();
    void bounds_data();
    void bounds();
    void costOrigins();
    void responseCacheHitsAreNotCalls();
    void cacheHitRate();
    void pricedShare();
    void costUnknown();
    void classesAddUp();
};

void TestTotals::subtractIsTheInverse()
{
    std::mt19937_64 random(1);
    Totals totals;
    std::vector<Call> calls;
    for (int i = 0; i < 5000; ++i) {
        calls.push_back(randomCall(random));
        totals.add(calls.back());
    }
    std::shuffle(calls.begin(), calls.end(), random);
    for (const Call &call : calls)
        totals.subtract(call);
    QVERIFY(totals.isZero());
}

void TestTotals::anyOrderAnyGrouping()
{
    std::mt19937_64 random(2);
    std::vector<Call> calls(500);
    std::generate(calls.begin(), calls.end(), [&] { return randomCall(random); });
    Totals expected;
    for (const Call &call : calls)
        expected.add(call);
    for (int round = 0; round < 20; ++round) {
        std::shuffle(calls.begin(), calls.end(), random);
        std::vector<Totals> parts(7);
        for (const Call &call : calls)
            parts[random() % parts.size()].add(call);
        Totals sum;
        for (const Totals &part : parts)
            sum += part;
        QVERIFY(sum == expected);
        for (const Totals &part : parts)
            sum -= part;
        QVERIFY(sum.isZero());
    }
}

void TestTotals::bounds_data()
{
    QTest::addColumn<int>("quality");
    QTest::addColumn<int>("origin");
    QTest::addColumn<uint>("flags");
    QTest::addColumn<int>("rejected");
    QTest::addColumn<int>("bound");
    const auto row = [](const char *name, UsageQuality q, CostOrigin o, uint flags, int rejected, CostBound bound) {
        QTest::newRow(name) << static_cast<int>(q) << static_cast<int>(o) << flags << rejected
                            << static_cast<int>(bound);
    };
    row("exact", UsageQuality::Exact, CostOrigin::Computed, 0, 0, CostBound::Exact);
    row("believed cost", UsageQuality::Exact, CostOrigin::Reported, 0, 0, CostBound::Exact);
    row("unpriced", UsageQuality::Exact, CostOrigin::Unpriced, 0, 0, CostBound::AtLeast);
    row("rejected lines", UsageQuality::Exact, CostOrigin::Computed, 0, 1, CostBound::AtLeast);
    row("no usage", UsageQuality::Missing, CostOrigin::NoUsage, 0, 0, CostBound::AtLeast);
    row("failed without usage", UsageQuality::Missing, CostOrigin::NoCharge, CallFailed, 0, CostBound::Exact);
    row("placeholder", UsageQuality::Placeholder, CostOrigin::Computed, 0, 0, CostBound::AtLeast);
    row("partial", UsageQuality::Partial, CostOrigin::Computed, 0, 0, CostBound::AtLeast);
    row("estimate", UsageQuality::Estimate, CostOrigin::Computed, 0, 0, CostBound::Estimate);
    row("cache split hidden", UsageQuality::Exact, CostOrigin::Computed, CallCacheHidden, 0, CostBound::Estimate);
    row("several apply: estimate", UsageQuality::Estimate, CostOrigin::Unpriced, 0, 5, CostBound::Estimate);
}

void TestTotals::bounds()
{
    QFETCH(int, quality);
    QFETCH(int, origin);
    QFETCH(uint, flags);
    QFETCH(int, rejected);
    QFETCH(int, bound);
    Totals totals;
    totals.add(callWith(static_cast<UsageQuality>(quality), static_cast<CostOrigin>(origin), flags));
    totals.add(callWith(UsageQuality::Exact, CostOrigin::Computed)); // one good call does not make it good
    QCOMPARE(static_cast<int>(totals.bound(rejected)), bound);
}

void TestTotals::costOrigins()
{
    Totals totals;
    for (const CostOrigin origin : {CostOrigin::Unpriced, CostOrigin::Computed, CostOrigin::Reported,
                                    CostOrigin::NoCharge, CostOrigin::NoUsage}) {
        Call call = callWith(UsageQuality::Exact, origin);
        call.reportedPico = origin == CostOrigin::Computed ? -1 : 700;
        totals.add(call);
    }
    QCOMPARE(totals.calls, std::int64_t(5));
    QVERIFY(totals.cost == UsdSum(3'000)); // computed and reported only
    QCOMPARE(totals.callsCostReported, std::int64_t(1));
    QCOMPARE(totals.callsUnpriced, std::int64_t(1));
    QCOMPARE(totals.tokensUnpriced, std::int64_t(105));
    QVERIFY(totals.costReported == UsdSum(4 * 700)); // beside, never instead
    QCOMPARE(totals.callsReportingCost, std::int64_t(4));
    Totals zero;
    Call stated = callWith(UsageQuality::Exact, CostOrigin::Computed);
    stated.reportedPico = 0; // a producer that says 0 has said something
    zero.add(stated);
    QCOMPARE(zero.callsReportingCost, std::int64_t(1));
}

void TestTotals::responseCacheHitsAreNotCalls()
{
    Totals totals;
    Call hit = callWith(UsageQuality::Exact, CostOrigin::Computed, CallFailed);
    hit.responseCache = ResponseCache::Semantic;
    hit.reportedPico = 5;
    totals.add(hit);
    QCOMPARE(totals.responseCacheHits, std::int64_t(1));
    QCOMPARE(totals.calls + totals.errors + totals.allTokens() + totals.callsReportingCost, std::int64_t(0));
    QVERIFY(totals.cost.isZero());
}

void TestTotals::cacheHitRate()
{
    Totals totals;
    totals.add(callWith(UsageQuality::Exact, CostOrigin::Computed));
    QVERIFY(!totals.cacheHitRate().has_value()); // nobody carries cache counts: null, not 0
    Totals known;
    known.add(callWith(UsageQuality::Exact, CostOrigin::Computed, CallCacheKnown));
    QCOMPARE(known.cacheHitRate().value(), 0.3);
    Call none = callWith(UsageQuality::Exact, CostOrigin::Computed, CallCacheKnown);
    none.usage[TokenClass::CacheRead] = 0;
    none.usage[TokenClass::InFresh] = 200;
    known.add(none);
    QCOMPARE(known.cacheHitRate().value(), 0.1);                      // 30 of 100 + 200
    Call other = callWith(UsageQuality::Exact, CostOrigin::Computed); // of a producer that says nothing of caches
    other.usage[TokenClass::CacheRead] = 0;
    known.add(other);
    QCOMPARE(known.cacheHitRate().value(), 0.1);
}

void TestTotals::pricedShare()
{
    Totals totals;
    QVERIFY(!totals.pricedShare().has_value());
    totals.add(callWith(UsageQuality::Exact, CostOrigin::Computed));
    QCOMPARE(totals.pricedShare().value(), 1.0);
    totals.add(callWith(UsageQuality::Exact, CostOrigin::Unpriced));
    QCOMPARE(totals.pricedShare().value(), 0.5);
}

void TestTotals::costUnknown()
{
    Totals none;
    QVERIFY(!none.costUnknown()); // nothing was asked for
    Totals failed;
    failed.add(callWith(UsageQuality::Missing, CostOrigin::NoCharge, CallFailed));
    QVERIFY(!failed.costUnknown()); // charged nothing
    for (const auto &missing :
         {callWith(UsageQuality::Exact, CostOrigin::Unpriced), callWith(UsageQuality::Missing, CostOrigin::NoUsage)}) {
        Totals totals;
        totals.add(missing);
        QVERIFY(totals.costUnknown());
        totals += failed;
        totals += failed;
        QVERIFY(totals.costUnknown()); // failures beside it tell no cost
        totals.add(callWith(UsageQuality::Exact, CostOrigin::Computed));
        QVERIFY(!totals.costUnknown()); // a lower bound
    }
    Totals free;
    Call gratis = callWith(UsageQuality::Exact, CostOrigin::Computed);
    gratis.cost = 0;
    free.add(gratis);
    QVERIFY(!free.costUnknown());
    free.add(callWith(UsageQuality::Exact, CostOrigin::Unpriced));
    QVERIFY(!free.costUnknown()); // at least nothing
}

void TestTotals::classesAddUp()
{
    Call call = callWith(UsageQuality::Exact, CostOrigin::Computed);
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        call.usage.tokens[i] = std::int64_t{1} << i;
    Totals totals;
    totals.add(call);
    QCOMPARE(totals.inTotal(), std::int64_t(1 + 2 + 4 + 8 + 16 + 32));
    QCOMPARE(totals.outTotal(), std::int64_t(64 + 128 + 256));
    QCOMPARE(totals.allTokens(), std::int64_t(511));
    QCOMPARE(call.usage.total(), std::int64_t(511));
}

QTEST_GUILESS_MAIN(TestTotals)
#include "tst_totals.moc"
