// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "core/base/jsonscan.h"

namespace flyball {

/// Pull reader over one JSON text in memory: walks the parts a reader asks for and steps over the
/// rest at memory speed, without building a tree. It checks the grammar of what it walks; inside a
/// skipped value it checks nesting and string ends only. Every function returns false and sets
/// failed() at the first violation; the cursor is then useless. Not for values turned into trees:
/// those go through nlohmann/json with its own limits.
class JsonCursor {
public:
    static constexpr int kMaxDepth = 1024; // design rule 3a.14

    explicit JsonCursor(std::string_view text) : m_at(text.data()), m_end(text.data() + text.size()) {}

    [[nodiscard]] bool failed() const { return m_failed; }
    /// First character of the next value, after white space; '\0' at the end.
    [[nodiscard]] char peek()
    {
        skipSpace();
        return m_at < m_end ? *m_at : '\0';
    }
    /// True when nothing but white space is left.
    [[nodiscard]] bool atEnd() { return peek() == '\0' && m_at >= m_end && !m_failed; }
    [[nodiscard]] const char *position() const { return m_at; }
    /// Everything that is left, and a jump over a value that the caller has read there by himself.
    [[nodiscard]] std::string_view rest() const { return {m_at, static_cast<std::size_t>(m_end - m_at)}; }
    [[nodiscard]] bool justOpened() const { return m_first; } ///< no comma is expected before the next value
    void skipTo(const char *behindValue)
    {
        m_at = behindValue;
        m_first = false;
    }

    /// Consumes '{'. Then: while (nextKey(key)) { consume exactly one value }.
    [[nodiscard]] bool beginObject()
    {
        if (peek() != '{')
            return fail();
        ++m_at;
        m_first = true;
        return true;
    }
    /// Raw key text (escapes as written: known names have none). False at '}' or on failure.
    [[nodiscard]] bool nextKey(std::string_view &key)
    {
        // The form every producer writes: ,"key": without spaces and without escapes.
        if (!m_failed && m_end - m_at > 24) {
            const char *at = m_at;
            if (!m_first && *at == ',')
                ++at;
            else if (!m_first)
                return nextKeySlow(key);
            if (*at == '"') {
                const char *close = findQuoteOrBackslash(at + 1, m_end);
                if (m_end - close > 1 && *close == '"' && close[1] == ':') {
                    key = {at + 1, static_cast<std::size_t>(close - at - 1)};
                    m_at = close + 2;
                    m_first = false;
                    return true;
                }
            }
        }
        return nextKeySlow(key);
    }
    /// Consumes exactly these characters if they stand next (no white space is passed over).
    [[nodiscard]] bool consume(std::string_view text)
    {
        if (static_cast<std::size_t>(m_end - m_at) < text.size() || std::memcmp(m_at, text.data(), text.size()) != 0)
            return false;
        m_at += text.size();
        m_first = false;
        return true;
    }
    /// Consumes '['. Then: while (nextElement()) { consume exactly one value }.
    [[nodiscard]] bool beginArray();
    [[nodiscard]] bool nextElement();

    bool skipValue()
    {
        if (m_failed || m_at >= m_end || *m_at != '"')
            return skipValueSlow();
        m_first = false;
        return skipString();
    }
    /// Raw contents of a string, without quotes; `escaped` tells whether it needs decoding.
    [[nodiscard]] bool readString(std::string_view &raw, bool &escaped)
    {
        if (!m_failed && m_at < m_end && *m_at == '"') {
            const char *close = findQuoteOrBackslash(m_at + 1, m_end);
            if (close < m_end && *close == '"') {
                raw = {m_at + 1, static_cast<std::size_t>(close - m_at - 1)};
                m_at = close + 1;
                m_first = false;
                escaped = false;
                return true;
            }
        }
        return readStringSlow(raw, escaped);
    }
    /// Decoded text; points into the input where it has no escapes, else into `scratch`.
    /// Invalid UTF-8 and lone surrogates become U+FFFD, control characters stay.
    [[nodiscard]] bool readText(std::string_view &text, std::string &scratch);
    /// A value that may be null: true with `isNull` set and the null consumed, or untouched.
    [[nodiscard]] bool takeNull();
    /// The form every producer writes counts in: at most fifteen digits and then ',' or '}'. False, and nothing
    /// consumed, for anything else.
    [[nodiscard]] bool takeCount(std::int64_t &value)
    {
        const char *at = m_at;
        const char *const most = m_end - m_at > 16 ? m_at + 16 : m_end;
        std::int64_t number = 0;
        while (at < most && *at >= '0' && *at <= '9')
            number = number * 10 + (*at++ - '0');
        if (m_failed || at == m_at || at >= most || (*at != ',' && *at != '}'))
            return false;
        value = number;
        m_at = at;
        m_first = false;
        return true;
    }
    [[nodiscard]] bool readBool(bool &value);
    /// The characters of a number as written.
    [[nodiscard]] bool readNumber(std::string_view &digits);
    /// The whole text of the next value, of any type.
    [[nodiscard]] bool readRaw(std::string_view &raw);

private:
    [[nodiscard]] bool nextKeySlow(std::string_view &key);
    [[nodiscard]] bool readStringSlow(std::string_view &raw, bool &escaped);
    void skipSpace()
    {
        while (m_at < m_end && (*m_at == ' ' || *m_at == '\t' || *m_at == '\n' || *m_at == '\r'))
            ++m_at;
    }
    bool fail()
    {
        m_failed = true;
        return false;
    }
    bool skipString()
    {
        const char *behind = behindString(m_at + 1, m_end);
        if (!behind)
            return fail();
        m_at = behind;
        return true;
    }
    bool skipValueSlow();
    bool skipContainer();
    bool skipLiteral();

    const char *m_at;
    const char *m_end;
    bool m_first = false; ///< just after '{' or '[': no comma expected
    bool m_failed = false;
};

/// A whole number written as 123, -5, 1.0, 1e3 or "123" (without the quotes). False when it is not
/// one or does not fit.
[[nodiscard]] bool parseInt64(std::string_view digits, std::int64_t &value);
/// Any JSON number; false for NaN, infinities and overflow.
[[nodiscard]] bool parseDouble(std::string_view digits, double &value);
/// Decimal text to pico-USD, exact, half-even beyond twelve decimals. False when not a number or
/// outside +-9 million USD.
[[nodiscard]] bool parsePicoUsd(std::string_view digits, std::int64_t &pico);
/// Decodes JSON escapes; invalid UTF-8 becomes U+FFFD.
void decodeJsonString(std::string_view raw, std::string &out);
/// Copies text, replacing invalid UTF-8 by U+FFFD. True if anything was replaced.
bool sanitiseUtf8(std::string_view text, std::string &out);
[[nodiscard]] bool isValidUtf8(std::string_view text);

} // namespace flyball
