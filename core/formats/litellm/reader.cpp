// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/callnames.h"
#include "core/formats/litellm/litellm.h"
#include "core/formats/recordreader.h"
#include "core/formats/usageshapes.h"

namespace flyball {

namespace {

constexpr std::uint64_t kTraceSeed = 0x117E11;
constexpr std::uint64_t kCallSeed = 0x117E12;
constexpr std::uint64_t kRowMark = 0x5EED0F70C5ULL << 1U; // leaves the lowest bit

Key128 keyOf(std::string_view id) { return hashKey(id, kCallSeed); }

class LiteLlmReader final : public RecordReader {
public:
    explicit LiteLlmReader(ReaderContext context) : RecordReader(std::move(context), "litellm-log") {}

private:
    void readRecord(std::string_view line, std::int64_t at, FactBatch &out) override;
    void readPayload(std::string_view text, std::int64_t at, FactBatch &out);
    [[nodiscard]] static bool readUsage(const JsonFields &payload, const JsonFields &metadata, CallFact &fact);
    void readNames(const JsonFields &payload, const JsonFields &metadata, CallFact &fact);
    void readTags(std::string_view tags, CallFact &fact);
    void readTimes(const JsonFields &payload, CallFact &fact);
    void readStatus(const JsonFields &payload, CallFact &fact);
    void readEvaluation(const JsonFields &evaluation, const CallFact &fact, FactBatch &out);
};

void LiteLlmReader::readRecord(std::string_view line, std::int64_t at, FactBatch &out)
{
    if (line.front() != '[') {
        readPayload(line, at, out);
        return;
    }
    // Whole or not at all: what stands in front of a broken member was not counted yet.
    std::vector<std::string_view> members;
    if (!forEachElement(line, [&](std::string_view raw) { members.push_back(raw); })) {
        reject(out, "truncated_line", at, line.size());
        return;
    }
    for (const std::string_view raw : members)
        readPayload(raw, at + (raw.data() - line.data()), out);
}

void LiteLlmReader::readPayload(std::string_view text, std::int64_t at, FactBatch &out)
{
    JsonFields payload;
    if (!payload.parse(text)) {
        reject(out, kindOfBadLine(text), at, text.size());
        return;
    }
    const bool filed = payload.has(kSpendLogId);
    const std::string_view own = filed                            ? payload.id(kSpendLogId)
                                 : payload.has("litellm_call_id") ? payload.id("litellm_call_id")
                                                                  : payload.id("id");
    if (own.empty() && !payload.has("model")) {
        ++out.ignored;
        return;
    }
    const JsonFields metadata = payload.object("metadata");
    CallFact fact = factAt(at, payload.time("endTime"));
    if (!readUsage(payload, metadata, fact)) {
        reject(out, "out_of_range", at, text.size());
        return;
    }
    readTimes(payload, fact);
    readStatus(payload, fact);
    readNames(payload, metadata, fact);
    // As the proxy fills session_id of its spend log: rows and payloads of one request have to meet.
    const std::string_view trace = payload.has("session_id") ? payload.id("session_id") : payload.id("trace_id");
    // Failed attempts of one request may share its id: they differ in when they began. The spend log has one row.
    std::string identity(own.empty() ? text : own);
    if (!filed && fact.responseCache == ResponseCache::None && (fact.flags & CallFailed) != 0)
        identity += payload.raw("startTime");
    fact.group = trace.empty() ? keyOf(identity) : hashKey(trace, kTraceSeed);
    fact.sub = filed ? subOfSpendRow(identity) : subOfLiteLlmCall(identity);
    addOfGateway(fact, filed ? own : payload.id("id"), out);
    const JsonFields evaluation = payload.object("eval_information");
    if (!evaluation.empty())
        readEvaluation(evaluation, fact, out);
    (void)forEachElement(payload.raw("eval_information"), [&](std::string_view raw) {
        JsonFields member;
        if (member.parse(raw))
            readEvaluation(member, fact, out);
    });
}

/// The sums stand at the top, what is in them inside metadata.usage_object, else in the response.
bool LiteLlmReader::readUsage(const JsonFields &payload, const JsonFields &metadata, CallFact &fact)
{
    const JsonFields logged = metadata.object("usage_object");
    const JsonFields usage =
        logged.empty() ? payload.object("response").object("usage") : metadata.object("usage_object");
    std::int64_t cost = -1;
    if (parsePicoUsd(payload.digits("response_cost"), cost) && cost >= 0)
        fact.reportedPico = cost;
    const bool detailed = usage.has("prompt_tokens") || usage.has("input_tokens");
    if (!readOpenAiUsage(detailed ? usage : payload, fact))
        return false;
    // A request that failed is logged with zeros: nothing is known of what it used.
    if (fact.raw.total() == 0)
        fact.raw = {};
    return true;
}

void LiteLlmReader::readTimes(const JsonFields &payload, CallFact &fact)
{
    const auto start = payload.time("startTime");
    const auto end = payload.time("endTime");
    if (start && end && *end >= *start)
        fact.latencyNs = *end - *start;
    else if (start && end)
        fact.flags |= CallClockSkew;
    if (!payload.flag("stream").value_or(false))
        return;
    fact.flags |= CallStreamed;
    if (const auto first = payload.time("completionStartTime"); start && first && *first >= *start)
        fact.firstTokenNs = *first - *start;
}

void LiteLlmReader::readStatus(const JsonFields &payload, CallFact &fact)
{
    // An answer the gateway had kept: no model was asked, whatever the counts repeat.
    if (payload.flag("cache_hit").value_or(false)) {
        fact.responseCache = ResponseCache::Exact;
        return;
    }
    if (payload.text("status") != "failure")
        return;
    fact.flags |= CallFailed;
    const JsonFields error = payload.object("error_information");
    std::string_view word;
    for (const std::string_view key : {"error_class", "error_code"})
        if (word.empty())
            word = error.id(key);
    fact.errorType = name(word.empty() ? std::string_view("error") : word);
}

void LiteLlmReader::readNames(const JsonFields &payload, const JsonFields &metadata, CallFact &fact)
{
    fact.provider = name(payload.text("custom_llm_provider"));
    fact.modelServed = name(payload.text("model"));
    fact.modelRequested = payload.has("model_group") ? name(payload.text("model_group")) : fact.modelServed;
    Attribution &names = fact.names;
    readTags(payload.raw("request_tags"), fact);
    for (const std::string_view part : {"requester_metadata", "spend_logs_metadata"})
        takeCallNames(metadata.object(part), names, [this](std::string_view word) { return name(word); });
    const std::string_view alias = payload.text("model_group");
    if (names.tier == 0 && (alias == "cheap" || alias == "mid" || alias == "frontier"))
        names.tier = name(alias);
    // The key an application calls with is the next best name of what it does.
    if (names.workflow == 0)
        names.workflow = name(metadata.text("user_api_key_alias"));
}

/// "workflow:triage" and "task:classify"; LiteLLM adds "User-Agent: ..." of its own.
void LiteLlmReader::readTags(std::string_view tags, CallFact &fact)
{
    (void)forEachElement(tags, [&](std::string_view raw) {
        JsonCursor json(raw);
        std::string scratch;
        std::string_view tag;
        if (json.peek() != '"' || !json.readText(tag, scratch))
            return;
        const std::size_t split = tag.find_first_of(":=");
        if (split == std::string_view::npos)
            return;
        const std::string_view key = tag.substr(0, split);
        const std::string_view value = tag.substr(split + 1);
        if (key == "workflow")
            fact.names.workflow = name(value);
        else if (key == "task")
            fact.names.taskType = name(value);
        else if (key == "agent")
            fact.names.agent = name(value);
    });
}

void LiteLlmReader::readEvaluation(const JsonFields &evaluation, const CallFact &fact, FactBatch &out)
{
    const std::string_view evaluated = evaluation.text("eval_name");
    if (evaluated.empty())
        return;
    SignalFact signal;
    signal.group = fact.group;
    signal.span = fact.sub;
    signal.time = fact.time;
    signal.name = name(evaluated);
    signal.hasScore = parseDouble(evaluation.digits("overall_score"), signal.score);
    if (const auto passed = evaluation.flag("passed"))
        signal.verdict = *passed ? Verdict::Pass : Verdict::Fail;
    std::string identity(evaluated);
    identity += '\x1f';
    identity += evaluation.raw("overall_score");
    identity += evaluation.raw("iteration");
    signal.id = hash64(identity);
    out.signals.push_back(signal);
}

} // namespace

std::uint64_t subOfLiteLlmCall(std::string_view id) { return keyOf(id).lo | 1; }
std::uint64_t subOfSpendRow(std::string_view requestId) { return subOfLiteLlmCall(requestId) ^ kRowMark; }

std::unique_ptr<LineReader> makeLiteLlmReader(ReaderContext context)
{
    return std::make_unique<LiteLlmReader>(std::move(context));
}

} // namespace flyball
