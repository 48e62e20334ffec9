// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/pricer.h"

#include <utility>

namespace flyball {

std::string_view unpricedReason(Unpriced reason)
{
    switch (reason) {
    case Unpriced::No:
        return "priced";
    case Unpriced::NoModel:
        return "no model named";
    case Unpriced::UnknownModel:
        return "model not in any price list";
    case Unpriced::AmbiguousModel:
        return "no provider given and price lists disagree";
    case Unpriced::LocalModel:
        return "own hardware without a price";
    case Unpriced::NoRateForClass:
        return "no rate for a token class that was used";
    case Unpriced::NoRateAtTime:
        return "no price for the time of the call";
    case Unpriced::InvalidUsage:
        return "negative token count";
    case Unpriced::OutOfRange:
        return "cost of one call out of range";
    }
    return "unknown";
}

std::string describeFlags(std::uint32_t flags)
{
    static constexpr std::pair<PriceFlag, std::string_view> kNames[] = {
        {CacheReadAssumed, "cached rate assumed"},
        {CacheWriteAssumed, "cache write rate assumed"},
        {ModalityAssumed, "audio at text rate"},
        {FallbackProvider, "priced from the provider's source list"},
        {StrippedName, "matched without suffix or path"},
        {LongContext, "long context"},
        {MultiplierApplied, "service or region factor"},
        {ServiceTierAssumed, "service tier without a known price"},
        {Overridden, "own price"},
        {OldPrice, "price book older than the call by 30 days"},
        {ProviderFromName, "provider taken from the model name"},
        {ProviderAssumed, "provider assumed"},
        {FeeUnknown, "web search fee unknown"},
        {TimeAssumed, "time of call unknown"},
    };
    std::string out;
    for (const auto &[flag, name] : kNames) {
        if ((flags & flag) == 0)
            continue;
        out += out.empty() ? "" : ", ";
        out += name;
    }
    return out;
}

bool plausibleReportedCost(PicoUsd reported, const Cost &computed, std::int64_t tokens)
{
    constexpr __int128 kPicoPerToken = kMaxRate / kAttoPerPico;
    constexpr PicoUsd kWithoutTokens = 1000 * kPicoPerUsd; // no count to compare with: one call below 1,000 USD
    if (reported < 0)
        return false;
    if (tokens < 0)
        return reported <= kWithoutTokens;
    if (tokens == 0)
        return reported <= kPicoPerUsd; // only fees can be left
    const bool knownFree = computed.priced && computed.total == 0;
    if (reported == 0)
        return knownFree;
    if (static_cast<__int128>(reported) > kPicoPerToken * tokens + computed.fees)
        return false;
    if (!computed.priced || computed.total == 0)
        return true;
    return static_cast<__int128>(reported) <= static_cast<__int128>(computed.total) * 20
           && static_cast<__int128>(reported) * 100 >= computed.total;
}

} // namespace flyball
