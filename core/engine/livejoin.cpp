// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/livecollator.h"
#include "core/engine/telemetryjoin.h"
#include "core/formats/agent_telemetry/agenttelemetry.h"

namespace flyball {

/// An event and the call it tells of may come in any order, and either may be stored already.
Result<> LiveCollator::join(const CallFact &fact, std::uint32_t group)
{
    if (fact.requestKey == 0 || (m_collator.traits(m_telemetry) & TelemetrySeen) == 0)
        return {};
    FactStore &store = m_collator.store();
    if (!m_hostsKnown) {
        m_hostsKnown = true;
        store.forEachRequest([&](std::uint32_t host, std::uint64_t key, std::uint32_t flags) {
            if ((flags & CallTelemetry) == 0)
                m_hosts[key] = host;
        });
    }
    if ((fact.flags & CallTelemetry) != 0) {
        if (const Result<> loaded = loadHostsOf(fact.names.session); !loaded)
            return loaded;
        if (const auto host = m_hosts.find(fact.requestKey); host != m_hosts.end())
            joinPair(host->second, group, fact.requestKey);
        return {};
    }
    m_hosts[fact.requestKey] = group;
    const Key128 key = telemetry::groupOf(fact.requestKey);
    if (store.findGroup(key) == FactStore::kNone && !m_ledger.hasGroup(key))
        return {};
    const Result<std::uint32_t> event = groupFor(key);
    if (!event)
        return event.error();
    joinPair(group, *event, fact.requestKey);
    return {};
}

/// A request is not indexed, its session is.
Result<> LiveCollator::loadHostsOf(Symbol session)
{
    if (session == 0 || m_hostsLoaded.contains(session))
        return {};
    const auto groups = m_ledger.groupsOfSession(session);
    if (!groups)
        return groups.error();
    for (const Key128 &key : *groups)
        if (const auto group = groupFor(key); !group)
            return group.error();
    m_hostsLoaded.insert(session);
    return {};
}

void LiveCollator::joinPair(std::uint32_t host, std::uint32_t event, std::uint64_t requestKey)
{
    const bool joined = joinTelemetry(m_collator.store(), m_collator.symbols(), host, event, requestKey,
                                      [&](std::uint32_t group, const CallFact &fact) {
                                          m_touchedFacts.insert(callKey(fact.group, fact.sub));
                                          m_dirty.insert(group);
                                      });
    m_collator.coverage().duplicates += joined ? 1 : 0;
}

} // namespace flyball
