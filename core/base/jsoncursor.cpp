// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/jsoncursor.h"

#include <array>
#include <cstring>

namespace flyball {

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
    if (!m_first && m_end - m_at > 1 && m_at[0] == ',' && m_at[1] == '{') {
        ++m_at;
        return true;
    }
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

namespace {

/// Whether the quote at `quote` ends the string that begins at `first`: an even number of backslashes before it.
bool endsString(const char *first, const char *quote)
{
    const char *escape = quote;
    while (escape > first && escape[-1] == '\\')
        --escape;
    return (quote - escape) % 2 == 0;
}

} // namespace

// Only quotes matter here. Long texts are full of \n and the like: looking for both would stop at each.
const char *behindLongString(const char *first, const char *end)
{
    const char *at = first;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const auto quotesAt = [&](const char *text) {
        return _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i *>(text)), quote);
    };
    const auto bits = [](__m128i found) { return static_cast<std::uint64_t>(_mm_movemask_epi8(found)); };
    for (; end - at >= 64; at += 64) {
        const __m128i a = quotesAt(at);
        const __m128i b = quotesAt(at + 16);
        const __m128i c = quotesAt(at + 32);
        const __m128i d = quotesAt(at + 48);
        if (_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d))) == 0)
            continue;
        for (std::uint64_t mask = bits(a) | bits(b) << 16 | bits(c) << 32 | bits(d) << 48; mask != 0; mask &= mask - 1)
            if (const char *close = at + __builtin_ctzll(mask); endsString(first, close))
                return close + 1;
    }
#endif
    for (; at < end; ++at) {
        at = static_cast<const char *>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
        if (!at)
            return nullptr;
        if (endsString(first, at))
            return at + 1;
    }
    return nullptr;
}

bool JsonCursor::skipContainer()
{
    std::array<bool, kMaxDepth> isObject;
    std::size_t depth = 0;
    const char *at = m_at;
    const char *const end = m_end;
    while (at < end) {
        const char c = *at++;
        if (c == '"') {
            at = behindString(at, end);
            if (!at)
                return fail();
        } else if (c == ',' || c == ':') {
            continue;
        } else if (c == '{' || c == '[') {
            if (depth >= kMaxDepth)
                return fail();
            isObject[depth++] = c == '{';
        } else if (c == '}' || c == ']') {
            if (isObject[--depth] != (c == '}'))
                return fail();
            if (depth == 0) {
                m_at = at;
                return true;
            }
        }
    }
    return fail();
}

namespace {

enum LiteralChar : std::uint8_t { Foreign, OfNumber, BehindLiteral };

constexpr std::array<LiteralChar, 256> kLiteralChars = [] {
    std::array<LiteralChar, 256> kinds{};
    for (const char c : std::string_view("0123456789.-+eE"))
        kinds[static_cast<unsigned char>(c)] = OfNumber;
    for (const char c : std::string_view(",}] \n\r\t"))
        kinds[static_cast<unsigned char>(c)] = BehindLiteral;
    return kinds;
}();

LiteralChar literalChar(char c) { return kLiteralChars[static_cast<unsigned char>(c)]; }

} // namespace

bool JsonCursor::skipLiteral()
{
    const char *first = m_at;
    if (m_at < m_end && (*m_at == '-' || (*m_at >= '0' && *m_at <= '9'))) {
        while (m_at < m_end && literalChar(*m_at) == OfNumber)
            ++m_at;
        return m_at == m_end || literalChar(*m_at) == BehindLiteral || fail();
    }
    while (m_at < m_end && literalChar(*m_at) != BehindLiteral)
        ++m_at;
    const std::string_view text(first, static_cast<std::size_t>(m_at - first));
    return text == "true" || text == "false" || text == "null" || fail();
}

bool JsonCursor::skipValueSlow()
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
    // Names are short, without escapes and in ASCII: then finding the end has looked at all there is to check.
    if (!m_failed && m_at < m_end && *m_at == '"')
        if (const char *behind = behindPlainString(m_at + 1, m_end)) {
            text = {m_at + 1, static_cast<std::size_t>(behind - m_at - 2)};
            m_at = behind;
            m_first = false;
            return true;
        }
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
    if (m_failed || (c != '-' && (c < '0' || c > '9')))
        return fail();
    const char *first = m_at;
    m_first = false;
    if (!skipLiteral())
        return false;
    digits = {first, static_cast<std::size_t>(m_at - first)};
    return true;
}

} // namespace flyball
