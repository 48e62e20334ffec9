// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/book/json_read.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace flyball {

Place Place::at(std::string_view field) const
{
    Place next = *this;
    if (!next.m_path.empty())
        next.m_path += '.';
    // A key is outside text: keep the message one line and short.
    for (const char c : field.substr(0, 80))
        next.m_path += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return next;
}

Place Place::at(std::size_t index) const
{
    Place next = *this;
    next.m_path += '[' + std::to_string(index) + ']';
    return next;
}

Error Place::error(std::string_view why, ErrorCode code) const { return Error{code, text() + ": " + std::string(why)}; }

namespace {

bool withinDepth(std::string_view text, int limit)
{
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString) {
            if (c == '\\')
                ++i;
            else
                inString = c != '"';
        } else if (c == '"') {
            inString = true;
        } else if (c == '{' || c == '[') {
            if (++depth > limit)
                return false;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return true;
}

} // namespace

Result<Json> parseJson(std::string_view text, std::string_view file)
{
    constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
    constexpr int kMaxDepth = 64;
    if (text.size() > kMaxBytes)
        return Error{ErrorCode::OutOfRange, std::string(file) + ": larger than 64 MiB"};
    if (!withinDepth(text, kMaxDepth))
        return Error{ErrorCode::OutOfRange, std::string(file) + ": nested deeper than 64 levels"};
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded())
        return Error{ErrorCode::Malformed, std::string(file) + ": not valid JSON"};
    return value;
}

Result<AttoUsd> readRate(const Json &value, const Place &place, RateFormat format)
{
    std::optional<std::int64_t> atto;
    if (value.is_number()) {
        // The shortest digits that give this double are what the author wrote.
        char digits[400];
        const auto end =
            value.is_number_float()
                ? std::to_chars(digits, digits + sizeof digits, value.get<double>(), std::chars_format::fixed)
                : std::to_chars(digits, digits + sizeof digits, value.get<std::int64_t>());
        if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)
            return place.error("out of range", ErrorCode::OutOfRange);
        atto = parseDecimal(std::string_view(digits, static_cast<std::size_t>(end.ptr - digits)), format.scale, true);
        if (!atto)
            return place.error("out of range", ErrorCode::OutOfRange);
    } else if (value.is_string() && !format.numbersOnly) {
        atto = parseDecimal(value.get_ref<const std::string &>(), format.scale);
        if (!atto)
            return place.error("is not a decimal number this precise format can hold");
    } else {
        return place.error("is not a number");
    }
    if (*atto < 0)
        return place.error("is negative", ErrorCode::OutOfRange);
    if (*atto > format.limit)
        return place.error("is above 0.01 USD per token; is it a price per million?", ErrorCode::OutOfRange);
    return *atto;
}

Result<TimeNs> readDate(const Json &value, const Place &place)
{
    if (!value.is_string())
        return place.error("is not a date");
    std::string text = value.get<std::string>();
    if (text.size() == 10)
        text += "T00:00:00Z";
    const auto time = parseRfc3339(text);
    if (!time)
        return place.error("is not a date like 2026-09-23");
    return *time;
}

Result<std::string> readText(const Json &object, const char *key, const Place &place)
{
    constexpr std::size_t kMaxText = 300;
    const auto found = object.find(key);
    if (found == object.end() || found->is_null())
        return std::string();
    if (!found->is_string() || found->get_ref<const std::string &>().size() > kMaxText)
        return place.at(key).error("is not a short text");
    return found->get<std::string>();
}

Result<> checkCurrency(const Json &object, const Place &place)
{
    const auto found = object.find("currency");
    if (found == object.end() || found->is_null())
        return {};
    if (!found->is_string() || found->get_ref<const std::string &>() != "USD")
        return place.at("currency").error("only USD prices can be used");
    return {};
}

} // namespace flyball
