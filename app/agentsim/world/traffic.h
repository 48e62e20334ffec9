// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/world/dice.h"
#include "app/agentsim/world/scenario.h"
#include "core/base/time.h"

#include <optional>
#include <string_view>

namespace flyball::agentsim {

/// When things happen to the world. The incidents are placed before `live`, so that a dashboard
/// that opens there sees them as the last hours; the scripted loops come after it.
class Timeline {
public:
    Timeline(TimeNs start, TimeNs live, const Scenario &scenario) : m_start(start), m_live(live), m_scenario(scenario)
    {}

    [[nodiscard]] TimeNs start() const { return m_start; }
    [[nodiscard]] TimeNs live() const { return m_live; }
    [[nodiscard]] const Scenario &scenario() const { return m_scenario; }

    /// Probability that a research run gets stuck; rises for half an hour about an hour before live.
    [[nodiscard]] double researchLoopChance(TimeNs t) const;
    /// People ask again when an answer does not come: more research runs in the same half hour.
    [[nodiscard]] double researchSurge(TimeNs t) const;
    /// From here on the invoice prompt begins with the time of day, so no prefix is ever shared.
    [[nodiscard]] bool invoicePrefixBroken(TimeNs t) const;
    /// From here on outreach drafts come from the cheap tier, and fail more often.
    [[nodiscard]] bool cheapDrafts(TimeNs t) const;
    /// The k-th research run that is bound to loop: it starts two minutes into each live half hour
    /// and begins to repeat itself about a minute later.
    [[nodiscard]] std::optional<TimeNs> scriptedLoop(int k) const;

private:
    [[nodiscard]] double spikeHeight(TimeNs t) const;

    TimeNs m_start;
    TimeNs m_live;
    Scenario m_scenario;
};

/// Arrival rate of a workflow at t as a share of its mean: hour of day, slow wobble, bursts.
/// Never above kPeak, which makes thinning exact.
inline constexpr double kPeak = 3.5;
[[nodiscard]] double trafficFactor(std::string_view workflow, const Dice &dice, TimeNs t);

} // namespace flyball::agentsim
