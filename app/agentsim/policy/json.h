// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"
#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flyball::agentsim {

/// A JSON value as the simulator's own policy client reads it: the product's reader is not used, so that
/// one fault in it cannot hide on both sides of the channel. Numbers keep their digits, for exact money.
struct Json {
    enum class Kind : std::uint8_t { Null, Bool, Number, Text, Array, Object };
    Kind kind = Kind::Null;
    bool flag = false;
    std::string text; ///< decoded text, or the digits of a number
    std::vector<Json> items;
    std::vector<std::pair<std::string, Json>> members;

    /// One whole value, at most 64 levels deep; Malformed otherwise.
    [[nodiscard]] static Result<Json> parse(std::string_view text);

    [[nodiscard]] bool is(Kind k) const { return kind == k; }
    /// The member of that name; null when there is none or it is null.
    [[nodiscard]] const Json *find(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> whole() const;
    [[nodiscard]] std::optional<double> real() const;
    [[nodiscard]] std::optional<PicoUsd> usd() const; ///< exact
    /// The text of a member; empty when it is absent or no text.
    [[nodiscard]] std::string textOf(std::string_view name) const;
};

/// "..." with everything escaped that JSON wants escaped.
[[nodiscard]] std::string jsonText(std::string_view text);
/// JSON Merge Patch, except that budget.periods are merged by window.
void mergeInto(Json &target, const Json &patch);

} // namespace flyball::agentsim
