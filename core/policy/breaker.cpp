// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/breaker.h"

#include <algorithm>

namespace flyball {

namespace {

/// How many calls at the end of the run share the last one's value; an empty value shares nothing.
std::size_t streak(const std::vector<BreakerCall> &calls, std::string BreakerCall::*field)
{
    if (calls.empty() || (calls.back().*field).empty())
        return 0;
    const auto it = std::find_if(calls.rbegin(), calls.rend(),
                                 [&](const BreakerCall &call) { return call.*field != calls.back().*field; });
    return static_cast<std::size_t>(it - calls.rbegin());
}

bool recurs(const std::vector<BreakerCall> &calls, std::size_t limit)
{
    if (calls.empty() || calls.back().call.empty())
        return false;
    const std::size_t span = std::min(calls.size(), 2 * limit);
    const auto begin = calls.end() - static_cast<std::ptrdiff_t>(span);
    return static_cast<std::size_t>(std::count_if(
               begin, calls.end(), [&](const BreakerCall &call) { return call.call == calls.back().call; }))
           > limit;
}

bool driesUp(const std::vector<BreakerCall> &calls, double ratio)
{
    constexpr std::ptrdiff_t kCalls = 4;
    if (calls.size() < kCalls)
        return false;
    for (auto it = calls.end() - kCalls; it != calls.end(); ++it) {
        if (!it->inputTokens || !it->outputTokens || *it->inputTokens <= 0
            || static_cast<double>(*it->outputTokens) >= ratio * static_cast<double>(*it->inputTokens))
            return false;
        if (it != calls.end() - kCalls && *it->inputTokens <= *std::prev(it)->inputTokens)
            return false;
    }
    return true;
}

} // namespace

BreakerDecision checkBreaker(const PolicyBody &body, const std::vector<BreakerCall> &calls)
{
    BreakerDecision decision;
    if (!body.enabled.value_or(true) || !body.circuitBreaker || !body.circuitBreaker->enabled.value_or(true))
        return decision;
    const CircuitBreaker &breaker = *body.circuitBreaker;
    const auto fire = [&](const char *rule, std::string reason) {
        decision.action = breaker.action.value_or(BreakerAction::Alert);
        decision.rule = rule;
        decision.reason = std::move(reason);
    };
    const auto sameCalls = streak(calls, &BreakerCall::call);
    const auto sameErrors = streak(calls, &BreakerCall::error);
    const auto limitOf = [](const std::optional<std::int64_t> &limit) { return static_cast<std::size_t>(*limit); };
    if (breaker.sameCallLimit && sameCalls >= limitOf(breaker.sameCallLimit))
        fire("L1", "the same tool call " + std::to_string(sameCalls) + " times in a row");
    else if (breaker.sameCallLimit && recurs(calls, limitOf(breaker.sameCallLimit)))
        fire("L1", "the same tool call again and again");
    else if (breaker.sameErrorLimit && sameErrors >= limitOf(breaker.sameErrorLimit))
        fire("L2", "the same error " + std::to_string(sameErrors) + " times in a row");
    else if (breaker.minOutputRatio && driesUp(calls, *breaker.minOutputRatio))
        fire("L4", "four calls in a row read ever more and wrote almost nothing");
    if (breaker.checkEvery && breaker.supervisorTier && !calls.empty()
        && static_cast<std::int64_t>(calls.size()) % *breaker.checkEvery == 0) {
        decision.supervise = true;
        decision.supervisorTier = *breaker.supervisorTier;
    }
    return decision;
}

} // namespace flyball
