// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/litellm/spendrow.h"

#include "core/formats/litellm/litellm.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr std::string_view kCacheHit = "_cache_hit"; ///< and the time: such rows would repeat an id

bool isUuid(std::string_view text)
{
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex)
            return false;
    }
    return true;
}

/// Columns of JSON come as values or, from older versions, as texts that hold them.
std::string unwrapped(const JsonFields &row, std::string_view key)
{
    const std::string_view text = row.text(key);
    std::string value(text.empty() ? row.raw(key) : text);
    if (value.empty() || (value.front() != '{' && value.front() != '['))
        return {};
    JsonCursor json(value);
    std::string_view whole;
    if (!json.readRaw(whole) || !json.atEnd())
        return {};
    // Between values a line may end anywhere; inside them it is written out.
    for (char &c : value)
        if (c == '\n' || c == '\r')
            c = ' ';
    return value;
}

/// The reason to refuse a row for what it says of money; empty: none.
std::string_view faultOfMoney(const JsonFields &row)
{
    const std::string_view raw = row.raw("spend");
    if (raw.empty() || raw == "null" || raw == "\"\"")
        return {};
    std::int64_t pico = 0;
    if (!parsePicoUsd(row.digits("spend"), pico))
        return "bad_money";
    return pico < 0 ? "refund" : std::string_view();
}

class PayloadText {
public:
    void raw(std::string_view key, std::string_view value)
    {
        if (value.empty())
            return;
        m_text += m_text.size() > 1 ? ",\"" : "\"";
        m_text += key;
        m_text += "\":";
        m_text += value;
    }
    std::string done() { return m_text + "}"; }

private:
    std::string m_text = "{";
};

/// Until usage_object there was only what stands beside the three sums.
std::string usageOf(const JsonFields &row, const JsonFields &metadata)
{
    if (metadata.has("usage_object") || !metadata.has("additional_usage_values"))
        return {};
    const std::string_view more = metadata.raw("additional_usage_values");
    if (more.size() < 2 || more.front() != '{')
        return {};
    PayloadText usage;
    usage.raw("prompt_tokens", row.raw("prompt_tokens"));
    usage.raw("completion_tokens", row.raw("completion_tokens"));
    std::string text = usage.done();
    text.back() = text.size() > 2 ? ',' : ' ';
    return text + std::string(more.substr(1));
}

/// Answers that the proxy had kept are filed under an id with a time behind it; a call id is one without.
std::string filedAs(const JsonFields &row, std::string_view id)
{
    const std::string_view whole = id.substr(0, id.find(kCacheHit));
    return isUuid(whole) ? '"' + std::string(whole) + '"' : std::string(row.raw("request_id"));
}

std::string payloadOf(const JsonFields &row, const std::string &metadataText, const JsonFields &metadata,
                      const std::string &tags, std::string_view id)
{
    PayloadText out;
    out.raw(kSpendLogId, filedAs(row, id));
    out.raw("trace_id", row.raw("session_id"));
    for (const std::string_view key :
         {"call_type", "custom_llm_provider", "model", "model_group", "startTime", "endTime", "completionStartTime",
          "cache_hit", "prompt_tokens", "completion_tokens", "total_tokens"})
        out.raw(key, row.raw(key));
    out.raw("response_cost", row.raw("spend"));
    out.raw("status", row.has("status") ? row.raw("status") : metadata.raw("status"));
    out.raw("error_information", metadata.raw("error_information"));
    out.raw("eval_information", metadata.raw("eval_information"));
    // Whole answers have their first token at their end.
    const auto first = row.time("completionStartTime");
    const auto end = row.time("endTime");
    if (first && end && *first < *end)
        out.raw("stream", "true");
    out.raw("request_tags", tags);
    const std::string usage = usageOf(row, metadata);
    if (usage.empty()) {
        out.raw("metadata", metadataText);
    } else {
        std::string whole = metadataText; // the last of two equal names counts
        whole.pop_back();
        out.raw("metadata", whole + (metadata.empty() ? "\"usage_object\":" : ",\"usage_object\":") + usage + "}");
    }
    const JsonFields response = row.object("response");
    if (response.has("usage"))
        out.raw("response", "{\"usage\":" + std::string(response.raw("usage")) + "}");
    return out.done();
}

/// "NAME:value" or "NAME=value" among the tags.
std::string tagOf(const std::string &tags, const std::string &name)
{
    std::string found;
    (void)forEachElement(tags, [&](std::string_view raw) {
        JsonCursor json(raw);
        std::string scratch;
        std::string_view tag;
        if (found.empty() && json.peek() == '"' && json.readText(tag, scratch) && tag.size() > name.size()
            && tag.starts_with(name) && (tag[name.size()] == ':' || tag[name.size()] == '='))
            found = tag.substr(name.size() + 1);
    });
    return found;
}

std::string workflowOf(const JsonFields &row, const JsonFields &metadata, const std::string &tags,
                       const WorkflowLabel &label)
{
    return label.of([&](const WorkflowLabel::Part &part) -> std::string {
        const auto first = [&](std::initializer_list<std::pair<const JsonFields *, std::string_view>> places) {
            for (const auto &[fields, key] : places)
                if (const std::string_view text = fields->id(key); !text.empty())
                    return std::string(text);
            return std::string();
        };
        if (part.kind == "key_alias")
            return first({{&metadata, "user_api_key_alias"}});
        if (part.kind == "key")
            return first({{&row, "api_key"}});
        if (part.kind == "team")
            return first({{&metadata, "user_api_key_team_alias"}, {&row, "team_id"}});
        if (part.kind == "user")
            return first({{&row, "user"}, {&metadata, "user_api_key_user_id"}});
        if (part.kind == "end_user" || part.kind == "model_group")
            return first({{&row, part.kind}});
        if (part.kind == "tag")
            return tagOf(tags, part.name);
        const JsonFields own = metadata.object("spend_logs_metadata");
        const JsonFields asked = metadata.object("requester_metadata");
        return first({{&own, part.name}, {&asked, part.name}, {&metadata, part.name}});
    });
}

} // namespace

SpendRow readSpendRow(std::string_view text, const WorkflowLabel &label)
{
    SpendRow out;
    std::string line(text);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    JsonFields row;
    if (!row.parse(line)) {
        out.rejection = "not_an_object";
        return out;
    }
    const std::string_view id = row.id("request_id");
    if (id.empty() || id == "None") {
        out.rejection = "no_id";
        return out;
    }
    out.rejection = faultOfMoney(row);
    if (!out.rejection.empty())
        return out;
    const std::string metadataText = unwrapped(row, "metadata");
    JsonFields metadata;
    (void)metadata.parse(metadataText);
    const std::string tags = unwrapped(row, "request_tags");
    out.payload = payloadOf(row, metadataText, metadata, tags, id);
    if (!label.empty())
        out.workflow = workflowOf(row, metadata, tags, label);
    return out;
}

} // namespace flyball
