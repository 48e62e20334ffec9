// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/formats/bifrost/bifrost.h"
#include "core/formats/format.h"
#include "core/formats/meters/meters.h"
#include "core/formats/otlp_metrics/otlpmetrics.h"
#include "core/formats/portkey/portkey.h"

/// One line per format, in the order in which the head of a file is shown to them.
#define FLYBALL_FORMATS(FORMAT)                                                                                        \
    FORMAT(claudeCodeFormat)                                                                                           \
    FORMAT(otlpJsonFormat)                                                                                             \
    FORMAT(codexFormat)                                                                                                \
    FORMAT(geminiCliFormat)                                                                                            \
    FORMAT(openCodeFormat)                                                                                             \
    FORMAT(liteLlmFormat)                                                                                              \
    FORMAT(ccrFormat)                                                                                                  \
    FORMAT(apiUsageFormat)                                                                                             \
    FORMAT(stepFormat)                                                                                                 \
    FORMAT(otlpProtoFormat)                                                                                            \
    FORMAT(qualityFormat)

namespace flyball {

#define FLYBALL_DECLARE(make) [[nodiscard]] Format make();
FLYBALL_FORMATS(FLYBALL_DECLARE)

std::span<const Format> formats()
{
#define FLYBALL_MAKE(make) make(),
    static const std::array all{FLYBALL_FORMATS(FLYBALL_MAKE)};
    return all;
}

const Format *formatOfKind(std::string_view kind)
{
    for (const Format &format : formats())
        if (format.kind == kind)
            return &format;
    return nullptr;
}

const Format *formatOfFacts(std::string_view kind)
{
    for (const Format *told : {&metersFormat(), &otlpMetersFormat(), &bifrostFormat(), &portkeyFormat()})
        if (told->kind == kind)
            return told;
    return formatOfKind(kind);
}

const Format *sniffFormat(std::string_view head, bool record)
{
    for (const Format &format : formats())
        if ((record || !format.records) && format.sniff(head))
            return &format;
    return nullptr;
}

} // namespace flyball
