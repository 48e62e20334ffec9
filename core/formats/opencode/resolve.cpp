// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/formats/opencode/opencode.h"
#include "core/formats/recordreader.h"

namespace flyball {

void resolveOpenCodeMessage(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out)
{
    constexpr std::uint64_t kRunSeed = 0x09E2C0DF;
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

bool isDatabaseName(std::string_view file) { return file.starts_with("opencode") && file.ends_with(".db"); }

bool wantsPath(std::string_view path)
{
    constexpr std::string_view kMessages = "storage/message/";
    return isDatabaseName(fileNameOf(path))
           || (path.find(kMessages) != std::string_view::npos && path.ends_with(".json"));
}

/// The first row, or the head of a document over many lines.
bool sniff(std::string_view head)
{
    const std::string_view line = head.substr(0, head.find('\n'));
    JsonFields fields;
    if (!fields.parse(line) && line.substr(0, 2) != "{" && line != "{\r")
        return false;
    if (!fields.has("sessionID"))
        (void)fields.parse(head);
    const std::string_view role = fields.text("role");
    return fields.has("id") && fields.has("sessionID") && (role == "assistant" || role == "user");
}

constexpr std::array<std::string_view, 3> kParts = {"opencode.db", "opencode-*.db", "storage/message"};

} // namespace

Format openCodeFormat()
{
    Format format;
    format.kind = "opencode";
    format.label = "OpenCode messages";
    format.repeatsWithinFile = true;
    format.wantsPath = wantsPath;
    format.sniff = sniff;
    format.parts = kParts;
    format.makeReader = makeOpenCodeReader;
    format.resolve = resolveOpenCodeMessage;
    return format;
}

} // namespace flyball
