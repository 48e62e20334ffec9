// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <string>

#include "core/formats/agent_telemetry/agenttelemetry.h"
#include "core/formats/claude_code/claudecode.h"
#include "core/formats/lines.h"

#include "core/base/jsoncursor.h"

namespace flyball {

namespace {

bool isTelemetry(const CallFact &fact) { return (fact.flags & CallTelemetry) != 0; }

/// Index of the main-chain fact with the smallest request id, or npos.
std::size_t smallestRequest(std::span<const CallFact> calls, const SymbolTable &symbols)
{
    std::size_t best = std::string::npos;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (calls[i].sub == 0 || isTelemetry(calls[i]))
            continue;
        if (best == std::string::npos || symbols.text(calls[i].request) < symbols.text(calls[best].request))
            best = i;
    }
    return best;
}

/// Takes over what the agent's own telemetry says of the same request; true when there is any.
bool completeFrom(std::span<const CallFact> calls, CallFact &fact)
{
    const auto hosts = std::count_if(calls.begin(), calls.end(), [](const CallFact &c) { return !isTelemetry(c); });
    bool completed = false;
    for (const CallFact &event : calls)
        if (isTelemetry(event) && (event.requestKey == fact.requestKey || hosts == 1)) {
            telemetry::complete(fact, event);
            completed = true;
        }
    return completed;
}

void emit(const CallFact &fact, bool completed, const TraitLookup &traits, ResolvedGroup &out)
{
    const SymbolTable &symbols = traits.symbols();
    Call call;
    copyFact(fact, call);
    call.usage = disjointUsage(fact, false);
    call.names.workflow = fact.names.workflow != 0 ? fact.names.workflow : fact.project;
    if ((fact.flags & CallSubagentFile) != 0)
        call.parentAgent = traits.symbols().intern("main");
    const bool placeholder = (fact.flags & CallSubagentFile) != 0 && (fact.flags & CallStopMissing) != 0 && !completed
                             && call.hasUsage() && (traits.traits(fact.names.session) & SessionHasStopReasons) != 0;
    if (placeholder)
        call.usage.quality = UsageQuality::Placeholder;
    // A run is one prompt of a session; subagents carry their parent's prompt id.
    constexpr std::uint64_t kRunSeed = 0xC1A0DE03;
    call.run = keyOfPrompt(symbols.text(fact.names.session), symbols.text(fact.prompt), kRunSeed);
    out.calls.push_back(call);
    out.counted.push_back(true);
    out.runs.push_back(runOfCall(fact, call));
}

} // namespace

void resolveClaudeGroup(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out)
{
    const SymbolTable &symbols = traits.symbols();
    const std::size_t heir = smallestRequest(facts.calls, symbols);
    for (std::size_t i = 0; i < facts.calls.size(); ++i) {
        if (isTelemetry(facts.calls[i]) || (facts.calls[i].sub == 0 && heir != std::string::npos)) {
            out.calls.emplace_back();
            out.counted.push_back(false);
            continue;
        }
        CallFact fact = facts.calls[i];
        if (i == heir)
            for (const CallFact &joiner : facts.calls)
                if (joiner.sub == 0 && !isTelemetry(joiner)) {
                    const std::uint64_t sub = fact.sub;
                    const Symbol request = fact.request;
                    const std::uint64_t requestKey = fact.requestKey;
                    mergeSighting(fact, joiner, symbols);
                    fact.sub = sub;
                    fact.request = request;
                    fact.requestKey = requestKey;
                }
        const bool completed = completeFrom(facts.calls, fact);
        emit(fact, completed, traits, out);
    }
}

namespace {

bool endsWith(std::string_view text, std::string_view suffix)
{
    return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

bool wantsPath(std::string_view path) { return endsWith(path, ".jsonl") || endsWith(path, ".jsonl.gz"); }

bool isKnownType(std::string_view type)
{
    static constexpr std::string_view known[] = {
        "user", "assistant",  "summary",         "system",      "progress",
        "mode", "attachment", "queue-operation", "last-prompt", "file-history-snapshot"};
    for (const std::string_view k : known)
        if (k == type)
            return true;
    return false;
}

/// One of the line types of a transcript together with a field that only transcripts have.
bool sniff(std::string_view head)
{
    bool found = false;
    forEachLine(head, 0, [&](std::string_view line, std::int64_t) {
        if (found || line.front() != '{')
            return;
        JsonCursor json(line);
        std::string_view key;
        std::string_view type;
        bool marker = false;
        if (!json.beginObject())
            return;
        while (json.nextKey(key)) {
            bool escaped = false;
            if (key == "type" && json.peek() == '"') {
                if (!json.readString(type, escaped))
                    break;
                continue;
            }
            marker =
                marker || key == "sessionId" || key == "leafUuid" || key == "parentUuid" || key == "isSnapshotUpdate";
            if (!json.skipValue())
                break;
        }
        found = marker && isKnownType(type);
    });
    return found;
}

} // namespace

Format claudeCodeFormat()
{
    Format format;
    format.kind = "claude-code";
    format.label = "Claude Code transcripts";
    format.repeatsWithinFile = true;
    format.wantsPath = wantsPath;
    format.sniff = sniff;
    format.subfolder = "projects";
    format.makeReader = makeClaudeReader;
    format.resolve = resolveClaudeGroup;
    return format;
}

} // namespace flyball
