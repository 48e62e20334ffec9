// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flyball {

/// A JSON number without loss: sign, decimal digits and a power of ten, in one canonical spelling, so
/// that equal numbers are equal texts ("0.30" and "3e-1" are both "0.3"). A value.
class JsonNumber {
public:
    JsonNumber() = default; ///< 0
    /// Nothing when it is not a JSON number, or its exponent has more than six digits.
    [[nodiscard]] static std::optional<JsonNumber> parse(std::string_view literal);
    [[nodiscard]] static JsonNumber of(std::int64_t value);
    [[nodiscard]] static JsonNumber of(const UsdSum &usd);
    /// The shortest literal that gives the same double back; `value` must be finite.
    [[nodiscard]] static JsonNumber of(double value);

    [[nodiscard]] bool isIntegral() const { return m_exponent >= 0; }
    [[nodiscard]] bool isNegative() const { return m_negative; }
    [[nodiscard]] bool isZero() const { return m_digits == "0"; }
    /// Nothing when it has a fraction or does not fit.
    [[nodiscard]] std::optional<std::int64_t> toInt64() const;
    /// Money in USD. Nothing when it is finer than a pico-USD or beyond 9.2e18 USD.
    [[nodiscard]] std::optional<UsdSum> toUsd() const;
    /// The nearest double: what every other JSON reader would see.
    [[nodiscard]] double toDouble() const;
    /// Canonical literal: plain decimals from 1e-9 to 1e21, an exponent beyond.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const JsonNumber &, const JsonNumber &) = default;

private:
    void normalise();
    bool m_negative = false;
    std::string m_digits = "0"; ///< without leading or trailing zeros
    std::int64_t m_exponent = 0;
};

} // namespace flyball
