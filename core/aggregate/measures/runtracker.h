// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <unordered_map>
#include <vector>

#include "core/domain/call.h"

namespace flyball {

/// What a call is inside its run.
struct PlaceInRun {
    std::int64_t resent = -1;  ///< input that was sent before; -1: the call has no counts
    std::int32_t position = 0; ///< from 1; 0: an answer from a cache of the agent, which is no call
    bool retry = false;
};

/// Follows runs call by call, each run's calls in order of time (metrics.md 3.1 and 3.2, counts only):
/// resent R_k = min(I_k, I_{k-1} + O_{k-1}) of one agent, an upper bound where the context was pruned;
/// retry: the call before it of the same agent and step failed, or the call states an attempt after the first.
class RunTracker {
public:
    [[nodiscard]] PlaceInRun place(const Call &call);

private:
    struct Agent {
        Symbol name;
        std::int64_t sent;
    };
    struct Step {
        Symbol agent, step;
        bool failed;
    };
    struct Run {
        std::int32_t calls = 0;
        std::vector<Agent> agents;
        std::vector<Step> steps;
    };
    std::unordered_map<Key128, Run> m_runs;
};

} // namespace flyball
