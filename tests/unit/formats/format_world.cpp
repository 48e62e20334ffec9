// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/formats/format_world.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace flyball::test {

const std::shared_ptr<const PriceCatalog> &builtInPrices()
{
    static const std::shared_ptr<const PriceCatalog> catalog = [] {
        auto built = PriceCatalog::builtIn();
        if (!built)
            std::abort();
        return std::make_shared<const PriceCatalog>(*built);
    }();
    return catalog;
}

World::World() : pricer(builtInPrices(), symbols), collator(symbols, pricer) {}

std::unique_ptr<LineReader> World::reader(std::string_view kind, const std::string &path)
{
    ReaderContext context;
    context.symbols = &cache;
    context.source = symbols.intern("source");
    context.path = path;
    context.arrival = arrival;
    return formatOfKind(kind)->makeReader(context);
}

FactBatch World::file(std::string_view kind, const std::string &path, std::string_view text)
{
    FactBatch batch;
    // On the heap without a byte behind it: reading too far is seen by a sanitiser.
    const std::vector<char> exact(text.begin(), text.end());
    reader(kind, path)->read({exact.data(), exact.size()}, 0, batch);
    collator.add(batch);
    return batch;
}

std::vector<Call> World::calls()
{
    std::vector<Call> calls;
    collator.resolveAll([&](const Call &call) { calls.push_back(call); }, [](const RunInfo &) {});
    std::sort(calls.begin(), calls.end(), [&](const Call &a, const Call &b) {
        return a.time != b.time ? a.time < b.time : describe(a) < describe(b);
    });
    return calls;
}

Call World::only()
{
    const std::vector<Call> all = calls();
    if (all.size() != 1) {
        std::fprintf(stderr, "expected one call, not %zu:\n%s\n", all.size(), describe().c_str());
        std::abort();
    }
    return all.front();
}

std::map<Key128, RunInfo> World::runs()
{
    std::map<Key128, RunInfo> runs;
    collator.resolveAll([](const Call &) {}, [&](const RunInfo &run) { runs[run.run] = run; });
    return runs;
}

Totals World::totals()
{
    Totals totals;
    for (const Call &call : calls())
        totals.add(call);
    return totals;
}

std::int64_t World::rejected(const std::string &reason) const
{
    const auto &rejects = collator.coverage().rejects;
    const auto it = rejects.find(reason);
    return it == rejects.end() ? 0 : it->second;
}

std::string tokensOf(const Usage &usage)
{
    static constexpr const char *names[] = {"in",      "read", "5m",        "1h",      "untyped",
                                            "inAudio", "out",  "reasoning", "outAudio"};
    std::string text;
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        if (usage.tokens[i] != 0)
            text += (text.empty() ? "" : " ") + std::string(names[i]) + " " + std::to_string(usage.tokens[i]);
    return text;
}

std::string World::describe(const Call &call) const
{
    std::ostringstream out;
    out << toHex(call.group) << ' ' << toHex64(call.sub) << ' ' << toHex(call.run) << " t=" << call.time
        << " lat=" << call.latencyNs << " ttft=" << call.firstTokenNs << " rep=" << call.reportedPico
        << " cost=" << call.cost << '/' << static_cast<int>(call.costOrigin) << " flags=" << call.flags
        << " quality=" << static_cast<int>(call.usage.quality) << " search=" << call.usage.webSearches << " ["
        << tokensOf(call.usage) << ']';
    for (const Symbol s : {call.format,
                           call.source,
                           call.producer,
                           call.request,
                           call.prompt,
                           call.provider,
                           call.model,
                           call.modelRequested,
                           call.serviceTier,
                           call.geo,
                           call.errorType,
                           call.finishReason,
                           call.parentAgent,
                           call.names.workflow,
                           call.names.agent,
                           call.names.step,
                           call.names.taskType,
                           call.names.segment,
                           call.names.promptVersion,
                           call.names.feature,
                           call.names.tier,
                           call.names.policyRevision,
                           call.names.session})
        out << '|' << symbols.text(s);
    return out.str();
}

