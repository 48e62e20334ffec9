// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/book/rates.h"

#include <algorithm>

namespace flyball {

EffectiveRate effectiveRate(const Rates &rates, TokenClass tokenClass)
{
    const auto firstOf = [&rates](RateKey own, RateKey second, RateKey third) -> EffectiveRate {
        if (rates.has(own))
            return {rates[own], false};
        if (rates.has(second))
            return {rates[second], true};
        return {rates[third], true};
    };
    switch (tokenClass) {
    case TokenClass::InFresh:
        return {rates[RateKey::Input], false};
    case TokenClass::CacheRead:
        // Never free when the list names no cached rate: that bills agents' largest class at nothing.
        return firstOf(RateKey::CacheRead, RateKey::Input, RateKey::Input);
    case TokenClass::CacheWrite5m:
        return firstOf(RateKey::CacheWrite5m, RateKey::Input, RateKey::Input);
    case TokenClass::CacheWrite1h:
        return firstOf(RateKey::CacheWrite1h, RateKey::CacheWrite5m, RateKey::Input);
    case TokenClass::CacheWriteUntyped: {
        EffectiveRate rate = firstOf(RateKey::CacheWrite5m, RateKey::Input, RateKey::Input);
        rate.assumed = true;
        return rate;
    }
    case TokenClass::InAudio:
        return firstOf(RateKey::InputAudio, RateKey::Input, RateKey::Input);
    case TokenClass::OutText:
        return {rates[RateKey::Output], false};
    case TokenClass::OutReasoning:
        // Providers bill reasoning as output unless their list says otherwise; nothing is assumed.
        return {rates.has(RateKey::OutputReasoning) ? rates[RateKey::OutputReasoning] : rates[RateKey::Output], false};
    case TokenClass::OutAudio:
        return firstOf(RateKey::OutputAudio, RateKey::Output, RateKey::Output);
    }
    return {};
}

namespace {

constexpr __int128 kLimit = static_cast<__int128>(1) << 100;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

} // namespace

std::optional<std::int64_t> parseDecimal(std::string_view text, int scale, bool round)
{
    const bool negative = !text.empty() && text.front() == '-';
    if (negative)
        text.remove_prefix(1);
    if (text.empty() || !isDigit(text.front()) || !isDigit(text.back()))
        return std::nullopt;
    __int128 value = 0;
    int decimals = -1;
    int cutTail = 0; // what was cut compared with half a unit: 0 none, 1 less, 2 half, 3 more
    for (const char c : text) {
        if (c == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (!isDigit(c))
            return std::nullopt;
        if (decimals >= scale) {
            const int digit = c - '0';
            if (decimals == scale)
                cutTail = digit == 0 ? 0 : digit < 5 ? 1 : digit == 5 ? 2 : 3;
            else if (digit != 0 && (cutTail == 0 || cutTail == 2))
                ++cutTail;
            ++decimals;
            continue;
        }
        value = value * 10 + (c - '0');
        if (value > kLimit)
            return std::nullopt;
        if (decimals >= 0)
            ++decimals;
    }
    if (cutTail != 0 && !round)
        return std::nullopt;
    for (int i = std::max(decimals, 0); i < scale; ++i) {
        value *= 10;
        if (value > kLimit)
            return std::nullopt;
    }
    if (cutTail == 3 || (cutTail == 2 && (value & 1) != 0))
        ++value;
    if (value > INT64_MAX)
        return std::nullopt;
    return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

std::string formatDecimal(std::int64_t value, int scale)
{
    std::string digits = std::to_string(value < 0 ? -value : value);
    const auto places = static_cast<std::size_t>(scale);
    if (digits.size() <= places)
        digits.insert(0, places + 1 - digits.size(), '0');
    if (places > 0) {
        digits.insert(digits.size() - places, 1, '.');
        digits.erase(digits.find_last_not_of('0') + 1);
        if (digits.back() == '.')
            digits.pop_back();
    }
    return value < 0 ? "-" + digits : digits;
}

} // namespace flyball
