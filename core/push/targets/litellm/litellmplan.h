// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/target.h"

#include <string>

namespace flyball {

struct LiteLlmOptions {
    enum class Holder { Key, Team, Tag };
    Holder holder = Holder::Key;
    std::string id;    ///< of the key, team or tag; empty: no budgets
    std::string agent; ///< id; empty: none
    bool tiers = false;
    std::string probeModel; ///< empty: no probe
};

/// Fields of the plan: /budget/... of the holder, /agent/... of the agent's litellm_params, /tiers/<alias> (a
/// model), /fallbacks/<alias> (a list of aliases). Pure.
[[nodiscard]] TargetPlan planLiteLlm(const TargetPolicy &policy, const LiteLlmOptions &options);

} // namespace flyball
