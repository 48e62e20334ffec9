// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/base/jsoncursor.h"
#include "core/formats/meters/meanings.h"

namespace flyball {

namespace {

constexpr double kMostCount = 9e15; ///< every whole number up to here has a double of its own

bool isWordWithI(std::string_view text) { return !text.empty() && (text.front() == 'i' || text.front() == 'I'); }

/// Classes that may be negative while a whole and its parts are told one after the other.
struct Parts {
    std::int64_t fresh, writes, text;
};

std::int64_t allWrites(const MeterSums &sums)
{
    const std::int64_t told = sums[static_cast<std::size_t>(MeterColumn::CacheWrite5m)]
                              + sums[static_cast<std::size_t>(MeterColumn::CacheWrite1h)];
    return std::max(sums[static_cast<std::size_t>(MeterColumn::CacheWrite)], told);
}

Parts partsOf(Meter meter, const MeterSums &sums)
{
    const auto at = [&sums](MeterColumn column) { return sums[static_cast<std::size_t>(column)]; };
    const std::int64_t writes = allWrites(sums);
    const std::int64_t cached = inputIncludesCache(meter) ? at(MeterColumn::CacheRead) + writes : 0;
    const std::int64_t reasoning = outputIncludesReasoning(meter) ? at(MeterColumn::Reasoning) : 0;
    return {at(MeterColumn::Input) - cached, writes - at(MeterColumn::CacheWrite5m) - at(MeterColumn::CacheWrite1h),
            at(MeterColumn::Output) - reasoning};
}

} // namespace

Usage usageOf(Meter meter, const MeterSums &sums)
{
    const auto at = [&sums](MeterColumn column) { return sums[static_cast<std::size_t>(column)]; };
    const Parts parts = partsOf(meter, sums);
    Usage usage;
    usage[TokenClass::InFresh] = std::max<std::int64_t>(0, parts.fresh);
    usage[TokenClass::CacheRead] = at(MeterColumn::CacheRead);
    usage[TokenClass::CacheWrite5m] = at(MeterColumn::CacheWrite5m);
    usage[TokenClass::CacheWrite1h] = at(MeterColumn::CacheWrite1h);
    usage[TokenClass::CacheWriteUntyped] = parts.writes;
    usage[TokenClass::OutText] = std::max<std::int64_t>(0, parts.text);
    usage[TokenClass::OutReasoning] = at(MeterColumn::Reasoning);
    if (usage.total() > 0)
        usage.quality = UsageQuality::Exact;
    return usage;
}

MeterSums leftOver(Meter meter, const MeterSums &sums)
{
    const Parts parts = partsOf(meter, sums);
    MeterSums out{};
    sumOf(out, MeterColumn::Input) = std::min<std::int64_t>(0, parts.fresh);
    sumOf(out, MeterColumn::Output) = std::min<std::int64_t>(0, parts.text);
    const auto at = [&sums](MeterColumn column) { return sums[static_cast<std::size_t>(column)]; };
    sumOf(out, MeterColumn::CacheWrite) = std::min<std::int64_t>(
        0, at(MeterColumn::CacheWrite) - at(MeterColumn::CacheWrite5m) - at(MeterColumn::CacheWrite1h));
    return out;
}

const char *textOf(BadValue why)
{
    switch (why) {
    case BadValue::NaN:
        return "NaN";
    case BadValue::Infinite:
        return "infinite";
    case BadValue::Negative:
        return "negative";
    case BadValue::TooLarge:
        return "too large";
    case BadValue::None:
        break;
    }
    return "";
}

BadValue meterValue(std::string_view text, MeterColumn column, std::int64_t &value)
{
    if (text.starts_with('+'))
        text.remove_prefix(1);
    const bool negative = text.starts_with('-');
    if (isWordWithI(text.substr(negative ? 1 : 0)))
        return BadValue::Infinite;
    if (text.empty() || text.front() == 'N' || text.front() == 'n')
        return BadValue::NaN;
    if (column == MeterColumn::Money) {
        if (!parsePicoUsd(text, value))
            return negative ? BadValue::Negative : BadValue::TooLarge;
    } else if (!parseInt64(text, value)) { // a sum of floats need not be whole
        double number = 0;
        if (!parseDouble(text, number) || std::fabs(number) > kMostCount)
            return negative ? BadValue::Negative : BadValue::TooLarge;
        value = static_cast<std::int64_t>(std::nearbyint(number));
    } else if (value > static_cast<std::int64_t>(kMostCount)) {
        return BadValue::TooLarge;
    }
    return value < 0 ? BadValue::Negative : BadValue::None;
}

} // namespace flyball
