// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/book/match_clause.h"

#include <algorithm>
#include <regex>

namespace flyball {

struct CompiledPattern {
    std::regex regex;
};

std::string normaliseName(std::string_view name)
{
    const auto first = name.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    name = name.substr(first, name.find_last_not_of(" \t\r\n") - first + 1);
    std::string lower(name);
    for (char &c : lower) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

MatchClause MatchClause::text(Kind kind, std::string_view text)
{
    MatchClause clause;
    clause.m_kind = kind;
    clause.m_text = normaliseName(text);
    return clause;
}

MatchClause MatchClause::group(Kind kind, std::vector<MatchClause> parts)
{
    MatchClause clause;
    clause.m_kind = kind;
    clause.m_parts = std::move(parts);
    return clause;
}

namespace {

bool isBoundedPattern(std::string_view pattern)
{
    int unbounded = 0;
    bool inSet = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\') {
            if (i + 1 < pattern.size() && pattern[i + 1] >= '1' && pattern[i + 1] <= '9')
                return false;
            ++i;
        } else if (inSet) {
            inSet = c != ']';
        } else if (c == '[') {
            inSet = true;
        } else if (c == '*' || c == '+' || c == '{') {
            ++unbounded;
        } else if (c == ')' && i + 1 < pattern.size()) {
            const char next = pattern[i + 1];
            if (next == '*' || next == '+' || next == '{')
                return false;
        }
    }
    return unbounded <= 2 && pattern.size() <= 200;
}

} // namespace

Result<MatchClause> MatchClause::regex(const std::string &pattern, bool trusted)
{
    if (!trusted && !isBoundedPattern(pattern))
        return Error{ErrorCode::OutOfRange, "regular expression is too complex"};
    MatchClause clause;
    clause.m_kind = Kind::Regex;
    clause.m_text = pattern;
    try {
        auto compiled = std::make_shared<CompiledPattern>();
        compiled->regex.assign(pattern, std::regex::ECMAScript | std::regex::optimize);
        clause.m_pattern = std::move(compiled);
    } catch (const std::regex_error &) {
        return Error{ErrorCode::Malformed, "regular expression does not compile"};
    }
    return clause;
}

bool MatchClause::matches(std::string_view name) const
{
    const auto holds = [name](const MatchClause &part) { return part.matches(name); };
    switch (m_kind) {
    case Kind::Never:
        return false;
    case Kind::Equals:
        return name == m_text;
    case Kind::StartsWith:
        return name.starts_with(m_text);
    case Kind::EndsWith:
        return name.ends_with(m_text);
    case Kind::Contains:
        return name.find(m_text) != std::string_view::npos;
    case Kind::Regex:
        return name.size() <= kMaxNameLength && std::regex_search(name.begin(), name.end(), m_pattern->regex);
    case Kind::All:
        return std::all_of(m_parts.begin(), m_parts.end(), holds);
    case Kind::Any:
        return std::any_of(m_parts.begin(), m_parts.end(), holds);
    }
    return false;
}

} // namespace flyball
