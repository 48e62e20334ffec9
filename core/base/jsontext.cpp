// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers and text of JSON: the value half of JsonCursor.
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "core/base/jsoncursor.h"
#include "core/base/money.h"

namespace flyball {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Length of the valid UTF-8 sequence at `at`, or 0. Overlong forms and surrogates are invalid.
std::size_t sequenceLength(std::string_view text, std::size_t at)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at);
    if (lead < 0x80)
        return 1;
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        low = lead == 0xE0 ? 0xA0 : 0x80;
        high = lead == 0xED ? 0x9F : 0xBF;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        low = lead == 0xF0 ? 0x90 : 0x80;
        high = lead == 0xF4 ? 0x8F : 0xBF;
    } else {
        return 0;
    }
    if (at + length > text.size() || byte(at + 1) < low || byte(at + 1) > high)
        return 0;
    for (std::size_t i = 2; i < length; ++i)
        if (byte(at + i) < 0x80 || byte(at + i) > 0xBF)
            return 0;
    return length;
}

void appendUtf8(std::string &out, std::uint32_t code)
{
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (code >> 18));
        out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

bool readHex4(std::string_view raw, std::size_t at, std::uint32_t &code)
{
    if (at + 4 > raw.size())
        return false;
    const auto [end, error] = std::from_chars(raw.data() + at, raw.data() + at + 4, code, 16);
    return error == std::errc() && end == raw.data() + at + 4;
}

/// Decodes \uXXXX (and a low surrogate behind it) at raw[at] == 'u'; returns characters used.
std::size_t decodeUnicode(std::string_view raw, std::size_t at, std::string &out)
{
    std::uint32_t code = 0;
    if (!readHex4(raw, at + 1, code)) {
        out += kReplacement;
        return 1;
    }
    std::uint32_t low = 0;
    if (code >= 0xD800 && code <= 0xDBFF && at + 6 < raw.size() && raw[at + 5] == '\\' && raw[at + 6] == 'u'
        && readHex4(raw, at + 7, low) && low >= 0xDC00 && low <= 0xDFFF) {
        appendUtf8(out, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
        return 11;
    }
    if (code >= 0xD800 && code <= 0xDFFF)
        out += kReplacement;
    else
        appendUtf8(out, code);
    return 5;
}

} // namespace

bool isValidUtf8(std::string_view text)
{
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        if ((word & 0x8080808080808080ULL) != 0)
            break;
    }
    while (at < text.size()) {
        const std::size_t length = sequenceLength(text, at);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

bool sanitiseUtf8(std::string_view text, std::string &out)
{
    out.clear();
    bool replaced = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = sequenceLength(text, at);
        if (length == 0) {
            out += kReplacement;
            replaced = true;
            ++at;
        } else {
            out.append(text, at, length);
            at += length;
        }
    }
    return replaced;
}

void decodeJsonString(std::string_view raw, std::string &out)
{
    std::string decoded;
    decoded.reserve(raw.size());
    for (std::size_t at = 0; at < raw.size();) {
        if (raw[at] != '\\' || at + 1 >= raw.size()) {
            decoded += raw[at++];
            continue;
        }
        ++at;
        switch (raw[at]) {
        case 'n':
            decoded += '\n';
            break;
        case 't':
            decoded += '\t';
            break;
        case 'r':
            decoded += '\r';
            break;
        case 'b':
            decoded += '\b';
            break;
        case 'f':
            decoded += '\f';
            break;
        case 'u':
            at += decodeUnicode(raw, at, decoded) - 1;
            break;
        default:
            decoded += raw[at];
        }
        ++at;
    }
    sanitiseUtf8(decoded, out);
}

bool parseDouble(std::string_view digits, double &value)
{
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end != digits.data() + digits.size())
        return false;
    if (error == std::errc::result_out_of_range) {
        // Too small for a double is zero, as in every other reader; too large is nothing.
        value = std::strtod(std::string(digits).c_str(), nullptr);
        return std::fabs(value) < 1;
    }
    return error == std::errc() && std::isfinite(value);
}

bool parseInt64(std::string_view digits, std::int64_t &value)
{
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size())
        return true;
    if (error == std::errc::result_out_of_range)
        return false;
    // 1302.0 and 1.3e3 are whole numbers as well; below 2^53 a double says them exactly.
    double number = 0;
    if (!parseDouble(digits, number) || number != std::floor(number) || std::fabs(number) >= 9007199254740992.0)
        return false;
    value = static_cast<std::int64_t>(number);
    return true;
}

bool parsePicoUsd(std::string_view digits, std::int64_t &pico)
{
    std::size_t at = 0;
    const bool negative = !digits.empty() && digits[0] == '-';
    at += negative ? 1 : 0;
    __int128 mantissa = 0;
    int scale = 0; // decimals taken into the mantissa
    bool any = false;
    bool point = false;
    for (; at < digits.size(); ++at) {
        const char c = digits[at];
        if (c == '.' && !point) {
            point = true;
        } else if (c >= '0' && c <= '9') {
            any = true;
            if (mantissa < static_cast<__int128>(1) << 100) {
                mantissa = mantissa * 10 + (c - '0');
                scale += point ? 1 : 0;
            } else if (!point) {
                return false;
            } else if (c != '0' && mantissa % 2 == 0) {
                ++mantissa; // a digit beyond those kept: only "more than half" can still depend on it
            }
        } else {
            break;
        }
    }
    int exponent = 0;
    if (any && at < digits.size() && (digits[at] == 'e' || digits[at] == 'E')) {
        const bool plus = at + 1 < digits.size() && digits[at + 1] == '+';
        const char *first = digits.data() + at + (plus ? 2 : 1);
        const auto [end, error] = std::from_chars(first, digits.data() + digits.size(), exponent);
        if (error != std::errc() || (plus && *first == '-'))
            return false;
        at = static_cast<std::size_t>(end - digits.data());
    }
    if (!any || at != digits.size() || exponent < -400 || exponent > 400)
        return false;
    int shift = 12 + exponent - scale;
    for (; shift > 0 && mantissa != 0; --shift) {
        if (mantissa > static_cast<__int128>(kPicoPerUsd) * 10'000'000)
            return false;
        mantissa *= 10;
    }
    __int128 divisor = 1;
    for (; shift < 0 && divisor < static_cast<__int128>(1) << 110; ++shift)
        divisor *= 10;
    if (mantissa / divisor > static_cast<__int128>(kPicoPerUsd) * 9'000'000)
        return false;
    const std::int64_t rounded = shift < 0 ? 0 : divideHalfEven(mantissa, divisor);
    pico = negative ? -rounded : rounded;
    return true;
}

} // namespace flyball
