// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/money.h"

#include <cstdio>

namespace flyball {

std::int64_t divideHalfEven(__int128 numerator, __int128 denominator)
{
    __int128 quotient = numerator / denominator;
    __int128 remainder = numerator % denominator;
    if (remainder < 0) {
        remainder += denominator;
        --quotient;
    }
    const __int128 twice = remainder * 2;
    if (twice > denominator || (twice == denominator && (quotient & 1) != 0))
        ++quotient;
    return static_cast<std::int64_t>(quotient);
}

std::int64_t UsdSum::nanoUsd() const
{
    const __int128 pico = static_cast<__int128>(m_usd) * kPicoPerUsd + m_pico;
    return divideHalfEven(pico, kPicoPerNano);
}

std::string UsdSum::toDecimal() const
{
    const std::int64_t nano = nanoUsd();
    const bool negative = nano < 0;
    const std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(nano) : static_cast<std::uint64_t>(nano);
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%s%llu.%09llu", negative ? "-" : "",
                  static_cast<unsigned long long>(magnitude / 1'000'000'000ULL),
                  static_cast<unsigned long long>(magnitude % 1'000'000'000ULL));
    return buffer;
}

} // namespace flyball
