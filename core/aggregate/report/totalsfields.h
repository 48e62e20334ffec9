// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include "core/domain/totals.h"

namespace flyball {

[[nodiscard]] constexpr std::string_view boundName(CostBound bound)
{
    return bound == CostBound::AtLeast ? "at_least" : bound == CostBound::Estimate ? "estimate" : "exact";
}

inline void appendNumber(std::string &out, std::int64_t value)
{
    char digits[24];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, error == std::errc() ? static_cast<std::size_t>(end - digits) : 0);
}

/// Names the fields of one group in the order of the contract (design.md 7): the one list behind the JSON
/// and the CSV form. A form has number(name, value), text(name, value), rate(name, value), nothing(name),
/// open(name) and close() around the fields of an inner object.
template <typename Form>
void visitReportFields(const Totals &t, std::int64_t runs, std::int64_t rejected, Form &form)
{
    form.number("calls", t.calls);
    form.number("errors", t.errors);
    form.number("runs", runs);
    form.open("tokens");
    form.number("in_fresh", t.token(TokenClass::InFresh));
    form.number("cache_read", t.token(TokenClass::CacheRead));
    form.number("cache_write_5m", t.token(TokenClass::CacheWrite5m));
    form.number("cache_write_1h", t.token(TokenClass::CacheWrite1h));
    form.number("cache_write_untyped", t.token(TokenClass::CacheWriteUntyped));
    form.number("in_audio", t.token(TokenClass::InAudio));
    form.number("out_text", t.token(TokenClass::OutText));
    form.number("out_reasoning", t.token(TokenClass::OutReasoning));
    form.number("out_audio", t.token(TokenClass::OutAudio));
    form.number("in_total", t.inTotal());
    form.number("out_total", t.outTotal());
    form.close();
    form.number("cost_nusd", t.cost.nanoUsd());
    form.text("cost_usd", t.cost.toDecimal());
    form.text("cost_bound", boundName(t.bound(rejected)));
    if (t.callsReportingCost > 0 || !t.costReported.isZero()) // meters tell money without calls
        form.number("cost_reported_nusd", t.costReported.nanoUsd());
    else
        form.nothing("cost_reported_nusd");
    if (const auto hit = t.cacheHitRate())
        form.rate("cache_hit_rate", *hit);
    else
        form.nothing("cache_hit_rate");
    form.number("response_cache_hits", t.responseCacheHits);
    form.number("calls_without_usage", t.callsWithoutUsage);
    form.number("calls_estimated", t.callsEstimated);
    form.number("calls_partial", t.callsPartial);
    form.number("calls_placeholder", t.callsPlaceholder);
    form.number("calls_unpriced", t.callsUnpriced);
    form.number("calls_cost_reported", t.callsCostReported);
    form.number("tokens_unpriced", t.tokensUnpriced);
}

} // namespace flyball
