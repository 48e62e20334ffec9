// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/codex/toml.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr std::string_view kBlank = " \t\r";

bool isBare(std::string_view key)
{
    return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

/// Behind the text that begins at `at` with a quote; npos when it does not end.
std::size_t behindQuoted(const std::string &text, std::size_t at)
{
    const char quote = text[at];
    const std::string triple(3, quote);
    const bool isLong = text.compare(at, 3, triple) == 0;
    for (std::size_t i = at + (isLong ? 3 : 1); i < text.size(); ++i) {
        if (quote == '"' && text[i] == '\\')
            ++i;
        else if (isLong && text.compare(i, 3, triple) == 0)
            return i + 3;
        else if (!isLong && text[i] == quote)
            return i + 1;
        else if (!isLong && text[i] == '\n')
            break;
    }
    return std::string::npos;
}

/// Behind the value that begins at `at`; npos when it does not end.
std::size_t behindValue(const std::string &text, std::size_t at)
{
    std::size_t depth = 0;
    std::size_t i = at;
    while (i < text.size()) {
        const char c = text[i];
        if (c == '"' || c == '\'') {
            i = behindQuoted(text, i);
            if (i == std::string::npos)
                return i;
            continue;
        }
        if (c == '#' && depth == 0)
            break;
        if (c == '#') {
            i = std::min(text.find('\n', i), text.size());
            continue;
        }
        if (c == '\n' && depth == 0)
            break;
        if (c == '[' || c == '{')
            ++depth;
        if ((c == ']' || c == '}') && depth > 0)
            --depth;
        ++i;
    }
    if (depth > 0)
        return std::string::npos;
    while (i > at && (kBlank.find(text[i - 1]) != std::string_view::npos || text[i - 1] == '\n'))
        --i;
    return i;
}

JsonValue valueOf(const std::string &raw)
{
    if (raw == "true" || raw == "false")
        return raw == "true";
    if (raw.size() >= 2 && raw.front() == '\'' && !raw.starts_with("'''"))
        return raw.substr(1, raw.size() - 2);
    const Result<JsonValue> json = JsonValue::parse(raw);
    if (json && !raw.starts_with("\"\"\"") && (json->string() || (json->number() && json->number()->isIntegral())))
        return *json;
    JsonValue own{JsonValue::Object()};
    own.set("toml", raw);
    return own;
}

std::optional<std::string> textOf(const JsonValue &value)
{
    if (value.boolean())
        return *value.boolean() ? "true" : "false";
    if (value.string()) {
        std::string text = value.compact();
        for (std::size_t at = text.find('\x7f'); at != std::string::npos; at = text.find('\x7f'))
            text.replace(at, 1, "\\u007F"); // the one control character JSON lets through
        return text;
    }
    if (value.number() && value.number()->toInt64())
        return std::to_string(*value.number()->toInt64());
    const JsonValue *own = value.find("toml");
    return own && own->string() ? std::optional<std::string>(*own->string()) : std::nullopt;
}

} // namespace

Result<TomlRoot> TomlRoot::read(std::string text)
{
    TomlRoot root;
    root.m_text = std::move(text);
    if (Result<> r = root.scan(); !r)
        return r.error();
    return root;
}

Result<> TomlRoot::scan()
{
    m_entries.clear();
    std::size_t at = 0;
    while (at < m_text.size()) {
        const std::size_t begin = m_text.find_first_not_of(kBlank, at);
        if (begin == std::string::npos || m_text[begin] == '[')
            return {};
        const std::size_t lineEnd = std::min(m_text.find('\n', begin), m_text.size());
        if (m_text[begin] == '#' || m_text[begin] == '\n') {
            at = lineEnd + 1;
            continue;
        }
        const auto bad = [&] {
            return Error{ErrorCode::Malformed,
                         "line "
                             + std::to_string(
                                 1 + std::count(m_text.begin(), m_text.begin() + static_cast<std::ptrdiff_t>(at), '\n'))
                             + " is no TOML"};
        };
        const bool quoted = m_text[begin] == '"' || m_text[begin] == '\'';
        const std::size_t keyEnd = quoted ? behindQuoted(m_text, begin) : m_text.find_first_of(" \t=.\n", begin);
        const std::size_t equals = keyEnd == std::string::npos ? keyEnd : m_text.find('=', keyEnd);
        if (equals == std::string::npos || equals > lineEnd)
            return bad();
        Entry entry;
        entry.key = quoted ? m_text.substr(begin + 1, keyEnd - begin - 2) : m_text.substr(begin, keyEnd - begin);
        const bool dotted = m_text.find_first_not_of(kBlank, keyEnd) != equals;
        entry.line = at;
        entry.value = m_text.find_first_not_of(kBlank, equals + 1);
        if (entry.value == std::string::npos || m_text[entry.value] == '\n')
            return bad();
        entry.end = behindValue(m_text, entry.value);
        if (entry.end == std::string::npos || (!quoted && !isBare(entry.key)))
            return bad();
        entry.next = std::min(m_text.find('\n', entry.end), m_text.size() - 1) + 1;
        at = entry.next;
        if (!dotted)
            m_entries.push_back(std::move(entry));
    }
    return {};
}

JsonValue TomlRoot::values() const
{
    JsonValue out{JsonValue::Object()};
    for (const Entry &entry : m_entries)
        out.set(entry.key, valueOf(m_text.substr(entry.value, entry.end - entry.value)));
    return out;
}

Result<> TomlRoot::set(const std::string &key, const std::optional<JsonValue> &value)
{
    const std::optional<std::string> text = value ? textOf(*value) : std::nullopt;
    if (!isBare(key) || (value && !text))
        return Error{ErrorCode::InvalidArgument, inQuotes(key) + " cannot be written as TOML"};
    const auto found =
        std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry &entry) { return entry.key == key; });
    if (found == m_entries.end()) {
        if (!text)
            return {};
        const std::size_t at = m_entries.empty() ? 0 : m_entries.back().next;
        const bool open = at > 0 && m_text[at - 1] != '\n';
        m_text.insert(at, (open ? "\n" : "") + key + " = " + *text + '\n');
    } else if (text) {
        m_text.replace(found->value, found->end - found->value, *text);
    } else {
        m_text.erase(found->line, found->next - found->line);
    }
    return scan();
}

} // namespace flyball
