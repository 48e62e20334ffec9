// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/domain/totals.h"

namespace flyball {

void Totals::fold(const Call &call, std::int64_t sign)
{
    if (call.responseCache != ResponseCache::None) {
        responseCacheHits += sign;
        return;
    }
    const std::int64_t one = call.metered() ? 0 : sign; // meters tell what was spent, not on how many calls
    calls += one;
    if (call.failed())
        errors += one;
    else if (!call.hasUsage())
        callsWithoutUsage += one;
    switch (call.usage.quality) {
    case UsageQuality::Estimate:
        callsEstimated += one;
        break;
    case UsageQuality::Partial:
        callsPartial += one;
        break;
    case UsageQuality::Placeholder:
        callsPlaceholder += one;
        break;
    case UsageQuality::Exact:
    case UsageQuality::Missing:
        break;
    }
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        tokens[i] += sign * call.usage.tokens[i];
    if ((call.flags & CallCacheKnown) != 0)
        cacheKnownIn += sign * call.usage.inTotal();
    if ((call.flags & CallCacheHidden) != 0)
        callsCacheSplitHidden += one;
    const UsdSum money(call.cost);
    switch (call.costOrigin) {
    case CostOrigin::Unpriced:
        callsUnpriced += one;
        tokensUnpriced += sign * call.usage.total();
        break;
    case CostOrigin::Reported:
        callsCostReported += one;
        [[fallthrough]];
    case CostOrigin::Computed:
        if (sign > 0)
            cost += money;
        else
            cost -= money;
        break;
    case CostOrigin::NoCharge:
    case CostOrigin::NoUsage:
        break;
    }
    if (call.reportedPico >= 0) {
        callsReportingCost += one;
        if (sign > 0)
            costReported += UsdSum(call.reportedPico);
        else
            costReported -= UsdSum(call.reportedPico);
    }
}

namespace {

void combine(Totals &a, const Totals &b, std::int64_t sign)
{
    a.calls += sign * b.calls;
    a.errors += sign * b.errors;
    a.callsWithoutUsage += sign * b.callsWithoutUsage;
    a.callsEstimated += sign * b.callsEstimated;
    a.callsPartial += sign * b.callsPartial;
    a.callsPlaceholder += sign * b.callsPlaceholder;
    a.callsUnpriced += sign * b.callsUnpriced;
    a.callsCostReported += sign * b.callsCostReported;
    a.callsCacheSplitHidden += sign * b.callsCacheSplitHidden;
    a.responseCacheHits += sign * b.responseCacheHits;
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        a.tokens[i] += sign * b.tokens[i];
    a.tokensUnpriced += sign * b.tokensUnpriced;
    a.cacheKnownIn += sign * b.cacheKnownIn;
    a.callsReportingCost += sign * b.callsReportingCost;
}

} // namespace

Totals &Totals::operator+=(const Totals &other)
{
    combine(*this, other, 1);
    cost += other.cost;
    costReported += other.costReported;
    return *this;
}

Totals &Totals::operator-=(const Totals &other)
{
    combine(*this, other, -1);
    cost -= other.cost;
    costReported -= other.costReported;
    return *this;
}

std::int64_t Totals::inTotal() const
{
    return token(TokenClass::InFresh) + token(TokenClass::CacheRead) + token(TokenClass::CacheWrite5m)
           + token(TokenClass::CacheWrite1h) + token(TokenClass::CacheWriteUntyped) + token(TokenClass::InAudio);
}

std::int64_t Totals::outTotal() const
{
    return token(TokenClass::OutText) + token(TokenClass::OutReasoning) + token(TokenClass::OutAudio);
}

bool Totals::costUnknown() const
{
    const std::int64_t missing = callsUnpriced + callsWithoutUsage;
    const bool metered = calls == 0 && tokensUnpriced > 0;
    return (missing > 0 || metered) && cost.isZero() && missing >= calls - errors;
}

CostBound Totals::bound(std::int64_t rejected) const
{
    if (callsEstimated > 0 || callsCacheSplitHidden > 0)
        return CostBound::Estimate;
    const bool missing =
        callsUnpriced > 0 || tokensUnpriced > 0 || callsWithoutUsage > 0 || callsPlaceholder > 0 || callsPartial > 0;
    return missing || rejected > 0 ? CostBound::AtLeast : CostBound::Exact;
}

std::optional<double> Totals::cacheHitRate() const
{
    if (cacheKnownIn <= 0)
        return std::nullopt;
    return static_cast<double>(token(TokenClass::CacheRead)) / static_cast<double>(cacheKnownIn);
}

std::optional<double> Totals::pricedShare() const
{
    const std::int64_t all = allTokens();
    if (all <= 0)
        return std::nullopt;
    return static_cast<double>(all - tokensUnpriced) / static_cast<double>(all);
}

} // namespace flyball
