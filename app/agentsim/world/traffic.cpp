// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/world/traffic.h"

#include <algorithm>
#include <array>

namespace flyball::agentsim {

namespace {

/// Share of the mean by UTC hour: a mild working day, so that a demo is alive at any hour.
constexpr std::array<double, 24> kByHour{0.91, 0.90, 0.89, 0.89, 0.90, 0.92, 0.96, 1.00, 1.04, 1.08, 1.09, 1.08,
                                         1.07, 1.08, 1.09, 1.08, 1.07, 1.04, 1.02, 1.00, 0.98, 0.96, 0.94, 0.92};

double hourFactor(TimeNs t)
{
    const auto hour = static_cast<std::size_t>(t / kHour % 24);
    const double part = static_cast<double>(t % kHour) / static_cast<double>(kHour);
    return kByHour[hour] + (kByHour[(hour + 1) % 24] - kByHour[hour]) * part;
}

/// Value noise between 0.75 and 1.25 with knots every seven minutes.
double wobble(const Dice &dice, TimeNs t)
{
    constexpr TimeNs kKnot = 7 * kMinute;
    const std::int64_t knot = t / kKnot;
    const double part = static_cast<double>(t % kKnot) / static_cast<double>(kKnot);
    const double a = dice.at(static_cast<std::uint64_t>(knot)).unit("wobble");
    const double b = dice.at(static_cast<std::uint64_t>(knot + 1)).unit("wobble");
    return 0.75 + 0.5 * (a + (b - a) * part);
}

} // namespace

double Timeline::researchLoopChance(TimeNs t) const
{
    if (!m_scenario.loop)
        return 0.0;
    return 0.03 + 0.52 * spikeHeight(t);
}

double Timeline::researchSurge(TimeNs t) const { return 1.0 + 0.8 * spikeHeight(t); }

double Timeline::spikeHeight(TimeNs t) const
{
    const TimeNs begin = m_live - 58 * kMinute;
    if (!m_scenario.spike || t < begin || t >= m_live - 26 * kMinute)
        return 0.0;
    return std::min(1.0, static_cast<double>(t - begin) / static_cast<double>(14 * kMinute));
}

bool Timeline::invoicePrefixBroken(TimeNs t) const { return m_scenario.spike && t >= m_live - 54 * kMinute; }

bool Timeline::cheapDrafts(TimeNs t) const
{
    return m_scenario.spike && m_scenario.downgrade && t >= m_live - 134 * kMinute;
}

std::optional<TimeNs> Timeline::scriptedLoop(int k) const
{
    if (!m_scenario.loop || m_scenario.micro)
        return std::nullopt;
    return m_live + 2 * kMinute + k * 30 * kMinute;
}

double trafficFactor(std::string_view workflow, const Dice &dice, TimeNs t)
{
    double factor = hourFactor(t) * wobble(dice, t);
    if (workflow.starts_with("kb_indexer"))
        factor *= t / kMinute % 30 < 11 ? 2.2 : 0.25;
    return std::min(factor, kPeak);
}

} // namespace flyball::agentsim
