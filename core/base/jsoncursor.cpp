// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/jsoncursor.h"

#include <array>
#include <cstring>

namespace flyball {

bool JsonCursor::beginObject()
{
    if (peek() != '{')
        return fail();
    ++m_at;
    m_first = true;
    return true;
}

bool JsonCursor::beginArray()
{
    if (peek() != '[')
        return fail();
    ++m_at;
    m_first = true;
    return true;
}

bool JsonCursor::nextKeySlow(std::string_view &key)
{
    if (m_failed)
        return false;
    char c = peek();
    if (c == '}') {
        ++m_at;
        m_first = false;
        return false;
    }
    if (!m_first) {
        if (c != ',')
            return fail();
        ++m_at;
        c = peek();
    }
    m_first = false;
    bool escaped = false;
    if (c != '"' || !readString(key, escaped))
        return fail();
    if (peek() != ':')
        return fail();
    ++m_at;
    return true;
}

bool JsonCursor::nextElement()
{
    if (m_failed)
        return false;
    const char c = peek();
    if (c == ']') {
        ++m_at;
        m_first = false;
        return false;
    }
    if (!m_first) {
        if (c != ',')
            return fail();
        ++m_at;
        if (peek() == ']')
            return fail();
    }
    m_first = false;
    return true;
}

bool JsonCursor::skipString()
{
    const char *first = ++m_at; // behind the opening quote
    for (;;) {
        // Only quotes matter here. Long texts are full of \n and the like: looking for both would stop at each.
        const char *quote = findQuote(m_at, m_end);
        if (quote >= m_end)
            return fail();
        m_at = quote + 1;
        const char *escape = quote;
        while (escape > first && escape[-1] == '\\')
            --escape;
        if ((quote - escape) % 2 == 0)
            return true;
    }
}

bool JsonCursor::skipContainer()
{
    std::array<bool, kMaxDepth> isObject;
    int depth = 0;
    do {
        if (m_at >= m_end)
            return fail();
        switch (*m_at) {
        case '"':
            if (!skipString())
                return false;
            break;
        case '{':
        case '[':
            if (depth >= kMaxDepth)
                return fail();
            isObject[static_cast<std::size_t>(depth++)] = *m_at == '{';
            ++m_at;
            break;
        case '}':
        case ']':
            --depth;
            if (isObject[static_cast<std::size_t>(depth)] != (*m_at == '}'))
                return fail();
            ++m_at;
            break;
        default:
            ++m_at;
        }
    } while (depth > 0);
    return true;
}

bool JsonCursor::skipLiteral()
{
    const char *first = m_at;
    while (m_at < m_end && *m_at != ',' && *m_at != '}' && *m_at != ']' && *m_at != ' ' && *m_at != '\n'
           && *m_at != '\r' && *m_at != '\t')
        ++m_at;
    const std::string_view text(first, static_cast<std::size_t>(m_at - first));
    if (text.empty())
        return fail();
    if (text == "true" || text == "false" || text == "null")
        return true;
    if (text.front() != '-' && (text.front() < '0' || text.front() > '9'))
        return fail();
    for (const char c : text)
        if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E')
            return fail();
    return true;
}

bool JsonCursor::skipValue()
{
    if (m_failed)
        return false;
    m_first = false;
    switch (peek()) {
    case '"':
        return skipString();
    case '{':
    case '[':
        return skipContainer();
    default:
        return skipLiteral();
    }
}

bool JsonCursor::readRaw(std::string_view &raw)
{
    (void)peek();
    const char *first = m_at;
    if (!skipValue())
        return false;
    raw = {first, static_cast<std::size_t>(m_at - first)};
    return true;
}

bool JsonCursor::readStringSlow(std::string_view &raw, bool &escaped)
{
    if (m_failed || peek() != '"')
        return fail();
    const char *first = ++m_at;
    escaped = false;
    for (;;) {
        m_at = findQuoteOrBackslash(m_at, m_end);
        if (m_at >= m_end)
            return fail();
        if (*m_at == '"')
            break;
        escaped = true;
        m_at += 2;
        if (m_at > m_end)
            return fail();
    }
    raw = {first, static_cast<std::size_t>(m_at - first)};
    ++m_at;
    m_first = false;
    return true;
}

bool JsonCursor::readText(std::string_view &text, std::string &scratch)
{
    bool escaped = false;
    if (!readString(text, escaped))
        return false;
    if (escaped) {
        decodeJsonString(text, scratch);
        text = scratch;
    } else if (!isValidUtf8(text)) {
        sanitiseUtf8(text, scratch);
        text = scratch;
    }
    return true;
}

bool JsonCursor::takeNull()
{
    if (peek() != 'n' || m_end - m_at < 4 || std::memcmp(m_at, "null", 4) != 0)
        return false;
    m_at += 4;
    m_first = false;
    return true;
}

bool JsonCursor::readBool(bool &value)
{
    std::string_view raw;
    if (!readRaw(raw))
        return false;
    if (raw != "true" && raw != "false")
        return fail();
    value = raw == "true";
    return true;
}

bool JsonCursor::readNumber(std::string_view &digits)
{
    const char c = peek();
    if (c != '-' && (c < '0' || c > '9'))
        return fail();
    return readRaw(digits);
}

} // namespace flyball
