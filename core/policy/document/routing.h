// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flyball {

// Which tier serves a call. Probabilities are 0..1 as the nearest double, so that every client
// compares the same bits.

struct Tier {
    std::string id;
    std::vector<std::string> models; ///< "provider/model"; the first is preferred, the rest fall back
    friend bool operator==(const Tier &, const Tier &) = default;
};

/// Half-open range of document tokens: gte <= n < lt.
struct TokenRange {
    std::optional<std::int64_t> lt;
    std::optional<std::int64_t> gte;
    friend bool operator==(const TokenRange &, const TokenRange &) = default;
};

/// All named conditions must hold; none named matches everything.
struct Condition {
    std::optional<std::vector<std::string>> taskTypes;
    std::optional<TokenRange> docTokens;
    std::optional<bool> securitySensitive;
    std::optional<bool> multiStepReasoning;
    std::optional<double> requiredConfidenceGt;
    std::optional<std::string> agent;
    std::optional<std::string> userSegment;
    std::optional<std::vector<std::string>> keywordsAny;
    friend bool operator==(const Condition &, const Condition &) = default;
};

struct Rule {
    std::string id;
    Condition when;
    std::string tier;
    std::optional<bool> allowCascade;
    std::optional<std::string> reason;
    friend bool operator==(const Rule &, const Rule &) = default;
};

struct Cascade {
    std::optional<bool> enabled;
    std::optional<std::string> startTier;
    std::optional<std::vector<std::string>> order;
    std::optional<double> minConfidence;
    std::optional<double> missingConfidence; ///< stands for an answer that states none
    std::optional<std::int64_t> maxEscalations;
    friend bool operator==(const Cascade &, const Cascade &) = default;
};

struct PlannerExecutor {
    std::string plannerTier;
    std::string executorTier;
    std::optional<std::int64_t> executorSelfChecks;
    friend bool operator==(const PlannerExecutor &, const PlannerExecutor &) = default;
};

struct Retry {
    std::optional<std::int64_t> maxAttempts;
    std::optional<std::int64_t> backoffMs; ///< before the second attempt; doubles from then on
    std::optional<std::int64_t> escalateAfter;
    friend bool operator==(const Retry &, const Retry &) = default;
};

struct Routing {
    std::optional<std::string> defaultTier;
    std::optional<std::vector<Rule>> rules; ///< the first match wins
    std::optional<Cascade> cascade;
    std::optional<PlannerExecutor> plannerExecutor;
    std::optional<Retry> retry;
    friend bool operator==(const Routing &, const Routing &) = default;
};

} // namespace flyball
