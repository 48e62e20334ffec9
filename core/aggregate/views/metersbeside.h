// SPDX-License-Identifier: GPL-3.0-or-later
// What one source metered beside what others told call by call: are they the same calls?
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/money.h"
#include "core/base/symbols.h"
#include "core/base/time.h"

namespace flyball {

struct BesideSum {
    std::int64_t calls = 0; ///< 0 of meters
    std::int64_t input = 0, output = 0;
    std::int64_t unpriced = 0; ///< tokens without money
    UsdSum cost;

    [[nodiscard]] std::int64_t tokens() const { return input + output; }
    [[nodiscard]] bool isZero() const { return *this == BesideSum{}; }
    BesideSum &operator+=(const BesideSum &other);
    friend bool operator==(const BesideSum &, const BesideSum &) = default;
};

/// One minute of one model and workflow.
struct BesideCell {
    std::int64_t minute = 0; ///< index
    Symbol teller = 0;       ///< the source that told these calls; 0: the meters
    Symbol model = 0;        ///< one name for all its spellings
    Symbol workflow = 0;
    BesideSum sum;
};

struct BesideRow {
    Symbol model = 0;
    Symbol workflow = 0; ///< 0: what is left of the model where not both name the workflow
    BesideSum meters, calls;
    bool both = false; ///< the model is told by both
};

enum class BesideVerdict : std::uint8_t {
    Nothing,   ///< one of the two has nothing, or they share no model
    Same,      ///< they agree, stretch of time by stretch of time
    Different, ///< hardly ever at the same time, or far apart when they are
    Unclear,
};

/// Sums are of the time that both cover: from what either told first to what it told last, give or take kBesideSlack.
/// What lies outside of it is beside them, so that nothing is lost.
struct MetersBeside {
    std::vector<BesideRow> rows;   ///< by money of both, then tokens
    BesideSum meters, calls;       ///< of the models that both tell
    BesideSum metersAll, callsAll; ///< of every model
    BesideSum metersOutside, callsOutside;
    TimeNs from = 0, until = 0; ///< what both cover; equal: nothing
    TimeNs width = kHour;       ///< of one stretch: an hour, or a quarter where less than six hours are covered
    bool byMoney = false;       ///< the meters tell no tokens: money is compared
    // Stretches with anything of the models that both tell:
    std::int64_t both = 0, onlyMeters = 0, onlyCalls = 0;
    std::int64_t agreeing = 0; ///< of both
    double apart = 0;          ///< (meters - calls) / calls, of both sums, by tokens or money
    BesideVerdict verdict = BesideVerdict::Nothing;
    std::vector<Symbol> tellers; ///< whose calls these are, ascending

    [[nodiscard]] std::int64_t stretches() const { return both + onlyMeters + onlyCalls; }
};

/// A meter is read a while after the call, and a call may stand at its start or its end.
inline constexpr TimeNs kBesideSlack = 2 * kMinute;
/// Within a stretch: what rounding, retries and estimates may differ by.
inline constexpr double kBesideTolerance = 0.02;

/// `tellers`: only calls of these. Empty: of every source. A stretch agrees when the meters lie between the calls well
/// inside of it and those that a slack around it might have brought, give or take kBesideTolerance.
[[nodiscard]] MetersBeside putBeside(const std::vector<BesideCell> &cells, const std::vector<Symbol> &tellers = {});
/// Of all sources together and of each alone (the first 16 of them), the one that fits best in front: by verdict, then
/// by stretches that agree, then by how little they are apart. Never empty.
[[nodiscard]] std::vector<MetersBeside> everyBeside(const std::vector<BesideCell> &cells);
/// Who told calls, ascending.
[[nodiscard]] std::vector<Symbol> tellersOf(const std::vector<BesideCell> &cells);

} // namespace flyball
