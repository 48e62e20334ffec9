// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/aggregate/measures/measuresum.h"
#include "core/aggregate/measures/partsums.h"
#include "core/aggregate/snapshot.h"
#include "core/engine/partpricer.h"
#include "core/ledger/ledger.h"

namespace flyball {

struct MeasureQuestion {
    MeasureScope scope;
    Window window;
    friend bool operator==(const MeasureQuestion &, const MeasureQuestion &) = default;
};

/// Immutable once made; shared between threads.
struct ScopeNumbers {
    MeasureQuestion question;
    std::vector<Measure> measures; ///< all of MeasureId, in its order
    std::vector<std::pair<Symbol, std::int64_t>> cappedCauses;
    Totals totals; ///< of the scope's calls in the window
    /// Of the whole workflow, whatever the scope, dearest first. A value of 0: not recorded.
    std::vector<PartNumbers> segments, promptVersions, taskTypes;
    std::vector<AgentNumbers> agents;
    std::int64_t callsRead = 0;
    bool callsForgotten = false; ///< retention has let go of calls of this window: shares of calls are of the rest
    std::string error;           ///< not empty: the ledger could not be read, nothing is known
};

/// Reads the calls of a workflow in slices and sums them up, so that other questions to the query thread get their
/// turn. Runs that began before the window are followed from their first call. One thread at a time.
class MeasureReading {
public:
    static constexpr std::int64_t kCallsPerStep = 20'000;
    static constexpr std::size_t kRunsPerStep = 200;

    MeasureReading(std::shared_ptr<const Snapshot> snapshot, MeasureQuestion question,
                   std::shared_ptr<const PriceCatalog> prices);

    /// Reads a slice; false when all is there, or the ledger could not be read.
    [[nodiscard]] bool step(Ledger &ledger);
    /// After step() has said false.
    [[nodiscard]] std::shared_ptr<const ScopeNumbers> result();

private:
    void take(const Call &call, bool inWindow);
    bool readEarlier(Ledger &ledger);
    bool readWindow(Ledger &ledger);
    bool readSignals(Ledger &ledger);
    [[nodiscard]] Result<> readSignalsOf(Ledger &ledger, const RunRow &row, std::vector<SignalFact> &out) const;
    bool failed(const Error &error);

    std::shared_ptr<const Snapshot> m_snapshot;
    std::shared_ptr<ScopeNumbers> m_out;
    EndedRuns m_ended;
    std::vector<Key128> m_earlier, m_judged; ///< runs begun before the window; runs with signals
    std::size_t m_earlierAt = 0, m_judgedAt = 0;
    TimeNs m_from = 0; ///< of the next slice
    bool m_windowDone = false;
    RunTracker m_tracker;
    PartPricer m_parts;
    MeasureSum m_sum;
    PartSums m_segments, m_versions, m_tasks;
    AgentSums m_agents;
};

} // namespace flyball
