// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pricing/book/rates.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace flyball {

enum class ServiceTier : std::uint8_t { Standard, Batch, Flex, Priority, Unknown };
inline constexpr std::size_t kPricedServiceTiers = 3; ///< Batch, Flex, Priority

/// "", auto, default, standard, on_demand ... are Standard; a name nobody documented is Unknown.
[[nodiscard]] ServiceTier serviceTierOf(std::string_view name);

/// An exact ratio that multiplies the token cost of a call. Not known is not 1: the caller flags it.
struct Factor {
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;
    bool onCache = true; ///< whether cache reads and writes are multiplied too

    [[nodiscard]] bool known() const { return numerator > 0; }
    friend bool operator==(const Factor &, const Factor &) = default;
};
/// "0.5", "11/10", "6": between 1/1000 and 1000. Nothing otherwise.
[[nodiscard]] std::optional<Factor> parseFactor(std::string_view text);

/// The multipliers and fees of a price list before they are resolved per model.
struct FactorTables {
    /// kind (batch, flex, priority, fast, geo) -> key -> factor; an entry without value says "none here".
    std::map<std::string, std::map<std::string, Factor, std::less<>>, std::less<>> kinds;
    std::map<std::string, AttoUsd, std::less<>> webSearchFee; ///< per provider, atto-USD per search

    /// provider/model, then the longest provider/prefix*, then provider, then default.
    [[nodiscard]] Factor find(std::string_view kind, std::string_view provider, std::string_view model) const;
    /// Kinds named here replace those of `older` as a whole; the others are taken over.
    void inherit(const FactorTables &older);
};

} // namespace flyball
