// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/check/rule_cover.h"
#include "core/policy/check/scope_check.h"
#include "core/policy/route.h"

#include <algorithm>

namespace flyball {

namespace {

std::string numberText(double value) { return JsonNumber::of(value).text(); }

std::string ruleName(const std::vector<Rule> &rules, std::size_t index)
{
    return "rule " + std::to_string(index + 1) + ' ' + inQuotes(rules[index].id);
}

void explain(ScopeCheck &scope, const RuleProblem &problem)
{
    const Routing &routing = *scope.effective.body.routing;
    const std::vector<Rule> &rules = *routing.rules;
    const std::string path = pointerAt("/routing/rules", problem.rule);
    const std::string name = ruleName(rules, problem.rule);
    if (problem.kind == RuleProblem::Kind::Impossible) {
        scope.add(Severity::Warning, "rule_impossible", path, name + " contradicts itself: no task can match it");
    } else if (problem.kind == RuleProblem::Kind::Covered) {
        std::string by;
        for (const std::size_t index : problem.by)
            by += (by.empty() ? "" : ", ") + ruleName(rules, index);
        scope.add(Severity::Warning, "rule_never_matches", path,
                  name + " can never match: earlier rules take all its tasks: " + by);
    } else if (routing.defaultTier
               && scope.document.tierIndex(*routing.defaultTier) != scope.document.tiers.size() - 1) {
        scope.add(Severity::Warning, "sensitive_falls_to_default", path,
                  name
                      + " is for tasks that are not security sensitive; the sensitive ones match no rule and fall to "
                        "the default tier "
                      + inQuotes(*routing.defaultTier));
    }
}

void checkRules(ScopeCheck &scope, const std::vector<Rule> &rules)
{
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::string path = pointerAt("/routing/rules", i);
        scope.tier(rules[i].tier, pointerAt(path, "tier"));
        for (std::size_t j = 0; j < i; ++j) {
            if (rules[j].id == rules[i].id) {
                scope.add(Severity::Error, "rule_id_twice", pointerAt(path, "id"),
                          ruleName(rules, i) + " has the id of rule " + std::to_string(j + 1));
                break;
            }
        }
    }
    if (!scope.setHere("/routing/rules") && !scope.setHere("/routing/default_tier"))
        return; // a list of rules is cut into regions once, not once per override
    for (const RuleProblem &problem : ruleProblems(rules))
        explain(scope, problem);
}

void checkCascade(ScopeCheck &scope, const Cascade &cascade)
{
    const std::string at = "/routing/cascade";
    scope.tier(cascade.startTier, at + "/start_tier");
    const std::vector<std::string> order = cascade.order.value_or(std::vector<std::string>{});
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::string path = pointerAt(at + "/order", i);
        scope.tier(order[i], path);
        if (std::find(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(i), order[i])
            != order.begin() + static_cast<std::ptrdiff_t>(i))
            scope.add(Severity::Error, "cascade_cycle", path, "the cascade comes back to tier " + inQuotes(order[i]));
        const auto index = scope.document.tierIndex(order[i]);
        if (index && last && *index < *last)
            scope.add(Severity::Warning, "cascade_goes_down", path,
                      "the cascade goes down to tier " + inQuotes(order[i]) + " after a stronger one");
        last = index ? index : last;
    }
    if (cascade.startTier && cascade.order && std::find(order.begin(), order.end(), *cascade.startTier) == order.end())
        scope.add(Severity::Error, "start_not_in_order", at + "/start_tier",
                  "the cascade starts at tier " + inQuotes(*cascade.startTier) + ", which is not in its order",
                  at + "/order");
    const double least = cascade.minConfidence.value_or(kDefaultMinConfidence);
    const double missing = cascade.missingConfidence.value_or(kDefaultMissingConfidence);
    if (missing >= least && cascade.enabled.value_or(false))
        scope.add(Severity::Error, "missing_confidence_passes",
                  cascade.minConfidence ? at + "/min_confidence" : at + "/missing_confidence",
                  "an answer without confidence counts as " + numberText(missing)
                      + (cascade.missingConfidence ? "" : " (the default)") + " and would always pass the threshold "
                      + numberText(least),
                  cascade.missingConfidence ? at + "/missing_confidence" : "");
}

} // namespace

void ScopeCheck::tier(const std::optional<std::string> &id, const std::string &path)
{
    if (id && !document.tierIndex(*id))
        add(Severity::Error, "unknown_tier", path, "there is no tier " + inQuotes(*id));
}

void checkRouting(ScopeCheck &scope)
{
    const PolicyBody &body = scope.effective.body;
    if (body.context)
        scope.tier(body.context->summaryTier, "/context/summary_tier");
    if (body.circuitBreaker)
        scope.tier(body.circuitBreaker->supervisorTier, "/circuit_breaker/supervisor_tier");
    if (!body.routing)
        return;
    const Routing &routing = *body.routing;
    scope.tier(routing.defaultTier, "/routing/default_tier");
    if (routing.rules)
        checkRules(scope, *routing.rules);
    if (routing.cascade)
        checkCascade(scope, *routing.cascade);
    if (routing.plannerExecutor) {
        scope.tier(routing.plannerExecutor->plannerTier, "/routing/planner_executor/planner_tier");
        scope.tier(routing.plannerExecutor->executorTier, "/routing/planner_executor/executor_tier");
    }
}

} // namespace flyball
