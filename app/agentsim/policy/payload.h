// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/policy/body.h"
#include "app/agentsim/world/rates.h"
#include "core/base/time.h"

#include <memory>
#include <utility>

namespace flyball::agentsim {

/// A tier as these agents can use it: `model` is the first of its models that they have access to.
struct UsableTier {
    std::string id;
    std::string model; ///< as the policy writes it, the key of its rates
    const Model *served = nullptr;
};

/// Pico-USD per million tokens, at the dearest rate a call could be billed at.
struct ListRate {
    std::int64_t input = 0;
    std::int64_t output = 0;
};

struct PolicyOrder {
    std::int64_t id = 0;
    bool stopsRun = false; ///< else it pauses a workflow
    std::string target;
    TimeNs until = kNoTime; ///< wall clock
};

/// One revision of the policy of one agent; never changed once it is in force.
struct AgentPolicy {
    std::string source;
    std::int64_t revision = 0;
    std::int64_t issue = 0;
    std::string etag;
    std::string workflow; ///< scope; empty: the defaults
    std::vector<UsableTier> tiers;
    std::map<std::string, ListRate> rates;
    Json body;
    std::vector<std::pair<std::map<std::string, std::string>, Json>> overrides;
    bool fleetWindows = false, hardFleetWindows = false;
    std::vector<PolicyOrder> orders;
    PolicyRules rules; ///< of the body without overrides
};

/// A signed envelope -> the text of its payload; nothing when `key` did not sign it.
[[nodiscard]] std::optional<std::string> openSealed(std::string_view envelope, std::string_view key);
/// Reads a payload whole or not at all. `unknown` gets the pointers of what these agents do not act on.
[[nodiscard]] std::optional<Refusal> readPayload(std::string_view text, AgentPolicy &out,
                                                 std::vector<std::string> &unknown);
/// The etag a signed payload calls itself by; empty: none.
[[nodiscard]] std::string etagOfPayload(std::string_view text);

} // namespace flyball::agentsim
