// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/gemini_cli/geminicli.h"
#include "core/formats/recordreader.h"

namespace flyball {

void resolveGeminiMessage(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out)
{
    constexpr std::uint64_t kRunSeed = 0x6E3143;
    const SymbolTable &symbols = traits.symbols();
    for (const CallFact &fact : facts.calls) {
        Call &call = out.calls.emplace_back();
        out.counted.push_back(true);
        copyFact(fact, call);
        call.usage = disjointUsage(fact, false);
        call.names.workflow = fact.names.workflow != 0 ? fact.names.workflow : fact.project;
        call.run = keyOfPrompt(symbols.text(fact.names.session), symbols.text(fact.prompt), kRunSeed);
        out.runs.push_back(runOfCall(fact, call));
    }
}

namespace {

bool wantsPath(std::string_view path)
{
    return hasLineEnding(fileNameOf(path))
           && (fileNameOf(path).starts_with("session-") || path.find("/chats/") != std::string_view::npos);
}

/// A header names session and project; the rest of a chat written whole may not be here yet.
bool isHeader(const JsonFields &fields)
{
    return fields.has("sessionId") && fields.has("projectHash") && fields.has("startTime");
}

bool sniff(std::string_view head)
{
    JsonFields whole;
    (void)whole.parse(head);
    bool found = isHeader(whole);
    forEachLine(head, 0, [&](std::string_view line, std::int64_t) {
        if (found || line.front() != '{')
            return;
        JsonFields fields;
        const bool complete = fields.parse(line);
        found = isHeader(fields) || (complete && fields.text("type") == "gemini" && fields.has("tokens"));
    });
    return found;
}

} // namespace

Format geminiCliFormat()
{
    Format format;
    format.kind = "gemini-cli";
    format.label = "Gemini CLI chats";
    format.repeatsWithinFile = true;
    format.wantsPath = wantsPath;
    format.sniff = sniff;
    format.makeReader = makeGeminiReader;
    format.resolve = resolveGeminiMessage;
    return format;
}

} // namespace flyball
