// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/world/policy_view.h"

namespace flyball::agentsim {

Decision StandingRun::request(const CallIntent &intent)
{
    Decision d;
    d.tier = m_scenario.downgrade ? intent.wantedTier : Tier::Frontier;
    d.tierLabel = tierName(d.tier);
    d.cache = m_scenario.cache ? intent.wantedCache : CacheMode::None;
    d.maxTokens = intent.wantedMaxTokens;
    d.routing = d.tier == Tier::Frontier ? "default" : "rule";
    return d;
}

int StandingRun::retryLimit(const CallIntent &) const { return m_scenario.retry ? 2 : 0; }

int StandingRun::iterationCap() const { return 24; }

} // namespace flyball::agentsim
