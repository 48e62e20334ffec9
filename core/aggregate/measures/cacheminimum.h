// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flyball {

/// Fewest input tokens that the provider caches (pricing.md 1.3): OpenAI 1,024; Claude 512, 1,024 or 4,096 by model,
/// whoever serves it. Nothing where it is not documented; never a guess.
[[nodiscard]] std::optional<std::int64_t> cacheMinimum(std::string_view provider, std::string_view model);

} // namespace flyball
