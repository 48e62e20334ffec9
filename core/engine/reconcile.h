// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

#include "core/base/money.h"
#include "core/base/result.h"
#include "core/base/symbols.h"
#include "core/ledger/ledger.h"
#include "core/pricing/catalog.h"

namespace flyball {

/// Why two channels give the same calls another price. Of a call that both tell of, with what each would have cost
/// by its own record alone:
///   missing   one of the two carries no counts or no price: the whole known cost, with its sign
///   estimate  the counts differ, and one of the two says that its own are not exact
///   counts    the counts differ, both exact as far as they know
///   price     the same counts by another model, provider or tier
/// Counts are compared at the first channel's price, so the steps of a call sum to its difference exactly.
enum class DifferenceReason : std::uint8_t { Missing, Estimate, Counts, Price };
inline constexpr std::size_t kDifferenceReasons = 4;

/// Two sources that tell the same calls: `first` names them, `second` tells them as well.
struct ChannelPair {
    Symbol first = 0, second = 0;
    std::int64_t both = 0;    ///< calls told by both, counted once
    UsdSum counted;           ///< what was counted for them
    UsdSum firstCost;         ///< what the first record of them alone would cost, where it can be told
    UsdSum secondCost;        ///< same for the second
    UsdSum stated;            ///< what the second says they cost, by its own account
    std::int64_t stating = 0; ///< of how many calls it says so
    struct Reason {
        std::int64_t calls = 0;
        UsdSum difference; ///< second less first
    };
    Reason reasons[kDifferenceReasons]; ///< sum of the differences = secondCost - firstCost
    struct Only {
        std::int64_t calls = 0, failed = 0, unpriced = 0;
        UsdSum cost;
        std::shared_ptr<std::unordered_set<std::uint64_t>> members; ///< callKey() of them, for CallFilter
    };
    Only onlyFirst, onlySecond; ///< inside the span of time in which both told something
    std::int64_t refused = 0;   ///< same response id, times too far apart: two calls
    [[nodiscard]] Only &only(bool second_) { return second_ ? onlySecond : onlyFirst; }
};

/// Pairs of sources with at least one call in common in [since, until), most calls first. Reads every record of
/// that time: for the query thread. Sessions whose events name no request (Codex, Gemini CLI) are compared session by
/// session: equal counts first, the rest in order of time.
[[nodiscard]] Result<std::vector<ChannelPair>> reconcile(Ledger &ledger, const SymbolTable &symbols,
                                                         std::shared_ptr<const PriceCatalog> catalog, TimeNs since,
                                                         TimeNs until);

} // namespace flyball
