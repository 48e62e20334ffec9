// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"
#include "core/base/time.h"
#include "core/domain/usage.h"
#include "core/pricing/book/pricebook.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// Why a call has no cost. Unpriced is a state, never 0.
enum class Unpriced : std::uint8_t {
    No,             ///< it is priced
    NoModel,        ///< the record names no model (or a client-made one such as <synthetic>)
    UnknownModel,   ///< no price list we have names it
    AmbiguousModel, ///< no provider given and the lists that name it disagree
    LocalModel,     ///< own hardware without a price given by the operator
    NoRateForClass, ///< the list has no rate for a class that was used
    NoRateAtTime,   ///< the list has no row for the time of the call
    InvalidUsage,   ///< negative counts
    OutOfRange,     ///< more than 9.2 million USD for one call
};
[[nodiscard]] std::string_view unpricedReason(Unpriced reason);

/// What was assumed or applied on the way; bits of Cost::flags and PriceMatch::flags.
enum PriceFlag : std::uint32_t {
    CacheReadAssumed = 1U << 0,   ///< no cached rate in the list: the input rate
    CacheWriteAssumed = 1U << 1,  ///< untyped write at the 5-minute rate, or no write rate in the list
    ModalityAssumed = 1U << 2,    ///< audio at the text rate
    FallbackProvider = 1U << 3,   ///< priced from the list the provider resells (azure -> openai)
    StrippedName = 1U << 4,       ///< matched after removing decorations of the name
    LongContext = 1U << 5,        ///< a context tier replaced the base rates
    MultiplierApplied = 1U << 6,  ///< batch, flex, priority, fast or region
    ServiceTierAssumed = 1U << 7, ///< tier or speed without a known price: standard was used
    Overridden = 1U << 8,         ///< the operator's own price
    OldPrice = 1U << 9,           ///< the call is over 30 days younger than the book
    ProviderFromName = 1U << 10,  ///< the model's name decided the list, not the producer's provider
    ProviderAssumed = 1U << 11,   ///< provider absent or unknown: the only first-party list with the name
    FeeUnknown = 1U << 12,        ///< web searches were made, their fee is not in the list
    TimeAssumed = 1U << 13,       ///< the call has no time: the newest row
};
/// "cached rate assumed, long context", for tooltips; empty for 0.
[[nodiscard]] std::string describeFlags(std::uint32_t flags);

/// What PriceCatalog::match found. Holds the prices alive; safe to cache per (provider, model) as long
/// as the catalog is not exchanged, and to use from several threads.
struct PriceMatch {
    Unpriced status = Unpriced::NoModel;
    std::uint32_t flags = 0;
    /// Newest list first; the next one serves times the first has no row for.
    std::vector<std::shared_ptr<const ModelPrices>> lists;

    [[nodiscard]] bool found() const { return status == Unpriced::No; }
};

struct PriceQuery {
    TimeNs at = kNoTime;          ///< event time: chooses the dated row
    std::string_view serviceTier; ///< as the producer wrote it, lower case
    bool fast = false;
    std::string_view geo;   ///< region of inference, lower case; empty when not told
    bool manyCalls = false; ///< a sum, of which no call is known to be long: the base rates
};

struct Cost {
    bool priced = false;
    Unpriced reason = Unpriced::NoModel;
    PicoUsd total = 0;                            ///< one half-even rounding of the exact sum (rule 3a.8)
    std::array<PicoUsd, kTokenClasses> byClass{}; ///< for display; byClass and fees add up to total
    PicoUsd fees = 0;                             ///< web searches, per-request fees; never multiplied
    std::uint32_t ruleId = 0;                     ///< see PriceCatalog::describeRule; 0 when unpriced
    std::uint32_t flags = 0;
};

/// cost = factors * SUM(count * rate of the context tier) + fees. Allocates nothing, throws nothing.
/// A call of zero tokens is priced at 0; whether it should be priced at all is the caller's decision.
[[nodiscard]] Cost price(const PriceMatch &match, const Usage &usage, const PriceQuery &query);

/// Whether a producer's own cost can be believed (field.md T12, T13). `tokens` < 0: not known.
/// 0 for used tokens is not; more than 0.01 USD per token is not; with a computed cost it must lie
/// within a factor of 100 below and 20 above it.
[[nodiscard]] bool plausibleReportedCost(PicoUsd reported, const Cost &computed, std::int64_t tokens);

} // namespace flyball
