// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/aggregate/snapshot.h"
#include "core/push/channel/channel.h"

namespace flyball {

/// One hard cap in USD of the head revision and what is known of it.
struct CapRow {
    std::string workflow; ///< empty: the fleet
    std::string path;     ///< pointer into the effective policy: "/budget/run_hard/usd", "/budget/periods/day"
    CapState state = CapState::Saved;
    UsdSum cap;
    /// Run caps: the dearest run begun since every agent applied the cap. Window caps: the spend of the
    /// window since then. Known cost only, so a contradiction is certain. Absent: not applied, or no run yet.
    std::optional<UsdSum> spend;
    Totals used;             ///< of that run; window caps: of the whole window so far
    std::int64_t agents = 0; ///< that govern this scope
    bool reserves = false;
    /// overshootBound() where an agent does not reserve; absent: calls have no size limit, or no price, so
    /// nothing can be promised and nothing contradicted.
    std::optional<UsdSum> overshoot;
    Key128 run;                   ///< run caps: the dearest one
    TimeNs windowStart = kNoTime; ///< window caps
};

/// A run of a governed workflow past one of its caps.
struct RunCrossing {
    TimeNs time = 0; ///< last activity of the run
    std::string workflow;
    Key128 run;
    bool hard = false;
    bool capped = false;       ///< the agent ended it; else it went on
    std::optional<UsdSum> cap; ///< absent: a run was ended by another cap than one in USD
    Totals used;               ///< of the run
    std::int64_t revision = 0;
};

struct CapReport {
    std::vector<CapRow> caps;
    std::vector<RunCrossing> crossings; ///< newest first, at most kMostCrossings
    static constexpr std::size_t kMostCrossings = 100;
};

/// Holds what the agents answered against what the ledger shows, for every scope with agents or caps.
/// `head` is the document of the channel's revision, `rates` its prices (ratesFor). Pure; costs a walk
/// over the runs and cells since the caps were applied.
[[nodiscard]] CapReport reportCaps(const PolicyDocument &head, const ChannelSnapshot &channel, const Snapshot &ledger,
                                   const JsonValue &rates, TimeNs now);

/// A cap that a target was verified to hold, and the ledger shows otherwise.
struct TargetContradiction {
    std::string id;
    TimeNs verifiedAt = kNoTime;
    CapRow cap;
    std::string detail; ///< one sentence with the figures
};
/// The same for gateways (finding 8 of reliability.md): targets whose scope is one workflow and whose receipt says
/// verified, held against that workflow's spend since. A gateway counts what has ended and may answer from a copy
/// that is a minute old: the bound is one dearest call for each agent and what is spent in that minute. Windows that
/// are only approximated may overlap two of the policy's, so twice the cap is let pass. Without a bound nothing is
/// contradicted. Pure.
[[nodiscard]] std::vector<TargetContradiction> contradictedTargets(const PolicyDocument &head,
                                                                   const ChannelSnapshot &channel,
                                                                   const Snapshot &ledger, const JsonValue &rates,
                                                                   const std::vector<TargetScope> &scopes, TimeNs now);

} // namespace flyball
