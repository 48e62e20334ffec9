// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <unordered_map>

#include "core/formats/litellm/litellm.h"
#include "core/formats/recordreader.h"

namespace flyball {

namespace {

/// Of a row of the spend log and a logged payload the payload counts: it says more. A row is filed under the id of the
/// call, or of its response.
void dropToldRows(const GroupFacts &facts, const SymbolTable &symbols, ResolvedGroup &out)
{
    if (facts.calls.size() < 2)
        return;
    std::unordered_map<std::uint64_t, std::size_t> places;
    for (std::size_t i = 0; i < facts.calls.size(); ++i)
        places.emplace(facts.calls[i].sub, i);
    const auto drop = [&](std::uint64_t sub) {
        if (const auto row = places.find(sub); row != places.end())
            out.counted[row->second] = false;
    };
    const std::uint64_t mark = subOfSpendRow({}) ^ subOfLiteLlmCall({});
    for (const CallFact &fact : facts.calls) {
        const std::string_view response = symbols.text(fact.request);
        const std::uint64_t byResponse = response.empty() ? 0 : subOfSpendRow(response);
        if (byResponse == fact.sub)
            continue; // a row itself
        drop(fact.sub ^ mark);
        drop(byResponse);
    }
}

} // namespace

void resolveLiteLlmTrace(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out)
{
    if (facts.calls.empty())
        return;
    const SymbolTable &symbols = traits.symbols();
    RunInfo run;
    run.run = facts.calls.front().group;
    run.start = run.end = facts.calls.front().time;
    const CallFact *named = nullptr;
    for (const CallFact &fact : facts.calls) {
        Call &call = out.calls.emplace_back();
        out.counted.push_back(true);
        copyFact(fact, call);
        call.usage = disjointUsage(fact, false);
        call.run = run.run;
        run.format = fact.format;
        run.start = std::min(run.start, fact.latencyNs > 0 ? fact.time - fact.latencyNs : fact.time);
        run.end = std::max(run.end, fact.time);
        const bool earlier = !named || fact.time < named->time;
        if (fact.names.workflow != 0 && (named == nullptr || earlier))
            named = &fact;
        if (symbols.text(fact.names.session) > symbols.text(run.session))
            run.session = fact.names.session;
    }
    // The attempts of one request are one thing: one that was logged without its names has them as well.
    run.workflow = named ? named->names.workflow : 0;
    for (Call &call : out.calls)
        if (call.names.workflow == 0)
            call.names.workflow = run.workflow;
    dropToldRows(facts, symbols, out);
    out.runs.push_back(run);
}

namespace {

bool wantsPath(std::string_view path) { return hasLineEnding(fileNameOf(path)); }

bool looksLikePayload(std::string_view text)
{
    JsonFields fields;
    (void)fields.parse(text); // the messages of a first line may be longer than its head
    int marks = 0;
    for (const std::string_view key : {"litellm_call_id", "call_type", "custom_llm_provider", "response_cost",
                                       "model_group", "api_base", "trace_id", "saved_cache_cost", "startTime"})
        marks += fields.raw(key).empty() ? 0 : 1;
    return marks >= 3 && !fields.raw("call_type").empty();
}

bool sniff(std::string_view head)
{
    bool found = false;
    forEachLine(head, 0, [&](std::string_view line, std::int64_t) {
        if (found)
            return;
        if (line.front() == '{')
            found = looksLikePayload(line);
        else if (line.front() == '[' && line.size() > 1)
            found = looksLikePayload(line.substr(line.find('{') == std::string_view::npos ? 0 : line.find('{')));
    });
    return found;
}

} // namespace

Format liteLlmFormat()
{
    Format format;
    format.kind = "litellm-log";
    format.label = "LiteLLM logs";
    format.splittable = true;
    format.wantsPath = wantsPath;
    format.sniff = sniff;
    format.makeReader = makeLiteLlmReader;
    format.resolve = resolveLiteLlmTrace;
    return format;
}

} // namespace flyball
