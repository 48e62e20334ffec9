// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/partpricer.h"

#include "core/engine/callpricer.h"

namespace flyball {

namespace {

constexpr TokenClass kCached[] = {TokenClass::CacheRead, TokenClass::CacheWrite5m, TokenClass::CacheWrite1h,
                                  TokenClass::CacheWriteUntyped};

PicoUsd partOf(const Cost &cost, TokenClass tokenClass) { return cost.byClass[static_cast<std::size_t>(tokenClass)]; }

} // namespace

PartPricer::PartPricer(std::shared_ptr<const PriceCatalog> catalog, const SymbolTable &symbols)
    : m_catalog(std::move(catalog)), m_symbols(symbols)
{}

CostParts PartPricer::of(const Call &call)
{
    CostParts parts;
    if (call.costOrigin == CostOrigin::NoCharge) {
        parts.known = true;
        return parts;
    }
    if (call.costOrigin != CostOrigin::Computed || !m_catalog)
        return parts;
    const std::uint64_t key = (static_cast<std::uint64_t>(call.provider) << 32) | call.model;
    auto it = m_known.find(key);
    if (it == m_known.end())
        it = m_known.emplace(key, m_catalog->match(m_symbols.text(call.provider), m_symbols.text(call.model))).first;
    const PriceQuery query = priceQueryOf(call, m_symbols);
    const Cost cost = price(it->second, call.usage, query);
    if (!cost.priced || cost.total != call.cost || cost.ruleId != call.priceRule)
        return parts;
    Usage plain = call.usage;
    for (const TokenClass tokenClass : kCached) {
        plain[TokenClass::InFresh] += plain[tokenClass];
        plain[tokenClass] = 0;
    }
    if (!(plain == call.usage)) {
        const Cost uncached = price(it->second, plain, query);
        if (!uncached.priced)
            return parts;
        parts.saved = uncached.total - cost.total;
    }
    parts.output =
        partOf(cost, TokenClass::OutText) + partOf(cost, TokenClass::OutReasoning) + partOf(cost, TokenClass::OutAudio);
    parts.known = true;
    return parts;
}

} // namespace flyball
