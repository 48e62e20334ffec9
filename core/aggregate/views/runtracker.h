// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
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
/// The page of a run, the filters over runs and the measures all have it from here. One thread at a time.
class RunTracker {
public:
    [[nodiscard]] PlaceInRun place(const Call &call);

private:
    /// What was last seen by key: a list while there are few, as nearly always; a run may have thousands.
    template <typename T>
    class Last {
    public:
        [[nodiscard]] T *find(std::uint64_t key);
        void set(std::uint64_t key, T value);

    private:
        static constexpr std::size_t kFew = 24;
        std::vector<std::pair<std::uint64_t, T>> m_few;
        std::unique_ptr<std::unordered_map<std::uint64_t, T>> m_many;
    };
    struct Run {
        std::int32_t calls = 0;
        Last<std::int64_t> sent;  ///< tokens, by agent
        Last<std::int8_t> failed; ///< by agent and step
    };
    std::unordered_map<Key128, Run> m_runs;
};

} // namespace flyball
