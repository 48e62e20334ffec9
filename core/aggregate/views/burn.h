// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/aggregate/views/fold.h"

namespace flyball {

/// How fast money goes (metrics.md 3): EWMA of USD per minute with a half-life of 5 minutes over
/// whole minutes, as USD per hour, and the plain mean of the last hour.
struct BurnRate {
    UsdSum ewmaPerHour;
    UsdSum meanLastHour;
    CostBound bound = CostBound::Exact;
};

/// Nothing when no call was seen in the two hours before `now`. Minutes before the first event of
/// the ledger are unknown, not zero, and stay out of both means. `now` is cut to the whole minute:
/// a running minute is never counted.
[[nodiscard]] std::optional<BurnRate> burnRate(const Snapshot &snapshot, TimeNs now, const ViewFilter &filter = {});

/// burnRate() of every workflow in one pass.
[[nodiscard]] std::unordered_map<Symbol, BurnRate> burnByWorkflow(const Snapshot &snapshot, TimeNs now);

} // namespace flyball
