// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/json/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace flyball {

namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

std::size_t digitsAt(std::string_view text, std::size_t at)
{
    std::size_t end = at;
    while (end < text.size() && isDigit(text[end]))
        ++end;
    return end - at;
}

} // namespace

std::optional<JsonNumber> JsonNumber::parse(std::string_view literal)
{
    JsonNumber n;
    std::size_t at = 0;
    n.m_negative = !literal.empty() && literal[0] == '-';
    at += n.m_negative ? 1U : 0U;
    const std::size_t whole = digitsAt(literal, at);
    if (whole == 0 || (whole > 1 && literal[at] == '0'))
        return std::nullopt;
    n.m_digits = literal.substr(at, whole);
    at += whole;
    if (at < literal.size() && literal[at] == '.') {
        const std::size_t fraction = digitsAt(literal, ++at);
        if (fraction == 0)
            return std::nullopt;
        n.m_digits += literal.substr(at, fraction);
        n.m_exponent = -static_cast<std::int64_t>(fraction);
        at += fraction;
    }
    if (at < literal.size() && (literal[at] == 'e' || literal[at] == 'E')) {
        ++at;
        const bool down = at < literal.size() && literal[at] == '-';
        at += at < literal.size() && (literal[at] == '-' || literal[at] == '+') ? 1U : 0U;
        const std::size_t length = digitsAt(literal, at);
        std::int64_t power = 0;
        if (length == 0 || length > 6)
            return std::nullopt;
        std::from_chars(literal.data() + at, literal.data() + at + length, power);
        n.m_exponent += down ? -power : power;
        at += length;
    }
    if (at != literal.size())
        return std::nullopt;
    n.normalise();
    return n;
}

void JsonNumber::normalise()
{
    const std::size_t first = m_digits.find_first_not_of('0');
    if (first == std::string::npos) {
        *this = JsonNumber(); // -0 is 0
        return;
    }
    const std::size_t last = m_digits.find_last_not_of('0');
    m_exponent += static_cast<std::int64_t>(m_digits.size() - 1 - last);
    m_digits = m_digits.substr(first, last - first + 1);
}

JsonNumber JsonNumber::of(std::int64_t value) { return *parse(std::to_string(value)); }

JsonNumber JsonNumber::of(const UsdSum &usd)
{
    // A negative sum is stored as floor and positive remainder; caps never are negative.
    std::string fraction = std::to_string(usd.picoRemainder());
    fraction.insert(0, 12 - fraction.size(), '0');
    return *parse(std::to_string(usd.usd()) + '.' + fraction);
}

JsonNumber JsonNumber::of(double value)
{
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
    return parse({buffer, static_cast<std::size_t>(end.ptr - buffer)}).value_or(JsonNumber());
}

std::optional<std::int64_t> JsonNumber::toInt64() const
{
    if (m_exponent < 0 || m_exponent > 18 || m_digits.size() > 19)
        return std::nullopt;
    const std::string text =
        (m_negative ? "-" : "") + m_digits + std::string(static_cast<std::size_t>(m_exponent), '0');
    std::int64_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end.ec != std::errc() || end.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<UsdSum> JsonNumber::toUsd() const
{
    constexpr std::int64_t kDecimals = 12;
    constexpr std::int64_t kMaxDigits = 18 + kDecimals;
    const std::int64_t zeros = m_exponent + kDecimals;
    if (m_negative || zeros < 0 || static_cast<std::int64_t>(m_digits.size()) + zeros > kMaxDigits)
        return std::nullopt;
    __int128 pico = 0;
    for (const char c : m_digits)
        pico = pico * 10 + (c - '0');
    for (std::int64_t i = 0; i < zeros; ++i)
        pico *= 10;
    return UsdSum::fromParts(static_cast<std::int64_t>(pico / kPicoPerUsd),
                             static_cast<std::int64_t>(pico % kPicoPerUsd));
}

double JsonNumber::toDouble() const
{
    const std::string literal = (m_negative ? "-" : "") + m_digits + 'e' + std::to_string(m_exponent);
    double value = 0;
    const auto end = std::from_chars(literal.data(), literal.data() + literal.size(), value);
    if (end.ec == std::errc::result_out_of_range && m_exponent > 0)
        return m_negative ? -HUGE_VAL : HUGE_VAL;
    return value;
}

std::string JsonNumber::text() const
{
    const std::string sign = m_negative ? "-" : "";
    const auto size = static_cast<std::int64_t>(m_digits.size());
    const std::int64_t point = size + m_exponent; // digits before the dot
    if (point > 21 || point < -8 || size > 40) {
        const std::string rest = m_digits.size() > 1 ? '.' + m_digits.substr(1) : "";
        return sign + m_digits[0] + rest + 'e' + std::to_string(point - 1);
    }
    if (m_exponent >= 0)
        return sign + m_digits + std::string(static_cast<std::size_t>(m_exponent), '0');
    if (point <= 0)
        return sign + "0." + std::string(static_cast<std::size_t>(-point), '0') + m_digits;
    const auto dot = static_cast<std::size_t>(point);
    return sign + m_digits.substr(0, dot) + '.' + m_digits.substr(dot);
}

} // namespace flyball
