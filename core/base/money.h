// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace flyball {

/// Money of one call in pico-USD (1e-12 USD). int64 holds up to 9.2 million USD for a single call.
using PicoUsd = std::int64_t;

inline constexpr std::int64_t kPicoPerUsd = 1'000'000'000'000;
inline constexpr std::int64_t kPicoPerNano = 1'000;

/// Exact sum of money: whole USD and a remainder in pico-USD with 0 <= pico < kPicoPerUsd.
/// Addition is associative and commutative, so a total never depends on the order of its parts.
/// Only the formatter and chart points turn it into a double (design rule 3a.8).
class UsdSum {
public:
    constexpr UsdSum() = default;
    constexpr explicit UsdSum(PicoUsd pico) { add(pico); }

    constexpr void add(PicoUsd pico)
    {
        m_usd += pico / kPicoPerUsd;
        m_pico += pico % kPicoPerUsd;
        normalise();
    }
    constexpr UsdSum &operator+=(const UsdSum &other)
    {
        m_usd += other.m_usd;
        m_pico += other.m_pico;
        normalise();
        return *this;
    }
    constexpr UsdSum &operator-=(const UsdSum &other)
    {
        m_usd -= other.m_usd;
        m_pico -= other.m_pico;
        normalise();
        return *this;
    }
    friend constexpr UsdSum operator+(UsdSum a, const UsdSum &b) { return a += b; }
    friend constexpr UsdSum operator-(UsdSum a, const UsdSum &b) { return a -= b; }
    friend constexpr auto operator<=>(const UsdSum &, const UsdSum &) = default;

    [[nodiscard]] constexpr std::int64_t usd() const { return m_usd; }
    [[nodiscard]] constexpr std::int64_t picoRemainder() const { return m_pico; }
    [[nodiscard]] constexpr bool isZero() const { return m_usd == 0 && m_pico == 0; }

    /// The sum in nano-USD, rounded half-even once.
    [[nodiscard]] std::int64_t nanoUsd() const;
    /// Nine decimals, dot, no grouping: "12.345678901" (rounded half-even to nano-USD).
    [[nodiscard]] std::string toDecimal() const;
    /// For charts and formatters only.
    [[nodiscard]] double toDouble() const
    {
        return static_cast<double>(m_usd) + static_cast<double>(m_pico) / static_cast<double>(kPicoPerUsd);
    }
    /// Rebuilds a stored sum; any pair of the same sign mix is normalised.
    [[nodiscard]] static constexpr UsdSum fromParts(std::int64_t usd, std::int64_t pico)
    {
        UsdSum s;
        s.m_usd = usd;
        s.m_pico = pico;
        s.normalise();
        return s;
    }

private:
    constexpr void normalise()
    {
        m_usd += m_pico / kPicoPerUsd;
        m_pico %= kPicoPerUsd;
        if (m_pico < 0) {
            m_pico += kPicoPerUsd;
            --m_usd;
        }
    }
    std::int64_t m_usd = 0;
    std::int64_t m_pico = 0;
};

/// numerator / denominator rounded half to even; denominator > 0.
[[nodiscard]] std::int64_t divideHalfEven(__int128 numerator, __int128 denominator);

} // namespace flyball
