// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/prometheus/promnumber.h"

#include <algorithm>
#include <cstring>

#include "core/base/jsoncursor.h"

namespace flyball {

namespace {

constexpr std::int64_t kMostSeconds = 9'000'000'000;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool equalsInAnyCase(std::string_view text, std::string_view lower)
{
    if (text.size() != lower.size())
        return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((text[i] | 0x20) != lower[i])
            return false;
    return true;
}

std::uint64_t wordAt(const char *at)
{
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

std::uint64_t mixed(std::uint64_t a, std::uint64_t b)
{
    const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

} // namespace

bool isPromNumber(std::string_view text)
{
    std::size_t at = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
    if (at == text.size())
        return false;
    if (!isDigit(text[at]) && text[at] != '.') {
        text.remove_prefix(at);
        return equalsInAnyCase(text, "inf") || equalsInAnyCase(text, "nan") || equalsInAnyCase(text, "infinity");
    }
    const auto digits = [&] {
        const std::size_t first = at;
        while (at < text.size() && isDigit(text[at]))
            ++at;
        return at - first;
    };
    std::size_t mantissa = digits();
    if (at < text.size() && text[at] == '.') {
        ++at;
        mantissa += digits();
    }
    if (mantissa == 0)
        return false;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-'))
            ++at;
        if (digits() == 0)
            return false;
    }
    return at == text.size();
}

std::optional<TimeNs> promMilliseconds(std::string_view text)
{
    std::int64_t milliseconds = 0;
    if (!parseInt64(text, milliseconds))
        return std::nullopt;
    return std::clamp(milliseconds, -kMostSeconds * 1000, kMostSeconds * 1000) * 1'000'000;
}

std::optional<TimeNs> promSeconds(std::string_view text)
{
    double seconds = 0;
    if (!isPromNumber(text) || !parseDouble(text, seconds))
        return std::nullopt;
    constexpr auto kMost = static_cast<double>(kMostSeconds);
    return static_cast<TimeNs>(std::clamp(seconds, -kMost, kMost) * 1e9);
}

bool isAsciiText(std::string_view text)
{
    const char *at = text.data();
    std::size_t left = text.size();
    std::uint64_t all = 0;
    for (; left >= 8; at += 8, left -= 8)
        all |= wordAt(at);
    for (; left > 0; ++at, --left)
        all |= static_cast<std::uint64_t>(static_cast<unsigned char>(*at));
    return (all & 0x8080808080808080ULL) == 0;
}

std::uint64_t promHash(std::string_view text)
{
    constexpr std::uint64_t kFirst = 0x9e3779b97f4a7c15ULL;
    constexpr std::uint64_t kSecond64 = 0xd6e8feb86659fd93ULL;
    const char *at = text.data();
    std::size_t left = text.size();
    std::uint64_t hash = mixed(left ^ kFirst, kSecond64);
    for (; left >= 16; at += 16, left -= 16)
        hash = mixed(wordAt(at) ^ hash, wordAt(at + 8) ^ kSecond64);
    char tail[16] = {};
    std::memcpy(tail, at, left);
    return mixed(wordAt(tail) ^ hash ^ kFirst, wordAt(tail + 8) ^ kSecond64);
}

} // namespace flyball
