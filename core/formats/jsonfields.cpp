// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/jsonfields.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr std::int64_t kMaxTokens = std::int64_t{1} << 53;
constexpr std::int64_t kLatestSecond = kLatestTime / kSecond;
constexpr std::int64_t kNanosPerMilli = 1'000'000;

bool isNumber(std::string_view text)
{
    return !text.empty() && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9'));
}

/// A decimal number times 10^9, cut behind the ninth decimal: a time in seconds has no room in a double.
std::optional<std::int64_t> nanosOf(std::string_view digits)
{
    const std::size_t dot = digits.find('.');
    std::int64_t whole = 0;
    if (!parseInt64(digits.substr(0, dot), whole) || whole < 0 || whole > 9'000'000'000)
        return std::nullopt;
    std::int64_t nanos = whole * kSecond;
    std::int64_t unit = kSecond / 10;
    for (std::size_t i = dot; dot != std::string_view::npos && ++i < digits.size(); unit /= 10) {
        if (digits[i] < '0' || digits[i] > '9')
            return std::nullopt;
        nanos += (digits[i] - '0') * unit;
    }
    return nanos;
}

} // namespace

std::optional<TimeNs> parseAnyTime(std::string_view text)
{
    if (text.find('-', 1) == std::string_view::npos) {
        std::int64_t whole = 0;
        if (!isNumber(text))
            return std::nullopt;
        // Above the year 2200 in seconds it can only be milliseconds.
        if (parseInt64(text.substr(0, text.find('.')), whole) && whole > kLatestSecond) {
            return whole <= kLatestSecond * 1000 ? std::optional(whole * kNanosPerMilli) : std::nullopt;
        }
        return nanosOf(text);
    }
    if (const auto parsed = parseRfc3339(text))
        return parsed;
    std::string zoned(text);
    if (zoned.size() > 10 && zoned[10] == ' ')
        zoned[10] = 'T';
    if (const auto parsed = parseRfc3339(zoned))
        return parsed;
    return parseRfc3339(zoned + "Z");
}

bool JsonFields::parse(std::string_view text)
{
    m_members.clear();
    JsonCursor json(text);
    std::string_view key;
    if (json.peek() != '{' || !json.beginObject())
        return false;
    while (json.nextKey(key)) {
        std::string_view raw;
        if (!json.readRaw(raw))
            return false;
        m_members.emplace_back(key, raw);
    }
    return json.atEnd();
}

std::string_view JsonFields::raw(std::string_view key) const
{
    const auto it = std::find_if(m_members.rbegin(), m_members.rend(), [&](const auto &m) { return m.first == key; });
    return it == m_members.rend() ? std::string_view() : it->second;
}

bool JsonFields::has(std::string_view key) const
{
    const std::string_view value = raw(key);
    return !value.empty() && value != "null" && value != "{}" && value != "[]" && value != "\"\"";
}

std::string_view JsonFields::text(std::string_view key) const
{
    const std::string_view value = raw(key);
    if (value.empty() || value.front() != '"')
        return {};
    JsonCursor json(value);
    std::string scratch;
    std::string_view decoded;
    if (!json.readText(decoded, scratch))
        return {};
    if (decoded.data() != scratch.data())
        return decoded;
    return m_decoded.emplace_front(std::move(scratch));
}

std::string_view JsonFields::id(std::string_view key) const
{
    const std::string_view value = raw(key);
    return isNumber(value) ? value : text(key);
}

std::string_view JsonFields::digits(std::string_view key) const
{
    const std::string_view value = raw(key);
    if (isNumber(value))
        return value;
    const std::string_view quoted = text(key);
    return isNumber(quoted) ? quoted : std::string_view();
}

std::optional<bool> JsonFields::flag(std::string_view key) const
{
    const std::string_view value = raw(key);
    const std::string_view word = !value.empty() && value.front() == '"' ? text(key) : value;
    if (word == "true" || word == "True")
        return true;
    if (word == "false" || word == "False")
        return false;
    return std::nullopt;
}

JsonFields JsonFields::object(std::string_view key) const
{
    JsonFields inner;
    if (!inner.parse(raw(key)))
        inner.m_members.clear();
    return inner;
}

std::optional<TimeNs> JsonFields::time(std::string_view key) const
{
    const std::string_view value = raw(key);
    if (isNumber(value))
        return parseAnyTime(value);
    const std::string_view quoted = text(key);
    return quoted.empty() ? std::nullopt : parseAnyTime(quoted);
}

std::int64_t JsonFields::milliseconds(std::string_view key) const
{
    const std::string_view value = digits(key);
    double number = 0;
    if (value.empty() || !parseDouble(value, number) || number < 0 || number > 1e12)
        return -1;
    return static_cast<std::int64_t>(number * static_cast<double>(kNanosPerMilli) + 0.5);
}

std::int64_t CountReader::operator()(const JsonFields &fields, std::string_view key)
{
    const std::string_view value = fields.raw(key);
    if (value.empty() || value == "null")
        return 0;
    std::int64_t number = 0;
    const std::string_view digits = fields.digits(key);
    if (digits.empty() || !parseInt64(digits, number) || number < 0 || number > kMaxTokens) {
        m_outOfRange = true;
        return 0;
    }
    m_any = true;
    return number;
}

} // namespace flyball
