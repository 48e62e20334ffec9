// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/pricing: exact arithmetic of one call.
#pragma once

#include "core/base/money.h"
#include "core/pricing/book/factors.h"

namespace flyball {

using Wide = __int128;

struct Ratio {
    Wide top = 1;
    Wide bottom = 1;
    bool overflow = false;

    void multiply(const Factor &factor)
    {
        overflow |= __builtin_mul_overflow(top, static_cast<Wide>(factor.numerator), &top);
        overflow |= __builtin_mul_overflow(bottom, static_cast<Wide>(factor.denominator), &bottom);
    }
    [[nodiscard]] bool isOne() const { return top == bottom; }
};

Cost unpriced(Unpriced reason, std::uint32_t flags = 0)
{
    Cost cost;
    cost.reason = reason;
    cost.flags = flags;
    return cost;
}

/// numerator / denominator half-even, or false when it does not fit.
inline bool roundTo(Wide numerator, Wide denominator, PicoUsd &out)
{
    if (numerator >= 0 && numerator <= INT64_MAX && denominator <= INT64_MAX / 2) {
        // The common case, kept out of the 128-bit division.
        const auto n = static_cast<std::int64_t>(numerator);
        const auto d = static_cast<std::int64_t>(denominator);
        const std::int64_t quotient = n / d;
        const std::int64_t twice = (n % d) * 2;
        out = quotient + (twice > d || (twice == d && (quotient & 1) != 0) ? 1 : 0);
        return true;
    }
    if (numerator / denominator >= INT64_MAX)
        return false;
    out = divideHalfEven(numerator, denominator);
    return true;
}

/// The same for atto-USD to pico-USD; the constant divisor keeps the common case fast.
inline bool roundToPico(Wide atto, PicoUsd &out)
{
    if (atto < 0 || atto > INT64_MAX)
        return roundTo(atto, kAttoPerPico, out);
    const auto n = static_cast<std::int64_t>(atto);
    const std::int64_t quotient = n / kAttoPerPico;
    const std::int64_t twice = n % kAttoPerPico * 2;
    out = quotient + (twice > kAttoPerPico || (twice == kAttoPerPico && (quotient & 1) != 0) ? 1 : 0);
    return true;
}

} // namespace flyball
