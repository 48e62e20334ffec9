// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/recordreader.h"
#include "core/formats/step/step.h"

namespace flyball {

namespace {

constexpr std::uint64_t kRunSeed = 0x57E901;
constexpr std::uint64_t kRecordSeed = 0x57E902;

/// Tiers as policies and the article name them: not models.
bool isTierWord(std::string_view word)
{
    static constexpr std::string_view words[] = {"cheap", "mid", "frontier", "simple", "medium", "complex"};
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

class StepReader final : public RecordReader {
public:
    explicit StepReader(ReaderContext context) : RecordReader(std::move(context), "steps") {}

private:
    void readRecord(std::string_view line, std::int64_t at, FactBatch &out) override;
    void readNames(const JsonFields &fields, CallFact &fact);
    void readModel(const JsonFields &fields, CallFact &fact);
    void readResult(const JsonFields &fields, CallFact &fact);
    void identify(const JsonFields &fields, std::string_view line, std::int64_t at, CallFact &fact);
    void addOutcome(const JsonFields &fields, const CallFact &fact, FactBatch &out);
};

/// `tokens` has the disjoint classes of a report by name; the flat fields are as an API states them, with
/// the cached part inside input_tokens and the reasoning inside output_tokens.
bool readTokens(const JsonFields &fields, CallFact &fact)
{
    CountReader count;
    Usage &usage = fact.raw;
    const JsonFields tokens = fields.object("tokens");
    if (!tokens.empty()) {
        static constexpr std::pair<std::string_view, TokenClass> classes[] = {
            {"in_fresh", TokenClass::InFresh},
            {"cache_read", TokenClass::CacheRead},
            {"cache_write_5m", TokenClass::CacheWrite5m},
            {"cache_write_1h", TokenClass::CacheWrite1h},
            {"cache_write_untyped", TokenClass::CacheWriteUntyped},
            {"out_text", TokenClass::OutText},
            {"out_reasoning", TokenClass::OutReasoning}};
        for (const auto &[key, kind] : classes)
            usage[kind] = count(tokens, key);
    } else {
        const std::int64_t input = count(fields, "input_tokens");
        const std::int64_t output = count(fields, "output_tokens");
        const std::int64_t read = count(fields, "cache_read_tokens");
        const std::int64_t write = count(fields, "cache_write_tokens");
        const std::int64_t reasoning = std::min(count(fields, "reasoning_tokens"), output);
        // More cached than there was input proves that it stands beside.
        usage[TokenClass::InFresh] = read + write <= input ? input - read - write : input;
        usage[TokenClass::CacheRead] = read;
        usage[TokenClass::CacheWriteUntyped] = write;
        usage[TokenClass::OutReasoning] = reasoning;
        usage[TokenClass::OutText] = output - reasoning;
    }
    if (count.any())
        usage.quality = UsageQuality::Exact;
    if (tokens.has("cache_read") || fields.has("cache_read_tokens"))
        fact.flags |= CallCacheKnown;
    return !count.outOfRange();
}

std::optional<TimeNs> timeOf(const JsonFields &fields)
{
    for (const std::string_view key : {"ts", "time", "timestamp"})
        if (const auto time = fields.time(key))
            return time;
    return std::nullopt;
}

void StepReader::readRecord(std::string_view line, std::int64_t at, FactBatch &out)
{
    JsonFields fields;
    if (!fields.parse(line)) {
        reject(out, kindOfBadLine(line), at, line.size());
        return;
    }
    const bool says = fields.has("model") || fields.has("cost_usd") || fields.has("cache_hit") || fields.has("tokens")
                      || fields.has("input_tokens");
    if (fields.text("name").empty() || !says) {
        reject(out, "not_a_step_record", at, line.size());
        return;
    }
    CallFact fact = factAt(at, timeOf(fields));
    std::int64_t cost = -1;
    const bool badCost = fields.has("cost_usd") && (!parsePicoUsd(fields.digits("cost_usd"), cost) || cost < 0);
    if (!readTokens(fields, fact) || badCost) {
        reject(out, "out_of_range", at, line.size());
        return;
    }
    fact.reportedPico = cost;
    fact.latencyNs = fields.milliseconds("duration_ms");
    readNames(fields, fact);
    readModel(fields, fact);
    readResult(fields, fact);
    identify(fields, line, at, fact);
    add(fact, out);
    addOutcome(fields, fact, out);
}

void StepReader::readNames(const JsonFields &fields, CallFact &fact)
{
    fact.names.step = name(fields.text("name"));
    fact.names.workflow = name(fields.text("workflow"));
    fact.names.agent = name(fields.text("agent"));
    fact.names.taskType = name(fields.text("task_type"));
    fact.names.segment = name(fields.text("segment"));
    fact.names.promptVersion = name(fields.id("prompt_version"));
    fact.names.feature = name(fields.text("feature"));
    fact.names.tier = name(fields.text("tier"));
    fact.names.policyRevision = name(fields.id("policy_revision"));
    fact.names.session = name(fields.id("session"));
}

void StepReader::readModel(const JsonFields &fields, CallFact &fact)
{
    const std::string_view model = fields.text("model");
    const bool nothingSpent = fact.raw.quality == UsageQuality::Missing && fact.reportedPico <= 0;
    // cache_hit beside a model that was paid is the provider's prompt cache, not an answer kept by the agent.
    if (fields.flag("cache_hit").value_or(false) && (model == "cache" || nothingSpent)) {
        fact.responseCache = fields.text("cache") == "semantic" ? ResponseCache::Semantic : ResponseCache::Exact;
        return;
    }
    fact.provider = name(fields.text("provider"));
    if (!isTierWord(model))
        fact.modelRequested = fact.modelServed = name(model);
    else if (fact.names.tier == 0)
        fact.names.tier = name(model);
    fact.serviceTier = name(fields.text("service_tier"));
    if (fields.flag("batch").value_or(false))
        fact.flags |= CallBatch;
}

void StepReader::readResult(const JsonFields &fields, CallFact &fact)
{
    setRequest(fact, fields.id("request_id"));
    std::int64_t attempt = 0;
    if (parseInt64(fields.digits("attempt"), attempt) && attempt > 0 && attempt < 1000)
        fact.attempt = static_cast<std::uint16_t>(attempt);
    std::int64_t limit = 0;
    if (parseInt64(fields.digits("max_tokens"), limit) && limit > 0 && limit <= UINT32_MAX)
        fact.outputLimit = static_cast<std::uint32_t>(limit);
    fact.finishReason = name(fields.text("finish_reason"));
    if (fields.flag("ok").value_or(true) && !fields.has("error"))
        return;
    fact.flags |= CallFailed;
    const std::string_view word = fields.text("error");
    fact.errorType = name(word.empty() ? std::string_view("error") : word);
}

/// An id, else the bytes of a record that says when, else its place: without any of these two equal lines
/// are two steps.
void StepReader::identify(const JsonFields &fields, std::string_view line, std::int64_t at, CallFact &fact)
{
    const std::string_view id = fields.id("id");
    const bool timed = (fact.flags & CallTimeAssumed) == 0;
    const Key128 own = !id.empty() ? hashKey(id, kRecordSeed)
                       : timed     ? hashKey(line, kRecordSeed)
                                   : keyOfPlace(at, line, kRecordSeed);
    const std::string_view run = fields.id("run");
    fact.group = own;
    if (!run.empty()) {
        std::string identity(fields.text("workflow"));
        identity += '\x1f';
        identity += run;
        fact.group = hashKey(identity, kRunSeed);
        if (fact.names.session == 0)
            fact.names.session = name(run);
    }
    fact.sub = own.lo | 1;
}

void StepReader::addOutcome(const JsonFields &fields, const CallFact &fact, FactBatch &out)
{
    const std::string_view outcome = fields.text("outcome");
    if (outcome.empty())
        return;
    SpanFact span;
    span.trace = fact.group;
    span.span = fact.sub;
    span.start = span.end = fact.time;
    span.name = fact.names.step;
    span.label = fact.names.workflow;
    span.outcome = name(outcome);
    span.role = SpanRole::Workflow;
    out.spans.push_back(span);
}

} // namespace

std::unique_ptr<LineReader> makeStepReader(ReaderContext context)
{
    return std::make_unique<StepReader>(std::move(context));
}

} // namespace flyball
