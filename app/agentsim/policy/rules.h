// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/policy/payload.h"

namespace flyball::agentsim {

/// What is known of a call before it is sent.
struct TaskView {
    std::string_view taskType, agent, segment, text;
    std::int64_t inputTokens = 0;
    bool security = false, multiStep = false, planner = false, executor = false;
};

struct Routed {
    std::optional<std::size_t> tier;  ///< index; nothing: the policy says nothing, the agent's own choice stands
    std::string_view why = "default"; ///< rule, default, role
    bool allowCascade = false;
};
/// By role, else the first rule that holds, else the default tier.
[[nodiscard]] Routed routeTask(const PolicyRules &rules, const std::vector<UsableTier> &tiers, const TaskView &task);
/// The tiers to try in turn, the last of which is `goal`; more than one only where a cascade is allowed.
[[nodiscard]] std::vector<std::size_t> cascadeSteps(const PolicyRules &rules, const std::vector<UsableTier> &tiers,
                                                    std::size_t goal, bool allowed);
/// Whether an answer of this confidence goes to the next step; absent counts as the policy says.
[[nodiscard]] bool escalates(const PolicyRules &rules, std::optional<double> confidence);

/// What a run has used; held amounts belong to calls under way.
struct RunSpend {
    std::int64_t tokens = 0;
    std::optional<PicoUsd> usd = 0; ///< absent: some of it is unknown
    std::int64_t calls = 0;
    std::int64_t heldTokens = 0;
    PicoUsd heldUsd = 0;
};

struct NextCall {
    std::int64_t inputTokens = 0;
    std::int64_t askedOutput = 0;
    std::optional<ListRate> rate;
    bool closing = false;
    SoftSteps wider = 0; ///< what the soft caps of windows asked for
};

/// Kept free inside the hard caps for the one last call of summarize_and_close.
struct Allowance {
    std::int64_t tokens = 0;
    PicoUsd usd = 0;
};

struct Permit {
    std::string cap; ///< of the hard cap that denies; empty: the call may be sent
    SoftSteps steps = 0;
    std::int64_t outputLimit = 0;
    std::optional<std::int64_t> trimTo; ///< the input must be cut to so many tokens
    std::int64_t holdTokens = 0;
    std::optional<PicoUsd> holdUsd;
};

/// Rounded up: a reservation is never too small.
[[nodiscard]] PicoUsd worstCost(const ListRate &rate, std::int64_t inputTokens, std::int64_t outputTokens);
/// What the soft caps ask of a run that stands here.
[[nodiscard]] SoftSteps softSteps(const PolicyRules &rules, const RunSpend &spent);
/// Whether the next call may be sent, and how: everything used or held, plus the most it can cost, stays
/// within the hard caps. Pure.
[[nodiscard]] Permit permitCall(const PolicyRules &rules, const RunSpend &spent, const NextCall &call,
                                const Allowance &closing);

/// One finished call, as the circuit breaker sees it. 0 and empty: unknown, or nothing of the kind.
struct BreakerFact {
    std::uint64_t tool = 0; ///< tool and arguments, hashed
    std::string_view error;
    std::optional<std::int64_t> input, output;
};
/// The rule that fires on the calls of a run, oldest first: "L1", "L2", "L4" or nothing.
[[nodiscard]] std::string_view brokenRule(const PolicyRules &rules, const std::vector<BreakerFact> &calls);

} // namespace flyball::agentsim
