// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/document/document.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

enum class AgentRole : std::uint8_t { None, Planner, Executor };

/// What is known of a call before it is sent. What is not known counts as the articles' router has it
/// (task.get(..., 0)): no document is 0 tokens, no flag is false, no confidence asked for is 0.
struct TaskFacts {
    std::string taskType;
    std::int64_t docTokens = 0;
    bool securitySensitive = false;
    bool multiStepReasoning = false;
    double requiredConfidence = 0;
    std::string agent;
    std::string userSegment;
    std::string text; ///< the task in words, for keywords_any; ASCII case does not count
    AgentRole role = AgentRole::None;
    bool allowCascade = true; ///< false: the caller forbids it for this task
};

/// Every named condition of `when` holds.
[[nodiscard]] bool holds(const Condition &when, const TaskFacts &task);

struct RouteDecision {
    enum class By { Nothing, Role, Rule, Default };
    By by = By::Nothing; ///< Nothing: the policy names no tier for this task; the caller's own choice stands
    std::string tier;
    std::size_t rule = 0; ///< index, when by Rule
    std::string reason;   ///< the rule's, else its id; "default routing"
    bool allowCascade = false;
    friend bool operator==(const RouteDecision &, const RouteDecision &) = default;
};

/// Tier of a call: planner_executor for a call that states its role, else the first rule that holds,
/// else default_tier. Pure. `body` is an effective policy; a disabled one decides nothing.
[[nodiscard]] RouteDecision route(const PolicyBody &body, const TaskFacts &task);

inline constexpr double kDefaultMinConfidence = 0.85;
inline constexpr double kDefaultMissingConfidence = 0.75;

/// One answer of a cascade. A confidence that is absent or no number from 0 to 1 counts as missing.
struct CascadeAttempt {
    std::string tier;
    std::optional<double> confidence;
};

struct CascadeStep {
    enum class Kind { Try, Accept };
    Kind kind = Kind::Try;
    std::string tier;        ///< to try, or whose answer (the last attempt) is accepted
    std::string reason;      ///< "cascade_cheap_success", "direct_frontier", "escalated_to_mid"
    bool escalation = false; ///< Try: a move up from a rejected answer, whose cost was wasted
    friend bool operator==(const CascadeStep &, const CascadeStep &) = default;
};

/// What to do next, after the attempts so far. The decided tier is called directly unless the rule
/// allows a cascade, cascades are enabled and tiers of `order` lie below it. Then these are tried in
/// turn from start_tier on; an answer is accepted when its confidence is >= min_confidence, the decided
/// tier's in any case. The last move that max_escalations allows leads to the decided tier, so that the
/// limit costs money, never quality; 0 means no cascade. The cost of all attempts is the task's. Pure.
[[nodiscard]] CascadeStep nextCascadeStep(const PolicyDocument &document, const PolicyBody &body,
                                          const RouteDecision &decision, bool taskAllowsCascade,
                                          const std::vector<CascadeAttempt> &attempts);

struct RetryStep {
    enum class Kind { Retry, Escalate, GiveUp };
    Kind kind = Kind::GiveUp;
    std::string tier;
    std::int64_t waitMs = 0;
    friend bool operator==(const RetryStep &, const RetryStep &) = default;
};

/// After `failures` failed attempts on `tier` (and `total` in all): wait backoff_ms * 2^(failures - 1)
/// and try again, or go one tier up after escalate_after of them; give up at max_attempts (1 when
/// absent). There is no tier above the strongest: it is retried. Pure.
[[nodiscard]] RetryStep afterFailure(const PolicyDocument &document, const PolicyBody &body, std::string_view tier,
                                     std::int64_t failures, std::int64_t total);

/// One tier cheaper; the cheapest stays. For the soft action downgrade_tier.
[[nodiscard]] std::string cheaperTier(const PolicyDocument &document, std::string_view tier);

} // namespace flyball
