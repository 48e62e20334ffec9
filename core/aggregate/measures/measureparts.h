// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/aggregate/measures: forms of a Measure that its files share.
#pragma once

#include "core/aggregate/measures/measure.h"

namespace flyball::measured {

/// NoPrice when calls were made and not one could be priced, else No.
[[nodiscard]] inline Unknown priceState(const Totals &t) { return t.costUnknown() ? Unknown::NoPrice : Unknown::No; }

/// NoUsage when calls were made and none has counts.
[[nodiscard]] inline Unknown usageState(const Totals &t)
{
    return t.calls > 0 && t.allTokens() == 0 && t.callsWithoutUsage > 0 ? Unknown::NoUsage : Unknown::No;
}

/// Calls without counts make a sum of tokens a lower bound, guesses an estimate; prices do not matter.
[[nodiscard]] inline CostBound tokenBound(const Totals &t)
{
    return t.callsEstimated > 0                                                      ? CostBound::Estimate
           : t.callsWithoutUsage > 0 || t.callsPlaceholder > 0 || t.callsPartial > 0 ? CostBound::AtLeast
                                                                                     : CostBound::Exact;
}

[[nodiscard]] inline Measure sumOf(MeasureId id, const Amount &value, std::int64_t n, Unknown why)
{
    Measure m;
    m.id = id;
    m.why = why;
    m.value = m.top = value;
    m.n = n;
    return m;
}

/// top / bottom; money and whole numbers are rounded half-even once.
[[nodiscard]] inline Measure ratioOf(MeasureId id, const Amount &top, const Amount &bottom, std::int64_t n, Unknown why)
{
    Measure m;
    m.id = id;
    m.why = why == Unknown::No && bottom.isZero() ? Unknown::NoCalls : why;
    m.top = top;
    m.bottom = bottom;
    m.n = n;
    if (!m.known() || bottom.money)
        return m;
    if (top.money)
        m.value = Amount::of(divide(top.usd, bottom.count));
    else
        m.value = Amount::of(divideHalfEven(top.count, bottom.count));
    return m;
}

} // namespace flyball::measured
