// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/route.h"

#include <algorithm>
#include <limits>

namespace flyball {

namespace {

bool contains(const std::vector<std::string> &list, const std::string &value)
{
    return std::find(list.begin(), list.end(), value) != list.end();
}

std::string lowered(std::string_view text)
{
    std::string out(text);
    for (char &c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

bool mentionsAny(const std::vector<std::string> &keywords, const std::string &text)
{
    const std::string lower = lowered(text);
    return std::any_of(keywords.begin(), keywords.end(),
                       [&](const std::string &word) { return lower.find(lowered(word)) != std::string::npos; });
}

/// The tiers a task climbs through, the decided one last; that one alone when it is called directly.
std::vector<std::string> ladder(const PolicyDocument &document, const Cascade &cascade, const std::string &goal)
{
    std::vector<std::string> order;
    if (cascade.order) {
        order = *cascade.order;
    } else {
        for (const Tier &tier : document.tiers)
            order.push_back(tier.id);
    }
    auto first = order.begin();
    if (cascade.startTier)
        first = std::find(order.begin(), order.end(), *cascade.startTier);
    const auto last = std::find(first, order.end(), goal);
    if (last == order.end())
        return {goal};
    std::vector<std::string> steps(first, last);
    const auto most = static_cast<std::size_t>(
        std::min<std::int64_t>(cascade.maxEscalations.value_or(std::numeric_limits<std::int32_t>::max()),
                               std::numeric_limits<std::int32_t>::max()));
    steps.resize(std::min(steps.size(), most));
    steps.push_back(goal);
    return steps;
}

} // namespace

bool holds(const Condition &when, const TaskFacts &task)
{
    if (when.taskTypes && !contains(*when.taskTypes, task.taskType))
        return false;
    if (when.docTokens && when.docTokens->lt && task.docTokens >= *when.docTokens->lt)
        return false;
    if (when.docTokens && when.docTokens->gte && task.docTokens < *when.docTokens->gte)
        return false;
    if (when.securitySensitive && *when.securitySensitive != task.securitySensitive)
        return false;
    if (when.multiStepReasoning && *when.multiStepReasoning != task.multiStepReasoning)
        return false;
    if (when.requiredConfidenceGt && !(task.requiredConfidence > *when.requiredConfidenceGt))
        return false;
    if (when.agent && *when.agent != task.agent)
        return false;
    if (when.userSegment && *when.userSegment != task.userSegment)
        return false;
    return !when.keywordsAny || mentionsAny(*when.keywordsAny, task.text);
}

RouteDecision route(const PolicyBody &body, const TaskFacts &task)
{
    using By = RouteDecision::By;
    if (!body.enabled.value_or(true) || !body.routing)
        return {By::Nothing, "", 0, body.routing ? "policy disabled" : "no routing in the policy", false};
    const Routing &routing = *body.routing;
    if (task.role != AgentRole::None && routing.plannerExecutor) {
        const bool planner = task.role == AgentRole::Planner;
        return {By::Role, planner ? routing.plannerExecutor->plannerTier : routing.plannerExecutor->executorTier, 0,
                planner ? "planner" : "executor", false};
    }
    const std::size_t count = routing.rules ? routing.rules->size() : 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Rule &rule = (*routing.rules)[i];
        if (holds(rule.when, task))
            return {By::Rule, rule.tier, i, rule.reason.value_or(rule.id), rule.allowCascade.value_or(false)};
    }
    if (routing.defaultTier)
        return {By::Default, *routing.defaultTier, 0, "default routing", false};
    return {By::Nothing, "", 0, "no rule matches and there is no default tier", false};
}

CascadeStep nextCascadeStep(const PolicyDocument &document, const PolicyBody &body, const RouteDecision &decision,
                            bool taskAllowsCascade, const std::vector<CascadeAttempt> &attempts)
{
    using Kind = CascadeStep::Kind;
    const Cascade *cascade = body.routing && body.routing->cascade ? &*body.routing->cascade : nullptr;
    const bool runs = cascade && cascade->enabled.value_or(false) && decision.allowCascade && taskAllowsCascade;
    const std::vector<std::string> steps =
        runs ? ladder(document, *cascade, decision.tier) : std::vector<std::string>{decision.tier};
    if (attempts.empty())
        return {Kind::Try, steps.front(), steps.size() == 1 ? "direct_" + decision.tier : "cascade_" + steps.front(),
                false};
    const CascadeAttempt &last = attempts.back();
    if (attempts.size() >= steps.size())
        return {Kind::Accept, last.tier, "direct_" + decision.tier, false};
    double confidence = last.confidence.value_or(-1);
    if (!(confidence >= 0 && confidence <= 1))
        confidence = cascade->missingConfidence.value_or(kDefaultMissingConfidence);
    if (confidence >= cascade->minConfidence.value_or(kDefaultMinConfidence))
        return {Kind::Accept, last.tier, "cascade_" + last.tier + "_success", false};
    const std::string &next = steps[attempts.size()];
    return {Kind::Try, next, "escalated_to_" + next, true};
}

RetryStep afterFailure(const PolicyDocument &document, const PolicyBody &body, std::string_view tier,
                       std::int64_t failures, std::int64_t total)
{
    const Retry retry = body.routing && body.routing->retry ? *body.routing->retry : Retry{};
    if (total >= retry.maxAttempts.value_or(1))
        return {RetryStep::Kind::GiveUp, std::string(tier), 0};
    const std::int64_t doublings = std::clamp<std::int64_t>(failures - 1, 0, 20);
    constexpr std::int64_t kMaxWaitMs = 3'600'000;
    const std::int64_t wait = std::min(retry.backoffMs.value_or(0), kMaxWaitMs) << doublings;
    const auto index = document.tierIndex(tier);
    if (retry.escalateAfter && failures >= *retry.escalateAfter && index && *index + 1 < document.tiers.size())
        return {RetryStep::Kind::Escalate, document.tiers[*index + 1].id, std::min(wait, kMaxWaitMs)};
    return {RetryStep::Kind::Retry, std::string(tier), std::min(wait, kMaxWaitMs)};
}

std::string cheaperTier(const PolicyDocument &document, std::string_view tier)
{
    const auto index = document.tierIndex(tier);
    return index && *index > 0 ? document.tiers[*index - 1].id : std::string(tier);
}

} // namespace flyball
