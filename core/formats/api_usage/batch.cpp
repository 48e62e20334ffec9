// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/api_usage/batch.h"

namespace flyball::api {

bool BatchLine::read(const JsonFields &line)
{
    const bool isKeyed = !line.has("custom_id") && line.has("key");
    custom = line.id(isKeyed ? "key" : "custom_id");
    if (custom.empty())
        return false;
    for (const std::string_view key : {"params", "request", "body"})
        if (request.empty() && !line.has("response") && !line.has("result"))
            request = line.object(key);
    if (!request.empty())
        return true;
    if (line.has("result"))
        readResult(line.object("result"));
    else if (isKeyed)
        body = line.object("response");
    else
        readResponse(line.object("response"));
    readError(line.object("error"));
    return !body.empty() || !error.empty();
}

void BatchLine::readResponse(const JsonFields &response)
{
    body = response.object("body");
    std::int64_t status = 0;
    if (parseInt64(response.digits("status_code"), status) && status >= 400)
        error = "http_" + std::to_string(status);
}

void BatchLine::readResult(const JsonFields &result)
{
    const std::string_view type = result.text("type");
    if (type == "succeeded")
        body = result.object("message");
    else if (type == "errored")
        readError(result.object("error"));
    if (body.empty() && error.empty() && !type.empty())
        error = type;
}

void BatchLine::readError(const JsonFields &fields)
{
    // Anthropic wraps it once more: {"type": "error", "error": {"type": ...}}.
    const JsonFields nested = fields.object("error");
    const JsonFields &found = nested.empty() ? fields : nested;
    for (const std::string_view key : {"code", "status", "type"})
        if (error.empty())
            error = found.text(key);
    if (error.empty() && !found.empty())
        error = "error";
}

} // namespace flyball::api
