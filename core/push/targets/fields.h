// SPDX-License-Identifier: GPL-3.0-or-later
// Single fields of a foreign configuration that are changed while all else is kept.
#pragma once

#include "core/policy/json/value.h"

#include <optional>
#include <string>
#include <vector>

namespace flyball {

/// One field that is to have a value. `field` is a JSON pointer whose steps may also pick an element of a list:
/// "/targets/[name=cheap]/weight". `member`: the list at `field` is to hold the value among others.
struct FieldEdit {
    std::string field;
    std::optional<JsonValue> value; ///< nothing: the field is to be absent (`member`: see `without`)
    bool member = false;
    std::optional<JsonValue> without; ///< `member` only: an element that is to go
    friend bool operator==(const FieldEdit &, const FieldEdit &) = default;
};

/// Null pointer when nothing is there.
[[nodiscard]] const JsonValue *fieldAt(const JsonValue &content, const std::string &field);
[[nodiscard]] bool holds(const JsonValue &content, const FieldEdit &edit);
/// Makes the objects and list elements on the way; takes those away that a removal leaves empty. An Error when
/// something on the way is of another kind: nothing is guessed then.
[[nodiscard]] Result<> makeEdit(JsonValue &content, const FieldEdit &edit);
[[nodiscard]] Result<JsonValue> withEdits(const JsonValue &content, const std::vector<FieldEdit> &edits);
/// "/Router/default is \"a\", not \"b\"" for each edit that does not hold, at most three; empty: all hold.
[[nodiscard]] std::string whatDiffers(const JsonValue &content, const std::vector<FieldEdit> &edits);

} // namespace flyball
