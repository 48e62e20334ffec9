// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/gateways/meters/meterbook.h"
#include "core/gateways/promql/promanswer.h"
#include "core/gateways/promql/promplan.h"
#include "core/gateways/promql/promstate.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace flyball {

/// What was taken of an answer, for words.
struct PromTaken {
    std::int64_t points = 0;
    std::int64_t gaps = 0;    ///< NaN and infinite values
    std::int64_t outside = 0; ///< times outside the window
    bool restarted = false;
    std::set<std::string> trouble; ///< of the book
};

/// The target a series was scraped from: its job and instance, and what tells replicas and clusters apart.
[[nodiscard]] std::string promTarget(const PromSeries &series);
/// Values of a label, each once, sorted.
[[nodiscard]] std::vector<std::string> promValues(const PromAnswer &answer, std::string_view label);
/// A target that two replicas of a server tell of, and so twice; empty when there is none.
[[nodiscard]] std::string promReplicated(const PromAnswer &answer);
/// The usual distance of two samples of a series; nothing when no series has three.
[[nodiscard]] std::optional<TimeNs> promInterval(const PromAnswer &answer);
/// What the names of the series say: how many have a meaning for spend, and of which workflows.
struct PromNames {
    std::int64_t series = 0;
    std::set<std::string> workflows;
    TimeNs newest = kNoTime; ///< sample
};
[[nodiscard]] PromNames promNames(const PromAnswer &answer, const std::vector<std::string> &workflowLabels);

/// Hands the samples of `answer` that lie in `window` and are newer than what was taken to the book: for each target
/// the samples of one scrape as one reading, in order of time. `starts`: the process_start_time_seconds of the targets.
/// A target whose process began after `state.origin` counted from 0 for us; any other begins to count with what is
/// seen first. Moves state.newest. An Error: the book could not take it; state, book and `out` are then of no use.
[[nodiscard]] Result<PromTaken> takePromAnswer(const PromAnswer &answer, const PromAnswer &starts,
                                               const PromWindow &window, PromState &state, MeterBook &book,
                                               FactBatch &out);

} // namespace flyball
