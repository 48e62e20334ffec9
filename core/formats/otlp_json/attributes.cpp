// SPDX-License-Identifier: GPL-3.0-or-later
// The one place that knows attribute names. Sources: OpenTelemetry GenAI semantic conventions (current
// and deprecated), Traceloop, OpenInference, Vercel AI SDK 5-7, Langfuse, pydantic-ai, Codex, and our own.
#include "core/formats/otlp_json/attributes.h"

#include <array>
#include <cstring>
#include <type_traits>

namespace flyball::otlp {

namespace {

constexpr AttrName kNames[] = {
    {"gen_ai.operation.name", Attr::Operation, 0},
    {"llm.request.type", Attr::RequestType, 0},
    {"openinference.span.kind", Attr::OpenInferenceKind, 0},
    {"traceloop.span.kind", Attr::TraceloopKind, 0},
    {"langfuse.observation.type", Attr::LangfuseType, 0},
    {"ai.operationId", Attr::VercelOperation, 0},

    {"gen_ai.provider.name", Attr::Provider, 0},
    {"gen_ai.system", Attr::Provider, 1},
    {"llm.provider", Attr::Provider, 2},
    {"llm.system", Attr::Provider, 3},
    {"ai.model.provider", Attr::Provider, 4},

    {"langfuse.observation.model.name", Attr::ModelServed, 0},
    {"gen_ai.response.model", Attr::ModelServed, 1},
    {"ai.response.model", Attr::ModelServed, 2},
    {"llm.response.model", Attr::ModelServed, 3},
    {"llm.model_name", Attr::ModelServed, 4},
    {"embedding.model_name", Attr::ModelServed, 5},
    {"gen_ai.request.model", Attr::ModelRequested, 0},
    {"ai.model.id", Attr::ModelRequested, 1},
    {"llm.request.model", Attr::ModelRequested, 2},
    {"model", Attr::ModelRequested, 9},
    {"gen_ai.response.id", Attr::ResponseId, 0},
    {"ai.response.id", Attr::ResponseId, 1},
    {"llm.response.id", Attr::ResponseId, 2},
    {"openai.response.service_tier", Attr::ServiceTier, 0},
    {"gen_ai.openai.response.service_tier", Attr::ServiceTier, 1},

    {"gen_ai.usage.input_tokens", Attr::Input, 0},
    {"gen_ai.usage.prompt_tokens", Attr::Input, 1},
    {"ai.usage.inputTokens", Attr::Input, 2},
    {"ai.usage.promptTokens", Attr::Input, 3},
    {"llm.token_count.prompt", Attr::Input, 4},
    {"llm.usage.prompt_tokens", Attr::Input, 5},
    {"ai.usage.tokens", Attr::Input, 6}, // embeddings of the Vercel SDK
    {"gen_ai.usage.output_tokens", Attr::Output, 0},
    {"gen_ai.usage.completion_tokens", Attr::Output, 1},
    {"ai.usage.outputTokens", Attr::Output, 2},
    {"ai.usage.completionTokens", Attr::Output, 3},
    {"llm.token_count.completion", Attr::Output, 4},
    {"llm.usage.completion_tokens", Attr::Output, 5},
    {"gen_ai.usage.cache_read.input_tokens", Attr::CacheRead, 0},
    {"gen_ai.usage.cache_read_input_tokens", Attr::CacheRead, 1},
    {"gen_ai.usage.cache_read_tokens", Attr::CacheRead, 2},
    {"gen_ai.usage.details.cache_read_tokens", Attr::CacheRead, 3},
    {"gen_ai.usage.details.cache_read_input_tokens", Attr::CacheRead, 4},
    {"gen_ai.usage.input_cached_tokens", Attr::CacheRead, 5},
    {"gen_ai.usage.prompt_tokens_details.cached_tokens", Attr::CacheRead, 6},
    {"ai.usage.inputTokenDetails.cacheReadTokens", Attr::CacheRead, 7},
    {"ai.usage.cachedInputTokens", Attr::CacheRead, 8},
    {"llm.token_count.prompt_details.cache_read", Attr::CacheRead, 9},
    {"gen_ai.usage.cache_creation.input_tokens", Attr::CacheWrite, 0},
    {"gen_ai.usage.cache_write.input_tokens", Attr::CacheWrite, 1},
    {"gen_ai.usage.cache_creation_input_tokens", Attr::CacheWrite, 2},
    {"gen_ai.usage.cache_write_tokens", Attr::CacheWrite, 3},
    {"gen_ai.usage.details.cache_write_tokens", Attr::CacheWrite, 4},
    {"gen_ai.usage.details.cache_creation_input_tokens", Attr::CacheWrite, 5},
    {"ai.usage.inputTokenDetails.cacheWriteTokens", Attr::CacheWrite, 6},
    {"llm.token_count.prompt_details.cache_write", Attr::CacheWrite, 7},
    {"gen_ai.usage.reasoning.output_tokens", Attr::Reasoning, 0},
    {"gen_ai.usage.reasoning_tokens", Attr::Reasoning, 1},
    {"gen_ai.usage.details.reasoning_tokens", Attr::Reasoning, 2},
    {"codex.usage.reasoning_output_tokens", Attr::Reasoning, 3},
    {"ai.usage.outputTokenDetails.reasoningTokens", Attr::Reasoning, 4},
    {"ai.usage.reasoningTokens", Attr::Reasoning, 5},
    {"llm.token_count.completion_details.reasoning", Attr::Reasoning, 6},
    {"llm.token_count.prompt_details.audio", Attr::AudioIn, 0},
    {"gen_ai.usage.details.input_audio_tokens", Attr::AudioIn, 1},
    {"llm.token_count.completion_details.audio", Attr::AudioOut, 0},
    {"gen_ai.usage.details.output_audio_tokens", Attr::AudioOut, 1},
    {"ai.response.providerMetadata", Attr::VercelMetadata, 0},
    {"langfuse.observation.usage_details", Attr::LangfuseUsage, 0},

    {"gen_ai.usage.cost", Attr::ReportedCost, 0},
    {"llm.cost.total", Attr::ReportedCost, 1},
    {"langfuse.observation.cost_details", Attr::LangfuseCost, 0},

    {"flyball.workflow", Attr::Workflow, 0},
    {"gen_ai.workflow.name", Attr::Workflow, 1},
    {"traceloop.workflow.name", Attr::Workflow, 2},
    {"langfuse.trace.name", Attr::Workflow, 3},
    {"ai.telemetry.metadata.workflow", Attr::Workflow, 4},
    {"traceloop.entity.name", Attr::EntityName, 0},
    {"gen_ai.agent.name", Attr::Agent, 0},
    {"agent.name", Attr::Agent, 1},
    {"ai.telemetry.metadata.agent", Attr::Agent, 2},
    {"gen_ai.agent.id", Attr::AgentId, 0},
    {"gen_ai.tool.name", Attr::ToolName, 0},
    {"ai.toolCall.name", Attr::ToolName, 1},
    {"tool.name", Attr::ToolName, 2},
    {"flyball.step", Attr::Step, 0},
    {"graph.node.name", Attr::Step, 1},
    {"graph.node.id", Attr::Step, 2},
    {"flyball.task_type", Attr::TaskType, 0},
    {"ai.telemetry.functionId", Attr::TaskType, 1},
    {"flyball.segment", Attr::Segment, 0},
    {"flyball.feature", Attr::Feature, 0},
    {"flyball.tier", Attr::Tier, 0},
    {"flyball.prompt.version", Attr::PromptVersion, 0},
    {"flyball.policy.revision", Attr::PolicyRevision, 0},
    {"gen_ai.conversation.id", Attr::Session, 0},
    {"session.id", Attr::Session, 1},
    {"langfuse.session.id", Attr::Session, 2},
    {"thread.id", Attr::Session, 3},
    {"traceloop.association.properties.session_id", Attr::Session, 4},
    {"ai.telemetry.metadata.sessionId", Attr::Session, 5},
    {"flyball.outcome", Attr::Outcome, 0},

    {"error.type", Attr::ErrorType, 0},
    {"exception.type", Attr::ErrorType, 1},
    {"gen_ai.response.finish_reasons", Attr::FinishReason, 0},
    {"gen_ai.response.finish_reason", Attr::FinishReason, 1},
    {"ai.response.finishReason", Attr::FinishReason, 2},
    {"llm.finish_reason", Attr::FinishReason, 3},
    {"gen_ai.request.stream", Attr::Streamed, 0},
    {"llm.is_streaming", Attr::Streamed, 1},
    {"gen_ai.response.time_to_first_chunk", Attr::FirstChunkSeconds, 0},
    {"gen_ai.client.operation.time_to_first_chunk", Attr::FirstChunkSeconds, 1},
    {"ai.response.msToFirstChunk", Attr::FirstChunkMs, 0},
    {"attempt", Attr::Attempt, 0},
    {"gen_ai.request.max_tokens", Attr::OutputLimit, 0},
    {"gen_ai.request.max_output_tokens", Attr::OutputLimit, 1},
    {"ai.settings.maxOutputTokens", Attr::OutputLimit, 2},
    {"ai.settings.maxTokens", Attr::OutputLimit, 3},
    {"langfuse.observation.level", Attr::LangfuseLevel, 0},
    {"event.name", Attr::EventName, 0},
    {"event.timestamp", Attr::EventTime, 0},

    {"gen_ai.evaluation.name", Attr::EvaluationName, 0},
    {"gen_ai.evaluation.score.value", Attr::EvaluationScore, 0},
    {"gen_ai.evaluation.score.label", Attr::EvaluationLabel, 0},
};

constexpr ProducerRule kProducers[] = {
    {"@traceloop/instrumentation-anthropic", "", "", true, false},
    {"@traceloop/instrumentation-openai", "", "", false, true},
    {"@opentelemetry/instrumentation-openai", "", "", false, true},
    {"@arizeai/openinference-instrumentation-openai", "", "", false, false},
    {"opentelemetry.instrumentation.anthropic", "", "", false, false},
    {"ai", "", "", false, false},
    {"gen_ai", "", "", false, false},
};

constexpr std::size_t kSlots = 512;

/// Eight characters of a name from `at` on, as a number.
constexpr std::uint64_t wordAt(std::string_view name, std::size_t at)
{
    std::uint64_t word = 0;
    if (std::is_constant_evaluated()) {
        for (std::size_t i = 0; i < 8; ++i)
            word |= static_cast<std::uint64_t>(static_cast<unsigned char>(name[at + i])) << (8 * i);
    } else {
        std::memcpy(&word, name.data() + at, 8);
    }
    return word;
}

/// The last characters, a stretch of the middle and the length tell these names apart; the table
/// checks the rest. Seventeen attributes a span make this worth two loads instead of a loop.
constexpr std::uint32_t slotHash(std::string_view name)
{
    if (name.size() < 8) {
        std::uint32_t h = static_cast<std::uint32_t>(name.size());
        for (const char c : name)
            h = (h ^ static_cast<unsigned char>(c)) * 0x01000193U;
        return h ^ (h >> 15);
    }
    const std::uint64_t h = (wordAt(name, name.size() - 8) * 0x9e3779b97f4a7c15ULL)
                            ^ (wordAt(name, (name.size() - 8) / 2) * 0xd6e8feb86659fd93ULL) ^ name.size();
    return static_cast<std::uint32_t>(h >> 32) ^ static_cast<std::uint32_t>(h >> 47);
}

constexpr std::array<std::uint8_t, kSlots> buildSlots()
{
    std::array<std::uint8_t, kSlots> slots{};
    for (std::size_t i = 0; i < std::size(kNames); ++i) {
        std::size_t at = slotHash(kNames[i].name) % kSlots;
        while (slots[at] != 0)
            at = (at + 1) % kSlots;
        slots[at] = static_cast<std::uint8_t>(i + 1);
    }
    return slots;
}

static_assert(std::size(kNames) < 255);
constexpr std::array<std::uint8_t, kSlots> kSlotTable = buildSlots();

bool startsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

template <std::size_t N>
bool isOneOf(std::string_view text, const std::string_view (&words)[N])
{
    for (const std::string_view word : words)
        if (text == word)
            return true;
    return false;
}

} // namespace

const AttrName *findAttribute(std::string_view name)
{
    for (std::size_t at = slotHash(name) % kSlots; kSlotTable[at] != 0; at = (at + 1) % kSlots) {
        const AttrName &entry = kNames[kSlotTable[at] - 1];
        if (entry.name == name)
            return &entry;
    }
    return nullptr;
}

const ProducerRule *findProducer(std::string_view scope, std::string_view version, std::string_view provider)
{
    for (const ProducerRule &rule : kProducers)
        if (rule.scope == scope && startsWith(version, rule.versionPrefix)
            && (rule.provider.empty() || rule.provider == provider))
            return &rule;
    return nullptr;
}

Operation operationOf(std::string_view op)
{
    static constexpr std::string_view calls[] = {"chat", "text_completion", "completion", "generate_content"};
    if (isOneOf(op, calls))
        return Operation::Call;
    if (op == "embeddings" || op == "embedding")
        return Operation::Embedding;
    if (op == "invoke_workflow")
        return Operation::Workflow;
    if (op == "invoke_agent" || op == "create_agent")
        return Operation::Agent;
    if (op == "execute_tool")
        return Operation::Tool;
    return op.empty() ? Operation::Unknown : Operation::NotACall;
}

Operation operationOfOpenInference(std::string_view kind)
{
    if (kind == "LLM")
        return Operation::Call;
    if (kind == "EMBEDDING")
        return Operation::Embedding;
    if (kind == "AGENT")
        return Operation::Agent;
    if (kind == "TOOL")
        return Operation::Tool;
    return kind.empty() ? Operation::Unknown : Operation::NotACall;
}

Operation operationOfTraceloop(std::string_view kind)
{
    if (kind == "workflow")
        return Operation::Workflow;
    if (kind == "agent")
        return Operation::Agent;
    if (kind == "task")
        return Operation::Task;
    if (kind == "tool")
        return Operation::Tool;
    return Operation::Unknown;
}

Operation operationOfLangfuse(std::string_view type)
{
    if (type == "generation")
        return Operation::Call;
    if (type == "embedding")
        return Operation::Embedding;
    if (type == "agent")
        return Operation::Agent;
    if (type == "tool")
        return Operation::Tool;
    return type.empty() ? Operation::Unknown : Operation::NotACall;
}

Operation operationOfVercel(std::string_view id)
{
    const std::size_t dot = id.rfind('.');
    const std::string_view last = dot == std::string_view::npos ? id : id.substr(dot + 1);
    if (last == "doGenerate" || last == "doStream")
        return Operation::Call;
    if (last == "doEmbed")
        return Operation::Embedding;
    if (id == "ai.toolCall")
        return Operation::Tool;
    return id.empty() ? Operation::Unknown : Operation::NotACall;
}

} // namespace flyball::otlp
