// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/jsonscan.h"
#include "core/base/key128.h"
#include "core/base/time.h"
#include "core/formats/jsonfields.h"

namespace flyball::otlp {

/// The number eight digits say, by halves: pairs, pairs of pairs, all (Daniel Lemire, "Quickly parsing eight
/// digits", 2018). Sets `wrong` where one is no digit.
[[nodiscard]] inline std::uint64_t eightDigits(const char *at, bool &wrong)
{
    std::uint64_t text = 0;
    std::memcpy(&text, at, 8);
    const std::uint64_t digits = text - 0x3030303030303030ULL;
    wrong = wrong
            || ((text & 0xF0F0F0F0F0F0F0F0ULL) | (((text + 0x0606060606060606ULL) & 0xF0F0F0F0F0F0F0F0ULL) >> 4))
                   != 0x3333333333333333ULL;
    const std::uint64_t pairs = digits * 10 + (digits >> 8);
    constexpr std::uint64_t mask = 0x000000FF000000FFULL;
    return (((pairs & mask) * 0x000F424000000064ULL) + (((pairs >> 16) & mask) * 0x0000271000000001ULL)) >> 32;
}

/// Walks text as long as it is written exactly as exporters write it. Each take...() moves on and sets its result
/// only if all of what it stands for is there in that form; else nothing has happened.
class UsualText {
public:
    explicit UsualText(std::string_view text) : m_at(text.data()), m_end(text.data() + text.size()) {}

    [[nodiscard]] const char *at() const { return m_at; }
    template <std::size_t N>
    bool take(const char (&text)[N])
    {
        if (left() < N - 1 || std::memcmp(m_at, text, N - 1) != 0)
            return false;
        m_at += N - 1;
        return true;
    }
    /// A key and its value, or neither.
    template <std::size_t N, typename Take>
    bool takeMember(const char (&key)[N], Take &&value)
    {
        const char *from = m_at;
        if (take(key) && value())
            return true;
        m_at = from;
        return false;
    }
    /// A trace id that is not null, and the quote behind it.
    bool takeId(Key128 &id)
    {
        if (left() < 33 || m_at[32] != '"')
            return false;
        const auto known = key128FromHex({m_at, 32});
        if (!known || known->isNull())
            return false;
        id = *known;
        m_at += 33;
        return true;
    }
    /// Same for a span id.
    bool takeId(std::uint64_t &id)
    {
        if (left() < 17 || m_at[16] != '"')
            return false;
        const auto known = key64FromHex({m_at, 16});
        if (!known || *known == 0)
            return false;
        id = *known;
        m_at += 17;
        return true;
    }
    /// Nineteen digits and a quote: every time from 2001 on.
    bool takeTime(TimeNs &time)
    {
        if (left() < 20 || m_at[19] != '"')
            return false;
        bool wrong = false;
        std::uint64_t value = eightDigits(m_at, wrong) * 100'000'000 + eightDigits(m_at + 8, wrong);
        for (const char *digit = m_at + 16; digit < m_at + 19; ++digit) {
            wrong = wrong || *digit < '0' || *digit > '9';
            value = value * 10 + (static_cast<unsigned char>(*digit) & 0x0FU);
        }
        if (wrong || value > static_cast<std::uint64_t>(kLatestTime))
            return false;
        time = static_cast<TimeNs>(value);
        m_at += 20;
        return true;
    }
    /// The contents of a string without escapes, and its quote.
    bool takeString(std::string_view &text)
    {
        const char *close = findQuoteOrBackslash(m_at, m_end);
        if (close == m_end || *close != '"')
            return false;
        text = {m_at, static_cast<std::size_t>(close - m_at)};
        m_at = close + 1;
        return true;
    }
    /// A whole number, up to the comma behind it.
    bool skipNumber()
    {
        const char *digit = m_at;
        while (digit < m_end && *digit >= '0' && *digit <= '9')
            ++digit;
        if (digit == m_at || digit == m_end || *digit != ',')
            return false;
        m_at = digit;
        return true;
    }

private:
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(m_end - m_at); }
    const char *m_at;
    const char *m_end;
};

} // namespace flyball::otlp
