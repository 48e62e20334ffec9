// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/json/value.h"

namespace flyball {

/// The keys of a TOML text before its first table, with everything else kept byte for byte: comments, order, tables.
/// Texts, whole numbers and booleans are JSON values; any other value is {"toml": "its own text"}.
class TomlRoot {
public:
    /// Malformed: which line. Dotted keys are passed over.
    [[nodiscard]] static Result<TomlRoot> read(std::string text);
    [[nodiscard]] JsonValue values() const;
    /// Changes the value in its place (a comment behind it stays), adds it behind the last key, or takes its line
    /// out. `value` must be of the kinds above.
    [[nodiscard]] Result<> set(const std::string &key, const std::optional<JsonValue> &value);
    [[nodiscard]] const std::string &text() const { return m_text; }

private:
    struct Entry {
        std::string key;
        std::size_t line = 0;  ///< where its line begins
        std::size_t value = 0; ///< where its value begins
        std::size_t end = 0;   ///< behind the value
        std::size_t next = 0;  ///< behind the line's end
    };
    [[nodiscard]] Result<> scan();
    std::string m_text;
    std::vector<Entry> m_entries;
};

} // namespace flyball
