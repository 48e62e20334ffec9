// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/formats/claude_code/claudecode.h"
#include "core/formats/format.h"
#include "core/formats/otlp_json/otlpjson.h"

namespace flyball {

std::span<const Format> formats()
{
    static const std::array all{
        claudeCodeFormat(),
        otlpJsonFormat(),
    };
    return all;
}

const Format *formatOfKind(std::string_view kind)
{
    for (const Format &format : formats())
        if (format.kind == kind)
            return &format;
    return nullptr;
}

const Format *sniffFormat(std::string_view head)
{
    for (const Format &format : formats())
        if (format.sniff(head))
            return &format;
    return nullptr;
}

} // namespace flyball
