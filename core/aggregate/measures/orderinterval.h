// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

namespace flyball {

/// Ranks (from 1) of the order statistics between which a percentile lies with 90 % confidence (metrics.md 3), 5 %
/// on each side: the largest l with P(Bin(n, p) < l) <= 0.05, the smallest u with P(Bin(n, p) < u) >= 0.95.
/// Nothing when even the smallest or the largest value is no bound: below 59 runs for P95, 299 for P99.
[[nodiscard]] std::optional<std::pair<std::int64_t, std::int64_t>> orderRanks(std::int64_t n, int percent);

} // namespace flyball
