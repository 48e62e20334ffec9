// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <initializer_list>

#include "core/formats/gateway/gateway.h"

namespace flyball::gateway {

namespace {

constexpr auto kInput = {TokenClass::InFresh,      TokenClass::CacheRead,         TokenClass::CacheWrite5m,
                         TokenClass::CacheWrite1h, TokenClass::CacheWriteUntyped, TokenClass::InAudio};
constexpr auto kOutput = {TokenClass::OutText, TokenClass::OutReasoning, TokenClass::OutAudio};

std::int64_t sumOf(const Usage &usage, std::initializer_list<TokenClass> side)
{
    std::int64_t sum = 0;
    for (const TokenClass kind : side)
        sum += usage[kind];
    return sum;
}

/// The larger sum; of equal ones that which tells more classes apart: less is left in the first of them, and of
/// what was written to a cache less has no lifetime.
bool isBetter(const Usage &a, const Usage &b, std::initializer_list<TokenClass> side)
{
    const TokenClass plain = *side.begin();
    if (sumOf(a, side) != sumOf(b, side))
        return sumOf(a, side) > sumOf(b, side);
    if (a[plain] != b[plain])
        return a[plain] < b[plain];
    return plain == TokenClass::InFresh && a[TokenClass::CacheWriteUntyped] < b[TokenClass::CacheWriteUntyped];
}

void inherit(Symbol &own, Symbol other)
{
    if (own == 0)
        own = other;
}

void completeNames(Attribution &names, const Attribution &row)
{
    inherit(names.workflow, row.workflow);
    inherit(names.agent, row.agent);
    inherit(names.step, row.step);
    inherit(names.taskType, row.taskType);
    inherit(names.segment, row.segment);
    inherit(names.promptVersion, row.promptVersion);
    inherit(names.feature, row.feature);
    inherit(names.tier, row.tier);
    inherit(names.policyRevision, row.policyRevision);
}

} // namespace

void complete(Call &call, const CallFact &row)
{
    const Usage told = disjointUsage(row, false);
    const bool exact = call.usage.quality == UsageQuality::Exact;
    if (told.quality != UsageQuality::Missing) {
        const bool replace = !exact && told.quality == UsageQuality::Exact;
        const bool cacheHidden = (call.flags & CallCacheHidden) != 0;
        for (const auto side : {kInput, kOutput})
            if (replace || isBetter(told, call.usage, side))
                for (const TokenClass kind : side)
                    call.usage[kind] = told[kind];
        if (replace)
            call.usage.quality = told.quality;
        if ((row.flags & CallCacheKnown) != 0) {
            call.flags |= CallCacheKnown;
            if (cacheHidden)
                call.flags &= ~static_cast<std::uint32_t>(CallCacheHidden);
        }
    }
    if (row.provider != 0)
        call.provider = row.provider;
    if (row.modelServed != 0)
        call.model = row.modelServed;
    if (call.reportedPico < 0)
        call.reportedPico = row.reportedPico;
    if (call.latencyNs < 0)
        call.latencyNs = row.latencyNs;
    if (call.firstTokenNs < 0)
        call.firstTokenNs = row.firstTokenNs;
    inherit(call.serviceTier, row.serviceTier);
    inherit(call.modelRequested, row.modelRequested);
    completeNames(call.names, row.names);
}

} // namespace flyball::gateway
