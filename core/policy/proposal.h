// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/samples.h"

#include <map>

namespace flyball {

/// Runs below which a percentile is not given (metrics.md 3: n with which the largest value passes the
/// percentile at 95 % confidence, rounded up there).
inline constexpr std::int64_t kMinForP95 = 59;
inline constexpr std::int64_t kMinForP99 = 300;
inline constexpr std::int64_t kMinForP995 = 600;

/// Distribution of one quantity over successful runs. Percentiles are of type 7 (linear between order
/// statistics), money rounded half-even to pico-USD. Absent: too few runs; P50 needs one.
template <typename T>
struct Distribution {
    std::int64_t n = 0;       ///< runs in which the quantity is known
    std::int64_t unknown = 0; ///< successful runs left out because it is not
    std::optional<T> p50, p95, p99;
    std::optional<T> p99Upper; ///< upper 95 % confidence bound of P99: an order statistic
    friend bool operator==(const Distribution &, const Distribution &) = default;
};

struct StepOutput {
    std::int64_t n = 0;                   ///< outputs of successful runs
    std::optional<std::int64_t> limit;    ///< proposed: P99.5, rounded up
    std::optional<std::int64_t> limitNow; ///< in force, when there is one
    std::int64_t nearLimit = 0;           ///< outputs within 5 % of the limit in force, or above it
    bool crowded = false;                 ///< more than 1 % of them: the prompt is under-specified (S2)
    friend bool operator==(const StepOutput &, const StepOutput &) = default;
};

/// metrics.md 3.5. A value is absent when the data do not carry it; `notes` says so with n.
struct BudgetProposal {
    Distribution<std::int64_t> tokens;
    Distribution<UsdSum> usd;
    Distribution<std::int64_t> iterations;
    std::optional<std::int64_t> softTokens; ///< P95
    std::optional<std::int64_t> hardTokens; ///< ceil(1.1 * p99Upper)
    std::optional<UsdSum> softUsd;
    std::optional<UsdSum> hardUsd;
    std::optional<std::int64_t> maxIterations; ///< P99 rounded up, + 1
    std::map<std::string, StepOutput> steps;
    std::vector<std::string> notes;
    friend bool operator==(const BudgetProposal &, const BudgetProposal &) = default;
};

/// Proposes a budget from closed runs of one workflow; only successful ones count. `limits` are the
/// output limits in force by step, `limit` that of every other step. Pure; O(n log n).
[[nodiscard]] BudgetProposal proposeBudget(const std::vector<RunSample> &runs,
                                           const std::map<std::string, std::int64_t> &limits = {},
                                           std::optional<std::int64_t> limit = std::nullopt);

/// Rank (1-based) of the order statistic that is an upper confidence bound of a percentile: the smallest
/// k with P(Binomial(n, p) < k) >= confidence; nothing when even the largest value is none.
[[nodiscard]] std::optional<std::int64_t> upperBoundRank(std::int64_t n, double p, double confidence = 0.95);

} // namespace flyball
