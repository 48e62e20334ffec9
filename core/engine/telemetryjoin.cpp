// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/telemetryjoin.h"

#include <algorithm>

#include "core/formats/agent_telemetry/agenttelemetry.h"

namespace flyball {

bool joinTelemetry(FactStore &store, SymbolTable &symbols, std::uint32_t host, std::uint32_t event,
                   std::uint64_t requestKey, const std::function<void(std::uint32_t, const CallFact &)> &added)
{
    const auto find = [&](std::uint32_t group, bool telemetry) -> std::optional<CallFact> {
        FactStore::Group facts;
        store.copyGroup(group, facts);
        const auto found = std::find_if(facts.calls.begin(), facts.calls.end(), [&](const CallFact &fact) {
            return fact.requestKey == requestKey && ((fact.flags & CallTelemetry) != 0) == telemetry;
        });
        return found == facts.calls.end() ? std::nullopt : std::optional(*found);
    };
    std::optional<CallFact> told = find(event, true);
    std::optional<CallFact> call = find(host, false);
    if (!told || !call)
        return false;
    told->group = store.groupKey(event);
    call->group = store.groupKey(host);
    const CallFact copy = telemetry::companion(*told, *call);
    const CallFact marker = telemetry::toldMarker(*told, *call, symbols);
    bool duplicate = false;
    store.addCall(host, copy, duplicate);
    store.addCall(event, marker, duplicate);
    added(host, copy);
    added(event, marker);
    return true;
}

std::int64_t joinAllTelemetry(FactStore &store, SymbolTable &symbols)
{
    struct Pair {
        std::uint32_t host = 0, event = 0;
        std::uint64_t requestKey = 0;
    };
    std::vector<Pair> pairs;
    store.forEachRequest([&](std::uint32_t group, std::uint64_t requestKey, std::uint32_t flags) {
        if ((flags & CallTelemetry) != 0)
            return;
        const std::uint32_t event = store.findGroup(telemetry::groupOf(requestKey));
        if (event != FactStore::kNone)
            pairs.push_back({group, event, requestKey});
    });
    std::int64_t joined = 0;
    for (const Pair &pair : pairs)
        joined += joinTelemetry(store, symbols, pair.host, pair.event, pair.requestKey,
                                [](std::uint32_t, const CallFact &) {})
                      ? 1
                      : 0;
    return joined;
}

} // namespace flyball
