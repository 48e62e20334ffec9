// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/world/dice.h"
#include "app/agentsim/world/policy_view.h"
#include "app/agentsim/world/prefix_cache.h"
#include "app/agentsim/world/rates.h"
#include "core/base/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace flyball::agentsim {

/// One kind of model call. Sizes are drawn per (run, agent, step, iteration), not per attempt, so a
/// retry or a policy does not change what the rest of the run meets.
struct StepSpec {
    std::string_view step;
    std::string_view taskType;
    Tier tier = Tier::Frontier;
    CacheMode cache = CacheMode::Full;
    Range ask{};       ///< tokens of instruction added to the conversation before the call
    Range out{};       ///< visible answer
    Range reasoning{}; ///< only on models that report reasoning
    std::int64_t maxTokens = 4096;
    std::array<double, 3> pass{1.0, 1.0, 1.0}; ///< acceptance by tier, first attempt
    Range complaint{};                         ///< tokens of the validator's message before another attempt
    std::optional<ModelId> pinned{};           ///< this model whatever the tier (one nobody routes)
    bool confidence = false;                   ///< the agent states how sure it is
    bool firstRejected = false;                ///< the first answer never passes, the second always does
};

struct ToolSpec {
    std::string_view name;
    Range durationMs{};
    Range result{}; ///< tokens added to the conversation
    double failure = 0.0;
};

/// An agent of a run with its conversation; lives in the shape that opened it.
struct Agent {
    std::string_view name;
    std::uint64_t span = 0;
    std::uint64_t parent = 0;
    TimeNs start = 0;
    std::vector<PromptBlock> prompt;
    std::int64_t lastOut = 0;
    bool ok = true;           ///< the last call was answered
    bool accepted = true;     ///< ... and passed its check
    bool cutOff = false;      ///< ... but the output limit ended it
    std::size_t strength = 2; ///< of who answered: index into StepSpec::pass
};

} // namespace flyball::agentsim
