// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/policy/json.h"
#include "core/base/money.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flyball::agentsim {

/// Why a policy is not taken up; travels back in the acknowledgement.
struct Refusal {
    std::string code; ///< invalid, unsupported, stale_revision, bad_signature, internal
    std::string path; ///< JSON pointer
    std::string message;
};

enum class SoftStep : std::uint8_t { Warn, CompressContext, HalveOutput, DowngradeTier, LimitTools };
/// A set of SoftStep, one bit each.
using SoftSteps = std::uint8_t;
[[nodiscard]] constexpr SoftSteps bitOf(SoftStep step)
{
    return static_cast<SoftSteps>(1U << static_cast<unsigned>(step));
}
/// 0 for a word it does not know.
[[nodiscard]] SoftSteps softStepOf(std::string_view word);

struct RunLimit {
    std::optional<std::int64_t> tokens;
    std::optional<PicoUsd> usd;
};

struct RoutingRule {
    std::string id;
    std::string tier;
    bool allowCascade = false;
    std::optional<std::vector<std::string>> taskTypes, keywords;
    std::optional<std::int64_t> docsBelow, docsFrom;
    std::optional<bool> security, multiStep;
    std::optional<double> confidenceAbove;
    std::optional<std::string> agent, segment;
};

/// The part of an effective policy that the simulated agents act on. Absent means: no such limit.
struct PolicyRules {
    bool enabled = true;
    RunLimit soft, hard;
    std::optional<std::int64_t> callTokens, callOutput, calls;
    SoftSteps onSoft = 0;
    bool closes = false; ///< on_hard is summarize_and_close
    bool windows = false, hardWindows = false;

    bool routes = false;
    std::string defaultTier;
    std::vector<RoutingRule> rules;
    std::string plannerTier, executorTier;
    bool cascades = false;
    std::string cascadeStart;
    std::optional<std::vector<std::string>> cascadeOrder;
    double minConfidence = 0.85, missingConfidence = 0.75;
    std::optional<std::int64_t> escalations;
    std::optional<std::int64_t> attempts, backoffMs, escalateAfter;

    std::optional<bool> promptCache;
    bool staticFirst = false;
    std::int64_t cacheFrom = 0; ///< shortest prompt worth caching, tokens

    std::string context; ///< full, window, summarize, score; empty: nothing said
    std::int64_t keepTurns = 3, summaryTokens = 300;
    std::optional<std::int64_t> compressAbove;
    std::string summaryTier;

    std::map<std::string, std::int64_t> outputByTask;
    int outputPercent = 100, reasoningPercent = 100;
    std::optional<std::int64_t> toolCalls;

    bool breaker = false;
    std::optional<std::int64_t> sameCall, sameError;
    std::optional<double> outputRatio;
    std::string supervisorTier;
    std::optional<std::int64_t> checkEvery; ///< calls between two looks of the supervisor
    enum class Action : std::uint8_t { Alert, Close, Abort } breakerAction = Action::Alert;
};

/// Reads an effective body and checks what the rules depend on: every tier is one of `tiers`, soft caps lie
/// below hard ones. `unknown` gets the pointers of what these agents do not act on; may be null.
[[nodiscard]] std::optional<Refusal> readRules(const Json &body, const std::vector<std::string> &tiers,
                                               const std::string &path, PolicyRules &out,
                                               std::vector<std::string> *unknown);
/// In force while there is no policy and the channel cannot be reached: enough to work, too little to hurt.
[[nodiscard]] PolicyRules builtInCaps();

} // namespace flyball::agentsim
