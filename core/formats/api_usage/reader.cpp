// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/api_usage/apiusage.h"
#include "core/formats/api_usage/batch.h"
#include "core/formats/recordreader.h"
#include "core/formats/usageshapes.h"

namespace flyball {

namespace {

using namespace api;

class ApiUsageReader final : public RecordReader {
public:
    explicit ApiUsageReader(ReaderContext context)
        : RecordReader(std::move(context), "api-usage"),
          m_body(name(kBody)),
          m_streamStart(name(kStreamStart)),
          m_batchRequest(name(kBatchRequest)),
          m_batchAnswer(name(kBatchAnswer))
    {}

    std::string saveState() const override { return m_open; }
    void restoreState(std::string_view text) override { m_open = text; }

private:
    void readRecord(std::string_view line, std::int64_t at, FactBatch &out) override;
    void readBody(const JsonFields &body, std::string_view line, std::int64_t at, bool batch, FactBatch &out);
    bool readShape(const JsonFields &body, CallFact &fact);
    void readStream(const JsonFields &event, std::string_view line, std::int64_t at, FactBatch &out);
    void readError(const JsonFields &error, CallFact &fact);
    bool readBatch(const JsonFields &fields, std::string_view line, std::int64_t at, FactBatch &out);
    void readAnswer(const api::BatchLine &batch, std::string_view line, std::int64_t at, FactBatch &out);
    void addRequest(const api::BatchLine &batch, std::string_view line, std::int64_t at, FactBatch &out);

