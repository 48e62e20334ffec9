// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/time.h"

namespace flyball {

/// A decimal number with an optional exponent, or Inf, Infinity, NaN in any case; no hexadecimal, no underscores.
[[nodiscard]] bool isPromNumber(std::string_view text);
/// Whole milliseconds; seconds with a fraction. Nothing if it is neither; within 285 years of 1970.
[[nodiscard]] std::optional<TimeNs> promMilliseconds(std::string_view text);
[[nodiscard]] std::optional<TimeNs> promSeconds(std::string_view text);
[[nodiscard]] bool isAsciiText(std::string_view text);
/// Tells the series of one page apart; not stored.
[[nodiscard]] std::uint64_t promHash(std::string_view text);

} // namespace flyball
