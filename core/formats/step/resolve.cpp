// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/recordreader.h"
#include "core/formats/step/step.h"

namespace flyball {

namespace {

Outcome outcomeOf(std::string_view word)
{
    if (word == "success" || word == "pass" || word == "passed")
        return Outcome::Success;
    if (word == "failure" || word == "failed" || word == "fail")
        return Outcome::Failure;
    if (word == "capped")
        return Outcome::Capped;
    return word == "timeout" ? Outcome::Timeout : Outcome::Unknown;
}

/// The last record that says how the run went; of several at one time the one whose word comes first.
const SpanFact *lastWord(std::span<const SpanFact> spans, const SymbolTable &symbols)
{
    const SpanFact *last = nullptr;
    for (const SpanFact &span : spans)
        if (!last || span.end > last->end
            || (span.end == last->end && symbols.text(span.outcome) < symbols.text(last->outcome)))
            last = &span;
    return last;
}

} // namespace

void resolveSteps(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out)
{
    if (facts.calls.empty())
        return;
    const SymbolTable &symbols = traits.symbols();
    RunInfo run;
    run.run = facts.calls.front().group;
    run.start = run.end = facts.calls.front().time;
    for (const CallFact &fact : facts.calls) {
        Call &call = out.calls.emplace_back();
        out.counted.push_back(true);
        copyFact(fact, call);
        call.usage = disjointUsage(fact, false);
        call.run = run.run;
        run.format = fact.format;
        run.start = std::min(run.start, fact.latencyNs > 0 ? fact.time - fact.latencyNs : fact.time);
        run.end = std::max(run.end, fact.time);
        // All records of a run are of one workflow: it is part of the run's identity where there is one.
        run.workflow = fact.names.workflow;
        if (symbols.text(fact.names.session) > symbols.text(run.session))
            run.session = fact.names.session;
    }
    if (const SpanFact *last = lastWord(facts.spans, symbols)) {
        run.stated = outcomeOf(symbols.text(last->outcome));
        run.closed = true;
    }
    out.runs.push_back(run);
}

namespace {

bool wantsPath(std::string_view path) { return hasLineEnding(fileNameOf(path)); }

/// The fields that the article's AgentStep has and nothing else does together.
bool sniff(std::string_view head)
{
    bool found = false;
    forEachLine(head, 0, [&](std::string_view line, std::int64_t) {
        JsonFields fields;
        if (found || line.front() != '{' || !fields.parse(line))
            return;
        found = !fields.text("name").empty() && fields.has("duration_ms") && fields.has("model")
                && (fields.has("cost_usd") || fields.has("cache_hit"));
    });
    return found;
}

} // namespace

Format stepFormat()
{
    Format format;
    format.kind = "steps";
    format.label = "Step records";
    format.splittable = true;
    format.wantsPath = wantsPath;
    format.sniff = sniff;
    format.makeReader = makeStepReader;
    format.resolve = resolveSteps;
    return format;
}

} // namespace flyball
