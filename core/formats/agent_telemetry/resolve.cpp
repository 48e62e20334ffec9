// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/agent_telemetry/agenttelemetry.h"

namespace flyball {

void resolveAgentTelemetry(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out)
{
    const SymbolTable &symbols = traits.symbols();
    const auto isMarker = [&](const CallFact &fact) { return symbols.text(fact.producer) == telemetry::kTold; };
    const bool told = std::any_of(facts.calls.begin(), facts.calls.end(), isMarker);
    for (const CallFact &fact : facts.calls) {
        Call &call = out.calls.emplace_back();
        // A request is told where it stands; a session without request ids as a whole.
        const bool elsewhere =
            told || (fact.requestKey == 0 && (traits.traits(fact.names.session) & SessionHasTranscript) != 0);
        out.counted.push_back(!elsewhere);
        if (elsewhere)
            continue;
        copyFact(fact, call);
        call.usage = disjointUsage(fact, false);
        constexpr std::uint64_t kRunSeed = 0x7E1E0003;
        const Symbol identity = fact.prompt != 0 ? fact.prompt : fact.names.session;
        call.run = identity != 0 ? hashKey(symbols.text(identity), kRunSeed) : fact.group;
        out.runs.push_back(runOfCall(fact, call));
    }
}

} // namespace flyball
