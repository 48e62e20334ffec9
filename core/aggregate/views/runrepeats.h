// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/symbols.h"

namespace flyball {

/// A stretch of one agent's calls that goes round: `period` steps, `times` times, the first round included.
struct Repeat {
    static constexpr std::size_t kMinTimes = 3, kMaxPeriod = 3;
    std::size_t first = 0; ///< place in the sequence
    std::size_t period = 1;
    std::size_t times = 0;
    [[nodiscard]] std::size_t end() const { return first + period * times; }
    friend bool operator==(const Repeat &, const Repeat &) = default;
};

/// metrics.md 3.2, L1 and L3 with the step in the place of tool and arguments: the same step at least three times in a
/// row, or two or three steps in turn at least three times. From the left, the shortest period first, never
/// overlapping. Step 0 (not named) repeats nothing.
[[nodiscard]] std::vector<Repeat> findRepeats(std::span<const Symbol> steps);

/// What the loop rules look at; no content.
struct StepCounts {
    Symbol step = 0;
    std::int64_t input = 0, output = 0;
    bool ok = true; ///< not failed, and its tokens are known
};

enum class LoopRule : std::uint8_t {
    SameRequest, ///< L1: one step three times in a row, input within 1 %, all ok
    Alternation, ///< L3: two or three steps in turn, three rounds
    Starving,    ///< L4: six calls or more, at the end four with output below 1 % of an input that rises each time
};

struct LoopFinding {
    LoopRule rule = LoopRule::SameRequest;
    std::size_t first = 0, end = 0; ///< places in the sequence
    std::size_t period = 1;
    friend bool operator==(const LoopFinding &, const LoopFinding &) = default;
};

/// The calls of one agent of one run, by time. Arguments of tools are not in the ledger, so L1 is told by counts.
[[nodiscard]] std::vector<LoopFinding> findLoops(std::span<const StepCounts> calls);

} // namespace flyball
