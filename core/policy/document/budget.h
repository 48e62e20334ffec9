// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"
#include "core/policy/document/enums.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flyball {

// Caps of a policy. An absent value means "not set here", never 0 and never "no limit"; money is in
// USD without loss (whole USD and pico-USD).

/// Tokens (input + output of all calls of a run, cached ones counted fully) and USD, whichever is
/// reached first.
struct Limit {
    std::optional<std::int64_t> tokens;
    std::optional<UsdSum> usd;
    friend bool operator==(const Limit &, const Limit &) = default;
};

/// Spend of one calendar window in the policy's time zone; 0 USD is a cap that lets nothing pass.
struct PeriodCap {
    PeriodWindow window = PeriodWindow::Hour;
    std::optional<UsdSum> softUsd;
    std::optional<UsdSum> hardUsd;
    friend bool operator==(const PeriodCap &, const PeriodCap &) = default;
};

struct Budget {
    std::optional<Limit> runSoft;
    std::optional<Limit> runHard;
    std::optional<std::int64_t> callMaxTokens; ///< input + output of one call
    std::optional<std::int64_t> callMaxOutputTokens;
    std::optional<std::int64_t> maxIterations; ///< model calls per run
    std::optional<std::vector<PeriodCap>> periods;
    std::optional<std::vector<SoftAction>> onSoft;
    std::optional<HardAction> onHard;
    friend bool operator==(const Budget &, const Budget &) = default;
};

} // namespace flyball
