// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/runrepeats.h"

#include <algorithm>
#include <cstdlib>

namespace flyball {

namespace {

constexpr std::size_t kStarvingFrom = 6, kStarvingLast = 4;

std::size_t roundsAt(std::span<const Symbol> steps, std::size_t at, std::size_t period)
{
    std::size_t i = at;
    while (i < steps.size() && steps[i] != 0 && (i < at + period || steps[i] == steps[i - period]))
        ++i;
    return (i - at) / period;
}

bool sameRequest(const StepCounts &a, const StepCounts &b)
{
    return a.step != 0 && a.step == b.step && a.ok && b.ok && a.input > 0
           && std::abs(b.input - a.input) * 100 <= a.input;
}

void findSameRequests(std::span<const StepCounts> calls, std::vector<LoopFinding> &found)
{
    for (std::size_t first = 0; first < calls.size();) {
        std::size_t end = first + 1;
        while (end < calls.size() && sameRequest(calls[end - 1], calls[end]))
            ++end;
        if (end - first >= Repeat::kMinTimes)
            found.push_back({LoopRule::SameRequest, first, end, 1});
        first = end;
    }
}

void findStarving(std::span<const StepCounts> calls, std::vector<LoopFinding> &found)
{
    const auto starves = [&](std::size_t i) {
        const StepCounts &c = calls[i];
        return c.ok && c.input > 0 && c.output * 100 < c.input && c.input > calls[i - 1].input;
    };
    if (calls.size() < kStarvingFrom)
        return;
    std::size_t first = calls.size();
    while (first > 1 && starves(first - 1))
        --first;
    if (calls.size() - first >= kStarvingLast)
        found.push_back({LoopRule::Starving, first, calls.size(), 1});
}

} // namespace

std::vector<Repeat> findRepeats(std::span<const Symbol> steps)
{
    std::vector<Repeat> found;
    for (std::size_t at = 0; at < steps.size();) {
        Repeat best;
        for (std::size_t period = 1; period <= Repeat::kMaxPeriod && best.times == 0; ++period)
            if (const std::size_t times = roundsAt(steps, at, period); times >= Repeat::kMinTimes)
                best = {at, period, times};
        if (best.times > 0)
            found.push_back(best);
        at = best.times > 0 ? best.end() : at + 1;
    }
    return found;
}

std::vector<LoopFinding> findLoops(std::span<const StepCounts> calls)
{
    std::vector<LoopFinding> found;
    findSameRequests(calls, found);
    std::vector<Symbol> steps(calls.size());
    std::transform(calls.begin(), calls.end(), steps.begin(), [](const StepCounts &c) { return c.step; });
    for (const Repeat &repeat : findRepeats(steps))
        if (repeat.period > 1)
            found.push_back({LoopRule::Alternation, repeat.first, repeat.end(), repeat.period});
    findStarving(calls, found);
    return found;
}

} // namespace flyball
