// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace flyball::otlp {

/// Meaning of a span attribute. The names producers use for each stand in attributes.cpp alone.
enum class Attr : std::uint8_t {
    None,
    // what kind of span
    Operation,
    RequestType,
    OpenInferenceKind,
    TraceloopKind,
    LangfuseType,
    VercelOperation,
    // who
    Provider,
    ModelServed,
    ModelRequested,
    ResponseId,
    ServiceTier,
    // counts
    Input,
    Output,
    CacheRead,
    CacheWrite,
    Reasoning,
    AudioIn,
    AudioOut,
    VercelMetadata,
    LangfuseUsage,
    // money
    ReportedCost,
    LangfuseCost,
    // names
    Workflow,
    EntityName,
    Agent,
    AgentId,
    ToolName,
    Step,
    TaskType,
    Segment,
    Feature,
    Tier,
    PromptVersion,
    PolicyRevision,
    Session,
    Outcome,
    // course
    ErrorType,
    FinishReason,
    Streamed,
    FirstChunkSeconds,
    FirstChunkMs,
    Attempt,
    OutputLimit,
    LangfuseLevel,
    EventName,
    EventTime,
    // quality
    EvaluationName,
    EvaluationScore,
    EvaluationLabel,
    Count,
};
inline constexpr std::size_t kAttrs = static_cast<std::size_t>(Attr::Count);

struct AttrName {
    std::string_view name;
    Attr attr = Attr::None;
    std::uint8_t rank = 0; ///< of several names for one meaning, the smallest rank wins
};

/// The entry of an attribute name, or nullptr for one that no rule uses.
[[nodiscard]] const AttrName *findAttribute(std::string_view name);

/// How a producer counts, by instrumentation scope, version and provider.
struct ProducerRule {
    std::string_view scope;
    std::string_view versionPrefix; ///< "" = any
    std::string_view provider;      ///< "" = any
    bool exclusive = false;         ///< its input excludes cache reads and writes
    bool hidesCacheSplit = false;   ///< it never says how much of the input was cached
};
/// First rule that fits, or nullptr: then proof decides, else inclusive (design rule 3a.4).
[[nodiscard]] const ProducerRule *findProducer(std::string_view scope, std::string_view version,
                                               std::string_view provider);

enum class Operation : std::uint8_t { Unknown, Call, Embedding, Workflow, Agent, Task, Tool, NotACall };
[[nodiscard]] Operation operationOf(std::string_view genAiOperation);
[[nodiscard]] Operation operationOfOpenInference(std::string_view kind);
[[nodiscard]] Operation operationOfTraceloop(std::string_view kind);
[[nodiscard]] Operation operationOfLangfuse(std::string_view type);
[[nodiscard]] Operation operationOfVercel(std::string_view operationId);

} // namespace flyball::otlp
