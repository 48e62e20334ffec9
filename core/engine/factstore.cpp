// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/factstore.h"

#include <algorithm>
#include <cstring>

namespace flyball {

namespace {

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
        m_lastFormat = formatOfKind(m_symbols.text(kind));
    }
    return m_lastFormat;
}

const Format *FactStore::formatOf(std::uint32_t group) const { return m_groups[group].format; }

std::uint32_t FactStore::namesFor(const CallFact &f)
{
    NameSet set{f.ownerPath,   f.format,   f.source,         f.producer,
                f.project,     f.provider, f.modelRequested, f.modelServed,
                f.serviceTier, f.geo,      f.errorType,      f.finishReason,
                f.origin.path, f.names,    f.ownerStart,     f.origin.fileStart};
    set.names.session = 0;
    if (m_lastNames != kNone && m_names[m_lastNames] == set)
        return m_lastNames;
    const auto hashOf = [](const NameSet &n) {
        // Every member is a number, and the struct has no padding between its symbols.
        std::uint64_t h = static_cast<std::uint64_t>(n.ownerStart) ^ mix(static_cast<std::uint64_t>(n.fileStart));
        for (const Symbol s : {n.ownerPath,
                               n.format,
                               n.source,
                               n.producer,
                               n.project,
                               n.provider,
                               n.modelRequested,
                               n.modelServed,
                               n.serviceTier,
                               n.geo,
                               n.errorType,
                               n.finishReason,
                               n.originPath,
                               n.names.workflow,
                               n.names.agent,
                               n.names.step,
                               n.names.taskType,
                               n.names.segment,
                               n.names.promptVersion,
                               n.names.feature,
                               n.names.tier,
                               n.names.policyRevision})
            h = (h ^ s) * 0x9e3779b97f4a7c15ULL;
        return mix(h);
    };
    const std::uint64_t hash = hashOf(set);
    std::uint32_t index = m_nameIndex.find(hash, [&](std::uint32_t i) { return m_names[i] == set; });
    if (index == kNone) {
        index = static_cast<std::uint32_t>(m_names.size());
        m_names.push_back(set);
        m_nameIndex.insert(hash, index);
    }
    m_lastNames = index;
    return index;
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
    const NameSet &names = m_names[packed.names];
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
        duplicate = !(sameFile && m_groups[group].format && m_groups[group].format->repeatsWithinFile);
        mergeSighting(merged, fact, m_symbols);
        pack(merged, m_calls[found]);
        return;
    }
    const auto index = static_cast<std::uint32_t>(m_calls.size());
    PackedCall &packed = m_calls.grow();
    pack(fact, packed);
    packed.group = group;
    m_nextCall.push_back(m_groups[group].calls);
    m_groups[group].calls = index;
    m_groups[group].format = formatFor(fact.format);
    m_callIndex.insert(hash, index);
}

void FactStore::addSpan(std::uint32_t group, const SpanFact &span)
{
    const std::uint64_t hash = spanHash(span);
    const std::uint32_t found = m_spanIndex.find(
        hash, [&](std::uint32_t i) { return m_spans[i].span == span.span && m_spans[i].trace == span.trace; });
    if (found != kNone) {
        mergeSpan(m_spans[found], span, m_symbols);
        return;
    }
    const auto index = static_cast<std::uint32_t>(m_spans.size());
    m_spans.grow() = span;
    m_nextSpan.push_back(m_groups[group].spans);
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
        out.spans.push_back(m_spans[i]);
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
    m_rare.clear();
    m_groupIndex.clear();
    m_callIndex.clear();
    m_spanIndex.clear();
    m_nameIndex.clear();
    m_lastNames = kNone;
}

} // namespace flyball
