// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/browse/rawrecord.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "core/base/jsoncursor.h"
#include "core/formats/format.h"

namespace flyball {

namespace {

constexpr std::size_t kMostFields = 120;
constexpr std::size_t kMostInside = 24; ///< names of the members of an inner object
constexpr std::size_t kMostName = 64;
constexpr std::size_t kMostText = 120;
constexpr int kDeep = 3;

/// Fields whose text is a name, an id or a time in the formats that are read; sorted.
constexpr std::string_view kNames[] = {"agent",
                                       "agentId",
                                       "agent_name",
                                       "api_base",
                                       "app_version",
                                       "cache_hit",
                                       "call_id",
                                       "call_type",
                                       "completionStartTime",
                                       "created_at",
                                       "custom_llm_provider",
                                       "customer_id",
                                       "customer_name",
                                       "cwd",
                                       "endTime",
                                       "end_user",
                                       "event",
                                       "event.name",
                                       "finish_reason",
                                       "id",
                                       "kind",
                                       "litellm_call_id",
                                       "messageId",
                                       "model",
                                       "model_group",
                                       "model_id",
                                       "name",
                                       "object",
                                       "object_type",
                                       "parentSpanId",
                                       "parentUuid",
                                       "parent_request_id",
                                       "project",
                                       "promptId",
                                       "prompt_id",
                                       "provider",
                                       "requestId",
                                       "request_duration_ms",
                                       "request_id",
                                       "response_id",
                                       "role",
                                       "routing_rule_id",
                                       "routing_rule_name",
                                       "selected_key_name",
                                       "service_tier",
                                       "sessionId",
                                       "session_id",
                                       "signal",
                                       "slug",
                                       "source",
                                       "spanId",
                                       "startTime",
                                       "startTimeUnixNano",
                                       "status",
                                       "step",
                                       "stop_reason",
                                       "stream",
                                       "team_id",
                                       "team_name",
                                       "time",
                                       "timestamp",
                                       "traceId",
                                       "trace_id",
                                       "ts",
                                       "type",
                                       "updatedAt",
                                       "user",
                                       "userType",
                                       "user_api_key_alias",
                                       "user_api_key_team_alias",
                                       "user_api_key_team_id",
                                       "uuid",
                                       "version",
                                       "virtual_key_id",
                                       "virtual_key_name",
                                       "workflow"};
static_assert(std::is_sorted(std::begin(kNames), std::end(kNames)));

std::string nameOf(std::string_view raw)
{
    std::string name;
    decodeJsonString(raw.substr(0, kMostName), name);
    return raw.size() > kMostName ? name + "..." : name;
}

std::string counted(std::size_t count, const char *one)
{
    return std::to_string(count) + ' ' + one + (count == 1 ? "" : "s");
}

std::string valueOf(std::string_view name, std::string_view raw, int deep);

/// "{a: 1, b: "x"}", or its names alone where it lies too deep.
std::string objectOf(std::string_view raw, int deep)
{
    JsonCursor json(raw);
    if (!json.beginObject())
        return "{}";
    std::string out;
    std::size_t fields = 0;
    const std::size_t most = deep == 0 ? kMostFields : kMostInside;
    std::string_view key;
    while (json.nextKey(key)) {
        std::string_view value;
        if (!json.readRaw(value))
            break;
        if (fields++ >= most)
            continue;
        out += out.empty() ? "" : ", ";
        out += nameOf(key);
        if (deep < kDeep)
            out += ": " + valueOf(key, value, deep + 1);
    }
    if (fields > most)
        out += ", and " + counted(fields - most, "more field");
    return deep == 0 ? out : '{' + out + '}';
}

std::string valueOf(std::string_view name, std::string_view raw, int deep)
{
    switch (raw.empty() ? '\0' : raw.front()) {
    case '{':
        return objectOf(raw, deep);
    case '[': {
        std::size_t count = 0;
        JsonCursor json(raw);
        if (json.beginArray())
            while (json.nextElement() && json.skipValue())
                ++count;
        return '[' + counted(count, "element") + ']';
    }
    case '"': {
        if (!std::binary_search(std::begin(kNames), std::end(kNames), name))
            return "text of " + counted(raw.size() - 2, "byte");
        std::string text;
        decodeJsonString(raw.substr(1, std::min(raw.size() - 2, kMostText)), text);
        return '"' + text + (raw.size() - 2 > kMostText ? "...\"" : "\"");
    }
    default:
        return std::string(raw.substr(0, kMostText));
    }
}

void add(std::string &words, const std::string &more) { words += (words.empty() ? "" : ", ") + more; }

std::string wordsOf(const CallFact &call, const SymbolTable &symbols)
{
    std::string out = "a call";
    const auto name = [&](const char *what, Symbol symbol) {
        if (symbol != 0)
            out += std::string(", ") + what + std::string(symbols.text(symbol).substr(0, kMostText));
    };
    name("model ", call.modelServed != 0 ? call.modelServed : call.modelRequested);
    name("workflow ", call.names.workflow);
    const Usage usage = disjointUsage(call, false);
    if (usage.quality != UsageQuality::Missing)
        out += ", " + std::to_string(usage.inTotal()) + " in, " + std::to_string(usage.outTotal()) + " out";
    else
        out += ", no counts";
    return out;
}

} // namespace

std::string fieldsOf(std::string_view record)
{
    JsonCursor json(record);
    if (json.peek() != '{')
        return "not JSON, " + counted(record.size(), "byte");
    return objectOf(record, 0);
}

RawMeaning meaningOf(const FactBatch &batch, const SymbolTable &symbols)
{
    RawMeaning out;
    if (batch.calls.size() == 1)
        out.text = wordsOf(batch.calls.front(), symbols);
    else if (!batch.calls.empty())
        out.text = counted(batch.calls.size(), "call");
    if (!batch.spans.empty())
        add(out.text, counted(batch.spans.size(), "span"));
    if (!batch.signals.empty())
        add(out.text, counted(batch.signals.size(), "signal"));
    if (!out.text.empty())
        out.tone = RawTone::Counts;
    std::map<std::string_view, std::size_t> reasons;
    for (const RejectFact &reject : batch.rejects)
        ++reasons[symbols.text(reject.reason)];
    for (const auto &[reason, count] : reasons) {
        add(out.text, "refused: " + std::string(reason) + (count > 1 ? " x" + std::to_string(count) : std::string()));
        out.tone = RawTone::Bad;
    }
    if (out.text.empty())
        out.text = batch.metrics > 0 ? "metrics, no call" : "known, no call";
    return out;
}

} // namespace flyball
