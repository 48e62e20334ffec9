// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/world/prefix_cache.h"
#include "app/agentsim/world/scenario.h"
#include "core/base/time.h"

#include <cstdint>
#include <string_view>

namespace flyball::agentsim {

enum class Tier : std::uint8_t { Cheap, Mid, Frontier };
[[nodiscard]] constexpr std::string_view tierName(Tier t)
{
    return t == Tier::Cheap ? "cheap" : t == Tier::Mid ? "mid" : "frontier";
}

/// What an agent is about to do; everything a policy may decide by.
struct CallIntent {
    std::string_view workflow;
    std::string_view agent;
    std::string_view step;
    std::string_view taskType;
    std::string_view segment;
    Tier wantedTier = Tier::Frontier; ///< the agent's own routing table
    CacheMode wantedCache = CacheMode::Full;
    std::int64_t wantedMaxTokens = 4096;
    int iteration = 0;
    int attempt = 0;
    std::int64_t runTokens = 0; ///< spent by the run so far
    TimeNs now = 0;
};

struct Decision {
    bool allowed = true; ///< false: the run ends as capped
    Tier tier = Tier::Frontier;
    CacheMode cache = CacheMode::Full;
    std::int64_t maxTokens = 4096;
    std::string_view routing = "default";
    std::int64_t revision = 0; ///< 0: no policy revision was seen
};

/// Asked before every call, so that a policy that changes while a run is under way takes effect at
/// its next call. An implementation that follows a policy channel goes behind the same interface.
class PolicyView {
public:
    virtual ~PolicyView() = default;
    [[nodiscard]] virtual Decision decide(const CallIntent &intent) const = 0;
    /// How often a rejected answer may be asked for again.
    [[nodiscard]] virtual int retryLimit(const CallIntent &intent) const = 0;
    /// Turns after which a loop of this workflow is ended.
    [[nodiscard]] virtual int iterationCap(std::string_view workflow) const = 0;
};

/// What the fleet does without any policy: its own routing, changed only by the scenario.
class StandingOrders final : public PolicyView {
public:
    explicit StandingOrders(const Scenario &scenario) : m_scenario(scenario) {}
    [[nodiscard]] Decision decide(const CallIntent &intent) const override;
    [[nodiscard]] int retryLimit(const CallIntent &intent) const override;
    [[nodiscard]] int iterationCap(std::string_view workflow) const override;

private:
    Scenario m_scenario;
};

} // namespace flyball::agentsim
