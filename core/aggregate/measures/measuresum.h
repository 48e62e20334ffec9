// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "core/aggregate/measures/cacheminimum.h"
#include "core/aggregate/measures/costparts.h"
#include "core/aggregate/measures/measure.h"
#include "core/aggregate/measures/partsums.h"
#include "core/aggregate/series.h"
#include "core/aggregate/views/runtracker.h"

namespace flyball {

/// Whose numbers: everything that is set must be equal.
struct MeasureScope {
    std::optional<Symbol> workflow, agent, step, model, tier, segment, promptVersion, taskType;

    [[nodiscard]] bool matches(const Call &call) const;
    /// No narrower than a workflow: its runs are then known as wholes, whether their calls are kept or not.
    [[nodiscard]] bool wholeRuns() const
    {
        return !agent && !step && !model && !tier && !segment && !promptVersion && !taskType;
    }
    friend bool operator==(const MeasureScope &, const MeasureScope &) = default;
};

/// One call as it is added: what it is in its run, and what its cost is made of.
struct MeasuredCall {
    const Call &call;
    PlaceInRun place;
    CostParts parts;
    bool inWindow = true; ///< false: only for a run that ended in the window and began before it
};

/// Identity of a call among those of a ledger.
[[nodiscard]] Key128 callKey(const Call &call);
/// Stopped at the length limit ("length", "max_tokens", "MAX_TOKENS" ...).
[[nodiscard]] bool isTruncation(std::string_view finishReason);
/// Names of evaluations that check the form of an output: schema, JSON, structured output, validation.
[[nodiscard]] bool isValidation(std::string_view signalName);

/// Output within 5 % of the limit the call states, or above it.
[[nodiscard]] bool isNearLimit(const Call &call);
/// Whether a call of the scope is one that a measure counts above the line, or is otherwise about.
[[nodiscard]] bool isBehind(MeasureId id, const MeasureCalls &from, const Call &call, const SymbolTable &symbols);

/// Streaming sums of one scope. add() in order of time within each run; finish() gives every measure. The rows of
/// the runs and the symbols must outlive it. One thread; memory grows with runs, steps and places, not with calls
/// (but for retries, and for costs by step, 8 bytes a call).
class MeasureSum {
public:
    /// `ended`: runs of the workflow that ended in the window, by id.
    MeasureSum(MeasureScope scope, const EndedRuns &ended, const SymbolTable &symbols);

    /// Calls outside the scope are passed over.
    void add(const MeasuredCall &measured);
    /// Signals of one run that ended; after its calls.
    void addSignals(const Key128 &run, const std::vector<SignalFact> &facts);
    [[nodiscard]] std::vector<Measure> finish() const;

    [[nodiscard]] const Totals &totals() const { return m_totals; } ///< of the calls in the window
    /// Why capped runs ended: the error of their last failed call, 0 where there is none; most first.
    [[nodiscard]] std::vector<std::pair<Symbol, std::int64_t>> cappedCauses() const;

private:
    struct RunPart {
        Totals totals;
        std::int64_t firstCall = -1; ///< tokens of its first call with counts
        Symbol lastError = 0;
        std::vector<std::uint64_t> spans; ///< of runs with signals
    };
    struct Item {
        UsdSum cost;
        std::int64_t tokens = 0;
    };
    struct TaskCalls {
        std::int64_t hits = 0, calls = 0;
    };
    struct StepCosts {
        std::int64_t hits = 0;
        std::vector<UsdSum> costs;
    };
    struct RunsSum;

    void addToRun(const MeasuredCall &measured);
    void addCache(const MeasuredCall &measured);
    void addParts(const MeasuredCall &measured);
    void addRetry(const MeasuredCall &measured);
    void addOutput(const Call &call);
    std::optional<std::int64_t> minimumOf(const Call &call);

    [[nodiscard]] RunsSum sumRuns() const;
    void putRunCosts(std::vector<Measure> &out, const RunsSum &runs) const;
    void putRunTokens(std::vector<Measure> &out, const RunsSum &runs) const;
    void putPercentiles(std::vector<Measure> &out, const RunsSum &runs, bool money) const;
    void putRates(std::vector<Measure> &out, const RunsSum &runs) const;
    void putCache(std::vector<Measure> &out) const;
    void putResponseCache(std::vector<Measure> &out) const;
    void putOutput(std::vector<Measure> &out) const;
    void putTops(std::vector<Measure> &out) const;
    void putRetries(std::vector<Measure> &out) const;
    void putPrices(std::vector<Measure> &out) const;

    MeasureScope m_scope;
    const EndedRuns &m_ended;
    const SymbolTable &m_symbols;
    Totals m_totals;
    std::unordered_map<Key128, RunPart> m_runs;
    std::int64_t m_usedCalls = 0, m_usedInput = 0, m_resent = 0;    // calls with counts
    std::int64_t m_cacheRead = 0, m_cacheWritten = 0, m_missed = 0; // of producers that tell
    std::int64_t m_cacheCalls = 0, m_hitCalls = 0, m_longCalls = 0;
    std::int64_t m_partCalls = 0, m_partsMissing = 0;
    UsdSum m_saved, m_outputCost, m_partCost;
    std::int64_t m_stopTold = 0, m_truncated = 0, m_limitTold = 0, m_nearLimit = 0;
    std::unordered_set<Key128> m_retries;
    Totals m_retryTotals;
    std::int64_t m_firstTries = 0, m_firstFailed = 0;
    std::int64_t m_driftCalls = 0;
    UsdSum m_driftReported, m_driftComputed;
    std::int64_t m_validated = 0, m_invalid = 0;
    std::unordered_map<Symbol, Item> m_steps;
    std::vector<Item> m_places;
    std::map<std::pair<Symbol, Symbol>, TaskCalls> m_tasks;                    // workflow, task type
    std::map<std::pair<Symbol, Symbol>, StepCosts> m_served;                   // workflow, step
    std::unordered_map<std::uint64_t, std::optional<std::int64_t>> m_minimums; // provider, model
    std::unordered_map<Symbol, bool> m_truncations;
};

} // namespace flyball
