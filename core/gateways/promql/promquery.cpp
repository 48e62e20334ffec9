// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/promquery.h"

#include "core/base/jsoncursor.h"
#include "core/net/httpclient.h"

namespace flyball {

namespace {

constexpr std::size_t kLongestMatch = 1024;
constexpr std::size_t kMostInstances = 300;
constexpr std::size_t kLongestInstances = 6000; ///< bytes; a GET must take it as well

/// A literal inside a regular expression inside a PromQL string.
std::string literal(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos)
            out += "\\\\";
        if (c == '"' || c == '\\')
            out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

std::string withMatch(std::string selector, const std::string &match)
{
    return selector + (match.empty() ? std::string() : ',' + match) + '}';
}

std::string seconds(TimeNs at) { return std::to_string(at / kSecond); }

} // namespace

std::string promSelector(std::span<const std::string_view> families, bool recorded, const std::string &match)
{
    std::string names;
    for (const std::string_view family : families)
        names += (names.empty() ? "" : "|") + literal(family);
    std::string pattern = '(' + names + ")(_USD|_usd|_tokens?)?(_total|_sum)?";
    if (recorded)
        pattern = "flyball:" + pattern + ":sum";
    return withMatch("{__name__=~\"" + pattern + '"', match);
}

std::string promStartSelector(std::span<const std::string> jobs, std::span<const std::string> instances)
{
    std::string selector;
    const auto add = [&selector](const char *label, std::span<const std::string> values) {
        std::string pattern;
        for (const std::string &value : values)
            pattern += (pattern.empty() ? "" : "|") + literal(value);
        if (!values.empty() && values.size() <= kMostInstances && pattern.size() <= kLongestInstances)
            selector += std::string(",") + label + "=~\"" + pattern + '"';
    };
    add("job", jobs);
    add("instance", instances);
    return selector.empty() ? selector : "{__name__=\"process_start_time_seconds\"" + selector + '}';
}

Result<> checkPromMatch(const std::string &match)
{
    const Error no{ErrorCode::InvalidArgument,
                   "match is a list of label matchers such as job=\"litellm\", and nothing else"};
    if (match.size() > kLongestMatch)
        return no;
    char quote = 0;
    for (std::size_t i = 0; i < match.size(); ++i) {
        const char c = match[i];
        if (static_cast<unsigned char>(c) < 0x20)
            return no;
        if (quote != 0 && c == '\\' && quote != '`')
            ++i;
        else if (quote != 0)
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'' || c == '`')
            quote = c;
        else if (c == '{' || c == '}' || c == '[' || c == '#')
            return no;
    }
    return quote == 0 ? Result<>() : Result<>(no);
}

PromFields promRawFields(const std::string &selector, const PromWindow &window)
{
    return {{"query", selector + '[' + seconds(window.to - window.from) + "s]"}, {"time", seconds(window.to)}};
}

PromFields promGridFields(const std::string &selector, const PromGrid &grid)
{
    return {
        {"query", selector}, {"start", seconds(grid.from)}, {"end", seconds(grid.to)}, {"step", seconds(grid.step)}};
}

std::string promForm(const PromFields &fields)
{
    std::string out;
    for (const auto &[name, value] : fields)
        out += (out.empty() ? "" : "&") + name + '=' + urlEncoded(value);
    return out;
}

std::string promBase(std::string path)
{
    const std::size_t api = path.rfind("/api/v1");
    if (api != std::string::npos && (path.size() == api + 7 || path[api + 7] == '/'))
        path.erase(api);
    while (path.ends_with('/'))
        path.pop_back();
    return path;
}

bool parsePromSpan(std::string_view text, TimeNs &span)
{
    TimeNs unit = kSecond;
    if (!text.empty() && (text.back() < '0' || text.back() > '9')) {
        switch (text.back()) {
        case 's':
            break;
        case 'm':
            unit = kMinute;
            break;
        case 'h':
            unit = kHour;
            break;
        case 'd':
            unit = kDay;
            break;
        case 'w':
            unit = 7 * kDay;
            break;
        default:
            return false;
        }
        text.remove_suffix(1);
    }
    constexpr TimeNs kLongest = 3653 * kDay;
    std::int64_t number = 0;
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos || !parseInt64(text, number)
        || number > kLongest / unit)
        return false;
    span = number * unit;
    return true;
}

} // namespace flyball
