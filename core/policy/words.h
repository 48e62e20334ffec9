// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"

#include <cstdint>
#include <string>

namespace flyball {

/// "$0.50", "$1,234.0625": all digits, at least two decimals.
[[nodiscard]] std::string moneyText(const UsdSum &usd);
/// "20,000".
[[nodiscard]] std::string countText(std::int64_t number);

} // namespace flyball
