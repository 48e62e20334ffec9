// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/agent_telemetry/agenttelemetry.h"
#include "core/formats/otlp_metrics/otlpmetrics.h"
#include "core/formats/recordreader.h"

namespace flyball {

namespace {

constexpr std::uint64_t kEventSeed = 0x7E1E0002;

/// The attributes of a log record: each value as its AnyValue object.
class Attributes {
public:
    explicit Attributes(std::string_view list)
    {
        (void)forEachElement(list, [&](std::string_view raw) {
            JsonFields pair;
            if (pair.parse(raw))
                m_pairs.emplace_back(std::string(pair.text("key")), pair.object("value"));
        });
    }
    [[nodiscard]] const JsonFields &value(std::string_view key) const
    {
        static const JsonFields kNone;
        for (const auto &[name, value] : m_pairs)
            if (name == key)
                return value;
        return kNone;
    }
    [[nodiscard]] std::string_view text(std::string_view key) const { return value(key).text("stringValue"); }
    /// A number, in quotes or not: exporters differ.
    [[nodiscard]] std::string_view digits(std::string_view key) const
    {
        for (const std::string_view form : {"intValue", "doubleValue", "stringValue"})
            if (const std::string_view digits = value(key).digits(form); !digits.empty())
                return digits;
        return {};
    }
    [[nodiscard]] std::int64_t count(CountReader &reader, std::string_view key) const
    {
        const JsonFields &fields = value(key);
        return reader(fields, fields.has("intValue") ? "intValue" : "stringValue");
    }
    [[nodiscard]] std::int64_t milliseconds(std::string_view key) const
    {
        std::int64_t ms = 0;
        return parseInt64(digits(key), ms) && ms >= 0 && ms < 10'000'000'000 ? ms * (kSecond / 1000) : -1;
    }

private:
    std::vector<std::pair<std::string, JsonFields>> m_pairs;
};

std::optional<TimeNs> timeOf(const JsonFields &record, const Attributes &attributes)
{
    for (const std::string_view key : {"timeUnixNano", "observedTimeUnixNano"}) {
        std::int64_t ns = 0;
        if (parseInt64(record.digits(key), ns) && ns > 0)
            return ns;
    }
    return parseRfc3339(attributes.text("event.timestamp"));
}

} // namespace

class AgentTelemetryReader::Impl final : public RecordReader {
public:
    explicit Impl(ReaderContext context) : RecordReader(std::move(context), "otlp-json") {}

    bool readEvent(std::string_view text, std::int64_t at, FactBatch &out)
    {
        JsonFields record;
        if (!record.parse(text))
            return false;
        const Attributes attributes(record.raw("attributes"));
        std::string_view event = attributes.text("event.name");
        CallFact fact = factAt(at, timeOf(record, attributes));
        fact.names.session = name(attributes.text("session.id"));
        CountReader count;
        if (event == "api_request" || event == "claude_code.api_request")
            readClaude(attributes, count, fact);
        else if ((event == "api_error" || event == "claude_code.api_error") && !attributes.text("request_id").empty())
            readClaudeError(attributes, fact);
        else if (event == "codex.sse_event" && !attributes.digits("input_token_count").empty())
            readCodex(attributes, count, fact);
        else if (event == "gemini_cli.api_response")
            readGemini(attributes, count, fact);
        else
            return false;
        finish(attributes, text, count, fact, at, out);
        return true;
    }

private:
    void readRecord(std::string_view line, std::int64_t at, FactBatch &out) override { (void)readEvent(line, at, out); }

    void readClaude(const Attributes &attributes, CountReader &count, CallFact &fact)
    {
        setRequest(fact, attributes.text("request_id"));
        fact.prompt = name(attributes.text("prompt.id"));
        fact.provider = name("anthropic");
        fact.raw[TokenClass::InFresh] = attributes.count(count, "input_tokens");
        fact.raw[TokenClass::OutText] = attributes.count(count, "output_tokens");
        fact.raw[TokenClass::CacheRead] = attributes.count(count, "cache_read_tokens");
        fact.raw[TokenClass::CacheWriteUntyped] = attributes.count(count, "cache_creation_tokens");
        const std::string_view agent = attributes.text("agent.name");
        const std::string_view query = attributes.text("query_source");
        constexpr std::string_view kAgent = "agent:";
        if (!agent.empty())
            fact.names.agent = name(agent);
        else if (query.starts_with(kAgent))
            fact.names.agent = name(query.substr(query.rfind(':') + 1));
        if (attributes.text("speed") == "fast")
            fact.flags |= CallFast;
        if (std::int64_t pico = 0; parsePicoUsd(attributes.digits("cost_usd"), pico) && pico >= 0)
            fact.reportedPico = pico;
    }

