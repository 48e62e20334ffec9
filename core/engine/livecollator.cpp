// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/livecollator.h"

#include <algorithm>

#include "core/formats/agent_telemetry/agenttelemetry.h"

namespace flyball {

namespace {

constexpr std::size_t kWorkingSet = 150'000; ///< groups kept in memory between commits

} // namespace

LiveCollator::LiveCollator(SymbolTable &symbols, CallPricer &pricer, Ledger &ledger, RunTable &runs)
    : m_collator(symbols, pricer),
      m_ledger(ledger),
      m_runs(runs),
      m_telemetry(symbols.intern(telemetry::kSubject)),
      m_gateway(symbols.intern(gateway::kSubject)),
      m_quality(symbols)
{}

Result<> LiveCollator::start()
{
    m_series.clear();
    m_seriesIndex.clear();
    auto series = m_ledger.loadSeries();
    if (!series)
        return series.error();
    for (const auto &[id, key] : *series) {
        if (m_series.size() <= id)
            m_series.resize(id + 1);
        m_series[id] = key;
        m_seriesIndex.emplace(key, id);
    }
    auto traits = m_ledger.loadTraits();
    if (!traits)
        return traits.error();
    m_collator.clearTraits();
    m_told.clear();
    for (const TraitFact &trait : *traits) {
        m_collator.addTrait(trait);
        m_told[{trait.subject, trait.source}] |= trait.flags;
    }
    return {};
}

Result<std::uint32_t> LiveCollator::groupFor(const Key128 &key)
{
    FactStore &store = m_collator.store();
    const std::uint32_t known = store.findGroup(key);
    if (known != FactStore::kNone)
        return known;
    if (!m_ledger.hasGroup(key))
        return store.groupFor(key);
    // Fetched before there is a place for it: one that could not be fetched must not be taken for an empty one later.
    auto stored = m_ledger.loadGroup(key);
    if (!stored)
        return stored.error();
    const std::uint32_t group = store.groupFor(key);
    for (const StoredCall &call : stored->calls) {
        bool duplicate = false;
        store.addCall(group, call.fact, duplicate);
        if (m_hostsKnown && call.fact.requestKey != 0 && (call.fact.flags & CallTelemetry) == 0)
            m_hosts[call.fact.requestKey] = group;
        if (call.counted)
            m_resolved[group].push_back(call.call);
    }
    if (const auto resolved = m_resolved.find(group); resolved != m_resolved.end()) // as copyGroup() has them
        std::sort(resolved->second.begin(), resolved->second.end(),
                  [](const Call &a, const Call &b) { return a.sub < b.sub; });
    for (const SpanFact &span : stored->spans)
        store.addSpan(group, span);
    for (const SignalFact &signal : stored->signals)
        store.addSignal(group, signal);
    return group;
}

Result<> LiveCollator::touch(const Key128 &key)
{
    auto group = groupFor(key);
    if (!group)
        return group.error();
    m_dirty.insert(*group);
    return {};
}

/// Kept by source: what one has told goes when it is removed, what another has told as well stays.
Result<> LiveCollator::learn(const TraitFact &trait)
{
    std::uint32_t &told = m_told[{trait.subject, trait.source}];
    if ((told | trait.flags) == told)
        return {};
    // Known only once it has spread: what failed is done again with the next try.
    if ((m_collator.traits(trait.subject) & trait.flags) != trait.flags)
        if (const Result<> done = spread(trait); !done)
            return done;
    told |= trait.flags;
    m_learnt.push_back(trait);
    m_collator.addTrait(trait);
    return {};
}

std::vector<TraitFact> LiveCollator::traitsOf(Symbol source) const
{
    std::vector<TraitFact> traits;
    for (const auto &[owner, flags] : m_told)
        if (owner.source == source)
            traits.push_back({owner.subject, flags, source});
    return traits;
}

Result<> LiveCollator::forgotten(const std::vector<TraitFact> &traits)
{
    for (const TraitFact &trait : traits)
        if ((m_collator.traits(trait.subject) & trait.flags) != trait.flags)
            if (const Result<> done = spread(trait); !done)
                return done;
    return {};
}

/// A trait that was not known when earlier groups were resolved changes what they amount to.
Result<> LiveCollator::spread(const TraitFact &trait)
{
    if (trait.flags == TelemetrySeen || trait.flags == MetersSeen)
        return {};
    if ((trait.flags & AgentTold) != 0)
        return spreadToMetered();
    const bool session = (trait.flags & (SessionHasStopReasons | SessionHasTranscript | CallsTold)) != 0;
    const bool producer = !session || (trait.flags & CallsTold) != 0;
    if (session)
        if (const Result<> done = touchAll(m_ledger.groupsOfSession(trait.subject)); !done)
            return done;
    return producer ? touchAll(m_ledger.groupsOfProducer(trait.subject)) : Result<>();
}

Result<> LiveCollator::touchAll(const Result<std::vector<Key128>> &groups)
{
    if (!groups)
        return groups.error();
    for (const Key128 &key : *groups)
        if (const Result<> done = touch(key); !done)
            return done;
    return {};
}

/// Of an agent the metrics need not name who it was: all that were counted are asked again.
Result<> LiveCollator::spreadToMetered()
{
    std::unordered_set<Symbol> metered;
    for (const auto &[owner, flags] : m_told)
        if ((flags & MetersSeen) != 0)
            metered.insert(owner.subject);
    for (const Symbol producer : metered)
        if (const Result<> done = touchAll(m_ledger.groupsOfProducer(producer)); !done)
            return done;
    return {};
}

Result<> LiveCollator::add(const FactBatch &batch, Added &done)
{
    for (const TraitFact &trait : batch.traits)
        if (const Result<> learnt = learn(trait); !learnt)
            return learnt;
    if (const Result<> prepared = prepareMeeting(batch); !prepared)
        return prepared;
    for (; done.calls < batch.calls.size(); ++done.calls)
        if (const Result<> added = addCall(batch.calls[done.calls], done); !added)
            return added;
    FactStore &store = m_collator.store();
    for (; done.spans < batch.spans.size(); ++done.spans) {
        const SpanFact &span = batch.spans[done.spans];
        auto group = groupFor(span.trace);
        if (!group)
            return group.error();
        store.addSpan(*group, span);
        m_touchedSpans.insert(callKey(span.trace, span.span));
        m_dirty.insert(*group);
    }
    for (; done.signals < batch.signals.size(); ++done.signals)
        if (const Result<> added = addSignal(batch.signals[done.signals]); !added)
            return added;
    return {};
}

Result<> LiveCollator::addCall(const CallFact &fact, Added &done)
{
    auto group = groupFor(fact.group);
    if (!group)
        return group.error();
    if (done.merged == done.calls) {
        bool duplicate = false;
        m_collator.store().addCall(*group, fact, duplicate);
        ++done.merged;
        m_collator.coverage().duplicates += duplicate ? 1 : 0;
        if (!duplicate && telemetry::isSighting(fact, m_collator.symbols()))
            m_newEvents.insert(callKey(fact.group, fact.sub));
        m_touchedFacts.insert(callKey(fact.group, fact.sub));
        m_dirty.insert(*group);
    }
    if (const Result<> joined = join(fact, *group); !joined)
        return joined;
    return meet(fact, *group);
}

Result<> LiveCollator::addSignal(const SignalFact &signal)
{
    if (signal.address != SignalAddress::Group) {
        if (m_quality.add(signal))
            m_imported.push_back(signal);
        return {};
    }
    auto group = groupFor(signal.group);
    if (!group)
        return group.error();
    if (m_collator.store().addSignal(*group, signal)) {
        m_touchedSignals.insert(callKey(signal.group, signal.id ^ signal.span));
        m_dirty.insert(*group);
    }
    return {};
}

SeriesId LiveCollator::seriesFor(const Call &call, LedgerWrite &write)
{
    const SeriesKey key = SeriesKey::of(call);
    const auto next = static_cast<SeriesId>(m_series.size());
    const auto [at, isNew] = m_seriesIndex.emplace(key, next);
    if (!isNew)
        return at->second;
    const SeriesId id = next;
    m_series.push_back(key);
    write.newSeries.emplace_back(id, key);
    return id;
}

void LiveCollator::changeCells(const Call &call, bool add, LedgerWrite &write)
{
    Cell cell;
    cell.series = seriesFor(call, write);
    if (add)
        cell.totals.add(call);
    else
        cell.totals.subtract(call);
    m_totals += cell.totals;
    cell.bucket = bucketOf(call.time, widthOf(Resolution::Minute));
    write.minuteDeltas.push_back(cell);
    cell.bucket = bucketOf(call.time, widthOf(Resolution::Quarter));
    write.quarterDeltas.push_back(cell);
}

void LiveCollator::collectGroup(std::uint32_t group, LedgerWrite &write)
{
    m_collator.resolve(group, m_scratch, m_out);
    const Key128 key = m_collator.store().groupKey(group);
    std::vector<Call> &old = m_resolved[group];
    std::vector<Call> now;
    for (std::size_t i = 0; i < m_out.calls.size(); ++i) {
        const CallFact &fact = m_scratch.calls[i];
        const auto at = std::lower_bound(old.begin(), old.end(), fact.sub,
                                         [](const Call &call, std::uint64_t sub) { return call.sub < sub; });
        const auto before = at != old.end() && at->sub == fact.sub ? at : old.end();
        const bool counted = m_out.counted[i];
        const bool same = before != old.end() && counted && *before == m_out.calls[i];
        if (before != old.end() && !same) {
            changeCells(*before, false, write);
            m_runs.removeCall(*before);
        }
        if (counted && !same) {
            changeCells(m_out.calls[i], true, write);
            m_runs.addCall(m_out.calls[i]);
            ++(before == old.end() ? m_added : m_updated);
            m_first = m_first == kNoTime ? m_out.calls[i].time : std::min(m_first, m_out.calls[i].time);
            m_newest = std::max(m_newest, m_out.calls[i].time);
        }
        // A fact that does not count and did not before stands as it was written.
        const bool moved = counted ? !same : before != old.end();
        if (moved || m_touchedFacts.contains(callKey(key, fact.sub)))
            write.calls.push_back({fact, m_out.calls[i], counted});
        if (before != old.end() && (!counted || before->run != m_out.calls[i].run))
            m_callsGone.push_back({fact.requestKey, before->run});
        if (!counted) {
            if ((before != old.end() || m_newEvents.contains(callKey(key, fact.sub)))
                && telemetry::isSighting(fact, m_collator.symbols()))
                ++m_collator.coverage().duplicates; // once: when it is found to be told elsewhere
            continue;
        }
        now.push_back(m_out.calls[i]);
        m_callsHere.push_back({fact.requestKey, m_out.calls[i].run});
    }
    for (const Call &call : old)
        if (const RunRow *row = m_quality.empty() ? nullptr : m_runs.find(call.run); row && !row->isRun())
            m_quality.dropRun(call.run);
    if (now.empty())
        m_resolved.erase(group);
    else
        old = std::move(now);
    for (const RunInfo &run : m_out.runs)
        noteRun(run);
    for (const SpanFact &span : m_scratch.spans)
        if (m_touchedSpans.contains(callKey(span.trace, span.span)))
            write.spans.push_back(span);
    for (const SignalFact &signal : m_scratch.signals)
        if (m_touchedSignals.contains(callKey(signal.group, signal.id ^ signal.span)))
            write.signals.push_back(signal);
}

void LiveCollator::collect(LedgerWrite &write)
{
    for (const std::uint32_t group : m_dirty)
        collectGroup(group, write);
    m_qualityChanged = !joinQuality(); // what could not be looked up is looked up again
    for (const Key128 &run : m_quality.takeChanged())
        decideRun(run);
    m_dirty.clear();
    m_touchedFacts.clear();
    m_newEvents.clear();
    m_touchedSpans.clear();
    m_touchedSignals.clear();
    write.minuteDeltas = foldCells(std::move(write.minuteDeltas));
    write.quarterDeltas = foldCells(std::move(write.quarterDeltas));
    write.signals.insert(write.signals.end(), m_imported.begin(), m_imported.end());
    m_imported.clear();
    write.runs = m_runs.takeTouched();
    write.traits = std::move(m_learnt);
    m_learnt.clear();
}

std::int64_t LiveCollator::takeDuplicates()
{
    const std::int64_t fresh = m_collator.coverage().duplicates - m_duplicatesTaken;
    m_duplicatesTaken = m_collator.coverage().duplicates;
    return fresh;
}

void LiveCollator::forgetWorkingSet()
{
    m_collator.store().clear();
    m_hosts.clear();
    m_hostsLoaded.clear();
    m_hostsKnown = false;
    m_meeting.clear();
    m_meets = false;
    m_resolved.clear();
    m_dirty.clear();
}

void LiveCollator::committed()
{
    if (m_collator.store().groupCount() > kWorkingSet)
        forgetWorkingSet();
}

} // namespace flyball
