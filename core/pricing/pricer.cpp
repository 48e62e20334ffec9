// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/pricer.h"

#include "core/pricing/exact_ratio.h"

#include <algorithm>

namespace flyball {

namespace {

struct RowChoice {
    const ModelPrices *list = nullptr;
    const PriceRow *row = nullptr;
};

RowChoice chooseRow(const PriceMatch &match, TimeNs at)
{
    for (const auto &list : match.lists) {
        for (auto row = list->rows.rbegin(); row != list->rows.rend(); ++row) {
            if (at == kNoTime ? row->minuteFrom < 0 && row->weekdays == 0x7f : row->holdsAt(at))
                return {list.get(), &*row};
        }
    }
    return {};
}

constexpr std::uint32_t assumedFlag(TokenClass tokenClass)
{
    switch (tokenClass) {
    case TokenClass::CacheRead:
        return CacheReadAssumed;
    case TokenClass::CacheWrite5m:
    case TokenClass::CacheWrite1h:
    case TokenClass::CacheWriteUntyped:
        return CacheWriteAssumed;
    default:
        return ModalityAssumed;
    }
}

constexpr bool isCacheClass(std::size_t i)
{
    return i >= static_cast<std::size_t>(TokenClass::CacheRead)
           && i <= static_cast<std::size_t>(TokenClass::CacheWriteUntyped);
}

/// Rates and factors that hold for one call.
struct Terms {
    const Rates *rates = nullptr;
    Ratio plain; ///< for classes outside the cache
    Ratio cache;
    bool split = false; ///< the two differ
    std::uint32_t flags = 0;

