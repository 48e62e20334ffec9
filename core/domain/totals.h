// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/money.h"
#include "core/domain/call.h"

namespace flyball {

enum class CostBound : std::uint8_t { Exact, AtLeast, Estimate };

/// Sums over calls: the one fold behind every number on every page, export and report.
/// add() and subtract() are exact inverses; merging is associative and commutative.
struct Totals {
    std::int64_t calls = 0; ///< every model call seen, failed ones included
    std::int64_t errors = 0;
    std::int64_t callsWithoutUsage = 0; ///< not failed, yet no counts
    std::int64_t callsEstimated = 0;
    std::int64_t callsPartial = 0;
    std::int64_t callsPlaceholder = 0;
    std::int64_t callsUnpriced = 0;
    std::int64_t callsCostReported = 0;
    std::int64_t callsCacheSplitHidden = 0; ///< the producer hides cache counts: the cost may be too high
    std::int64_t responseCacheHits = 0;     ///< served without a model; not calls
    std::array<std::int64_t, kTokenClasses> tokens{};
    std::int64_t tokensUnpriced = 0; ///< of unpriced calls, and of meters where no call is counted
    std::int64_t cacheKnownIn = 0;   ///< input of calls whose producer carries cache counts
    UsdSum cost;                     ///< of the priced calls
    UsdSum costReported;             ///< what producers said, beside `cost`, never instead
    std::int64_t callsReportingCost = 0;

    void add(const Call &call) { fold(call, 1); }
    void subtract(const Call &call) { fold(call, -1); }
    Totals &operator+=(const Totals &other);
    Totals &operator-=(const Totals &other);
    friend bool operator==(const Totals &, const Totals &) = default;

    [[nodiscard]] bool isZero() const { return *this == Totals{}; }
    /// Whether a model was used at all, as calls or meters tell. What only a cache answered is not.
    [[nodiscard]] bool anyUse() const { return calls > 0 || allTokens() > 0 || !cost.isZero(); }
    [[nodiscard]] std::int64_t token(TokenClass c) const { return tokens[static_cast<std::size_t>(c)]; }
    [[nodiscard]] std::int64_t inTotal() const;
    [[nodiscard]] std::int64_t outTotal() const;
    [[nodiscard]] std::int64_t allTokens() const { return inTotal() + outTotal(); }
    /// Rule 3a.3. `rejected`: lines of the same sources that could not be read.
    [[nodiscard]] CostBound bound(std::int64_t rejected = 0) const;
    /// Nothing was priced though calls should have been: the cost is not known, and not zero. A call that failed and
    /// was not counted costs nothing; one without a price or without counts is missing.
    [[nodiscard]] bool costUnknown() const;
    /// Rule 3a.12: cache_read / input over calls whose producer carries cache counts.
    [[nodiscard]] std::optional<double> cacheHitRate() const;
    /// Share of tokens that have a price, 0..1; nothing when no tokens were seen.
    [[nodiscard]] std::optional<double> pricedShare() const;

private:
    void fold(const Call &call, std::int64_t sign);
};

} // namespace flyball
