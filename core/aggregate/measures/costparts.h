// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"

namespace flyball {

/// What the cost of one call is made of, exact in pico-USD: the ledger keeps the sum and the rule, the catalog the
/// rates. Parts are given only when the catalog in force makes the very sum that is stored, by the very rule.
struct CostParts {
    bool known = false;
    PicoUsd output = 0; ///< classes OutText, OutReasoning, OutAudio (metrics.md 3: output cost share)
    /// Cost with all cached input at the input rate, less the cost (metrics.md 3, savings from prompt cache:
    /// SUM read * (r_in - r_read) - SUM write * (r_write - r_in), by tier, factors and one rounding per call).
    PicoUsd saved = 0;
};

} // namespace flyball
