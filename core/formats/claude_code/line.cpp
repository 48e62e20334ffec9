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
    if (json.takeCount(value))
        return true;
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

/// Reads one count inside an object, `name`, and steps over the rest.
bool LineParser::parseInner(JsonCursor &json, Line &line, std::string_view name, std::int64_t &value)
{
    std::string_view key;
    if (json.peek() != '{')
        return json.skipValue();
    if (!json.beginObject())
        return false;
    while (json.nextKey(key))
        if (!(key == name ? parseCount(json, line, value) : json.skipValue()))
            return false;
    return !json.failed();
}

/// By length first, here and below: comparing each key with every known name adds up.
bool LineParser::parseUsageMember(JsonCursor &json, Line &line, std::string_view key)
{
    switch (key.size()) {
    case 5:
        if (key == "speed")
            return text(json, line.speed, 1);
        break;
    case 12:
        if (key == "input_tokens")
            return parseCount(json, line, line.input);
        if (key == "service_tier")
            return text(json, line.serviceTier, 0);
        break;
    case 13:
        if (key == "output_tokens")
            return parseCount(json, line, line.output);
        if (key == "inference_geo")
            return text(json, line.geo, 2);
        break;
    case 14:
        if (key == "cache_creation")
            return parseWriteKinds(json, line);
        break;
    case 15:
        if (key == "server_tool_use")
            return parseInner(json, line, "web_search_requests", line.searches);
        break;
    case 21:
        if (key == "output_tokens_details")
            return parseInner(json, line, "thinking_tokens", line.thinking);
        break;
    case 23:
        if (key == "cache_read_input_tokens")
            return parseCount(json, line, line.cacheRead);
        break;
    case 27:
        if (key == "cache_creation_input_tokens")
            return parseCount(json, line, line.cacheWriteFlat);
        break;
    default:
        break;
    }
    return json.skipValue();
}

/// The counts in the order and form the API sends them: each is then one comparison. What is written in any other way
/// stays where it is, for the general reader.
void LineParser::takeUsualCounts(JsonCursor &json, Line &line)
{
    const auto take = [&](std::string_view key, std::int64_t &count) {
        const JsonCursor before = json;
        if (json.consume(key) && json.takeCount(count))
            return true;
        json = before;
        return false;
    };
    if (!take(R"("input_tokens":)", line.input))
        return;
    take(R"(,"cache_creation_input_tokens":)", line.cacheWriteFlat);
    take(R"(,"cache_read_input_tokens":)", line.cacheRead);
    const JsonCursor before = json;
    std::int64_t write5m = 0;
    std::int64_t write1h = 0;
    line.hasWriteKinds = take(R"(,"cache_creation":{"ephemeral_5m_input_tokens":)", write5m)
                         && take(R"(,"ephemeral_1h_input_tokens":)", write1h) && json.consume("}");
    if (line.hasWriteKinds) {
        line.write5m = write5m;
        line.write1h = write1h;
    } else {
        json = before;
    }
    take(R"(,"output_tokens":)", line.output);
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
    takeUsualCounts(json, line);
    while (json.nextKey(key))
        if (!parseUsageMember(json, line, key))
            return false;
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
        if (key.size() == 2 && key == "id") {
            ok = text(json, line.messageId, 3);
        } else if (key.size() == 5 && key == "model") {
            ok = text(json, line.model, 4);
        } else if (key.size() == 11 && key == "stop_reason") {
            line.stopNull = json.peek() != '"';
            ok = text(json, line.stopReason, 5);
        } else if (key.size() == 5 && key == "usage") {
            ok = parseUsage(json, line);
        } else {
            ok = json.skipValue();
        }
        if (!ok)
            return false;
    }
    return !json.failed();
}

bool LineParser::parseMember(JsonCursor &json, Line &line, std::string_view key)
{
    std::string_view value;
    switch (key.size()) {
    case 3:
        if (key == "cwd")
            return text(json, line.cwd, 12);
        break;
    case 4:
        if (key == "type") {
            const bool ok = text(json, value, 6);
            line.type = value == "assistant" ? LineType::Assistant : value == "user" ? LineType::User : LineType::Other;
            return ok;
        }
        break;
    case 5:
        if (key == "error")
            return text(json, line.error, 13);
        break;
    case 7:
        if (key == "message")
            return parseMessage(json, line);
        if (key == "agentId")
            return text(json, line.agentId, 11);
        if (key == "costUSD") {
            line.reportedPico = -1;
            const bool ok = json.readRaw(value);
            if (std::int64_t pico = 0; ok && parsePicoUsd(value, pico) && pico >= 0)
                line.reportedPico = pico;
            return ok;
        }
        break;
    case 8:
        if (key == "promptId")
            return text(json, line.prompt, 10);
        break;
    case 9:
        if (key == "timestamp")
            return text(json, line.timestamp, 7);
        if (key == "sessionId")
            return text(json, line.session, 8);
        if (key == "requestId")
            return text(json, line.request, 9);
        break;
    case 11:
    case 17:
        if (key == "isSidechain" || key == "isApiErrorMessage") {
            (key.size() == 11 ? line.sidechain : line.apiError) = json.peek() == 't';
            return json.skipValue();
        }
        break;
    default:
        break;
    }
    return json.skipValue();
}

bool LineParser::parse(std::string_view input, Line &line)
{
    JsonCursor json(input);
    std::string_view key;
    if (!json.beginObject())
        return false;
    if (json.nextKey(key)) {
        if (!parseMember(json, line, key))
            return false;
        bool more = takeHead(json, line) ? json.nextKey(key) : learnHead(json, line, key);
        for (; more; more = json.nextKey(key))
            if (!parseMember(json, line, key))
                return false;
    }
    return json.atEnd();
}

} // namespace flyball::claude
