// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/livecollator.h"

namespace flyball {

/// A run as its group tells it, with the signals of the group and those from outside.
void LiveCollator::noteRun(const RunInfo &run)
{
    m_runs.setInfo(run, m_scratch.signals.empty() ? -1 : static_cast<std::int32_t>(m_scratch.signals.size()));
    if (!m_scratch.signals.empty())
        m_signalsTold.erase(run.run);
    const RunRow *row = m_runs.find(run.run);
    if (row->totals.calls > 0)
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

/// Signals that came after what they name are found among the runs, or among the requests of all calls.
Result<> LiveCollator::findNamed()
{
    if (m_quality.wantsRuns()) {
        m_runs.forEach([&](const RunRow &row) {
            if (row.totals.calls > 0)
                m_quality.noteRun(row.info);
        });
        m_quality.looked(false);
    }
    if (!m_quality.wantsCalls())
        return {};
    if (!m_requestsKnown && m_scanRequests) {
        const Result<> scanned =
            m_scanRequests([&](std::uint64_t request, const Key128 &run) { m_requestRuns.emplace(request, run); });
        if (!scanned)
            return scanned;
        m_requestsKnown = true;
    }
    for (const auto &[request, run] : m_requestRuns)
        if (const RunRow *row = m_runs.find(run); row && row->totals.calls > 0)
            m_quality.noteCall(request, run);
    m_quality.looked(true);
    return {};
}

Result<> LiveCollator::loadQuality()
{
    m_quality.clear();
    m_signalsTold.clear();
    m_requestRuns.clear();
    m_requestsKnown = m_qualityChanged = false;
    const Result<> read = m_ledger.readSignals([&](const SignalFact &signal) { m_quality.add(signal); });
    if (!read)
        return read;
    if (const Result<> found = findNamed(); !found)
        return found;
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
