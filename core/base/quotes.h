// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace flyball {

/// A name from outside as messages show it: 'name', at most 80 bytes of it, control characters as '?'.
[[nodiscard]] inline std::string inQuotes(std::string_view name)
{
    std::string out = "'";
    for (const char c : name.substr(0, 80))
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return out + (name.size() > 80 ? "...'" : "'");
}

} // namespace flyball
