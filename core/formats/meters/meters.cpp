// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/meters/meters.h"

namespace flyball {

namespace {

constexpr std::uint64_t kMeterSeed = 0x3E7E4;

void resolveMeters(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out)
{
    for (const CallFact &fact : facts.calls) {
        Call &call = out.calls.emplace_back();
        copyFact(fact, call);
        call.usage = fact.raw;
        // Told call by call elsewhere: shown beside that, never added to it.
        out.counted.push_back((traits.traits(fact.producer) & SourceTold) == 0);
    }
}

} // namespace

const Format &metersFormat()
{
    static const Format format = [] {
        Format made;
        made.kind = kMetersKind;
        made.label = "Meters";
        made.resolve = resolveMeters;
        return made;
    }();
    return format;
}

CallFact meterFact(Symbol source, std::string_view labels, TimeNs time, std::int64_t sequence, SymbolCache &symbols)
{
    const std::int64_t minute = bucketOf(time, kMinute);
    std::string identity(symbols.table().text(source));
    identity += '\x1f';
    identity += labels;
    identity += '\x1f';
    identity += std::to_string(minute);
    CallFact fact;
    fact.group = hashKey(identity, kMeterSeed);
    fact.sub = fact.group.lo | 1;
    fact.time = time;
    fact.origin = {0, sequence, source};
    fact.ownerPath = source;
    fact.format = symbols.intern(kMetersKind);
    fact.source = source;
    fact.producer = source;
    fact.flags = CallMetered;
    fact.convention = InputConvention::Disjoint;
    return fact;
}

} // namespace flyball
