// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/callpricer.h"

namespace flyball {

CallPricer::CallPricer(std::shared_ptr<const PriceCatalog> catalog, SymbolTable &symbols)
    : m_catalog(std::move(catalog)), m_symbols(symbols)
{}

const CallPricer::Known &CallPricer::lookUp(Symbol provider, Symbol model)
{
    const std::uint64_t key = (static_cast<std::uint64_t>(provider) << 32) | model;
    if (key == m_lastKey && m_last)
        return *m_last;
    auto it = m_known.find(key);
    if (it == m_known.end()) {
        Known known;
        known.match = m_catalog->match(m_symbols.text(provider), m_symbols.text(model));
        const std::string id = m_catalog->providerId(m_symbols.text(provider));
        known.provider = id.empty() ? provider : m_symbols.intern(id);
        if (provider == 0 && known.match.found() && !known.match.lists.empty())
            known.provider = m_symbols.intern(known.match.lists.front()->provider);
        it = m_known.emplace(key, std::move(known)).first;
    }
    m_lastKey = key;
    m_last = &it->second;
    return it->second;
}

void CallPricer::price(Call &call)
{
    if ((call.flags & CallNoModel) != 0 || call.responseCache != ResponseCache::None) {
        priceMatched(call, {}, m_symbols);
        return;
    }
    const Known &known = lookUp(call.provider, call.model);
    call.provider = known.provider;
    priceMatched(call, known.match, m_symbols);
}

PriceQuery priceQueryOf(const Call &call, const SymbolTable &symbols)
{
    PriceQuery query;
    query.at = call.time;
    query.serviceTier = (call.flags & CallBatch) != 0 ? std::string_view("batch") : symbols.text(call.serviceTier);
    query.fast = (call.flags & CallFast) != 0;
    query.geo = symbols.text(call.geo);
    query.manyCalls = call.metered();
    return query;
}

void priceMatched(Call &call, const PriceMatch &match, const SymbolTable &symbols)
{
    call.cost = 0;
    call.priceRule = call.priceFlags = 0;
    if ((call.flags & CallNoModel) != 0 || call.responseCache != ResponseCache::None) {
        call.costOrigin = CostOrigin::NoCharge;
        return;
    }
    // A gateway that counts money is asked for its own: it is what the invoice of the gateway will say.
    if (call.metered() && call.reportedPico >= 0) {
        call.costOrigin = CostOrigin::Reported;
        call.cost = call.reportedPico;
        return;
    }
    Cost cost;
    if (call.hasUsage()) {
        cost = flyball::price(match, call.usage, priceQueryOf(call, symbols));
        call.priceFlags = cost.flags;
        if (cost.priced) {
            call.costOrigin = CostOrigin::Computed;
            call.cost = cost.total;
            call.priceRule = cost.ruleId;
            return;
        }
    } else if (call.failed()) {
        call.costOrigin = CostOrigin::NoCharge;
        return;
    }
    if (call.reportedPico >= 0
        && plausibleReportedCost(call.reportedPico, cost, call.hasUsage() ? call.usage.total() : -1)) {
        call.costOrigin = CostOrigin::Reported;
        call.cost = call.reportedPico;
        return;
    }
    call.costOrigin = call.hasUsage() ? CostOrigin::Unpriced : CostOrigin::NoUsage;
}

} // namespace flyball
