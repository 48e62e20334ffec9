// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/reconcile.h"

#include <algorithm>

#include "core/engine/callpricer.h"
#include "core/engine/reconciler.h"
#include "core/formats/format.h"

namespace flyball {

namespace {

/// More joined calls than this are not compared in one go: it would take the memory of all of them.
constexpr std::size_t kMostJoined = 500'000;

} // namespace

void Reconciler::price(Call &call)
{
    const std::uint64_t key = (std::uint64_t{call.provider} << 32U) | call.model;
    auto it = m_matches.find(key);
    if (it == m_matches.end())
        it = m_matches.emplace(key, m_catalog->match(m_symbols.text(call.provider), m_symbols.text(call.model))).first;
    priceMatched(call, it->second, m_symbols);
}

Record Reconciler::recordOf(const StoredCall &stored)
{
    Record record;
    copyFact(stored.fact, record.alone);
    record.requestKey = stored.fact.requestKey;
    record.parentSpan = stored.fact.parentSpan;
    record.counted = stored.counted;
    const auto known = m_traits.find(stored.fact.producer);
    record.alone.usage =
        disjointUsage(stored.fact, known != m_traits.end() && (known->second & ProducerExclusive) != 0);
    price(record.alone);
    return record;
}

Result<> Reconciler::read(Ledger &ledger, TimeNs since, TimeNs until)
{
    auto traits = ledger.loadTraits();
    if (!traits)
        return traits.error();
    for (const TraitFact &trait : *traits) {
        m_traits[trait.subject] |= trait.flags;
        m_gateways = m_gateways || (trait.flags & GatewaySeen) != 0;
    }
    Result<> read = ledger.readRecords(since, until, false, [&](const StoredCall &stored) {
        const std::uint32_t flags = stored.fact.flags;
        if ((flags & (CallJoined | CallTelemetry)) == 0)
            return true;
        if ((flags & CallJoined) == 0 && stored.fact.requestKey == 0)
            m_sessions.insert(stored.fact.names.session);
        else
            m_groups.insert(stored.fact.group);
        m_records.push_back(recordOf(stored));
        return m_records.size() < kMostJoined;
    });
    if (!read || (m_records.empty() && !m_gateways))
        return read;
    read = ledger.readRecords(since, until, true, [&](const StoredCall &stored) {
        takeCounted(stored);
        return m_records.size() < kMostJoined;
    });
    if (read && m_records.size() >= kMostJoined)
        return Error{ErrorCode::OutOfRange, "more calls are told twice than can be compared at once"};
    return read;
}

void Reconciler::takeCounted(const StoredCall &stored)
{
    const Call &call = stored.call;
    const bool priced = call.costOrigin != CostOrigin::Unpriced && call.costOrigin != CostOrigin::NoUsage;
    const UsdSum cost = priced ? UsdSum(call.cost) : UsdSum();
    m_briefs.push_back({callKey(call.group, call.sub), call.time, cost, call.source, call.failed(), priced});
    if (m_groups.contains(call.group) || (call.names.session != 0 && m_sessions.contains(call.names.session))) {
        m_records.push_back(recordOf(stored));
        m_records.back().countedCost = cost;
    }
    MeetingPoint::Guest guest;
    if (m_gateways && MeetingPoint::guestOf(stored.fact, m_symbols, guest))
        (guest.place.row ? m_rows : m_callers).push_back({call.source, guest});
}

/// Only where both sources told something is the silence of one of them worth a word.
void Reconciler::findOnly()
{
    for (const Brief &call : m_briefs)
        for (auto &[key, found] : m_found) {
            const bool second = call.source == key.second;
            if ((!second && call.source != key.first) || call.time < found.from || call.time > found.until
                || found.joined.contains(call.key))
                continue;
            ChannelPair::Only &only = found.pair.only(second);
            ++only.calls;
            only.failed += call.failed ? 1 : 0;
            only.unpriced += call.priced ? 0 : 1;
            only.cost += call.cost;
            if (!only.members)
                only.members = std::make_shared<std::unordered_set<std::uint64_t>>();
            only.members->insert(call.key);
        }
}

void Reconciler::findRefused()
{
    std::unordered_multimap<std::uint64_t, const Met *> rows;
    for (const Met &row : m_rows)
        for (const std::uint64_t key : row.guest.keys)
            if (key != 0)
                rows.emplace(key, &row);
    for (const Met &caller : m_callers)
        for (const std::uint64_t key : caller.guest.keys) {
            const auto [first, last] = rows.equal_range(key);
            for (auto row = first; key != 0 && row != last; ++row) {
                if (gateway::fit(row->second->guest.place.span, caller.guest.place.span))
                    continue;
                ChannelPair &pair = m_found[{caller.source, row->second->source}].pair;
                pair.first = caller.source;
                pair.second = row->second->source;
                ++pair.refused;
            }
        }
}

std::vector<ChannelPair> Reconciler::pairs()
{
    matchGroups();
    matchSessions();
    findOnly();
    findRefused();
    std::vector<ChannelPair> pairs;
    for (auto &[key, found] : m_found)
        pairs.push_back(std::move(found.pair));
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const ChannelPair &a, const ChannelPair &b) { return a.both > b.both; });
    return pairs;
}

Result<std::vector<ChannelPair>> reconcile(Ledger &ledger, const SymbolTable &symbols,
                                           std::shared_ptr<const PriceCatalog> catalog, TimeNs since, TimeNs until)
{
    Reconciler reconciler(symbols, std::move(catalog));
    if (const Result<> read = reconciler.read(ledger, since, until); !read)
        return read.error();
    return reconciler.pairs();
}

} // namespace flyball
