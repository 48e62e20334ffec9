// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/factstore.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

namespace flyball {

namespace {

constexpr std::uint32_t kSpanFailed = 1U << 8; // in SpanNames::traits, above the role
constexpr std::uint32_t kSpanCapped = 1U << 9;

constexpr std::uint64_t mix(std::uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33;
    return x;
}
std::uint64_t memberHash(std::uint32_t group, std::uint64_t sub) { return mix(sub + group * 0x9e3779b97f4a7c15ULL); }
std::uint64_t groupHash(const Key128 &key) { return std::hash<Key128>{}(key); }
std::uint64_t spanHash(const SpanFact &span) { return mix(span.span ^ mix(span.trace.lo ^ span.trace.hi)); }

} // namespace

std::uint32_t FactStore::findGroup(const Key128 &key) const
{
    return m_groupIndex.find(groupHash(key), [&](std::uint32_t i) { return m_groups[i].key == key; });
}

std::uint32_t FactStore::groupFor(const Key128 &key)
{
    const std::uint32_t found = findGroup(key);
    if (found != kNone)
        return found;
    const auto index = static_cast<std::uint32_t>(m_groups.size());
    m_groups.push_back({key, kNone, kNone, kNone, nullptr});
    m_groupIndex.insert(groupHash(key), index);
    return index;
}

void FactStore::prefetchGroup(const Key128 &key) const { m_groupIndex.prefetch(groupHash(key)); }
void FactStore::prefetchCall(std::uint32_t group, std::uint64_t sub) const
{
    m_callIndex.prefetch(memberHash(group, sub));
}
void FactStore::prefetchSpan(const SpanFact &span) const { m_spanIndex.prefetch(spanHash(span)); }

const Format *FactStore::formatFor(Symbol kind)
{
    if (kind != m_lastKind || !m_lastFormat) {
        m_lastKind = kind;
        m_lastFormat = formatOfFacts(m_symbols.text(kind));
    }
    return m_lastFormat;
}

const Format *FactStore::formatOf(std::uint32_t group) const { return m_groups[group].format; }

template <typename Set>
std::uint32_t FactStore::NameTable<Set>::numberOf(const Set &set)
{
    static_assert(std::has_unique_object_representations_v<Set> && sizeof(Set) % 16 == 0);
    const auto same = [&](std::uint32_t i) { return std::memcmp(&sets[i], &set, sizeof set) == 0; };
    if (last != kNone && same(last))
        return last;
    std::array<std::uint64_t, sizeof(Set) / 8> words;
    std::memcpy(words.data(), &set, sizeof set);
    std::uint64_t even = 0; // two sums, so that one multiplication need not wait for the other
    std::uint64_t odd = 0;
    for (std::size_t i = 0; i < words.size(); i += 2) {
        even = (even ^ words[i]) * 0x9e3779b97f4a7c15ULL;
        odd = (odd ^ words[i + 1]) * 0xd6e8feb86659fd93ULL;
    }
    const std::uint64_t hash = mix(even ^ (odd >> 32) ^ (odd << 32));
    last = index.find(hash, same);
    if (last == kNone) {
        last = static_cast<std::uint32_t>(sets.size());
        sets.push_back(set);
        index.insert(hash, last);
    }
    return last;
}

std::uint32_t FactStore::namesFor(const CallFact &f)
{
    NameSet set{f.ownerPath,      f.format,      f.source,      f.producer,   f.project,         f.provider,
                f.modelRequested, f.modelServed, f.serviceTier, f.geo,        f.errorType,       f.finishReason,
                f.origin.path,    f.names,       f.outputLimit, f.ownerStart, f.origin.fileStart};
    set.names.session = 0;
    return m_names.numberOf(set);
}

void FactStore::pack(const CallFact &fact, PackedCall &out)
{
    out.sub = fact.sub;
    out.time = fact.time;
    out.latencyNs = fact.latencyNs;
    out.parentSpan = fact.parentSpan;
    out.offset = fact.origin.offset;
    bool rare = fact.firstTokenNs >= 0 || fact.reportedPico >= 0 || fact.raw.webSearches != 0 || out.rare != kNone;
    for (std::size_t i = 0; i < kTokenClasses; ++i) {
        out.tokens[i] = static_cast<std::uint32_t>(fact.raw.tokens[i]);
        rare = rare || fact.raw.tokens[i] > UINT32_MAX;
    }
    if (rare) {
        if (out.rare == kNone) {
            out.rare = static_cast<std::uint32_t>(m_rare.size());
            m_rare.emplace_back();
        }
        Rare &extra = m_rare[out.rare];
        extra.firstTokenNs = fact.firstTokenNs;
        extra.reportedPico = fact.reportedPico;
        extra.webSearches = fact.raw.webSearches;
        for (std::size_t i = 0; i < kTokenClasses; ++i)
            extra.high[i] = fact.raw.tokens[i] >> 32;
    }
    out.names = namesFor(fact);
    out.session = fact.names.session;
    out.flags = fact.flags;
    out.request = fact.request;
    out.requestKey = fact.requestKey;
    out.prompt = fact.prompt;
    out.attempt = fact.attempt;
    out.quality = fact.raw.quality;
    out.convention = fact.convention;
    out.responseCache = fact.responseCache;
}

void FactStore::unpack(const PackedCall &packed, CallFact &out) const
{
    const NameSet &names = m_names.sets[packed.names];
    out.group = m_groups[packed.group].key;
    out.sub = packed.sub;
    out.time = packed.time;
    out.latencyNs = packed.latencyNs;
    out.parentSpan = packed.parentSpan;
    out.origin = {names.fileStart, packed.offset, names.originPath};
    out.ownerStart = names.ownerStart;
    out.ownerPath = names.ownerPath;
    out.format = names.format;
    out.source = names.source;
    out.producer = names.producer;
    out.request = packed.request;
    out.requestKey = packed.requestKey;
    out.prompt = packed.prompt;
    out.project = names.project;
    out.provider = names.provider;
    out.modelRequested = names.modelRequested;
    out.modelServed = names.modelServed;
    out.serviceTier = names.serviceTier;
    out.geo = names.geo;
    out.errorType = names.errorType;
    out.finishReason = names.finishReason;
    out.outputLimit = names.outputLimit;
    out.names = names.names;
    out.names.session = packed.session;
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        out.raw.tokens[i] = packed.tokens[i];
    out.firstTokenNs = -1;
    out.reportedPico = -1;
    out.raw.webSearches = 0;
    if (packed.rare != kNone) {
        const Rare &extra = m_rare[packed.rare];
        out.firstTokenNs = extra.firstTokenNs;
        out.reportedPico = extra.reportedPico;
        out.raw.webSearches = extra.webSearches;
        for (std::size_t i = 0; i < kTokenClasses; ++i)
            out.raw.tokens[i] += extra.high[i] << 32;
    }
    out.raw.quality = packed.quality;
    out.flags = packed.flags;
    out.attempt = packed.attempt;
    out.convention = packed.convention;
    out.responseCache = packed.responseCache;
}

void FactStore::pack(const SpanFact &span, PackedSpan &out)
{
    const std::uint32_t traits = static_cast<std::uint32_t>(span.role) | (span.failed ? kSpanFailed : 0U)
                                 | (span.budgetExceeded ? kSpanCapped : 0U);
    SpanNames set{span.name, span.label, span.outcome, span.errorType, span.names, traits, 0};
    set.names.session = 0;
    out.span = span.span;
    out.parent = span.parent;
    out.start = span.start;
    out.end = span.end;
    out.names = m_spanNames.numberOf(set);
    out.session = span.names.session;
}

void FactStore::unpack(const PackedSpan &packed, SpanFact &out) const
{
    const SpanNames &names = m_spanNames.sets[packed.names];
    out.trace = m_groups[packed.group].key;
    out.span = packed.span;
    out.parent = packed.parent;
    out.start = packed.start;
    out.end = packed.end;
    out.name = names.name;
    out.label = names.label;
    out.outcome = names.outcome;
    out.errorType = names.errorType;
    out.names = names.names;
    out.names.session = packed.session;
    out.role = static_cast<SpanRole>(names.traits & 0xFFU);
    out.failed = (names.traits & kSpanFailed) != 0;
    out.budgetExceeded = (names.traits & kSpanCapped) != 0;
}

void FactStore::addCall(std::uint32_t group, const CallFact &fact, bool &duplicate)
{
    duplicate = false;
    const std::uint64_t hash = memberHash(group, fact.sub);
    const std::uint32_t found = m_callIndex.find(
        hash, [&](std::uint32_t i) { return m_calls[i].group == group && m_calls[i].sub == fact.sub; });
    if (found != kNone) {
        CallFact merged;
        unpack(m_calls[found], merged);
        const bool sameFile = fact.origin.path == merged.origin.path || fact.origin.path == merged.ownerPath;
        duplicate = (fact.flags & CallMetered) == 0
                    && !(sameFile && m_groups[group].format && m_groups[group].format->repeatsWithinFile);
        mergeSighting(merged, fact, m_symbols);
        pack(merged, m_calls[found]);
        return;
    }
    const auto index = static_cast<std::uint32_t>(m_calls.size());
    PackedCall &packed = m_calls.grow();
    pack(fact, packed);
    packed.group = group;
    m_nextCall.grow() = m_groups[group].calls;
    m_groups[group].calls = index;
    m_groups[group].format = formatFor(fact.format);
    m_callIndex.insert(hash, index);
}

void FactStore::addSpan(std::uint32_t group, const SpanFact &span)
{
    const std::uint64_t hash = spanHash(span);
    const std::uint32_t found = m_spanIndex.find(
        hash, [&](std::uint32_t i) { return m_spans[i].span == span.span && m_spans[i].group == group; });
    if (found != kNone) {
        SpanFact merged;
        unpack(m_spans[found], merged);
        mergeSpan(merged, span, m_symbols);
        pack(merged, m_spans[found]);
        return;
    }
    const auto index = static_cast<std::uint32_t>(m_spans.size());
    PackedSpan &packed = m_spans.grow();
    pack(span, packed);
    packed.group = group;
    m_nextSpan.grow() = m_groups[group].spans;
    m_groups[group].spans = index;
    m_spanIndex.insert(hash, index);
}

void FactStore::prefetchFacts(std::uint32_t group) const
{
    if (group >= m_groups.size())
        return;
    const GroupSlot &slot = m_groups[group];
    // The facts of a group mostly came one after the other: its newest are behind each other in memory.
    constexpr std::uint32_t kAhead = 4;
    for (std::uint32_t i = 0; i < kAhead; ++i) {
        if (slot.calls != kNone && slot.calls >= i)
            __builtin_prefetch(&m_calls[slot.calls - i]);
        if (slot.spans != kNone && slot.spans >= i)
            __builtin_prefetch(&m_spans[slot.spans - i]);
    }
}

bool FactStore::addSignal(std::uint32_t group, const SignalFact &signal)
{
    for (std::uint32_t i = m_groups[group].signals; i != kNone; i = m_signals[i].next)
        if (m_signals[i].signal.id == signal.id && m_signals[i].signal.span == signal.span)
            return false;
    m_signals.grow() = {signal, m_groups[group].signals};
    m_groups[group].signals = static_cast<std::uint32_t>(m_signals.size() - 1);
    return true;
}

void FactStore::copyGroup(std::uint32_t group, Group &out) const
{
    out.calls.clear();
    out.spans.clear();
    out.signals.clear();
    const GroupSlot &slot = m_groups[group];
    // The order is decided on small pairs: facts are too large to be moved about.
    auto &order = out.order;
    order.clear();
    for (std::uint32_t i = slot.calls; i != kNone; i = m_nextCall[i])
        order.emplace_back(0, i);
    for (auto &[sub, i] : order)
        sub = m_calls[i].sub;
    std::sort(order.begin(), order.end());
    for (const auto &[sub, i] : order)
        unpack(m_calls[i], out.calls.emplace_back());
    order.clear();
    for (std::uint32_t i = slot.spans; i != kNone; i = m_nextSpan[i])
        order.emplace_back(0, i);
    for (auto &[span, i] : order)
        span = m_spans[i].span;
    std::sort(order.begin(), order.end());
    for (const auto &[span, i] : order)
        unpack(m_spans[i], out.spans.emplace_back());
    order.clear();
    for (std::uint32_t i = slot.signals; i != kNone; i = m_signals[i].next)
        order.emplace_back(m_signals[i].signal.id, i);
    std::sort(order.begin(), order.end());
    for (const auto &[id, i] : order)
        out.signals.push_back(m_signals[i].signal);
}

void FactStore::clear()
{
    m_groups.clear();
    m_calls.clear();
    m_spans.clear();
    m_nextCall.clear();
    m_nextSpan.clear();
    m_signals.clear();
    m_names.clear();
    m_spanNames.clear();
    m_rare.clear();
    m_groupIndex.clear();
    m_callIndex.clear();
    m_spanIndex.clear();
}

} // namespace flyball
