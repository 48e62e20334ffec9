// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"
#include "core/policy/document/document.h"

#include <optional>
#include <string>
#include <vector>

namespace flyball {

/// Prices of a call in pico-USD per million tokens, at the dearest rate the call could be billed at.
struct CallRates {
    std::int64_t inputPerMTok = 0;
    std::int64_t outputPerMTok = 0;
};
/// input * rate + output * rate, rounded up to a whole pico-USD: a reservation is never too small.
[[nodiscard]] UsdSum worstCost(const CallRates &rates, std::int64_t inputTokens, std::int64_t outputTokens);

/// What a run has used. Settled amounts are known; reserved ones are held by calls under way.
struct Consumed {
    std::int64_t tokens = 0; ///< input + output of all calls, cached input counted fully
    /// Unpriced calls at the dearest tier's rate (policy.md 2.1). Absent: not even that is known.
    std::optional<UsdSum> usd = UsdSum();
    std::int64_t calls = 0; ///< sent so far
    std::int64_t reservedTokens = 0;
    UsdSum reservedUsd;
};

/// The next call, before it is sent.
struct CallEstimate {
    std::int64_t inputTokens = 0;
    std::optional<std::int64_t> maxOutputTokens; ///< what the caller asks for
    std::optional<CallRates> rates;              ///< absent: its price is unknown
    /// The one last call that `summarize_and_close` may make: it may use the closing allowance and is
    /// held to the hard caps only.
    bool closing = false;
};

/// Kept free inside the hard cap for the closing call when on_hard is summarize_and_close.
struct ClosingAllowance {
    std::int64_t tokens = 0;
    UsdSum usd;
};

struct BudgetDecision {
    enum class Verdict { Allow, Soft, Hard }; ///< in order of severity
    Verdict verdict = Verdict::Allow;
    std::vector<SoftAction> actions;           ///< Soft: what applies from this call on
    HardAction hardAction = HardAction::Abort; ///< Hard: the policy's, abort when it names none
    std::string cap;                           ///< pointer of the deciding cap in the effective policy
    std::string reason;                        ///< one sentence with the figures
    std::optional<std::int64_t> outputLimit;   ///< reserve(): max output tokens to send the call with
    std::optional<std::int64_t> trimInputTo;   ///< reserve(): the input must be cut to this many tokens
    std::int64_t reserveTokens = 0;            ///< reserve(): to hold until the call settles
    std::optional<UsdSum> reserveUsd;          ///< reserve(): absent when the price is unknown
    friend bool operator==(const BudgetDecision &, const BudgetDecision &) = default;
};

/// Where a run stands (article S2): consumed >= hard, or calls >= max_iterations, is Hard; consumed >=
/// soft is Soft. Reserved amounts do not count. A USD cap against an unknown cost decides as if it were
/// reached: Hard for a hard cap, Soft for a soft one. A disabled policy allows everything. Pure.
[[nodiscard]] BudgetDecision check(const PolicyBody &body, const Consumed &consumed);

/// Whether the next call may be sent, and how (policy.md 2.3): as check(), and Hard also when consumed +
/// reserved + input + max output (+ closing allowance) > hard. The input is judged as it stands, then
/// cut to call_max_tokens (article S3). The output limit is the least of what the caller asks,
/// call_max_output_tokens, half of that under halve_output, call_max_tokens - input, and, when nobody
/// names one, what the hard caps leave. Sending the call with anything else voids the cap. Pure.
[[nodiscard]] BudgetDecision reserve(const PolicyBody &body, const Consumed &consumed, const CallEstimate &estimate,
                                     const ClosingAllowance &closing = {});

/// Spend of one window so far; absent: not known.
struct PeriodSpend {
    PeriodWindow window = PeriodWindow::Hour;
    std::optional<UsdSum> spent;
    UsdSum reserved;
};

/// The caps of calendar windows; `estimate` absent: the call's price is unknown; 0 for a mere check.
/// `path` is "/budget/periods" or "/fleet/periods". A hard cap whose spend is not given is reached. Pure.
[[nodiscard]] BudgetDecision checkPeriods(const std::vector<PeriodCap> &caps, const std::vector<PeriodSpend> &spend,
                                          const std::optional<UsdSum> &estimate, const Budget &budget,
                                          const std::string &path = "/budget/periods");

/// Worst-case spend past a hard cap (reliability.md 4) where the enforcer does not reserve: calls in flight
/// times the dearest call, plus what is spent until a crossing is seen and acted upon, rounded up. An
/// agent that reserves has 0. Beyond cap + bound, a cap that was verified is contradicted. Pure.
[[nodiscard]] UsdSum overshootBound(std::int64_t callsInFlight, const UsdSum &dearestCall, const UsdSum &spendPerHour,
                                    TimeNs lag);

/// The graver of two decisions; the first when they are equal.
[[nodiscard]] BudgetDecision graver(BudgetDecision a, BudgetDecision b);

} // namespace flyball
