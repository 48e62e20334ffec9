// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/callnames.h"
#include "core/formats/litellm/litellm.h"
#include "core/formats/portkey/portkey.h"
#include "core/formats/recordreader.h"
#include "core/formats/usageshapes.h"

namespace flyball {

namespace {

constexpr std::uint64_t kTraceSeed = 0x9027CE7;
constexpr std::uint64_t kCallSeed = 0x9027CE8;
constexpr std::size_t kMostAttempts = 1000;

/// What the gateway passes on without asking a model.
bool asksNoModel(std::string_view function)
{
    static constexpr std::string_view names[] = {
        "messagesCountTokens", "uploadFile",         "listFiles",        "retrieveFile",  "retrieveFileContent",
        "deleteFile",          "createBatch",        "retrieveBatch",    "cancelBatch",   "listBatches",
        "getBatchOutput",      "createFinetune",     "retrieveFinetune", "listFinetunes", "cancelFinetune",
        "getModelResponse",    "deleteModelResponse"};
    return std::find(std::begin(names), std::end(names), function) != std::end(names);
}

/// AWS's Converse counts as Anthropic does, in other letters.
std::string converseUsage(const JsonFields &usage)
{
    std::string text = "{";
    for (const auto &[from, to] : {std::pair{"inputTokens", "input_tokens"},
                                   {"outputTokens", "output_tokens"},
                                   {"cacheReadInputTokens", "cache_read_input_tokens"},
                                   {"cacheWriteInputTokens", "cache_creation_input_tokens"}})
        if (const std::string_view raw = usage.raw(from); !raw.empty())
            text.append(text.size() > 1 ? ",\"" : "\"").append(to).append("\":").append(raw);
    return text + "}";
}

/// False when a count cannot be true. The shape of a body tells whose it is.
bool readUsage(const JsonFields &body, CallFact &fact)
{
    if (body.has("usageMetadata"))
        return readGeminiUsage(body.object("usageMetadata"), fact);
    const JsonFields usage = body.object("usage");
    if (usage.has("inputTokens") || usage.has("outputTokens")) {
        const std::string renamed = converseUsage(usage);
        JsonFields counts;
        return counts.parse(renamed) && readAnthropicUsage(counts, fact);
    }
    return body.text("type") == "message" ? readAnthropicUsage(usage, fact) : readOpenAiUsage(usage, fact);
}

class PortkeyReader final : public RecordReader {
public:
    explicit PortkeyReader(ReaderContext context) : RecordReader(std::move(context), kPortkeyKind) {}

private:
    /// One element of requestOptions, and where it stands.
    struct Attempt {
        const JsonFields &request; ///< the whole line
        JsonFields option;
        std::size_t number = 0;
        bool last = false;
        std::string_view answered; ///< what the caller got, for the last one
    };
    void readRecord(std::string_view line, std::int64_t at, FactBatch &out) override;
    void readAttempt(const Attempt &attempt, std::string_view identity, std::int64_t at, FactBatch &out);
    void readStatus(const Attempt &attempt, const JsonFields &body, CallFact &fact);
    void readNames(const JsonFields &asked, const JsonFields &option, CallFact &fact);
};

void PortkeyReader::readRecord(std::string_view line, std::int64_t at, FactBatch &out)
{
    JsonFields request;
    if (!request.parse(line)) {
        reject(out, kindOfBadLine(line), at, line.size());
        return;
    }
    std::vector<std::string_view> attempts;
    const std::string_view list = request.raw("requestOptions");
    if (!forEachElement(list, [&](std::string_view raw) { attempts.push_back(raw); }) || attempts.empty()
        || attempts.size() > kMostAttempts) {
        reject(out, "no_attempts", at, line.size());
        return;
    }
    JsonFields first;
    const std::string_view method = request.text("method");
    if (!first.parse(attempts.front()) || (!method.empty() && method != "POST")
        || asksNoModel(first.object("providerOptions").text("rubeusURL"))) {
        ++out.ignored;
        return;
    }
    const std::string_view id = first.id("hookSpanId");
    const std::string identity = id.empty() ? std::string(line) : std::string(id) + std::string(first.raw("createdAt"));
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        Attempt attempt{request, {}, i, i + 1 == attempts.size(), {}};
        if (!attempt.option.parse(attempts[i])) {
            reject(out, "not_an_object", at, attempts[i].size());
            continue;
        }
        if (attempt.last)
            attempt.answered = first.raw("response");
        readAttempt(attempt, identity, at, out);
    }
}

void PortkeyReader::readAttempt(const Attempt &attempt, std::string_view identity, std::int64_t at, FactBatch &out)
{
    const JsonFields &option = attempt.option;
    const JsonFields body = option.object("originalResponse").object("body");
    const JsonFields sent = option.object("transformedRequest").object("body");
    JsonFields asked = option.object("finalUntransformedRequest").object("body");
    if (asked.empty())
        asked = option.object("requestParams");
    const auto begun = option.time("createdAt");
    const std::int64_t took = option.milliseconds("executionTime");
    CallFact fact = factAt(at, begun && took > 0 ? std::optional(*begun + took) : begun);
    fact.latencyNs = took;
    fact.attempt = static_cast<std::uint16_t>(attempt.number);
    fact.provider = name(option.object("providerOptions").text("provider"));
    if (sent.flag("stream").value_or(false) || asked.flag("stream").value_or(false))
        fact.flags |= CallStreamed;
    readStatus(attempt, body, fact);
    JsonFields answered;
    (void)answered.parse(attempt.answered);
    const bool failed = (fact.flags & CallFailed) != 0;
    bool sound = readUsage(body, fact);
    if (sound && fact.raw.quality == UsageQuality::Missing && attempt.last && !failed)
        sound = readUsage(answered, fact);
    if (!sound) {
        reject(out, "out_of_range", at, option.raw("originalResponse").size());
        return;
    }
    if (fact.raw.total() == 0)
        fact.raw = {};
    for (const JsonFields *told : {static_cast<const JsonFields *>(&asked), &sent})
        if (fact.modelRequested == 0)
            fact.modelRequested = name(told->text("model"));
    for (const auto &[told, key] : {std::pair<const JsonFields *, std::string_view>{&body, "model"},
                                    {&body, "modelVersion"},
                                    {&sent, "model"},
                                    {&asked, "model"}})
        if (fact.modelServed == 0)
            fact.modelServed = name(told->text(key));
    fact.serviceTier =
        name(body.has("service_tier") ? body.text("service_tier") : body.object("usage").text("service_tier"));
    readNames(asked, option, fact);
    fact.group = hashKey(identity, kTraceSeed);
    fact.sub = hashKey(std::string(identity) + '\x1f' + std::to_string(attempt.number), kCallSeed).lo | 1;
    addOfGateway(fact, body.has("responseId") ? body.text("responseId") : body.text("id"), out);
}

void PortkeyReader::readStatus(const Attempt &attempt, const JsonFields &body, CallFact &fact)
{
    const std::string_view cache = attempt.option.text("cacheStatus");
    if (cache == "HIT" || cache == "SEMANTIC HIT") {
        fact.responseCache = cache == "HIT" ? ResponseCache::Exact : ResponseCache::Semantic;
        return;
    }
    fact.finishReason = name(body.text("stop_reason"));
    std::int64_t status = 0;
    const bool told = parseInt64(attempt.request.digits("status"), status);
    const JsonFields error = body.object("error");
    const bool failed = !attempt.last || (told ? status >= 400 : !error.empty());
    if (!failed)
        return;
    fact.flags |= CallFailed;
    std::string_view word;
    for (const std::string_view key : {"type", "code", "status"})
        if (word.empty())
            word = error.id(key);
    if (word.empty() && attempt.last)
        word = attempt.request.digits("status");
    fact.errorType = name(word.empty() ? std::string_view("error") : word);
}

/// The gateway's own metadata is told only where it forwards that header; the body's is there when the caller sent one.
void PortkeyReader::readNames(const JsonFields &asked, const JsonFields &option, CallFact &fact)
{
    const auto symbol = [this](std::string_view word) { return name(word); };
    takeCallNames(asked.object("metadata"), fact.names, symbol);
    const JsonFields headers = option.object("transformedRequest").object("headers");
    JsonFields forwarded;
    if (forwarded.parse(headers.text("x-portkey-metadata")))
        takeCallNames(forwarded, fact.names, symbol);
    const std::string_view target = option.object("providerOptions").text("name");
    if (fact.names.tier == 0 && (target == "cheap" || target == "mid" || target == "frontier"))
        fact.names.tier = name(target);
}

} // namespace

const Format &portkeyFormat()
{
    static const Format format = [] {
        Format made;
        made.kind = kPortkeyKind;
        made.label = "Portkey live log";
        made.resolve = resolveLiteLlmTrace; // attempts of one request are one run, here as there
        return made;
    }();
    return format;
}

std::unique_ptr<LineReader> makePortkeyReader(ReaderContext context)
{
    return std::make_unique<PortkeyReader>(std::move(context));
}

} // namespace flyball
