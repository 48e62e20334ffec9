// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/burn.h"

#include <cmath>

#include "core/aggregate/views/runstats.h"

namespace flyball {

namespace {

constexpr std::int64_t kMinutes = 120; // 24 half-lives: what is older weighs less than 1e-7
constexpr double kHalfLifeMinutes = 5;

struct Window120 {
    std::int64_t first = 0;
    std::int64_t end = 0;
};

/// Whole minutes [first, end) that can be known.
Window120 minutesOf(const Snapshot &snapshot, TimeNs now)
{
    const std::int64_t end = bucketOf(now, kMinute);
    std::int64_t first = end - kMinutes;
    if (snapshot.firstEvent != kNoTime)
        first = std::max(first, bucketOf(snapshot.firstEvent, kMinute));
    return {std::min(first, end), end};
}

class Accumulator {
public:
    void add(std::int64_t minute, std::int64_t end, const Totals &totals)
    {
        const auto age = static_cast<double>(end - 1 - minute);
        m_weighted += std::exp2(-age / kHalfLifeMinutes) * totals.cost.toDouble();
        if (minute >= end - 60)
            m_lastHour += totals.cost;
        m_all += totals;
    }
    [[nodiscard]] std::optional<BurnRate> result(std::int64_t minutes) const
    {
        if (!m_all.anyUse() || minutes <= 0)
            return std::nullopt;
        double weights = 0;
        for (std::int64_t age = 0; age < minutes; ++age)
            weights += std::exp2(-static_cast<double>(age) / kHalfLifeMinutes);
        BurnRate rate;
        rate.ewmaPerHour = fromDouble(m_weighted / weights * 60);
        UsdSum sixty;
        for (int i = 0; i < 60; ++i)
            sixty += m_lastHour;
        rate.meanLastHour = divide(sixty, std::min<std::int64_t>(minutes, 60));
        rate.bound = m_all.bound();
        return rate;
    }

private:
    static UsdSum fromDouble(double usd)
    {
        const double whole = std::floor(usd);
        const double pico = std::nearbyint((usd - whole) * static_cast<double>(kPicoPerUsd));
        return UsdSum::fromParts(static_cast<std::int64_t>(whole), static_cast<std::int64_t>(pico));
    }
    double m_weighted = 0; // a rate is an estimate by nature; sums stay exact
    UsdSum m_lastHour;
    Totals m_all;
};

} // namespace

std::optional<BurnRate> burnRate(const Snapshot &snapshot, TimeNs now, const ViewFilter &filter)
{
    const auto [first, end] = minutesOf(snapshot, now);
    Accumulator sum;
    snapshot.minutes.forEach(first, end, [&, last = end](const Cell &cell) {
        if (cell.series < snapshot.series->size() && filter.matches((*snapshot.series)[cell.series]))
            sum.add(cell.bucket, last, cell.totals);
    });
    return sum.result(end - first);
}

std::unordered_map<Symbol, BurnRate> burnByWorkflow(const Snapshot &snapshot, TimeNs now)
{
    const auto [first, end] = minutesOf(snapshot, now);
    std::unordered_map<Symbol, Accumulator> sums;
    snapshot.minutes.forEach(first, end, [&, last = end](const Cell &cell) {
        if (cell.series < snapshot.series->size())
            sums[(*snapshot.series)[cell.series].workflow].add(cell.bucket, last, cell.totals);
    });
    std::unordered_map<Symbol, BurnRate> out;
    for (const auto &[workflow, sum] : sums)
        if (const auto rate = sum.result(end - first))
            out.emplace(workflow, *rate);
    return out;
}

} // namespace flyball
