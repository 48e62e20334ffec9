// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/claude_code/line.h"

namespace flyball::claude {

namespace {

constexpr std::int64_t kMaxTokens = std::int64_t{1} << 53;

/// A repeated key replaces what stood there before, as in every reader (design rule 3a.14).
void forgetUsage(Line &line)
{
    line.input = line.output = line.cacheRead = line.cacheWriteFlat = 0;
    line.write5m = line.write1h = line.thinking = line.searches = 0;
    line.serviceTier = line.speed = line.geo = {};
    line.hasUsage = line.hasWriteKinds = false;
}

} // namespace

/// A text field that may be null or of another type; both read as empty.
bool LineParser::text(JsonCursor &json, std::string_view &out, std::size_t scratch)
{
    if (json.peek() != '"') {
        out = {};
        return json.skipValue();
    }
    return json.readText(out, m_scratch[scratch]);
}

bool LineParser::parseCount(JsonCursor &json, Line &line, std::int64_t &value)
{
    value = 0;
    if (json.takeNull())
        return true;
    const char first = json.peek();
    if (first != '-' && (first < '0' || first > '9')) {
        line.outOfRange = true; // a count of another type: the line is in order, the call cannot be counted
        return json.skipValue();
    }
    std::string_view digits;
    if (!json.readNumber(digits))
        return false;
    std::int64_t number = 0;
    if (!parseInt64(digits, number) || number < 0 || number > kMaxTokens) {
        line.outOfRange = true;
        return true;
    }
    value = number;
    return true;
}

bool LineParser::parseWriteKinds(JsonCursor &json, Line &line)
{
    line.write5m = line.write1h = 0;
    line.hasWriteKinds = false;
    if (json.peek() != '{')
        return json.skipValue();
    std::string_view key;
    if (!json.beginObject())
        return false;
    line.hasWriteKinds = true;
    while (json.nextKey(key)) {
        const bool known = key == "ephemeral_5m_input_tokens" || key == "ephemeral_1h_input_tokens";
        if (!(known ? parseCount(json, line, key == "ephemeral_5m_input_tokens" ? line.write5m : line.write1h)
                    : json.skipValue()))
            return false;
    }
    return !json.failed();
}

bool LineParser::parseUsage(JsonCursor &json, Line &line)
{
    forgetUsage(line);
    if (json.peek() != '{')
        return json.skipValue();
    std::string_view key;
    if (!json.beginObject())
        return false;
    line.hasUsage = true;
    while (json.nextKey(key)) {
        bool ok = true;
        if (key == "input_tokens") {
            ok = parseCount(json, line, line.input);
        } else if (key == "output_tokens") {
            ok = parseCount(json, line, line.output);
        } else if (key == "cache_read_input_tokens") {
            ok = parseCount(json, line, line.cacheRead);
        } else if (key == "cache_creation_input_tokens") {
            ok = parseCount(json, line, line.cacheWriteFlat);
        } else if (key == "cache_creation") {
            ok = parseWriteKinds(json, line);
        } else if (key == "service_tier") {
            ok = text(json, line.serviceTier, 0);
        } else if (key == "speed") {
            ok = text(json, line.speed, 1);
        } else if (key == "inference_geo") {
            ok = text(json, line.geo, 2);
        } else if ((key == "server_tool_use" || key == "output_tokens_details") && json.peek() == '{') {
            const bool tools = key == "server_tool_use";
            ok = json.beginObject();
            std::string_view inner;
            while (ok && json.nextKey(inner)) {
                const bool known = inner == (tools ? "web_search_requests" : "thinking_tokens");
                ok = known ? parseCount(json, line, tools ? line.searches : line.thinking) : json.skipValue();
            }
            ok = ok && !json.failed();
        } else {
            ok = json.skipValue();
        }
        if (!ok)
            return false;
    }
    return !json.failed();
}

bool LineParser::parseMessage(JsonCursor &json, Line &line)
{
    forgetUsage(line);
    line.messageId = line.model = line.stopReason = {};
    line.stopNull = true;
    line.hasMessage = false;
    if (json.peek() != '{')
        return json.skipValue();
    std::string_view key;
    if (!json.beginObject())
        return false;
    line.hasMessage = true;
    while (json.nextKey(key)) {
        bool ok = true;
        if (key == "id") {
            ok = text(json, line.messageId, 3);
        } else if (key == "model") {
            ok = text(json, line.model, 4);
        } else if (key == "stop_reason") {
            line.stopNull = json.peek() != '"';
            ok = text(json, line.stopReason, 5);
        } else if (key == "usage") {
            ok = parseUsage(json, line);
        } else {
            ok = json.skipValue();
        }
        if (!ok)
            return false;
    }
    return !json.failed();
}

bool LineParser::parse(std::string_view input, Line &line)
{
    JsonCursor json(input);
    std::string_view key;
    if (!json.beginObject())
        return false;
    while (json.nextKey(key)) {
        bool ok = true;
        std::string_view value;
        if (key == "type") {
            ok = text(json, value, 6);
            line.type = value == "assistant" ? LineType::Assistant : value == "user" ? LineType::User : LineType::Other;
        } else if (key == "message") {
            ok = parseMessage(json, line);
        } else if (key == "timestamp") {
            ok = text(json, line.timestamp, 7);
        } else if (key == "sessionId") {
            ok = text(json, line.session, 8);
        } else if (key == "requestId") {
            ok = text(json, line.request, 9);
        } else if (key == "promptId") {
            ok = text(json, line.prompt, 10);
        } else if (key == "agentId") {
            ok = text(json, line.agentId, 11);
        } else if (key == "cwd") {
            ok = text(json, line.cwd, 12);
        } else if (key == "error") {
            ok = text(json, line.error, 13);
        } else if (key == "isSidechain" || key == "isApiErrorMessage") {
            const bool isTrue = json.peek() == 't';
            (key == "isSidechain" ? line.sidechain : line.apiError) = isTrue;
            ok = json.skipValue();
        } else if (key == "costUSD") {
            line.reportedPico = -1;
            ok = json.readRaw(value);
            if (std::int64_t pico = 0; ok && parsePicoUsd(value, pico) && pico >= 0)
                line.reportedPico = pico;
        } else {
            ok = json.skipValue();
        }
        if (!ok)
            return false;
    }
    return json.atEnd();
}

} // namespace flyball::claude