    Symbol m_body, m_streamStart, m_batchRequest, m_batchAnswer;
    std::string m_open; ///< message_start of the Anthropic stream that is being read, as its message says
};

void ApiUsageReader::readRecord(std::string_view line, std::int64_t at, FactBatch &out)
{
    JsonFields fields;
    if (!fields.parse(line)) {
        reject(out, kindOfBadLine(line), at, line.size());
        return;
    }
    const std::size_t before = out.calls.size() + out.rejects.size();
    const std::string_view type = fields.text("type");
    if (!readBatch(fields, line, at, out)) {
        if (type.starts_with("response.") && fields.has("response"))
            readBody(fields.object("response"), line, at, false, out);
        else if (type == "message_start" || type == "message_delta" || type == "message_stop")
            readStream(fields, line, at, out);
        else
            readBody(fields, line, at, false, out);
    }
    out.ignored += out.calls.size() + out.rejects.size() == before ? 1 : 0;
}

/// False when a line is no part of a batch.
bool ApiUsageReader::readBatch(const JsonFields &fields, std::string_view line, std::int64_t at, FactBatch &out)
{
    BatchLine batch;
    if (!batch.read(fields))
        return false;
    if (batch.request.empty())
        readAnswer(batch, line, at, out);
    else
        addRequest(batch, line, at, out);
    return true;
}

void ApiUsageReader::readAnswer(const BatchLine &batch, std::string_view line, std::int64_t at, FactBatch &out)
{
    const std::size_t before = out.calls.size();
    if (!batch.body.empty())
        readBody(batch.body, line, at, true, out);
    if (out.calls.size() == before && batch.error.empty())
        return;
    if (out.calls.size() == before) {
        CallFact fact = factAt(at, std::nullopt);
        fact.producer = m_body;
        fact.flags |= CallFailed | CallBatch;
        fact.errorType = name(batch.error);
        fact.group = hashKey(line, kIdSeed);
        fact.sub = 1;
        add(fact, out);
    } else if (!batch.error.empty() && (out.calls.back().flags & CallFailed) == 0) {
        out.calls.back().flags |= CallFailed;
        out.calls.back().errorType = name(batch.error);
    }
    CallFact answer = factAt(at, out.calls.back().time);
    answer.producer = m_batchAnswer;
    answer.group = hashKey(batch.custom, kCustomSeed);
    answer.sub = out.calls.back().group.lo | 1;
    out.calls.push_back(answer);
}

/// A request that is sent again with the same words is one request: better one missing too few than an
/// answer called missing that is there.
void ApiUsageReader::addRequest(const BatchLine &batch, std::string_view line, std::int64_t at, FactBatch &out)
{
    CallFact fact = factAt(at, std::nullopt);
    fact.producer = m_batchRequest;
    fact.flags |= CallBatch;
    fact.modelRequested = fact.modelServed = name(batch.request.text("model"));
    fact.finishReason = name("missing");
    fact.group = hashKey(batch.custom, kCustomSeed);
    fact.sub = hash64(line) | 1;
    add(fact, out);
}

/// False when a count cannot be true. The shape of a body tells whose it is.
bool ApiUsageReader::readShape(const JsonFields &body, CallFact &fact)
{
    if (body.has("usageMetadata") || body.has("modelVersion")) {
        fact.provider = name("google");
        fact.modelServed = name(body.text("modelVersion"));
        return readGeminiUsage(body.object("usageMetadata"), fact);
    }
    fact.modelServed = name(body.text("model"));
    const JsonFields usage = body.object("usage");
    if (body.text("type") == "message") {
        fact.serviceTier = name(usage.text("service_tier"));
        fact.geo = name(usage.text("inference_geo"));
        fact.finishReason = name(body.text("stop_reason"));
        return readAnthropicUsage(usage, fact);
    }
    fact.serviceTier = name(body.text("service_tier"));
    return readOpenAiUsage(usage, fact);
}

void ApiUsageReader::readBody(const JsonFields &body, std::string_view line, std::int64_t at, bool batch,
                              FactBatch &out)
{
    static constexpr std::string_view objects[] = {"chat.completion", "chat.completion.chunk", "text_completion",
                                                   "response", "list"};
    const std::string_view object = body.text("object");
    const bool failed = !body.object("error").empty();
    const bool response = std::find(std::begin(objects), std::end(objects), object) != std::end(objects)
                          || body.text("type") == "message" || body.has("usageMetadata");
    if ((!response && !failed) || (object == "list" && !body.has("usage")))
        return;
    // When it was done, else when it was begun; to the second, as the interfaces say it.
    const auto time = body.has("completed_at") ? body.time("completed_at")
                      : body.has("created_at") ? body.time("created_at")
                                               : body.time("created");
    CallFact fact = factAt(at, time);
    fact.producer = m_body;
    if (!readShape(body, fact)) {
        reject(out, "out_of_range", at, line.size());
        return;
    }
    fact.modelRequested = fact.modelServed;
    fact.flags |= batch ? CallBatch : 0U;
    if (failed)
        readError(body, fact);
    std::string_view id;
    for (const std::string_view key : {"responseId", "id", "request_id"})
        if (id.empty())
            id = body.text(key);
    // A line of a batch names its request, so its bytes are an identity.
    fact.group = !id.empty() ? hashKey(id, kIdSeed) : batch ? hashKey(line, kIdSeed) : keyOfPlace(at, line, kPlaceSeed);
    fact.sub = 1;
    setRequest(fact, id);
    add(fact, out);
}

void ApiUsageReader::readError(const JsonFields &body, CallFact &fact)
{
    const JsonFields error = body.object("error");
    if (body.text("type") == "error")
        fact.provider = name("anthropic");
    fact.flags |= CallFailed;
    std::string_view word;
    for (const std::string_view key : {"code", "status", "type"})
        if (word.empty())
            word = error.text(key);
    fact.errorType = name(word.empty() ? std::string_view("error") : word);
}

/// Each member as the later object has it, else as the earlier one does.
std::string mergedUsage(const JsonFields &begun, const JsonFields &now)
{
    static constexpr std::string_view members[] = {
        "input_tokens",   "output_tokens",         "cache_read_input_tokens", "cache_creation_input_tokens",
        "cache_creation", "output_tokens_details", "server_tool_use",         "service_tier",
        "speed",          "inference_geo"};
    std::string text = "{";
    for (const std::string_view key : members) {
        const std::string_view raw = now.has(key) ? now.raw(key) : begun.raw(key);
        if (!raw.empty())
            text.append(text.size() > 1 ? ",\"" : "\"").append(key).append("\":").append(raw);
    }
    return text + "}";
}

/// message_delta repeats the usage with the whole output so far: it takes the place of what
/// message_start said, field by field, and carries no id of its own.
void ApiUsageReader::readStream(const JsonFields &event, std::string_view line, std::int64_t at, FactBatch &out)
{
    const std::string_view type = event.text("type");
    if (type == "message_start")
        m_open = event.raw("message");
    JsonFields message;
    if (type == "message_stop" || !message.parse(m_open)) {
        m_open.clear();
        return;
    }
    CallFact fact = factAt(at, std::nullopt);
    fact.producer = type == "message_start" ? m_streamStart : m_body;
    const JsonFields begun = message.object("usage");
    const JsonFields now = type == "message_delta" ? event.object("usage") : JsonFields();
    fact.finishReason = name(event.object("delta").text("stop_reason"));
    const std::string merged = mergedUsage(begun, now);
    JsonFields counts;
    if (!counts.parse(merged) || !readAnthropicUsage(counts, fact)) {
        reject(out, "out_of_range", at, line.size());
        return;
    }
    if (type == "message_start" && fact.raw.quality == UsageQuality::Exact)
        fact.raw.quality = UsageQuality::Placeholder;
    fact.serviceTier = name(counts.text("service_tier"));
    fact.modelRequested = fact.modelServed = name(message.text("model"));
    const std::string_view id = message.text("id");
    fact.group = id.empty() ? keyOfPlace(0, m_open, kPlaceSeed) : hashKey(id, kIdSeed);
    fact.sub = type == "message_start" ? 2 : 1;
    setRequest(fact, id);
    add(fact, out);
}

} // namespace

std::unique_ptr<LineReader> makeApiUsageReader(ReaderContext context)
{
    return std::make_unique<ApiUsageReader>(std::move(context));
}

} // namespace flyball
