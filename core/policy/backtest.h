// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/zone.h"
#include "core/policy/document/document.h"
#include "core/policy/samples.h"

#include <map>
#include <string>
#include <vector>

namespace flyball {

struct StoppedRun {
    std::string id;
    Outcome outcome = Outcome::Unknown; ///< what it came to in truth
    std::size_t atCall = 0;             ///< index of the first call that would not have been sent
    std::string cap;                    ///< pointer into the effective policy
    std::int64_t tokensSaved = 0;       ///< of the calls not sent whose counts are known
    UsdSum usdSaved;                    ///< of those whose cost is known
    std::int64_t callsUnpriced = 0;     ///< calls not sent whose cost is unknown: the saving is at least usdSaved
    friend bool operator==(const StoppedRun &, const StoppedRun &) = default;
};

/// What caps would have done to recorded runs.
struct BackTest {
    std::int64_t runs = 0;
    std::int64_t stoppedSuccessful = 0;    ///< harm
    std::int64_t stoppedFailed = 0;        ///< failed, capped or timed out anyway
    std::int64_t stoppedUnknown = 0;       ///< nobody knows what they came to
    std::int64_t softReached = 0;          ///< runs that pass a soft cap and are not stopped
    std::int64_t notJudged = 0;            ///< runs whose counts or costs a cap needs are unknown
    std::int64_t callsOverOutputLimit = 0; ///< sent with a lower limit; what they lose is not known
    std::int64_t callsOverCallLimit = 0;
    UsdSum spent;             ///< known cost of all runs
    UsdSum saved;             ///< gain: known cost of the calls not sent
    UsdSum savedOnSuccessful; ///< the part of it that belonged to runs that would have succeeded
    std::int64_t tokensSaved = 0;
    std::map<std::string, std::int64_t> byCap; ///< stopped runs by the cap that stopped them
    std::vector<StoppedRun> stopped;           ///< in the order in which they would have been stopped

    [[nodiscard]] std::int64_t stoppedRuns() const { return stoppedSuccessful + stoppedFailed + stoppedUnknown; }
};

/// Replays runs of one workflow in the order of time under the budget of an effective policy, as an agent
/// that reserves would enforce it: a call is not sent when what it truly used would have passed a hard
/// cap of the run or of a calendar window, or max_iterations; nothing of that run is sent after it. What
/// is not replayed: soft actions, cheaper tiers, the closing call, and larger reservations than the call
/// used in the end; so the stops are those that are certain. Pure; O(calls log calls).
[[nodiscard]] BackTest backTest(const PolicyBody &body, const std::vector<RunSample> &runs, const Zone &zone);

/// "would have stopped 12 of 400 runs (3 successful), saving at least $4.20 of $61.00".
[[nodiscard]] std::string describe(const BackTest &result);

} // namespace flyball
