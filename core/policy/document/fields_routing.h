// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/policy: see fields.h.
#pragma once

#include "core/policy/document/fields_budget.h"

namespace flyball {

template <typename Io, Is<Tier> T>
void fields(Io &io, T &x)
{
    io.requiredText("id", x.id);
    io.requiredTexts("models", x.models, 1);
}

template <typename Io, Is<TokenRange> T>
void fields(Io &io, T &x)
{
    io.atLeastOneMember();
    io.integer("lt", x.lt, std::nullopt);
    io.integer("gte", x.gte, std::nullopt);
}

template <typename Io, Is<Condition> T>
void fields(Io &io, T &x)
{
    io.texts("task_type", x.taskTypes, 1);
    io.part("doc_tokens", x.docTokens);
    io.flag("security_sensitive", x.securitySensitive);
    io.flag("multi_step_reasoning", x.multiStepReasoning);
    io.probability("required_confidence_gt", x.requiredConfidenceGt);
    io.text("agent", x.agent);
    io.text("user_segment", x.userSegment);
    io.texts("keywords_any", x.keywordsAny, 0);
}

template <typename Io, Is<Rule> T>
void fields(Io &io, T &x)
{
    io.requiredText("id", x.id);
    io.requiredPart("when", x.when);
    io.requiredText("tier", x.tier);
    io.flag("allow_cascade", x.allowCascade);
    io.text("reason", x.reason);
}

template <typename Io, Is<Cascade> T>
void fields(Io &io, T &x)
{
    io.flag("enabled", x.enabled);
    io.text("start_tier", x.startTier);
    io.texts("order", x.order, 0);
    io.probability("min_confidence", x.minConfidence);
    io.probability("missing_confidence", x.missingConfidence);
    io.integer("max_escalations", x.maxEscalations, 0);
}

template <typename Io, Is<PlannerExecutor> T>
void fields(Io &io, T &x)
{
    io.requiredText("planner_tier", x.plannerTier);
    io.requiredText("executor_tier", x.executorTier);
    io.integer("executor_self_checks", x.executorSelfChecks, 0);
}

template <typename Io, Is<Retry> T>
void fields(Io &io, T &x)
{
    io.integer("max_attempts", x.maxAttempts, 1);
    io.integer("backoff_ms", x.backoffMs, 0);
    io.integer("escalate_after", x.escalateAfter, 1);
}

template <typename Io, Is<Routing> T>
void fields(Io &io, T &x)
{
    io.text("default_tier", x.defaultTier);
    io.parts("rules", x.rules);
    io.part("cascade", x.cascade);
    io.part("planner_executor", x.plannerExecutor);
    io.part("retry", x.retry);
}

} // namespace flyball
