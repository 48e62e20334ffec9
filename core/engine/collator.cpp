// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/collator.h"

#include "core/engine/meetingpoint.h"
#include "core/engine/telemetryjoin.h"
#include "core/formats/agent_telemetry/agenttelemetry.h"

#include <algorithm>
#include <array>

namespace flyball {

bool Collator::addTrait(const TraitFact &trait)
{
    std::uint32_t &known = m_traits[trait.subject];
    const std::uint32_t merged = known | trait.flags;
    const bool learnt = merged != known;
    known = merged;
    return learnt;
}

namespace {

/// How many facts are looked up together: their memory is asked for before the first one needs it.
constexpr std::size_t kTogether = 16;

/// Calls `ask` for every member of a handful, then `take`, handful by handful.
template <typename Fact, typename Ask, typename Group, typename Take>
void inHandfuls(const std::vector<Fact> &facts, Ask &&ask, Group &&group, Take &&take)
{
    std::array<std::uint32_t, kTogether> groups{};
    for (std::size_t first = 0; first < facts.size(); first += kTogether) {
        const std::size_t count = std::min(kTogether, facts.size() - first);
        for (std::size_t i = 0; i < count; ++i)
            ask(facts[first + i]);
        for (std::size_t i = 0; i < count; ++i)
            groups[i] = group(facts[first + i]);
        for (std::size_t i = 0; i < count; ++i)
            take(facts[first + i], groups[i]);
    }
}

} // namespace

void Collator::addFacts(const FactBatch &batch)
{
    inHandfuls(
        batch.calls, [&](const CallFact &fact) { m_store.prefetchGroup(fact.group); },
        [&](const CallFact &fact) {
            const std::uint32_t group = m_store.groupFor(fact.group);
            m_store.prefetchCall(group, fact.sub);
            return group;
        },
        [&](const CallFact &fact, std::uint32_t group) {
            bool duplicate = false;
            m_store.addCall(group, fact, duplicate);
            m_coverage.duplicates += duplicate ? 1 : 0;
        });
    inHandfuls(
        batch.spans,
        [&](const SpanFact &span) {
            m_store.prefetchGroup(span.trace);
            m_store.prefetchSpan(span);
        },
        [&](const SpanFact &span) { return m_store.groupFor(span.trace); },
        [&](const SpanFact &span, std::uint32_t group) { m_store.addSpan(group, span); });
}

void Collator::add(const FactBatch &batch)
{
    for (const TraitFact &trait : batch.traits)
        addTrait(trait);
    addFacts(batch);
    for (const SignalFact &signal : batch.signals)
        if (signal.address == SignalAddress::Group) // what names a run from outside waits for the ledger
            m_store.addSignal(m_store.groupFor(signal.group), signal);
    for (const RejectFact &reject : batch.rejects) {
        ++m_coverage.rejected;
        ++m_coverage.rejects[std::string(m_symbols.text(reject.reason))];
    }
    m_coverage.lines += batch.lines;
    m_coverage.bytes += batch.bytes;
    m_coverage.ignored += batch.ignored;
    m_coverage.metrics += batch.metrics;
}

void Collator::resolve(std::uint32_t group, FactStore::Group &scratch, ResolvedGroup &out)
{
    out.clear();
    m_store.copyGroup(group, scratch);
    const Format *format = m_store.formatOf(group);
    if (!format)
        return; // spans of a trace whose calls are not here (yet)
    const std::size_t own = gateway::setApart(scratch.calls);
    if (own == scratch.calls.size())
        format->resolve(scratch.facts(), *this, out);
    else {
        if (own > 0)
            format->resolve({std::span(scratch.calls).first(own), scratch.spans, scratch.signals}, *this, out);
        gateway::apply(scratch.calls, own, out);
    }
    m_attributor.apply(scratch.calls, out.calls, out.counted, out.runs);
    for (std::size_t i = 0; i < out.calls.size(); ++i)
        if (out.counted[i])
            m_pricer.get().price(out.calls[i]);
    for (RunInfo &run : out.runs) {
        if (run.run == m_store.groupKey(group))
            run.judged = judge(scratch.signals, successRule(run.workflow), m_symbols);
        decideOutcome(run, {});
    }
}

void Collator::setSuccessRules(const std::vector<SuccessRule> &rules)
{
    m_success.clear();
    for (const SuccessRule &rule : rules)
        m_success[m_symbols.intern(rule.workflow)] = rule;
}

void Collator::resolveAll(const std::function<void(const Call &)> &callSink,
                          const std::function<void(const RunInfo &)> &runSink)
{
    if ((traits(m_symbols.intern(telemetry::kSubject)) & TelemetrySeen) != 0)
        m_coverage.duplicates += joinAllTelemetry(m_store, m_symbols);
    if ((traits(m_symbols.intern(gateway::kSubject)) & GatewaySeen) != 0)
        m_coverage.duplicates += joinAllGatewayRows(m_store, m_symbols);
    FactStore::Group scratch;
    ResolvedGroup resolved;
    for (std::uint32_t group = 0; group < m_store.groupCount(); ++group) {
        m_store.prefetchFacts(group + 1);
        resolve(group, scratch, resolved);
        for (std::size_t i = 0; i < resolved.calls.size(); ++i)
            if (resolved.counted[i])
                callSink(resolved.calls[i]);
            else if (telemetry::isSighting(scratch.calls[i], m_symbols))
                ++m_coverage.duplicates;
        for (const RunInfo &run : resolved.runs)
            runSink(run);
    }
}

} // namespace flyball
