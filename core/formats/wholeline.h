// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/base/jsoncursor.h"

namespace flyball {

/// True if a last line without '\n' is a complete JSON object. An object closes only at its end: no
/// proper prefix of one passes, and nothing a valid line could go on with stands behind one. So such a
/// line may be read before its '\n' comes, which then makes an empty line.
[[nodiscard]] inline bool isWholeObject(std::string_view line)
{
    if (line.substr(0, 3) == "\xEF\xBB\xBF")
        line.remove_prefix(3);
    const std::size_t last = line.find_last_not_of(" \t\r\n");
    if (last == std::string_view::npos || line[last] != '}') // spares the walk in nearly every case
        return false;
    JsonCursor cursor(line);
    return cursor.peek() == '{' && cursor.skipValue() && cursor.atEnd();
}

} // namespace flyball
