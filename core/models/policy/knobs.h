// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <span>

#include "core/base/result.h"
#include "core/models/text/formatter.h"
#include "core/policy/document/enums.h"
#include "core/policy/json/value.h"

namespace flyball {

/// One editable value of a policy body. The table holds every one of the schema but the rules, which have
/// an editor of their own.
struct Knob {
    enum class Kind { Flag, Integer, Usd, Decimal, Text, Texts, Choice, Choices, Tier, Tiers, Counts };
    const char *section; ///< of the form
    const char *pointer; ///< see editscope.h
    const char *label;   ///< English, translated where it is shown
    Kind kind = Kind::Integer;
    const char *unit = "";
    EnumNames choices = {};
};
[[nodiscard]] std::span<const Knob> policyKnobs();
/// Null pointer for a place that is no knob.
[[nodiscard]] const Knob *knobAt(const QString &pointer);

/// As a field shows it and reads it back: dot decimals, counts with the user's grouping, lists with commas,
/// "extract = 400, plan = 900".
[[nodiscard]] QString knobText(const Knob &knob, const JsonValue &value, const Formatter &format);
/// In words with its unit, for "was $4.00".
[[nodiscard]] QString knobWords(const Knob &knob, const JsonValue &value, const Formatter &format);
/// Nothing: the field is empty, the knob is not set here. InvalidArgument says what to write instead; bounds
/// are left to the schema.
[[nodiscard]] Result<std::optional<JsonValue>> readKnob(const Knob &knob, const QString &text);

/// "one_tier_down" as people read it.
[[nodiscard]] QString choiceText(std::string_view name);
[[nodiscard]] std::optional<JsonNumber> readMoney(const QString &text);
[[nodiscard]] std::optional<std::int64_t> readCount(const QString &text);

} // namespace flyball
