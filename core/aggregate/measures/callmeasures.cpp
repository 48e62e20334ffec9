// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/aggregate/measures/measureparts.h"
#include "core/aggregate/measures/measuresum.h"

namespace flyball {

void MeasureSum::putCache(std::vector<Measure> &out) const
{
    const Unknown calls = m_totals.calls == 0 ? Unknown::NoCalls : measured::usageState(m_totals);
    Measure &resend = out.emplace_back(measured::ratioOf(MeasureId::ResendFactor, Amount::of(m_usedInput),
                                                         Amount::of(m_usedInput - m_resent), m_usedCalls,
                                                         m_usedCalls == 0 ? Unknown::NoUsage : calls));
    resend.bound = CostBound::Estimate; // from counts only: history that was pruned looks as if it were sent again
    const Unknown cache = calls != Unknown::No         ? calls
                          : m_totals.cacheKnownIn <= 0 ? Unknown::NoCacheCounts
                                                       : Unknown::No;
    // Totals::cacheHitRate(), as a fraction.
    out.push_back(measured::ratioOf(MeasureId::CacheHitTokens, Amount::of(m_totals.token(TokenClass::CacheRead)),
                                    Amount::of(m_totals.cacheKnownIn), m_cacheCalls, cache));
    out.push_back(measured::ratioOf(MeasureId::CacheHitCalls, Amount::of(m_hitCalls), Amount::of(m_longCalls),
                                    m_longCalls,
                                    cache == Unknown::No && m_longCalls == 0 ? Unknown::NoCacheMinimum : cache));
    Measure &eligible =
        out.emplace_back(measured::ratioOf(MeasureId::CacheHitEligible, Amount::of(m_cacheRead),
                                           Amount::of(m_cacheRead + m_cacheWritten + m_missed), m_cacheCalls, cache));
    eligible.bound = CostBound::Estimate;
    const Unknown parts = cache != Unknown::No ? cache
                          : m_partCalls == 0   ? measured::priceState(m_totals)
                                               : Unknown::No;
    Measure &saved =
        out.emplace_back(measured::sumOf(MeasureId::CacheSavings, Amount::of(m_saved), m_partCalls,
                                         parts == Unknown::No && m_partCalls == 0 ? Unknown::NoParts : parts));
    // What is missing could be savings or losses: neither a lower nor an upper bound.
    saved.bound = m_partsMissing > 0 || m_totals.bound() != CostBound::Exact ? CostBound::Estimate : CostBound::Exact;
}

void MeasureSum::putResponseCache(std::vector<Measure> &out) const
{
    const std::int64_t hits = m_totals.responseCacheHits;
    const Unknown none = hits + m_totals.calls == 0 ? Unknown::NoCalls : Unknown::No;
    out.push_back(measured::ratioOf(MeasureId::ResponseCacheSteps, Amount::of(hits), Amount::of(hits + m_totals.calls),
                                    hits + m_totals.calls, none));
    std::int64_t eligible = 0;
    for (const auto &[task, counts] : m_tasks)
        eligible += counts.hits > 0 ? counts.hits + counts.calls : 0;
    out.push_back(measured::ratioOf(MeasureId::ResponseCacheEligible, Amount::of(hits), Amount::of(eligible), eligible,
                                    none == Unknown::No && hits == 0 ? Unknown::NoResponseCache : none));
    UsdSum saved;
    std::int64_t known = 0;
    for (const auto &[step, served] : m_served) {
        if (served.hits == 0 || served.costs.empty())
            continue;
        std::vector<UsdSum> costs = served.costs;
        saved += scaled(*quantile(costs, 50), served.hits, 1);
        known += served.hits;
    }
    Measure &savings = out.emplace_back(measured::sumOf(MeasureId::ResponseCacheSavings, Amount::of(saved), known,
                                                        hits == 0    ? Unknown::NoResponseCache
                                                        : known == 0 ? Unknown::NoPrice
                                                                     : Unknown::No));
    savings.bound = CostBound::Estimate;
}

void MeasureSum::putOutput(std::vector<Measure> &out) const
{
    const Unknown none = m_totals.calls == 0 ? Unknown::NoCalls : m_usedCalls == 0 ? Unknown::NoUsage : Unknown::No;
    const auto share = [&](MeasureId id, std::int64_t top, std::int64_t bottom) {
        out.push_back(measured::ratioOf(id, Amount::of(top), Amount::of(bottom), m_usedCalls,
                                        none == Unknown::No && bottom == 0 ? Unknown::NoUsage : none));
        out.back().bound = m_totals.callsEstimated > 0 ? CostBound::Estimate : CostBound::Exact;
    };
    share(MeasureId::OutputShare, m_totals.outTotal(), m_totals.allTokens());
    share(MeasureId::ReasoningShare, m_totals.token(TokenClass::OutReasoning), m_totals.outTotal());
    const Unknown parts = m_totals.calls == 0                       ? Unknown::NoCalls
                          : m_partCalls == 0 && m_partsMissing > 0  ? Unknown::NoParts
                          : m_partCalls == 0 || m_partCost.isZero() ? Unknown::NoPrice
                                                                    : Unknown::No;
    out.push_back(measured::ratioOf(MeasureId::OutputCostShare, Amount::of(m_outputCost), Amount::of(m_partCost),
                                    m_partCalls, parts));
    out.back().bound = m_partsMissing > 0 ? CostBound::Estimate : CostBound::Exact;
    const auto rate = [&](MeasureId id, std::int64_t top, std::int64_t bottom, Unknown why) {
        out.push_back(measured::ratioOf(id, Amount::of(top), Amount::of(bottom), bottom,
                                        m_totals.calls == 0 ? Unknown::NoCalls
                                        : bottom == 0       ? why
                                                            : Unknown::No));
        if (out.back().known())
            out.back().interval = wilson90(top, bottom);
    };
    rate(MeasureId::TruncationRate, m_truncated, m_stopTold, Unknown::NoFinishReason);
    rate(MeasureId::NearLimitRate, m_nearLimit, m_limitTold, Unknown::NoLimit);
}

void MeasureSum::putRetries(std::vector<Measure> &out) const
{
    const Unknown none = m_totals.calls == 0 ? Unknown::NoCalls : Unknown::No;
    const auto keys = std::make_shared<const std::unordered_set<Key128>>(m_retries);
    out.push_back(measured::sumOf(MeasureId::Retries, Amount::of(m_retryTotals.calls), m_totals.calls, none));
    out.back().calls.calls = keys;
    const Unknown price = none != Unknown::No ? none : measured::priceState(m_retryTotals);
    out.push_back(measured::sumOf(MeasureId::RetryCost, Amount::of(m_retryTotals.cost), m_retryTotals.calls, price));
    out.back().bound = m_retryTotals.bound();
    out.back().calls.calls = keys;
    out.push_back(measured::ratioOf(MeasureId::FirstTryPass, Amount::of(m_firstTries - m_firstFailed),
                                    Amount::of(m_firstTries), m_firstTries, none));
    if (out.back().known())
        out.back().interval = wilson90(m_firstTries - m_firstFailed, m_firstTries);
}

void MeasureSum::putPrices(std::vector<Measure> &out) const
{
    const Unknown drift = m_totals.calls == 0                             ? Unknown::NoCalls
                          : m_driftCalls == 0 || m_driftComputed.isZero() ? Unknown::NoReported
                                                                          : Unknown::No;
    out.push_back(measured::ratioOf(MeasureId::PriceDrift, Amount::of(m_driftReported), Amount::of(m_driftComputed),
                                    m_driftCalls, drift));
    const std::int64_t all = m_totals.allTokens();
    out.push_back(measured::ratioOf(MeasureId::UnpricedShare, Amount::of(m_totals.tokensUnpriced), Amount::of(all),
                                    m_totals.calls,
                                    m_totals.calls == 0 ? Unknown::NoCalls
                                    : all == 0          ? Unknown::NoUsage
                                                        : Unknown::No));
}

} // namespace flyball
