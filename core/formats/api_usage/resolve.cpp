// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/api_usage/apiusage.h"
#include "core/formats/recordreader.h"

namespace flyball {

namespace {

using namespace api;

void count(const CallFact &fact, ResolvedGroup &out)
{
    Call &call = out.calls.back();
    copyFact(fact, call);
    call.usage = disjointUsage(fact, false);
    // A response knows nothing of what it was for: each is a run of its own.
    call.run = {fact.group.hi, fact.group.lo ^ fact.sub};
    out.runs.push_back(runOfCall(fact, call));
    out.counted.back() = true;
}

} // namespace

void resolveApiUsage(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out)
{
    const SymbolTable &symbols = traits.symbols();
    const auto is = [&](const CallFact &fact, std::string_view what) { return symbols.text(fact.producer) == what; };
    const auto number = [&](std::string_view what) {
        return std::count_if(facts.calls.begin(), facts.calls.end(), [&](const CallFact &f) { return is(f, what); });
    };
    // Facts stand in the order of their sub, so which requests stay open does not depend on reading.
    auto answered = number(kBatchAnswer);
    const bool ended = number(kBody) > 0;
    for (const CallFact &fact : facts.calls) {
        out.calls.emplace_back();
        out.counted.push_back(false);
        const bool open = is(fact, kBatchRequest) && answered-- <= 0;
        if (open || is(fact, kBody) || (is(fact, kStreamStart) && !ended))
            count(fact, out);
    }
}

namespace {

bool wantsPath(std::string_view path) { return hasLineEnding(fileNameOf(path)); }

bool looksLikeBody(const JsonFields &fields)
{
    const std::string_view object = fields.text("object");
    const std::string_view type = fields.text("type");
    if (object.starts_with("chat.completion") || object == "text_completion" || object == "response")
        return fields.has("id") && (fields.has("choices") || !fields.raw("usage").empty());
    if (object == "list")
        return fields.has("data") && fields.has("usage") && fields.has("model");
    if (type == "message" || type == "message_start")
        return fields.has("usage") || fields.object("message").has("usage");
    return fields.has("usageMetadata") && (fields.has("candidates") || fields.has("modelVersion"));
}

bool looksLikeBatch(const JsonFields &fields)
{
    const JsonFields response = fields.object("response");
    const JsonFields request = fields.object(fields.has("params") ? "params" : "body");
    if (fields.has("custom_id"))
        return fields.object("result").has("type") || response.has("status_code") || fields.object("error").has("code")
               || (request.has("model") && (fields.has("params") || fields.has("url")));
    return fields.has("key") && (response.has("usageMetadata") || fields.object("request").has("contents"));
}

bool sniff(std::string_view head)
{
    bool found = false;
    forEachLine(head, 0, [&](std::string_view line, std::int64_t) {
        JsonFields fields;
        if (!found && line.front() == '{' && fields.parse(line))
            found = looksLikeBody(fields) || looksLikeBatch(fields)
                    || (fields.text("type").starts_with("response.") && looksLikeBody(fields.object("response")));
    });
    return found;
}

} // namespace

Format apiUsageFormat()
{
    Format format;
    format.kind = "api-usage";
    format.label = "API responses and batches";
    format.repeatsWithinFile = true;
    format.wantsPath = wantsPath;
    format.sniff = sniff;
    format.makeReader = makeApiUsageReader;
    format.resolve = resolveApiUsage;
    return format;
}

} // namespace flyball
