// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/types.h"

#include <string_view>

namespace flyball {

enum class AgentState : std::uint8_t { Pending, InSync, Rejected, Drifted, Silent };
[[nodiscard]] std::string_view agentStateName(AgentState state); ///< "in_sync", ...

/// Where an agent stands with what it is to run (reliability.md 3). `etag` and `revision` are those of
/// its newest payload, an empty etag: there is none. Silent: not heard of for more than two polls, not
/// counting the time before `upSince`, when nobody listened. Drifted: two polls after the offer it still
/// told another revision without refusing this one. Pure.
[[nodiscard]] AgentState agentState(const AgentRecord &agent, const std::string &etag, TimeNs now, TimeNs upSince);

/// Proof of one cap at one target.
enum class CapState : std::uint8_t { Draft, Saved, Applied, Verified, Drifted, Contradicted };
[[nodiscard]] std::string_view capStateName(CapState state);

struct CapProof {
    CapState pushed = CapState::Draft; ///< what the target's answers say
    UsdSum cap;
    std::optional<UsdSum> spend; ///< of the cap's window since it was verified; absent: not known
    UsdSum overshoot;            ///< overshootBound(); 0 where the enforcer reserves
};
/// Contradicted when a verified cap was passed by more than the bound; else what was pushed. Unknown
/// spend contradicts nothing. Pure.
[[nodiscard]] CapState capState(const CapProof &proof);

} // namespace flyball