    /// With a request id its transcript either names the same request or lacks it. Without one it may well be told
    /// there, and then would count twice: such an event is passed over.
    void readClaudeError(const Attributes &attributes, CallFact &fact)
    {
        CountReader none;
        readClaude(attributes, none, fact);
        fact.raw = {};
        fact.flags |= CallFailed;
        const std::string_view status = attributes.digits("status_code");
        fact.errorType = name(status.empty() ? "api_error" : "http_" + std::string(status));
    }

    /// tool_token_count holds the total: it is not read.
    void readCodex(const Attributes &attributes, CountReader &count, CallFact &fact)
    {
        fact.names.session = name(attributes.text("conversation.id"));
        fact.provider = name("openai");
        const std::int64_t input = attributes.count(count, "input_token_count");
        const std::int64_t output = attributes.count(count, "output_token_count");
        const std::int64_t read = std::min(attributes.count(count, "cached_token_count"), input);
        const std::int64_t write = std::min(attributes.count(count, "cache_write_token_count"), input - read);
        const std::int64_t reasoning = std::min(attributes.count(count, "reasoning_token_count"), output);
        fact.raw[TokenClass::InFresh] = input - read - write;
        fact.raw[TokenClass::CacheRead] = read;
        fact.raw[TokenClass::CacheWriteUntyped] = write;
        fact.raw[TokenClass::OutReasoning] = reasoning;
        fact.raw[TokenClass::OutText] = output - reasoning;
    }

    /// Input holds what was cached; thoughts stand beside the output.
    void readGemini(const Attributes &attributes, CountReader &count, CallFact &fact)
    {
        fact.provider = name("google");
        const std::int64_t input = attributes.count(count, "input_token_count");
        const std::int64_t read = std::min(attributes.count(count, "cached_content_token_count"), input);
        fact.raw[TokenClass::InFresh] = input - read + attributes.count(count, "tool_token_count");
        fact.raw[TokenClass::CacheRead] = read;
        fact.raw[TokenClass::OutText] = attributes.count(count, "output_token_count");
        fact.raw[TokenClass::OutReasoning] = attributes.count(count, "thoughts_token_count");
    }

    /// The agent's metrics count the same calls. Said once as long as one session goes on.
    void tellCalls(const CallFact &fact, FactBatch &out)
    {
        if (m_told < out.traits.size() && out.traits[m_told].subject == fact.names.session
            && out.traits[m_told].flags == CallsTold)
            return;
        const std::string_view provider = table().text(fact.provider);
        const std::string_view agent = provider == "anthropic" ? "claude-code"
                                       : provider == "openai"  ? "codex"
                                                               : "gemini-cli";
        out.traits.push_back({name(otlp::agentSubject(agent)), AgentTold});
        if (fact.names.session == 0)
            return;
        m_told = out.traits.size();
        out.traits.push_back({fact.names.session, CallsTold});
    }

    void finish(const Attributes &attributes, std::string_view text, const CountReader &count, CallFact &fact,
                std::int64_t at, FactBatch &out)
    {
        if (count.outOfRange()) {
            reject(out, "out_of_range", at, text.size());
            return;
        }
        const bool claude = fact.provider == name("anthropic");
        if (claude && fact.requestKey == 0) {
            // Whether a transcript tells of it too cannot be known, and to count it twice is worse.
            reject(out, "telemetry_without_request_id", at, text.size());
            return;
        }
        if (count.any()) {
            fact.raw.quality = UsageQuality::Exact;
            fact.flags |= CallCacheKnown;
        }
        fact.flags |= CallTelemetry;
        fact.modelRequested = fact.modelServed = name(attributes.text("model"));
        fact.latencyNs = attributes.milliseconds("duration_ms");
        if (std::int64_t attempt = 0;
            parseInt64(attributes.digits("attempt"), attempt) && attempt > 0 && attempt < 1000)
            fact.attempt = static_cast<std::uint16_t>(attempt);
        fact.producer = name(telemetry::kSubject);
        fact.group = claude ? telemetry::groupOf(fact.requestKey) : hashKey(text, kEventSeed);
        fact.sub = 1;
        if (claude)
            out.traits.push_back({name(telemetry::kSubject), TelemetrySeen});
        if (count.any())
            tellCalls(fact, out);
        add(fact, out);
    }

    std::size_t m_told = 0; ///< place of the last trait of a session
};

AgentTelemetryReader::AgentTelemetryReader(const ReaderContext &context) : m_impl(std::make_unique<Impl>(context)) {}
AgentTelemetryReader::~AgentTelemetryReader() = default;

bool AgentTelemetryReader::knowsScope(std::string_view scope)
{
    return scope == "com.anthropic.claude_code.events" || scope.starts_with("codex_otel") || scope == "gemini-cli";
}

bool AgentTelemetryReader::readRecord(std::string_view record, std::int64_t at, FactBatch &out)
{
    return m_impl->readEvent(record, at, out);
}

} // namespace flyball
