// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/measures/orderinterval.h"

#include <cmath>

namespace flyball {

std::optional<std::pair<std::int64_t, std::int64_t>> orderRanks(std::int64_t n, int percent)
{
    if (n < 1 || percent <= 0 || percent >= 100)
        return std::nullopt;
    const double p = percent / 100.0, count = static_cast<double>(n);
    const double logP = std::log(p), logQ = std::log1p(-p), all = std::lgamma(count + 1);
    // Beyond 12 standard deviations nothing is left of the distribution that 5 % could depend on.
    const double spread = 12 * std::sqrt(count * p * (1 - p)) + 2;
    const auto first = static_cast<std::int64_t>(std::max(0.0, std::floor(count * p - spread)));
    double below = 0; // P(Bin < k)
    std::int64_t lower = 0, upper = 0;
    for (std::int64_t k = first; k <= n && upper == 0; ++k) {
        if (below <= 0.05)
            lower = k;
        if (below >= 0.95)
            upper = k;
        const auto at = static_cast<double>(k);
        below += std::exp(all - std::lgamma(at + 1) - std::lgamma(count - at + 1) + at * logP + (count - at) * logQ);
    }
    if (lower < 1 || upper < 1)
        return std::nullopt;
    return std::pair(lower, upper);
}

} // namespace flyball
