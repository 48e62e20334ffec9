// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/rules.h"

#include <algorithm>

namespace flyball::agentsim {

namespace {

constexpr std::int64_t kMillion = 1'000'000;
/// An output limit where nobody names one and the caps leave more than any model writes.
constexpr std::int64_t kMostOutput = 1'000'000;

std::optional<std::size_t> indexOf(const std::vector<UsableTier> &tiers, std::string_view id)
{
    for (std::size_t i = 0; i < tiers.size(); ++i)
        if (tiers[i].id == id)
            return i;
    return std::nullopt;
}

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char &c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + 32);
    return out;
}

bool holds(const RoutingRule &rule, const TaskView &task)
{
    const auto named = [](const auto &list, const auto &test) { return std::any_of(list.begin(), list.end(), test); };
    if (rule.taskTypes && !named(*rule.taskTypes, [&](const std::string &t) { return t == task.taskType; }))
        return false;
    if ((rule.docsBelow && task.inputTokens >= *rule.docsBelow) || (rule.docsFrom && task.inputTokens < *rule.docsFrom))
        return false;
    if ((rule.security && *rule.security != task.security) || (rule.multiStep && *rule.multiStep != task.multiStep))
        return false;
    if (rule.confidenceAbove) // no simulated task asks for a confidence: that is 0, never above anything
        return false;
    if ((rule.agent && *rule.agent != task.agent) || (rule.segment && *rule.segment != task.segment))
        return false;
    return !rule.keywords || named(*rule.keywords, [&](const std::string &word) {
        return lower(task.text).find(lower(word)) != std::string::npos;
    });
}

/// The first hard cap that is reached; empty: none.
std::string reachedCap(const PolicyRules &rules, const RunSpend &spent, bool closing)
{
    if (rules.hard.tokens && spent.tokens >= *rules.hard.tokens)
        return "/budget/run_hard/tokens";
    if (rules.hard.usd && (!spent.usd || *spent.usd >= *rules.hard.usd))
        return "/budget/run_hard/usd";
    return !closing && rules.calls && spent.calls >= *rules.calls ? "/budget/max_iterations" : "";
}

/// What the hard caps leave for the output when nobody names a limit.
std::int64_t outputLeft(const PolicyRules &rules, const NextCall &call, std::int64_t tokens, PicoUsd usd)
{
    std::int64_t left = kMostOutput;
    if (rules.hard.tokens)
        left = std::min(left, *rules.hard.tokens - tokens - call.inputTokens);
    if (rules.hard.usd && call.rate && call.rate->output > 0) {
        const __int128 room = *rules.hard.usd - usd - worstCost(*call.rate, call.inputTokens, 0);
        left = std::min(
            left, static_cast<std::int64_t>(std::clamp<__int128>(room * kMillion / call.rate->output, 0, kMostOutput)));
    }
    return std::max<std::int64_t>(1, left);
}

std::int64_t outputLimit(const PolicyRules &rules, const NextCall &call, SoftSteps steps, std::int64_t input,
                         std::int64_t left)
{
    std::int64_t most = call.askedOutput > 0 ? call.askedOutput : INT64_MAX;
    most = std::min(most, rules.callOutput.value_or(most));
    if ((steps & bitOf(SoftStep::HalveOutput)) != 0 && most != INT64_MAX)
        most = std::min(most, std::max<std::int64_t>(1, rules.callOutput.value_or(most) / 2));
    if (rules.callTokens)
        most = std::min(most, std::max<std::int64_t>(1, *rules.callTokens - input));
    return most == INT64_MAX ? left : most;
}

template <typename Same>
std::int64_t streak(const std::vector<BreakerFact> &calls, const Same &same)
{
    const auto end = std::find_if_not(calls.rbegin(), calls.rend(), same);
    return end - calls.rbegin();
}

bool driesUp(const std::vector<BreakerFact> &calls, double ratio)
{
    constexpr std::size_t kLast = 4;
    if (calls.size() < kLast)
        return false;
    for (std::size_t i = calls.size() - kLast; i < calls.size(); ++i) {
        const BreakerFact &one = calls[i];
        if (!one.input || !one.output || *one.input <= 0
            || static_cast<double>(*one.output) >= ratio * static_cast<double>(*one.input))
            return false;
        if (i > calls.size() - kLast && *calls[i - 1].input >= *one.input)
            return false;
    }
    return true;
}

} // namespace

Routed routeTask(const PolicyRules &rules, const std::vector<UsableTier> &tiers, const TaskView &task)
{
    if (!rules.enabled || !rules.routes)
        return {};
    if (task.planner && !rules.plannerTier.empty())
        return {indexOf(tiers, rules.plannerTier), "role", false};
    if (task.executor && !rules.executorTier.empty())
        return {indexOf(tiers, rules.executorTier), "role", false};
    for (const RoutingRule &rule : rules.rules)
        if (holds(rule, task))
            return {indexOf(tiers, rule.tier), "rule", rule.allowCascade};
    if (!rules.defaultTier.empty())
        return {indexOf(tiers, rules.defaultTier), "default", false};
    return {};
}

