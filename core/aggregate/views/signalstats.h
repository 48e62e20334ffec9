// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/aggregate/series.h"
#include "core/domain/outcome.h"

namespace flyball {

/// What one signal says of the runs of a workflow.
struct SignalStats {
    std::string name;
    std::int64_t runs = 0;           ///< that have it
    std::int64_t pass = 0, fail = 0; ///< runs, under the rule given; one failure outweighs
    std::int64_t scored = 0;         ///< signals with a score
    double lowest = 0, highest = 0;  ///< of the scores
    std::set<std::string> labels;    ///< the first few different ones
    [[nodiscard]] std::int64_t undecided() const { return runs - pass - fail; }
};

/// Gathers the signals of a set of runs, from a walk over all that are stored. Not thread-safe.
class SignalCounter {
public:
    static constexpr std::size_t kMostLabels = 8;

    SignalCounter(std::vector<RunRow> runs, const SymbolTable &symbols);
    void add(const SignalFact &signal);
    /// Some signals name requests: the calls of the runs are needed as well.
    [[nodiscard]] bool wantsCalls() const { return !m_byRequest.empty(); }
    void addCall(std::uint64_t requestKey, const Key128 &run);
    /// By name. `rule` (may be null) decides for the signal it names; the others by their own word.
    [[nodiscard]] std::vector<SignalStats> finish(const SuccessRule *rule);

private:
    struct Run {
        RunRow row;
        std::vector<SignalFact> signals;
    };
    void attach(const Key128 &address, std::size_t run) { m_at[address].push_back(run); }

    const SymbolTable &m_symbols;
    std::vector<Run> m_runs;
    std::unordered_map<Key128, std::vector<std::size_t>> m_at; ///< by group or address
    std::unordered_map<Key128, std::size_t> m_index;
    std::unordered_map<Key128, std::vector<SignalFact>> m_byRequest, m_bySession;
};

/// Where the signals of a run stand.
struct SignalPlaces {
    std::vector<Key128> own;       ///< its group and every address that names it or a call of it
    std::optional<Key128> session; ///< of what names its session alone: its own only while the session is this run
};
[[nodiscard]] SignalPlaces signalPlacesOf(const RunInfo &run, std::span<const Call> calls, const SymbolTable &symbols);

} // namespace flyball
