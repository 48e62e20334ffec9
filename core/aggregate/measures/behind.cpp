// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/measures/measuresum.h"

namespace flyball {

bool isBehind(MeasureId id, const MeasureCalls &from, const Call &call, const SymbolTable &symbols)
{
    if (from.runs && !from.runs->contains(call.run))
        return false;
    if (from.calls && !from.calls->contains(callKey(call)))
        return false;
    switch (id) {
    case MeasureId::CacheHitTokens:
    case MeasureId::CacheHitCalls:
    case MeasureId::CacheHitEligible:
        return call.usage[TokenClass::CacheRead] > 0;
    case MeasureId::CacheSavings:
        return call.usage[TokenClass::CacheRead] + call.usage[TokenClass::CacheWrite5m]
                   + call.usage[TokenClass::CacheWrite1h] + call.usage[TokenClass::CacheWriteUntyped]
               > 0;
    case MeasureId::ResponseCacheSteps:
    case MeasureId::ResponseCacheEligible:
    case MeasureId::ResponseCacheSavings:
        return call.responseCache != ResponseCache::None;
    case MeasureId::ReasoningShare:
        return call.usage[TokenClass::OutReasoning] > 0;
    case MeasureId::TruncationRate:
        return isTruncation(symbols.text(call.finishReason));
    case MeasureId::NearLimitRate:
        return isNearLimit(call);
    case MeasureId::PriceDrift:
        return call.reportedPico >= 0 && call.costOrigin == CostOrigin::Computed;
    case MeasureId::UnpricedShare:
        return call.costOrigin == CostOrigin::Unpriced;
    default:
        return true;
    }
}

} // namespace flyball
