// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

struct CompiledPattern;

/// Model and provider names longer than this never match; it bounds the work of a regular expression.
inline constexpr std::size_t kMaxNameLength = 256;

/// One clause of a price list that says which names a row is for. The semantics are those of
/// genai-prices: text is compared in lower case, a regular expression is searched in the lowered name.
/// A value; copies share the compiled pattern. Safe to use from several threads.
class MatchClause {
public:
    enum class Kind { Never, Equals, StartsWith, EndsWith, Contains, Regex, All, Any };

    MatchClause() = default; ///< matches nothing
    [[nodiscard]] static MatchClause text(Kind kind, std::string_view text);
    [[nodiscard]] static MatchClause group(Kind kind, std::vector<MatchClause> parts);
    /// Patterns of files are held to a subset whose matching time is bounded: no repeated group, at
    /// most two unbounded quantifiers, 200 characters. The built-in book's (`trusted`) are not.
    [[nodiscard]] static Result<MatchClause> regex(const std::string &pattern, bool trusted);

    [[nodiscard]] bool matches(std::string_view lowerName) const;
    [[nodiscard]] Kind kind() const { return m_kind; }
    [[nodiscard]] const std::string &text() const { return m_text; }
    [[nodiscard]] const std::vector<MatchClause> &parts() const { return m_parts; }

private:
    Kind m_kind = Kind::Never;
    std::string m_text;
    std::vector<MatchClause> m_parts;
    std::shared_ptr<const CompiledPattern> m_pattern;
};

/// ASCII lower case without surrounding blanks: the form every name is compared in.
[[nodiscard]] std::string normaliseName(std::string_view name);

} // namespace flyball