std::string World::describe()
{
    std::vector<std::string> lines;
    collator.resolveAll([&](const Call &call) { lines.push_back(describe(call)); }, [](const RunInfo &) {});
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const std::string &line : lines)
        text += line + "\n";
    return text;
}

namespace {

std::string member(const char *key, const std::string &value)
{
    if (value.empty())
        return {};
    return std::string(",\"") + key + "\":" + (value == "null" ? value : "\"" + value + "\"");
}

} // namespace

std::string toText(const ClaudeLine &line)
{
    std::string message = "\"role\":\"assistant\"" + member("id", line.id) + member("model", line.model)
                          + (line.stop.empty() ? ",\"stop_reason\":null" : member("stop_reason", line.stop));
    if (!line.usage.empty())
        message += ",\"usage\":" + line.usage;
    return "{\"type\":\"assistant\"" + member("timestamp", line.time) + member("sessionId", line.session)
           + member("requestId", line.request) + ",\"isSidechain\":" + (line.sidechain ? "true" : "false")
           + ",\"cwd\":\"/home/dev/shop\",\"message\":{" + message + "}" + line.extra + "}\n";
}

std::string userLine(const std::string &time, const std::string &prompt, const std::string &session)
{
    return "{\"type\":\"user\"" + member("timestamp", time) + member("sessionId", session) + member("promptId", prompt)
           + ",\"cwd\":\"/home/dev/shop\",\"message\":{\"role\":\"user\",\"content\":\"hi\"}}\n";
}

std::string usageText(int in, int out, int read, int write5m, int write1h)
{
    char text[400];
    std::snprintf(text, sizeof text,
                  "{\"input_tokens\":%d,\"output_tokens\":%d,\"cache_read_input_tokens\":%d,"
                  "\"cache_creation_input_tokens\":%d,\"cache_creation\":{\"ephemeral_5m_input_tokens\":%d,"
                  "\"ephemeral_1h_input_tokens\":%d}}",
                  in, out, read, write5m + write1h, write5m, write1h);
    return text;
}

std::string spanText(const OtlpSpan &span)
{
    char head[400];
    std::snprintf(head, sizeof head,
                  "{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"parentSpanId\":\"%s\",\"kind\":3,"
                  "\"startTimeUnixNano\":\"%lld\",\"endTimeUnixNano\":\"%lld\",\"name\":\"",
                  span.trace, span.id, span.parent ? "%" : "",
                  static_cast<long long>(kOtlpEpoch + span.startMs * 1'000'000),
                  static_cast<long long>(kOtlpEpoch + span.endMs * 1'000'000));
    std::string text = head;
    char parent[24];
    std::snprintf(parent, sizeof parent, "%016x", span.parent);
    if (const std::size_t at = text.find('%'); at != std::string::npos)
        text.replace(at, 1, parent);
    text += span.name + "\",\"attributes\":[";
    bool first = true;
    for (const auto &[name, value] : span.attributes) {
        const bool number = value.find_first_not_of("-0123456789") == std::string::npos && !value.empty();
        text += std::string(first ? "" : ",") + "{\"key\":\"" + name + "\",\"value\":"
                + (!value.empty() && value[0] == '{' ? value
                   : number                          ? "{\"intValue\":" + value + "}"
                                                     : "{\"stringValue\":\"" + value + "\"}")
                + "}";
        first = false;
    }
    return text + "]" + span.extra + "}";
}

std::string exportLine(const std::string &scope, const std::vector<OtlpSpan> &spans, const std::string &version)
{
    std::string text = "{\"resourceSpans\":[{\"resource\":{\"attributes\":[]},\"scopeSpans\":[{\"scope\":{\"name\":\""
                       + scope + "\",\"version\":\"" + version + "\"},\"spans\":[";
    for (std::size_t i = 0; i < spans.size(); ++i)
        text += (i ? "," : "") + spanText(spans[i]);
    return text + "]}]}]}\n";
}

} // namespace flyball::test
