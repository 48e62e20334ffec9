// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <compare>

#include "core/formats/format.h"

namespace flyball {

namespace {

std::strong_ordering compareText(const SymbolTable &symbols, Symbol a, Symbol b)
{
    if (a == b)
        return std::strong_ordering::equal;
    return symbols.text(a) <=> symbols.text(b);
}

std::strong_ordering compareOrigin(const Origin &a, const Origin &b, const SymbolTable &symbols)
{
    if (const auto c = a.fileStart <=> b.fileStart; c != 0)
        return c;
    if (const auto c = compareText(symbols, a.path, b.path); c != 0)
        return c;
    return a.offset <=> b.offset;
}

/// A sighting with counts beats one without; else the larger sum.
std::strong_ordering compareCompleteness(const CallFact &a, const CallFact &b)
{
    const bool hasA = a.raw.quality != UsageQuality::Missing;
    const bool hasB = b.raw.quality != UsageQuality::Missing;
    if (hasA != hasB)
        return hasA <=> hasB;
    return a.raw.total() <=> b.raw.total();
}

void takeCounts(CallFact &into, const CallFact &from)
{
    into.raw = from.raw;
    into.convention = from.convention;
    into.origin = from.origin;
    into.provider = from.provider;
    into.modelRequested = from.modelRequested;
    into.modelServed = from.modelServed;
    into.serviceTier = from.serviceTier;
    into.geo = from.geo;
    into.errorType = from.errorType;
    into.finishReason = from.finishReason;
    into.reportedPico = std::max(into.reportedPico, from.reportedPico);
    into.flags = from.flags;
    into.producer = from.producer;
    into.attempt = from.attempt;
    into.responseCache = from.responseCache;
}

void takeOwner(CallFact &into, const CallFact &from)
{
    into.ownerStart = from.ownerStart;
    into.ownerPath = from.ownerPath;
    into.time = from.time;
    into.latencyNs = from.latencyNs;
    into.firstTokenNs = from.firstTokenNs;
    into.source = from.source;
    into.prompt = from.prompt;
    into.project = from.project;
    into.parentSpan = from.parentSpan;
    into.names = from.names;
}

/// First difference of two sets of names, by text.
std::strong_ordering compareNames(const Attribution &a, const Attribution &b, const SymbolTable &symbols)
{
    static constexpr Symbol Attribution::*all[] = {
        &Attribution::workflow, &Attribution::agent,         &Attribution::step,    &Attribution::taskType,
        &Attribution::segment,  &Attribution::promptVersion, &Attribution::feature, &Attribution::tier,
        &Attribution::session,  &Attribution::policyRevision};
    for (const auto member : all)
        if (const auto c = compareText(symbols, a.*member, b.*member); c != 0)
            return c;
    return std::strong_ordering::equal;
}

/// Who names a call: the file that starts first, then its path; inside it the earliest line. The rest
/// only keeps two sightings apart that agree so far, so that neither order of arrival wins.
std::strong_ordering compareOwner(const CallFact &a, const CallFact &b, const SymbolTable &symbols)
{
    if (const auto c = a.ownerStart <=> b.ownerStart; c != 0)
        return c;
    if (const auto c = compareText(symbols, a.ownerPath, b.ownerPath); c != 0)
        return c;
    if (const auto c = compareText(symbols, a.source, b.source); c != 0)
        return c;
    if (const auto c = a.time <=> b.time; c != 0)
        return c;
    if (const auto c = a.latencyNs <=> b.latencyNs; c != 0)
        return c;
    if (const auto c = a.parentSpan <=> b.parentSpan; c != 0)
        return c;
    if (const auto c = compareText(symbols, a.prompt, b.prompt); c != 0)
        return c;
    return compareNames(a.names, b.names, symbols);
}

std::strong_ordering compareMetered(const CallFact &a, const CallFact &b, const SymbolTable &symbols)
{
    if (const auto c = a.origin.offset <=> b.origin.offset; c != 0)
        return c;
    if (const auto c = a.raw.total() <=> b.raw.total(); c != 0)
        return c;
    if (const auto c = b.time <=> a.time; c != 0)
        return c;
    return compareOwner(b, a, symbols);
}

} // namespace

void mergeSighting(CallFact &into, const CallFact &sighting, const SymbolTable &symbols)
{
    if ((sighting.flags & CallMetered) != 0) {
        // The growth of a minute so far: read later, it holds what was read before.
        if (compareMetered(sighting, into, symbols) > 0)
            into = sighting;
        return;
    }
    const auto complete = compareCompleteness(sighting, into);
    const std::int64_t reported = std::max(into.reportedPico, sighting.reportedPico);
    const std::uint32_t limit = std::max(into.outputLimit, sighting.outputLimit);
    if (complete > 0 || (complete == 0 && compareOrigin(sighting.origin, into.origin, symbols) < 0))
        takeCounts(into, sighting);
    into.reportedPico = reported;
    into.outputLimit = limit;
    // Joiners may bring different ids, or none: the one with the smallest hash stands for all.
    if (sighting.requestKey != 0 && (into.requestKey == 0 || sighting.requestKey < into.requestKey)) {
        into.requestKey = sighting.requestKey;
        into.request = sighting.request;
    }
    if (compareOwner(sighting, into, symbols) < 0)
        takeOwner(into, sighting);
}

void mergeSpan(SpanFact &into, const SpanFact &sighting, const SymbolTable &symbols)
{
    auto order = sighting.end <=> into.end;
    if (order == 0)
        order = static_cast<int>(sighting.role) <=> static_cast<int>(into.role);
    if (order == 0)
        order = compareText(symbols, sighting.label, into.label);
    if (order == 0)
        order = compareText(symbols, sighting.name, into.name);
    if (order == 0)
        order = compareText(symbols, sighting.outcome, into.outcome);
    if (order == 0)
        order = compareText(symbols, sighting.errorType, into.errorType);
    if (order == 0)
        order = sighting.failed <=> into.failed;
    if (order == 0)
        order = sighting.parent <=> into.parent;
    if (order == 0)
        order = into.start <=> sighting.start;
    if (order == 0)
        order = compareNames(sighting.names, into.names, symbols);
    if (order > 0)
        into = sighting;
}

Usage disjointUsage(const CallFact &fact, bool producerExclusive)
{
    Usage usage = fact.raw;
    if (fact.convention == InputConvention::Disjoint)
        return usage;
    const bool inclusive = fact.convention == InputConvention::Inclusive
                           || (fact.convention == InputConvention::ByProducer && !producerExclusive);
    std::int64_t counted = usage[TokenClass::InAudio]; // audio is input, whatever is said of caches
    if (inclusive)
        counted += usage[TokenClass::CacheRead] + usage[TokenClass::CacheWrite5m] + usage[TokenClass::CacheWrite1h]
                   + usage[TokenClass::CacheWriteUntyped];
    // A table that calls a producer inclusive can be wrong for one odd span; never go negative.
    usage[TokenClass::InFresh] = std::max<std::int64_t>(0, usage[TokenClass::InFresh] - counted);
    return usage;
}

void copyFact(const CallFact &fact, Call &call)
{
    call.group = fact.group;
    call.sub = fact.sub;
    call.time = fact.time;
    call.latencyNs = fact.latencyNs;
    call.firstTokenNs = fact.firstTokenNs;
    call.reportedPico = fact.reportedPico;
    call.format = fact.format;
    call.source = fact.source;
    call.producer = fact.producer;
    call.request = fact.request;
    call.prompt = fact.prompt;
    call.provider = fact.provider;
    call.model = fact.modelServed != 0 ? fact.modelServed : fact.modelRequested;
    call.modelRequested = fact.modelRequested;
    call.serviceTier = fact.serviceTier;
    call.geo = fact.geo;
    call.errorType = fact.errorType;
    call.finishReason = fact.finishReason;
    call.names = fact.names;
    call.flags = fact.flags;
    call.attempt = fact.attempt;
    call.outputLimit = fact.outputLimit;
    call.responseCache = fact.responseCache;
}

RunInfo runOfCall(const CallFact &fact, const Call &call)
{
    RunInfo run;
    run.run = call.run;
    run.format = fact.format;
    run.workflow = call.names.workflow;
    run.session = fact.names.session;
    run.prompt = fact.prompt;
    run.start = fact.latencyNs > 0 ? fact.time - fact.latencyNs : fact.time;
    run.end = fact.time;
    return run;
}

Key128 keyOfPrompt(std::string_view session, std::string_view prompt, std::uint64_t seed)
{
    std::array<char, 256> text; // two ids of 36 characters: nothing to ask the allocator for
    if (session.size() + prompt.size() < text.size()) {
        char *at = std::copy(session.begin(), session.end(), text.data());
        *at++ = '\x1f';
        at = std::copy(prompt.begin(), prompt.end(), at);
        return hashKey({text.data(), static_cast<std::size_t>(at - text.data())}, seed);
    }
    std::string id(session);
    id += '\x1f';
    id += prompt;
    return hashKey(id, seed);
}

} // namespace flyball
