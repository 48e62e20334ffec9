// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/codex/codex.h"
#include "core/formats/recordreader.h"

namespace flyball {

namespace {

using namespace codex;

bool isFrom(const CallFact &fact, std::string_view line, const SymbolTable &symbols)
{
    return symbols.text(fact.producer) == line;
}

/// A turn a subagent took within another one does not end that one's run.
void addSpan(const SpanFact &span, const SymbolTable &symbols, RunInfo &run)
{
    run.start = std::min(run.start, span.start);
    run.end = std::max(run.end, span.end);
    if (span.span != (hash64(symbols.text(run.prompt)) | 1))
        return;
    run.closed = true;
    if (span.failed)
        run.status = Outcome::Failure;
}

} // namespace

/// Token counts are the second best: where a turn has a record of one response it has one of each.
void resolveCodexTurn(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out)
{
    const SymbolTable &symbols = traits.symbols();
    const auto has = [&](std::string_view line) {
        return std::any_of(facts.calls.begin(), facts.calls.end(),
                           [&](const CallFact &fact) { return isFrom(fact, line, symbols); });
    };
    const bool records = has(kRecord);
    const bool replayed = has(kReplayed);
    for (const CallFact &fact : facts.calls) {
        Call &call = out.calls.emplace_back();
        const bool counted = !replayed && !(records && isFrom(fact, kCount, symbols));
        out.counted.push_back(counted);
        if (!counted)
            continue;
        copyFact(fact, call);
        call.usage = disjointUsage(fact, false);
        call.names.workflow = fact.names.workflow != 0 ? fact.names.workflow : fact.project;
        const Symbol identity = fact.prompt != 0 ? fact.prompt : fact.names.session;
        call.run = hashKey(symbols.text(identity), kRunSeed);
        RunInfo run = runOfCall(fact, call);
        for (const SpanFact &span : facts.spans) {
            addSpan(span, symbols, run);
            if ((fact.flags & CallSubagentFile) != 0 && span.names.agent != 0)
                call.parentAgent = span.names.agent;
        }
        out.runs.push_back(run);
    }
}

namespace {

bool wantsPath(std::string_view path)
{
    const std::string_view file = fileNameOf(path);
    return file.starts_with("rollout-") && (file.ends_with(".jsonl") || file.ends_with(".jsonl.gz"));
}

/// Every line of a rollout says when, what and a payload. The first is long, so only its head may be here.
bool sniff(std::string_view head)
{
    static constexpr std::string_view known[] = {"session_meta", "turn_context", "response_item",
                                                 "event_msg",    "compacted",    "token_usage_record"};
    bool found = false;
    forEachLine(head, 0, [&](std::string_view line, std::int64_t) {
        if (found || line.front() != '{')
            return;
        JsonFields fields;
        const bool whole = fields.parse(line);
        const std::string_view type = fields.text("type");
        found = fields.has("timestamp") && (!whole || fields.has("payload"))
                && std::find(std::begin(known), std::end(known), type) != std::end(known);
    });
    return found;
}

} // namespace

Format codexFormat()
{
    Format format;
    format.kind = "codex";
    format.label = "Codex CLI sessions";
    format.repeatsWithinFile = true;
    format.wantsPath = wantsPath;
    format.sniff = sniff;
    format.makeReader = makeCodexReader;
    format.resolve = resolveCodexTurn;
    return format;
}

} // namespace flyball
