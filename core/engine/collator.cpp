// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/collator.h"

namespace flyball {

bool Collator::addTrait(const TraitFact &trait)
{
    std::uint32_t &known = m_traits[trait.subject];
    const std::uint32_t merged = known | trait.flags;
    const bool learnt = merged != known;
    known = merged;
    return learnt;
}

void Collator::add(const FactBatch &batch)
{
    for (const TraitFact &trait : batch.traits)
        addTrait(trait);
    for (const CallFact &fact : batch.calls) {
        bool duplicate = false;
        m_store.addCall(m_store.groupFor(fact.group), fact, duplicate);
        m_coverage.duplicates += duplicate ? 1 : 0;
    }
    for (const SpanFact &span : batch.spans)
        m_store.addSpan(m_store.groupFor(span.trace), span);
    for (const SignalFact &signal : batch.signals)
        m_store.addSignal(m_store.groupFor(signal.group), signal);
    for (const RejectFact &reject : batch.rejects) {
        ++m_coverage.rejected;
        ++m_coverage.rejects[std::string(m_symbols.text(reject.reason))];
    }
    m_coverage.lines += batch.lines;
    m_coverage.bytes += batch.bytes;
    m_coverage.ignored += batch.ignored;
}

void Collator::resolve(std::uint32_t group, FactStore::Group &scratch, ResolvedGroup &out)
{
    out.clear();
    m_store.copyGroup(group, scratch);
    const Format *format = m_store.formatOf(group);
    if (!format)
        return; // spans of a trace whose calls are not here (yet)
    format->resolve(scratch.facts(), *this, out);
    for (std::size_t i = 0; i < out.calls.size(); ++i)
        if (out.counted[i])
            m_pricer.get().price(out.calls[i]);
}

void Collator::resolveAll(const std::function<void(const Call &)> &callSink,
                          const std::function<void(const RunInfo &)> &runSink)
{
    FactStore::Group scratch;
    ResolvedGroup resolved;
    for (std::uint32_t group = 0; group < m_store.groupCount(); ++group) {
        resolve(group, scratch, resolved);
        for (std::size_t i = 0; i < resolved.calls.size(); ++i)
            if (resolved.counted[i])
                callSink(resolved.calls[i]);
        for (const RunInfo &run : resolved.runs)
            runSink(run);
    }
}

} // namespace flyball
