// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/aggregate/views/runrepeats.h"
#include "core/domain/totals.h"

namespace flyball {

/// A tool the run called; its time is wall time, it has no tokens.
struct RunTool {
    std::uint64_t span = 0;
    Symbol name = 0, agent = 0, errorType = 0;
    TimeNs start = 0, end = 0;
    bool failed = false;
};

/// Least squares through (k, I_k), k = 1..n the calls with known input, I_k its input tokens:
/// slope = sum (k - mean k)(I_k - mean I) / sum (k - mean k)^2. From three calls on.
struct ContextSlope {
    std::int64_t n = 0;
    double perCall = 0, first = 0, last = 0; ///< tokens; first and last are the line's ends
};

/// The prefix was not found again: a call reads less than half of what the agent's last call of the same model read
/// (1,024 tokens at least), though its input did not shrink by more than a tenth.
struct PrefixBreak {
    std::size_t call = 0; ///< index of RunPicture::calls
    std::int64_t readBefore = 0, readAfter = 0;
    TimeNs pause = 0; ///< since that call: a provider forgets after minutes
};

/// One agent of the run.
struct RunLane {
    Symbol agent = 0;
    int parent = -1; ///< index of RunPicture::lanes, smaller than its own
    int depth = 0;
    std::vector<std::uint32_t> calls, tools; ///< indexes, by time
    Totals totals;                           ///< its own, not those of the agents below
    std::vector<Repeat> repeats;             ///< places of `calls`
    std::vector<LoopFinding> loops;          ///< places of `calls`
    std::vector<PrefixBreak> breaks;
    std::optional<ContextSlope> slope;
};

/// Where one call stands.
struct PlacedCall {
    std::uint32_t lane = 0;
    std::int32_t repeat = -1; ///< index of the lane's repeats
    std::uint32_t round = 0;  ///< of the repeat, 0 = the first
    bool loop = false;        ///< inside a finding of a loop rule
    bool retry = false;       ///< as RunTracker has it
    std::int64_t resent = 0;  ///< as RunTracker has it; 0 where the call has no counts
    UsdSum sum;               ///< cost of the run up to and with this call
    CostBound bound = CostBound::Exact;
    bool sumKnown = true;
};

/// A run in parts, formed once from what the ledger holds of it. A value; any thread.
struct RunPicture {
    std::vector<Call> calls; ///< by time
    std::vector<PlacedCall> places;
    std::vector<RunTool> tools; ///< by start
    std::vector<RunLane> lanes; ///< parents before children, by first call
    Totals totals;
    TimeNs first = 0, last = 0; ///< of calls and tools
    std::int64_t widest = 0;    ///< most tokens of a call
    Totals retryTotals;         ///< of the calls that are retries
    [[nodiscard]] std::int64_t retries() const { return retryTotals.calls; }
    /// Whether one of the calls at these places of a lane has counts, or none of them went to a model.
    [[nodiscard]] bool anyCounts(const RunLane &lane, std::size_t begin, std::size_t end) const;
    /// The lane whose context is meant when none is named: the one without parent that read most.
    [[nodiscard]] int mainLane() const;
};

[[nodiscard]] TimeNs startOf(const Call &call);
/// `calls` by time; `spans` as the ledger has them, in any order.
[[nodiscard]] RunPicture pictureOf(std::vector<Call> calls, const std::vector<SpanFact> &spans);
/// Over the calls of one lane.
[[nodiscard]] std::optional<ContextSlope> contextSlope(const std::vector<Call> &calls,
                                                       const std::vector<std::uint32_t> &lane);
[[nodiscard]] std::vector<PrefixBreak> prefixBreaks(const std::vector<Call> &calls,
                                                    const std::vector<std::uint32_t> &lane);

} // namespace flyball