std::vector<std::size_t> cascadeSteps(const PolicyRules &rules, const std::vector<UsableTier> &tiers, std::size_t goal,
                                      bool allowed)
{
    if (!rules.cascades || !allowed)
        return {goal};
    std::vector<std::size_t> order;
    if (rules.cascadeOrder) {
        for (const std::string &id : *rules.cascadeOrder)
            if (const auto tier = indexOf(tiers, id))
                order.push_back(*tier);
    } else {
        for (std::size_t i = 0; i < tiers.size(); ++i)
            order.push_back(i);
    }
    auto from = order.begin();
    if (!rules.cascadeStart.empty())
        from = std::find(order.begin(), order.end(), indexOf(tiers, rules.cascadeStart).value_or(tiers.size()));
    const auto to = std::find(from, order.end(), goal);
    if (to == order.end())
        return {goal};
    std::vector<std::size_t> steps(from, to);
    if (rules.escalations && steps.size() > static_cast<std::size_t>(*rules.escalations))
        steps.resize(static_cast<std::size_t>(*rules.escalations));
    steps.push_back(goal);
    return steps;
}

bool escalates(const PolicyRules &rules, std::optional<double> confidence)
{
    return confidence.value_or(rules.missingConfidence) < rules.minConfidence;
}

PicoUsd worstCost(const ListRate &rate, std::int64_t inputTokens, std::int64_t outputTokens)
{
    const __int128 sum =
        static_cast<__int128>(rate.input) * inputTokens + static_cast<__int128>(rate.output) * outputTokens;
    const __int128 pico = (sum + kMillion - 1) / kMillion;
    return pico > INT64_MAX / 4 ? INT64_MAX / 4 : static_cast<PicoUsd>(pico);
}

SoftSteps softSteps(const PolicyRules &rules, const RunSpend &spent)
{
    const bool tokens = rules.soft.tokens && spent.tokens >= *rules.soft.tokens;
    const bool usd = rules.soft.usd && (!spent.usd || *spent.usd >= *rules.soft.usd);
    return rules.enabled && (tokens || usd) ? rules.onSoft : SoftSteps{0};
}

Permit permitCall(const PolicyRules &rules, const RunSpend &spent, const NextCall &call, const Allowance &closing)
{
    Permit out;
    const PolicyRules none{.enabled = false};
    const PolicyRules &caps = rules.enabled ? rules : none;
    out.cap = reachedCap(caps, spent, call.closing);
    if (!out.cap.empty())
        return out;
    out.steps = call.closing ? SoftSteps{0} : static_cast<SoftSteps>(softSteps(caps, spent) | call.wider);
    const bool keeps = caps.closes && !call.closing;
    const std::int64_t tokens = spent.tokens + spent.heldTokens + (keeps ? closing.tokens : 0);
    const PicoUsd usd = spent.usd.value_or(0) + spent.heldUsd + (keeps ? closing.usd : 0);
    if (caps.callTokens && call.inputTokens > *caps.callTokens)
        out.trimTo = *caps.callTokens;
    const std::int64_t input = out.trimTo.value_or(call.inputTokens);
    out.outputLimit = outputLimit(caps, call, out.steps, input, outputLeft(caps, call, tokens, usd));
    out.holdTokens = input + out.outputLimit;
    if (call.rate)
        out.holdUsd = worstCost(*call.rate, input, out.outputLimit);
    if (caps.hard.tokens && tokens + call.inputTokens + out.outputLimit > *caps.hard.tokens)
        out.cap = "/budget/run_hard/tokens";
    else if (caps.hard.usd
             && (!call.rate || usd + worstCost(*call.rate, call.inputTokens, out.outputLimit) > *caps.hard.usd))
        out.cap = "/budget/run_hard/usd";
    return out;
}

std::string_view brokenRule(const PolicyRules &rules, const std::vector<BreakerFact> &calls)
{
    if (!rules.enabled || !rules.breaker || calls.empty())
        return {};
    const BreakerFact &last = calls.back();
    if (rules.sameCall && *rules.sameCall <= std::ssize(calls) && last.tool != 0) {
        const auto same = [&](const BreakerFact &one) { return one.tool == last.tool; };
        const auto window = std::min<std::ptrdiff_t>(std::ssize(calls), 2 * *rules.sameCall);
        if (streak(calls, same) >= *rules.sameCall
            || std::count_if(calls.end() - window, calls.end(), same) > *rules.sameCall)
            return "L1";
    }
    if (rules.sameError && !last.error.empty()
        && streak(calls, [&](const BreakerFact &one) { return one.error == last.error; }) >= *rules.sameError)
        return "L2";
    return rules.outputRatio && driesUp(calls, *rules.outputRatio) ? "L4" : std::string_view();
}

} // namespace flyball::agentsim
