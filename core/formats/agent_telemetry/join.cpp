// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/agent_telemetry/agenttelemetry.h"

namespace flyball::telemetry {

namespace {

constexpr std::uint64_t kGroupSeed = 0x7E1E0001;

} // namespace

bool isAgents(const CallFact &fact, const SymbolTable &symbols)
{
    if ((fact.flags & CallTelemetry) == 0)
        return false;
    const std::string_view producer = symbols.text(fact.producer);
    return producer == kSubject || producer == kTold;
}

bool isSighting(const CallFact &event, const SymbolTable &symbols)
{
    if ((event.flags & CallTelemetry) == 0 || symbols.text(event.producer) == kTold)
        return false;
    return event.requestKey == 0 || symbols.text(event.producer) != kSubject;
}

Key128 groupOf(std::uint64_t requestKey) { return {kGroupSeed, requestKey}; }

CallFact companion(const CallFact &event, const CallFact &host)
{
    CallFact fact = event;
    fact.group = host.group;
    fact.sub = (event.requestKey ^ 0x7E1E7E1E7E1E7E1EULL) | 1;
    fact.format = host.format; // the host's format resolves the group
    fact.flags |= CallTelemetry;
    return fact;
}

CallFact toldMarker(const CallFact &event, const CallFact &host, SymbolTable &symbols)
{
    CallFact fact;
    fact.group = event.group;
    fact.sub = event.sub + 1;
    fact.time = event.time;
    fact.origin = event.origin;
    fact.ownerStart = event.ownerStart;
    fact.ownerPath = event.ownerPath;
    fact.format = event.format;
    fact.source = host.source;
    fact.producer = symbols.intern(kTold);
    fact.names.session = event.names.session;
    fact.flags = CallTelemetry;
    return fact;
}

void complete(CallFact &call, const CallFact &event)
{
    Usage &a = call.raw;
    const Usage &b = event.raw;
    const bool none = a.quality == UsageQuality::Missing;
    for (const TokenClass kind : {TokenClass::InFresh, TokenClass::CacheRead})
        a[kind] = std::max(a[kind], b[kind]);
    const std::int64_t split = a[TokenClass::CacheWrite5m] + a[TokenClass::CacheWrite1h];
    a[TokenClass::CacheWriteUntyped] =
        std::max(a[TokenClass::CacheWriteUntyped], b[TokenClass::CacheWriteUntyped] - split);
    const std::int64_t output = a[TokenClass::OutText] + a[TokenClass::OutReasoning];
    a[TokenClass::OutText] += std::max<std::int64_t>(0, b[TokenClass::OutText] - output);
    if (none || a.quality == UsageQuality::Placeholder)
        a.quality = b.quality;
    call.flags |= event.flags & static_cast<std::uint32_t>(CallCacheKnown | CallFast);
    if (event.latencyNs >= 0)
        call.latencyNs = event.latencyNs;
    if (event.firstTokenNs >= 0)
        call.firstTokenNs = event.firstTokenNs;
    if (call.reportedPico < 0)
        call.reportedPico = event.reportedPico;
    call.attempt = std::max(call.attempt, event.attempt);
    if (call.modelServed == 0)
        call.modelServed = event.modelServed;
}

} // namespace flyball::telemetry
