// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstring>
#include <string_view>

#include "core/domain/facts.h"

namespace flyball {

/// Calls fn(line, offset) for every line of a block, without its end; CR, BOM and leading NULs
/// (holes a copytruncate leaves) are taken off, empty lines are passed over.
template <typename Fn>
void forEachLine(std::string_view block, std::int64_t offset, Fn &&fn)
{
    const char *at = block.data();
    const char *end = at + block.size();
    while (at < end) {
        const auto *newline = static_cast<const char *>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
        const char *stop = newline ? newline : end;
        const char *first = at;
        while (first < stop && *first == '\0')
            ++first;
        if (stop - first >= 3 && std::memcmp(first, "\xEF\xBB\xBF", 3) == 0)
            first += 3;
        const char *last = stop;
        while (last > first && (last[-1] == '\r' || last[-1] == ' ' || last[-1] == '\t'))
            --last;
        while (first < last && (*first == ' ' || *first == '\t'))
            ++first;
        if (first < last)
            fn(std::string_view(first, static_cast<std::size_t>(last - first)), offset + (first - block.data()));
        at = stop + 1;
    }
}

/// Why a line that is not a JSON object was refused, in words that need no content.
[[nodiscard]] inline std::string_view kindOfBadLine(std::string_view line)
{
    if (line.empty())
        return "empty";
    const auto first = static_cast<unsigned char>(line.front());
    if (first == '{')
        return line.back() == '}' ? "invalid_json" : "truncated_line";
    if (first == '<')
        return "html";
    if (first == '[' || first == '"' || first == '-' || (first >= '0' && first <= '9') || line == "true"
        || line == "false" || line == "null")
        return "not_an_object";
    if (first == 0x1F || first < 0x09 || first >= 0x80)
        return "binary";
    return "not_json";
}

} // namespace flyball
