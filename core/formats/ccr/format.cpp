// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/ccr/ccr.h"
#include "core/formats/litellm/litellm.h"
#include "core/formats/recordreader.h"

namespace flyball {

namespace {

bool wantsPath(std::string_view path)
{
    const std::string_view file = fileNameOf(path);
    return file.starts_with("ccr-") && hasEnding(file, {".log"});
}

/// Its lines are those of any pino; the words are its own.
bool isItsLine(std::string_view line)
{
    JsonFields fields;
    (void)fields.parse(line); // a first line may be longer than the head
    if (fields.digits("level").empty() || fields.digits("pid").empty())
        return false;
    const std::string_view message = fields.text("msg");
    return message.starts_with("register transformer: ") || message == "final request"
           || fields.text("type") == "request body" || fields.text("tppe") == "Original Response";
}

bool sniff(std::string_view head)
{
    bool found = false;
    forEachLine(head, 0, [&](std::string_view line, std::int64_t) { found = found || isItsLine(line); });
    return found;
}

} // namespace

Format ccrFormat()
{
    Format format;
    format.kind = "ccr-log";
    format.label = "claude-code-router logs";
    format.wantsPath = wantsPath;
    format.sniff = sniff;
    format.makeReader = makeCcrReader;
    format.resolve = resolveLiteLlmTrace; // one call, one run
    return format;
}

} // namespace flyball