    void apply(const Factor &factor)
    {
        plain.multiply(factor);
        if (factor.onCache)
            cache.multiply(factor);
        else
            split = true;
        if (factor.numerator != factor.denominator)
            flags |= MultiplierApplied;
    }
};

Terms termsFor(const ModelPrices &list, const RateSet &set, const PriceQuery &query)
{
    Terms terms;
    terms.rates = &set.standard;
    const ServiceTier tier = serviceTierOf(query.serviceTier);
    if (tier == ServiceTier::Unknown) {
        terms.flags |= ServiceTierAssumed;
    } else if (tier != ServiceTier::Standard) {
        const auto own = std::find_if(set.service.begin(), set.service.end(),
                                      [tier](const auto &entry) { return entry.first == tier; });
        const Factor &factor = list.service[static_cast<std::size_t>(tier) - 1];
        if (own != set.service.end()) {
            terms.rates = &own->second;
            terms.flags |= MultiplierApplied;
        } else if (factor.known()) {
            terms.apply(factor);
        } else {
            terms.flags |= ServiceTierAssumed;
        }
    }
    if (query.fast) {
        if (list.fast.known())
            terms.apply(list.fast);
        else
            terms.flags |= ServiceTierAssumed;
    }
    if (!query.geo.empty()) {
        for (const auto &[place, factor] : list.geo) {
            if (place == query.geo)
                terms.apply(factor);
        }
    }
    return terms;
}

/// Makes the displayed parts add up to the rounded total: the largest one takes the rounding residue.
void settleParts(Cost &cost)
{
    PicoUsd rest = cost.total - cost.fees;
    for (const PicoUsd part : cost.byClass)
        rest -= part;
    if (rest != 0)
        *std::max_element(cost.byClass.begin(), cost.byClass.end()) += rest;
}

/// Without factors, which is nearly every call: one division by a constant per class.
bool settlePlain(Cost &cost, const std::array<Wide, kTokenClasses> &atto, Wide feesAtto)
{
    Wide sum = feesAtto;
    for (const Wide amount : atto)
        sum += amount;
    bool fits = roundToPico(sum, cost.total) && roundToPico(feesAtto, cost.fees);
    for (std::size_t i = 0; i < kTokenClasses && fits; ++i)
        fits = atto[i] == 0 || roundToPico(atto[i], cost.byClass[i]);
    return fits;
}

/// The same with factors as exact fractions over one common denominator.
bool settleScaled(Cost &cost, const std::array<Wide, kTokenClasses> &atto, Wide feesAtto, const Terms &terms)
{
    Wide plain = 0, cache = 0;
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        (terms.split && isCacheClass(i) ? cache : plain) += atto[i];
    const Wide other = terms.split ? terms.cache.bottom : 1;
    Wide top = 0, bottom = kAttoPerPico, cachePart = 0, feePart = 0;
    bool bad = terms.plain.overflow || terms.cache.overflow;
    bad |= __builtin_mul_overflow(plain, terms.plain.top, &top);
    bad |= __builtin_mul_overflow(top, other, &top);
    bad |= __builtin_mul_overflow(cache, terms.cache.top, &cachePart);
    bad |= __builtin_mul_overflow(cachePart, terms.plain.bottom, &cachePart);
    bad |= __builtin_mul_overflow(feesAtto, terms.plain.bottom, &feePart);
    bad |= __builtin_mul_overflow(feePart, other, &feePart);
    bad |= __builtin_mul_overflow(bottom, terms.plain.bottom, &bottom);
    bad |= __builtin_mul_overflow(bottom, other, &bottom);
    bad |= __builtin_add_overflow(top, cachePart, &top);
    bad |= __builtin_add_overflow(top, feePart, &top);
    bool fits = !bad && roundTo(top, bottom, cost.total) && roundToPico(feesAtto, cost.fees);
    for (std::size_t i = 0; i < kTokenClasses && fits; ++i) {
        if (atto[i] == 0)
            continue;
        const Ratio &ratio = terms.split && isCacheClass(i) ? terms.cache : terms.plain;
        Wide part = 0;
        fits = !__builtin_mul_overflow(atto[i], ratio.top, &part)
               && roundTo(part, kAttoPerPico * ratio.bottom, cost.byClass[i]);
    }
    return fits;
}

/// Fills total and parts from exact atto amounts per class; false on overflow.
bool settle(Cost &cost, const std::array<Wide, kTokenClasses> &atto, Wide feesAtto, const Terms &terms)
{
    const bool plain = !terms.split && terms.plain.isOne();
    if (!(plain ? settlePlain(cost, atto, feesAtto) : settleScaled(cost, atto, feesAtto, terms)))
        return false;
    settleParts(cost);
    return true;
}

} // namespace

Cost price(const PriceMatch &match, const Usage &usage, const PriceQuery &query)
{
    if (!match.found())
        return unpriced(match.status, match.flags);
    Wide input = 0;
    bool negative = usage.webSearches < 0;
    for (std::size_t i = 0; i < kTokenClasses; ++i) {
        negative |= usage.tokens[i] < 0;
        if (i < static_cast<std::size_t>(TokenClass::OutText))
            input += usage.tokens[i];
    }
    if (negative)
        return unpriced(Unpriced::InvalidUsage, match.flags);
    const auto [list, row] = chooseRow(match, query.at);
    if (row == nullptr)
        return unpriced(Unpriced::NoRateAtTime, match.flags);

    Cost cost;
    cost.ruleId = row->ruleId;
    const RateSet *set = &row->rates;
    for (std::size_t i = query.manyCalls ? 0 : row->tiers.size(); i-- > 0;) {
        const ContextTier &tier = row->tiers[i];
        if (input > tier.above || (tier.inclusive && input == tier.above)) {
            set = &tier.rates;
            cost.flags |= LongContext;
            cost.ruleId += static_cast<std::uint32_t>(i) + 1;
            break;
        }
    }
    const Terms terms = termsFor(*list, *set, query);
    cost.flags |= match.flags | terms.flags | (list->isOverride ? Overridden : 0U);
    if (query.at == kNoTime)
        cost.flags |= TimeAssumed;
    else if (list->bookDate != kNoTime && query.at - list->bookDate > 30 * kDay)
        cost.flags |= OldPrice;

    std::array<Wide, kTokenClasses> atto{};
    for (std::size_t i = 0; i < kTokenClasses; ++i) {
        if (usage.tokens[i] == 0)
            continue;
        const auto tokenClass = static_cast<TokenClass>(i);
        const EffectiveRate rate = effectiveRate(*terms.rates, tokenClass);
        if (rate.atto < 0)
            return unpriced(Unpriced::NoRateForClass, cost.flags);
        atto[i] = static_cast<Wide>(usage.tokens[i]) * rate.atto;
        if (rate.assumed)
            cost.flags |= assumedFlag(tokenClass);
    }
    // A call that used nothing failed before it was billed.
    Wide fees = usage.total() > 0 ? row->requestFee : 0;
    if (usage.webSearches > 0) {
        if (row->webSearchFee >= 0)
            fees += static_cast<Wide>(usage.webSearches) * row->webSearchFee;
        else
            cost.flags |= FeeUnknown;
    }
    if (!settle(cost, atto, fees, terms))
        return unpriced(Unpriced::OutOfRange, cost.flags);
    cost.priced = true;
    cost.reason = Unpriced::No;
    return cost;
}

} // namespace flyball
