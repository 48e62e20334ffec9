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
constexpr std::size_t kMostElements = 16;
constexpr int kDeep = 12;

/// Fields whose text is a name, an id or a time in the formats that are read; sorted.
constexpr std::string_view kNames[] = {"agent",
                                       "agentId",
                                       "agent_name",
                                       "api_base",
                                       "app_version",
                                       "asInt",
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
                                       "endTimeUnixNano",
                                       "end_user",
                                       "event",
                                       "event.name",
                                       "finish_reason",
                                       "id",
                                       "intValue",
                                       "key",
                                       "kind",
                                       "litellm_call_id",
                                       "messageId",
                                       "model",
                                       "model_group",
                                       "model_id",
                                       "name",
                                       "object",
                                       "object_type",
                                       "observedTimeUnixNano",
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
                                       "scope",
                                       "selected_key_name",
                                       "service_tier",
                                       "sessionId",
                                       "session_id",
                                       "severityText",
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
                                       "timeUnixNano",
                                       "timestamp",
                                       "traceId",
                                       "trace_id",
                                       "ts",
                                       "type",
                                       "unit",
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

/// Writes fields until the text is as long as a cell may be.
class Fields {
public:
    /// Its members, without the braces.
    void members(std::string_view object, int deep)
    {
        JsonCursor json(object);
        if (!json.beginObject())
            return;
        std::size_t fields = 0;
        const std::size_t most = deep == 0 ? kMostFields : kMostInside;
        std::string_view key, value;
        while (json.nextKey(key) && json.readRaw(value)) {
            if (fields++ >= most || full())
                continue;
            out += fields > 1 ? ", " : "";
            out += nameOf(key);
            if (deep >= kDeep)
                continue;
            out += ": ";
            this->value(key, value, deep + 1);
        }
        if (fields > most)
            out += ", and " + counted(fields - most, "more field");
    }

    std::string out;

private:
    [[nodiscard]] bool full() const { return out.size() >= kMostRawCell; }
    void value(std::string_view name, std::string_view raw, int deep)
    {
        switch (raw.empty() ? '\0' : raw.front()) {
        case '{':
            out += '{';
            members(raw, deep);
            out += '}';
            return;
        case '[':
            return list(raw, deep);
        case '"':
            return text(name, raw.substr(1, raw.size() - 2));
        default:
            out += raw.substr(0, kMostText);
        }
    }
    /// The first objects of it, and how many elements there are.
    void list(std::string_view raw, int deep)
    {
        std::size_t count = 0, shown = 0;
        std::string_view element;
        JsonCursor json(raw);
        out += '[';
        if (json.beginArray())
            while (json.nextElement() && json.readRaw(element)) {
                if (++count > kMostElements || deep >= kDeep || full() || element.front() != '{')
                    continue;
                out += ++shown > 1 ? ", {" : "{";
                members(element, deep + 1);
                out += '}';
            }
        if (shown < count || count == 0)
            out += (shown == 0 ? "" : ", of ") + counted(count, "element");
        out += ']';
    }
    void text(std::string_view name, std::string_view raw)
    {
        if (!std::binary_search(std::begin(kNames), std::end(kNames), name)) {
            out += "text of " + counted(raw.size(), "byte");
            return;
        }
        std::string decoded;
        decodeJsonString(raw.substr(0, kMostText), decoded);
        out += '"' + decoded + (raw.size() > kMostText ? "...\"" : "\"");
    }
};

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
    Fields fields;
    fields.members(record, 0);
    return std::move(fields.out);
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
