// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/document/document.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flyball {

/// One finished call of a run, as far as the breaker needs it.
struct BreakerCall {
    std::string call;  ///< tool and canonical arguments, or a hash of them; empty: no tool was called
    std::string error; ///< error class; empty: it succeeded
    std::optional<std::int64_t> inputTokens;
    std::optional<std::int64_t> outputTokens;
};

struct BreakerDecision {
    std::optional<BreakerAction> action; ///< fired: what to do; alert when the policy names none
    std::string rule;                    ///< "L1", "L2", "L4" of metrics.md 3.2
    std::string reason;
    bool supervise = false; ///< a supervisor call on `supervisorTier` is due, booked as step "supervisor"
    std::string supervisorTier;
    friend bool operator==(const BreakerDecision &, const BreakerDecision &) = default;
};

/// Looks at the calls of a run, oldest first. Fires on same_call_limit equal tool calls in a row or one
/// more than that among the last twice as many (3: 4 of 6), on same_error_limit equal errors in a row,
/// and on four calls in a row whose output / input is below min_output_ratio while the input grows.
/// Unknown counts never fire. A supervisor call is due after every check_every-th call. Pure.
[[nodiscard]] BreakerDecision checkBreaker(const PolicyBody &body, const std::vector<BreakerCall> &calls);

} // namespace flyball
