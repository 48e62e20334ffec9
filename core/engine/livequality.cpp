// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/engine/livecollator.h"

namespace flyball {

/// A run as its group tells it, with the signals of the group and those from outside.
void LiveCollator::noteRun(const RunInfo &run)
{
    m_runs.setInfo(run, m_scratch.signals.empty() ? -1 : static_cast<std::int32_t>(m_scratch.signals.size()));
    if (!m_scratch.signals.empty())
        m_signalsTold.erase(run.run);
    const RunRow *row = m_runs.find(run.run);
    if (row->isRun())
        m_quality.noteRun(row->info);
    decideRun(run.run);
}

void LiveCollator::decideRun(const Key128 &run)
{
    const RunRow *row = m_runs.find(run);
    if (!row)
        return;
    if (m_quality.empty() && m_signalsTold.empty()) {
        m_runs.decide(run, {});
        return;
    }
    const std::vector<SignalFact> imported = m_quality.signalsOf(run);
    const auto count = static_cast<std::int32_t>(imported.size());
    std::int32_t &told = m_signalsTold[run];
    const Symbol workflow = row->info.workflow; // the row is another one after a change
    m_runs.addSignals(run, count - told);
    told = count;
    m_runs.decide(run, judge(imported, m_collator.successRule(workflow), m_collator.symbols()));
}

/// The requests of all calls, as stored, once a signal names one.
Result<> LiveCollator::scanOnce()
{
    if (m_requestsKnown || !m_quality.wantsCalls())
        return {};
    m_requestRuns.clear();
    if (m_scanRequests)
        if (const Result<> scanned =
                m_scanRequests([&](std::uint64_t request, const Key128 &run) { noteRequest(request, run); });
            !scanned)
            return scanned;
    m_requestsKnown = true;
    return {};
}

void LiveCollator::noteRequest(std::uint64_t request, const Key128 &run)
{
    const auto [first, last] = m_requestRuns.equal_range(request);
    if (request != 0 && std::none_of(first, last, [&](const auto &entry) { return entry.second == run; }))
        m_requestRuns.emplace(request, run);
}

/// After all groups: one record of a call may take the place of another in the same run, whichever is met first.
Result<> LiveCollator::joinQuality()
{
    const Result<> scanned = scanOnce();
    for (const auto &[request, run] : m_callsGone) {
        m_quality.dropCall(request, run);
        const auto [first, last] = m_requestRuns.equal_range(request);
        const auto gone = std::find_if(first, last, [&, run = run](const auto &entry) { return entry.second == run; });
        if (gone != last)
            m_requestRuns.erase(gone);
    }
    for (const auto &[request, run] : m_callsHere) {
        m_quality.noteCall(request, run);
        if (m_requestsKnown)
            noteRequest(request, run);
    }
    m_callsGone.clear();
    m_callsHere.clear();
    findNamed();
    return scanned;
}

/// Signals that came after what they name are found among the runs, or among the requests of all calls.
void LiveCollator::findNamed()
{
    if (m_quality.wantsRuns()) {
        m_runs.forEach([&](const RunRow &row) {
            if (row.isRun())
                m_quality.noteRun(row.info);
        });
        m_quality.looked(false);
    }
    if (!m_quality.wantsCalls() || !m_requestsKnown)
        return;
    for (const auto &[request, run] : m_requestRuns)
        if (const RunRow *row = m_runs.find(run); row && row->isRun())
            m_quality.noteCall(request, run);
    m_quality.looked(true);
}

Result<> LiveCollator::loadQuality()
{
    m_quality.clear();
    m_signalsTold.clear();
    m_requestRuns.clear();
    m_requestsKnown = m_qualityChanged = false;
    m_callsGone.clear();
    m_callsHere.clear();
    const Result<> read = m_ledger.readSignals([&](const SignalFact &signal) { m_quality.add(signal); });
    if (!read)
        return read;
    if (const Result<> scanned = scanOnce(); !scanned)
        return scanned;
    findNamed();
    // The rows were decided, and their signals counted, with these.
    for (const Key128 &run : m_quality.takeChanged())
        m_signalsTold[run] = m_quality.countOf(run);
    return {};
}

void LiveCollator::decideAgain(const std::vector<std::pair<Key128, std::int32_t>> &runs)
{
    for (const auto &[run, told] : runs) {
        m_signalsTold[run] = told;
        decideRun(run);
    }
    m_qualityChanged = m_qualityChanged || !runs.empty();
}

} // namespace flyball
