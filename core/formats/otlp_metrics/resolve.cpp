// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <utility>

#include "core/formats/otlp_metrics/growth.h"
#include "core/formats/otlp_metrics/otlpmetrics.h"

namespace flyball {

namespace {

using namespace otlp;

/// Whether what a fact counts is told call by call, too, or better by another metric of its producer.
bool toldElsewhere(const CallFact &fact, const TraitLookup &traits)
{
    const Meter meter = kindOf(fact).meter;
    const std::uint32_t producer = traits.traits(fact.producer);
    if ((producer & CallsTold) != 0 || (meter == Meter::GenAi && (producer & AgentMeters) != 0))
        return true;
    constexpr std::uint32_t kTold = CallsTold | SessionHasTranscript | SessionHasStopReasons;
    if (fact.names.session != 0)
        return (traits.traits(fact.names.session) & kTold) != 0;
    const std::string_view agent = agentOf(meter);
    return !agent.empty() && (traits.traits(traits.symbols().intern(agentSubject(agent))) & AgentTold) != 0;
}

/// What all facts of a group say together of how they are counted.
struct Manner {
    Meter meter = Meter::GenAi;
    bool money = false; ///< it is told what these tokens cost; who counts 0 knows no price
    bool cache = false; ///< it is told how many of them a cache had
    std::array<std::uint8_t, kMeterColumns> best{};
};

Manner mannerOf(std::span<const CallFact> facts, const TraitLookup &traits)
{
    Manner manner;
    manner.meter = kindOf(facts.front()).meter;
    manner.best.fill(255);
    for (const CallFact &fact : facts) {
        const PointKind kind = kindOf(fact);
        manner.money = manner.money || (kind.column == MeterColumn::Money && valueOf(fact) > 0);
        manner.cache =
            manner.cache || (kind.column >= MeterColumn::CacheRead && kind.column <= MeterColumn::CacheWrite1h);
        std::uint8_t &best = manner.best[static_cast<std::size_t>(kind.column)];
        best = std::min(best, kind.rank);
    }
    manner.money = manner.money || (traits.traits(facts.front().producer) & MoneyApart) != 0;
    return manner;
}

struct Minute {
    MeterSums sums{};
    std::uint32_t host = 0; ///< the fact whose call it is
};

/// No real minute comes near these; sums that are made up must not run over. Neither is negative.
void addTo(MeterSums &sums, MeterColumn column, std::int64_t amount)
{
    constexpr std::int64_t kMostTokens = 1'000'000'000'000'000'000;
    const std::int64_t most = column == MeterColumn::Money ? std::numeric_limits<std::int64_t>::max() : kMostTokens;
    std::int64_t &sum = sumOf(sums, column);
    sum = amount > most - sum ? most : sum + amount;
}

void emit(const Minute &minute, const Usage &usage, const Manner &manner, const CallFact &fact, ResolvedGroup &out)
{
    Call &call = out.calls[minute.host];
    copyFact(fact, call);
    call.run = fact.group; // as the ledger gives it back
    call.latencyNs = -1;
    call.attempt = 0;
    call.usage = usage;
    call.reportedPico = manner.money ? minute.sums[static_cast<std::size_t>(MeterColumn::Money)] : -1;
    if (manner.cache)
        call.flags |= CallCacheKnown;
    out.counted[minute.host] = true;
}

void resolveOtlpMeters(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out)
{
    out.calls.resize(facts.calls.size());
    out.counted.resize(facts.calls.size(), false);
    if (facts.calls.empty() || toldElsewhere(facts.calls.front(), traits))
        return;
    const Manner manner = mannerOf(facts.calls, traits);
    std::map<std::int64_t, Minute> minutes;
    Symbol source = 0;
    bool told = false;
    for (const Growth &growth : growthOf(facts.calls)) {
        const CallFact &fact = facts.calls[growth.fact];
        const PointKind kind = kindOf(fact);
        if (std::exchange(source, fact.source) != fact.source)
            told = (traits.traits(source) & SourceTold) != 0; // the operator says so
        if (told || kind.rank != manner.best[static_cast<std::size_t>(kind.column)])
            continue;
        const auto [at, isNew] = minutes.try_emplace(bucketOf(fact.time, kMinute));
        Minute &minute = at->second;
        addTo(minute.sums, kind.column, growth.amount);
        const TimeNs before = isNew ? 0 : facts.calls[minute.host].time;
        if (isNew || fact.time < before || (fact.time == before && growth.fact < minute.host))
            minute.host = growth.fact;
    }
    MeterSums left{};
    for (auto &[at, minute] : minutes) {
        for (std::size_t i = 0; i < kMeterColumns; ++i)
            minute.sums[i] += left[i];
        const Usage usage = usageOf(manner.meter, minute.sums);
        left = leftOver(manner.meter, minute.sums);
        if (usage.total() > 0 || sumOf(minute.sums, MeterColumn::Money) > 0)
            emit(minute, usage, manner, facts.calls[minute.host], out);
    }
}

} // namespace

const Format &otlpMetersFormat()
{
    static const Format format = [] {
        Format made;
        made.kind = kOtlpMetersKind;
        made.label = "OTLP metrics";
        made.resolve = resolveOtlpMeters;
        return made;
    }();
    return format;
}

} // namespace flyball
