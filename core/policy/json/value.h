// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/quotes.h"
#include "core/base/result.h"
#include "core/policy/json/number.h"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace flyball {

/// A JSON value that loses nothing of its text but white space: numbers are exact and members keep
/// their order. Two values are equal when they are the same JSON (the order of members does not
/// count). A value type; depth is bounded by the parser, so recursion over it is safe.
class JsonValue {
public:
    using Array = std::vector<JsonValue>;
    using Member = std::pair<std::string, JsonValue>;
    using Object = std::vector<Member>;

    JsonValue() = default; ///< null
    JsonValue(bool value) : m_data(value) {}
    JsonValue(JsonNumber value) : m_data(std::move(value)) {}
    JsonValue(std::int64_t value) : m_data(JsonNumber::of(value)) {}
    JsonValue(std::string value) : m_data(std::move(value)) {}
    JsonValue(const char *value) : m_data(std::string(value)) {}
    JsonValue(Array value) : m_data(std::move(value)) {}
    JsonValue(Object value) : m_data(std::move(value)) {}

    /// At most 4 MiB, 64 levels, 10,000 members per object, valid UTF-8, no name twice in one object. The Error says
    /// where.
    [[nodiscard]] static Result<JsonValue> parse(std::string_view text);

    [[nodiscard]] bool isNull() const { return std::holds_alternative<std::monostate>(m_data); }
    [[nodiscard]] const bool *boolean() const { return std::get_if<bool>(&m_data); }
    [[nodiscard]] const JsonNumber *number() const { return std::get_if<JsonNumber>(&m_data); }
    [[nodiscard]] const std::string *string() const { return std::get_if<std::string>(&m_data); }
    [[nodiscard]] const Array *array() const { return std::get_if<Array>(&m_data); }
    [[nodiscard]] const Object *object() const { return std::get_if<Object>(&m_data); }
    [[nodiscard]] Array *array() { return std::get_if<Array>(&m_data); }
    [[nodiscard]] Object *object() { return std::get_if<Object>(&m_data); }

    /// The member of an object; null pointer when it is absent or this is no object.
    [[nodiscard]] const JsonValue *find(std::string_view name) const;
    [[nodiscard]] JsonValue *find(std::string_view name);
    /// Replaces or appends a member; a value that is no object becomes one.
    void set(std::string_view name, JsonValue value);
    void remove(std::string_view name);
    /// RFC 6901; null pointer when nothing is there.
    [[nodiscard]] const JsonValue *at(std::string_view pointer) const;

    /// One line, no white space, members in their order; `sorted`: by name, the form that is signed
    /// and hashed.
    [[nodiscard]] std::string compact(bool sorted = false) const;
    /// Two-space indentation, a new line at the end; short objects and arrays stay on one line.
    [[nodiscard]] std::string pretty() const;

    friend bool operator==(const JsonValue &a, const JsonValue &b);

private:
    std::variant<std::monostate, bool, JsonNumber, std::string, Array, Object> m_data;
};

/// One more step of an RFC 6901 pointer: "/a" + "b/c" is "/a/b~1c".
[[nodiscard]] std::string pointerAt(const std::string &pointer, std::string_view name);
[[nodiscard]] std::string pointerAt(const std::string &pointer, std::size_t index);
/// The steps of a pointer, unescaped.
[[nodiscard]] std::vector<std::string> pointerSteps(std::string_view pointer);

} // namespace flyball
