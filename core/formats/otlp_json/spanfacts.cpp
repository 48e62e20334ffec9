// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/otlp_json/spanfacts.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/domain/outcome.h"
#include "core/formats/agent_telemetry/agenttelemetry.h"

namespace flyball::otlp {

namespace {

constexpr std::uint64_t kEventSeed = 0x7E1E0004;

constexpr std::size_t kMaxName = 4096; ///< a longer name is cut: it is for reading, not for storing

/// As std::to_string() writes a number, which ids in ledgers depend on, without the way through printf.
std::string sixDecimals(double value)
{
    std::array<char, 512> text; // the largest number has 309 digits before the point
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 6);
    return error == std::errc() ? std::string(text.data(), end) : std::to_string(value);
}

SpanRole roleOf(Operation operation)
{
    switch (operation) {
    case Operation::Workflow:
        return SpanRole::Workflow;
    case Operation::Agent:
        return SpanRole::Agent;
    case Operation::Task:
        return SpanRole::Task;
    case Operation::Tool:
        return SpanRole::Tool;
    case Operation::Unknown:
    case Operation::Call:
    case Operation::Embedding:
    case Operation::NotACall:
        break;
    }
    return SpanRole::Other;
}

} // namespace

SpanFacts::SpanFacts(const ReaderContext &context)
    : m_symbols(*context.symbols),
      m_source(context.source),
      m_path(m_symbols.intern(context.path)),
      m_format(m_symbols.intern("otlp-json")),
      m_arrival(context.arrival),
      m_keepRequests(context.keepRequests)
{}

Symbol SpanFacts::symbol(std::string_view text) { return m_symbols.internChecked(text.substr(0, kMaxName)); }

void SpanFacts::reject(FactBatch &out, std::string_view reason, std::int64_t offset, std::int64_t length)
{
    out.rejects.push_back({m_symbols.intern(reason), m_path, offset, length});
}

bool SpanFacts::isCall(const SpanScratch &span, Operation &operation) const
{
    const AttributeSet &a = span.attributes;
    if (a.has(Attr::OpenInferenceKind)) {
        operation = operationOfOpenInference(a.text(Attr::OpenInferenceKind));
    } else if (a.has(Attr::VercelOperation)) {
        operation = operationOfVercel(a.text(Attr::VercelOperation));
    } else if (a.has(Attr::Operation)) {
        operation = operationOf(a.text(Attr::Operation));
    } else if (a.has(Attr::LangfuseType)) {
        operation = operationOfLangfuse(a.text(Attr::LangfuseType));
    } else if (a.has(Attr::RequestType)) {
        const std::string_view type = a.text(Attr::RequestType);
        operation = type == "embedding" ? Operation::Embedding
                    : type == "rerank"  ? Operation::NotACall
                                        : Operation::Call;
    } else if (a.has(Attr::TraceloopKind)) {
        operation = operationOfTraceloop(a.text(Attr::TraceloopKind));
    } else if ((a.has(Attr::Input) || a.has(Attr::Output))
               && (a.has(Attr::ModelServed) || a.has(Attr::ModelRequested))) {
        operation = Operation::Call; // an instrumentation that names no operation, yet counts tokens of a model
    } else {
        operation = Operation::Unknown;
    }
    return operation == Operation::Call || operation == Operation::Embedding;
}

void SpanFacts::readNames(const SpanScratch &span, Attribution &names)
{
    const AttributeSet &a = span.attributes;
    names.workflow = symbol(a.text(Attr::Workflow));
    names.agent = symbol(a.text(a.has(Attr::Agent) ? Attr::Agent : Attr::AgentId));
    names.step = symbol(a.text(Attr::Step));
    names.taskType = symbol(a.text(Attr::TaskType));
    names.segment = symbol(a.text(Attr::Segment));
    names.feature = symbol(a.text(Attr::Feature));
    names.tier = symbol(a.text(Attr::Tier));
    names.promptVersion = symbol(a.text(Attr::PromptVersion));
    names.policyRevision = symbol(a.text(Attr::PolicyRevision));
    names.session = symbol(a.text(Attr::Session));
}

const SpanFacts::Producer &SpanFacts::producerOf(const Scope &scope, std::string_view provider)
{
    for (const Producer &known : m_producers)
        if (known.provider == provider && known.symbol != 0 && known.name == scope.name
            && known.version == scope.version)
            return known;
    Producer &producer = m_producers[m_nextProducer++ % m_producers.size()];
    producer.name = scope.name;
    producer.version = scope.version;
    producer.provider = provider;
    producer.symbol = symbol(producer.name + '\x1f' + producer.version + '\x1f' + producer.provider);
    producer.rule = findProducer(scope.name, scope.version, provider);
    return producer;
}

void SpanFacts::setProducer(const Scope &scope, std::string_view provider, CallFact &fact, FactBatch &out)
{
    const Producer &producer = producerOf(scope, provider);
    const ProducerRule *rule = producer.rule;
    fact.producer = producer.symbol;
    fact.convention = !rule             ? InputConvention::ByProducer
                      : rule->exclusive ? InputConvention::Exclusive
                                        : InputConvention::Inclusive;
    const Usage &raw = fact.raw;
    const std::int64_t cached = raw[TokenClass::CacheRead] + raw[TokenClass::CacheWrite5m]
                                + raw[TokenClass::CacheWrite1h] + raw[TokenClass::CacheWriteUntyped];
    std::uint32_t traits = (fact.flags & CallCacheKnown) != 0 ? ProducerCarriesCache : 0U;
    if (!rule && cached > raw[TokenClass::InFresh])
        traits |= ProducerExclusive;
    if (rule && rule->hidesCacheSplit && (fact.flags & CallCacheKnown) == 0 && raw.quality != UsageQuality::Missing)
        fact.flags |= CallCacheHidden;
    if (traits != 0
        && (out.traits.empty() || out.traits.back().subject != fact.producer || out.traits.back().flags != traits))
        out.traits.push_back({fact.producer, traits});
}

void SpanFacts::addCall(SpanScratch &span, const Scope &scope, Operation operation, std::int64_t offset, FactBatch &out)
{
    const AttributeSet &a = span.attributes;
    CallFact &fact = out.calls.emplace_back();
    fact.group = span.trace;
    fact.sub = span.span;
    fact.parentSpan = span.parent;
    fact.time = span.end > 0 ? span.end : span.start;
    if (fact.time <= 0) {
        fact.time = m_arrival;
        fact.flags |= CallTimeAssumed;
    } else if (span.start > 0 && span.end > 0) {
        fact.latencyNs = std::max<std::int64_t>(0, span.end - span.start);
        if (span.end < span.start)
            fact.flags |= CallClockSkew;
    }
    fact.origin = {0, offset, m_path};
    fact.ownerPath = m_path;
    fact.format = m_format;
    fact.source = m_source;
    const std::string_view provider = a.text(Attr::Provider);
    fact.provider = symbol(provider);
    fact.modelRequested = symbol(a.text(Attr::ModelRequested));
    fact.modelServed = symbol(a.text(Attr::ModelServed));
    fact.serviceTier = symbol(a.text(Attr::ServiceTier));
    fact.finishReason = symbol(a.text(Attr::FinishReason));
    if (const std::string_view response = a.text(Attr::ResponseId); !response.empty()) {
        fact.requestKey = hash64(response);
        fact.request = m_keepRequests ? m_symbols.internUnique(response) : 0;
    }
    readNames(span, fact.names);
    if (a.has(Attr::Workflow) && a.rank(Attr::Workflow) == 0)
        fact.flags |= CallOwnWorkflow;
    if (span.status == 2 || a.text(Attr::LangfuseLevel) == "ERROR") {
        fact.flags |= CallFailed;
        const std::string_view type = a.has(Attr::ErrorType) ? a.text(Attr::ErrorType) : span.exceptionType;
        fact.errorType = symbol(type.empty() ? "error" : type);
    }
    if (a.text(Attr::Streamed) == "true")
        fact.flags |= CallStreamed;
    if (std::int64_t attempt = 0; parseInt64(a.text(Attr::Attempt), attempt) && attempt > 0 && attempt < 1000)
        fact.attempt = static_cast<std::uint16_t>(attempt);
    double seconds = 0;
    if (a.has(Attr::FirstChunkSeconds) && parseDouble(a.text(Attr::FirstChunkSeconds), seconds) && seconds >= 0
        && seconds < 86400)
        fact.firstTokenNs = static_cast<std::int64_t>(seconds * 1e9);
    else if (a.has(Attr::FirstChunkMs) && parseDouble(a.text(Attr::FirstChunkMs), seconds) && seconds >= 0
             && seconds < 86'400'000)
        fact.firstTokenNs = static_cast<std::int64_t>(seconds * 1e6);
    if (!readUsage(span, operation, fact)) {
        out.calls.pop_back();
        reject(out, "out_of_range", offset, 0);
        return;
    }
    readCost(span, fact);
    setProducer(scope, provider, fact, out);
    out.newest = std::max(out.newest, fact.time);
}

/// The event stands beside the span of the same call, if there is one: resolveTrace() decides.
bool SpanFacts::addEvent(SpanScratch &event, const Scope &scope, std::int64_t offset, FactBatch &out)
{
    const AttributeSet &a = event.attributes;
    Operation operation = Operation::Unknown;
    const bool counts = a.has(Attr::Input) || a.has(Attr::Output);
    if (!counts || !isCall(event, operation) || AgentTelemetryReader::knowsScope(scope.name))
        return false;
    if (event.badId() || event.badTime) {
        reject(out, event.badTime ? "bad_time" : "bad_id", offset, 0);
        return true;
    }
    const std::uint64_t span = event.span;
    std::string identity = toHex64(span) + std::to_string(event.end);
    identity += a.text(Attr::ResponseId);
    event.parent = span;
    event.start = event.end;
    if (event.trace.isNull())
        event.trace = hashKey(identity + std::string(scope.name), kEventSeed);
    event.span = hash64(identity, kEventSeed) | 1;
    event.status = a.has(Attr::ErrorType) ? 2 : 0;
    const std::size_t before = out.calls.size();
    addCall(event, scope, operation, offset, out);
    if (out.calls.size() == before)
        return true;
    out.calls.back().flags |= CallTelemetry;
    out.calls.back().latencyNs = -1; // an event has one time
    return true;
}

void SpanFacts::addNode(SpanScratch &span, Operation operation, FactBatch &out)
{
    const AttributeSet &a = span.attributes;
    SpanFact &node = out.spans.emplace_back();
    node.trace = span.trace;
    node.span = span.span;
    node.parent = span.parent;
    node.start = span.start;
    node.end = std::max(span.start, span.end);
    node.name = symbol(span.name);
    node.failed = span.status == 2;
    readNames(span, node.names);
    node.role = roleOf(operation);
    const bool traceloop = a.has(Attr::TraceloopKind);
    if (traceloop && operationOfTraceloop(a.text(Attr::TraceloopKind)) != Operation::Unknown)
        node.role = roleOf(operationOfTraceloop(a.text(Attr::TraceloopKind)));
    const bool ownWorkflow = a.has(Attr::Workflow) && a.rank(Attr::Workflow) == 0;
    if (ownWorkflow && node.role == SpanRole::Other)
        node.role = SpanRole::Workflow;
    switch (node.role) {
    case SpanRole::Workflow:
        node.label = traceloop && !ownWorkflow ? symbol(a.text(Attr::EntityName)) : node.names.workflow;
        if (node.label == 0)
            node.label = node.names.workflow != 0 ? node.names.workflow : node.name;
        break;
    case SpanRole::Agent:
        node.label = node.names.agent != 0 ? node.names.agent : symbol(a.text(Attr::EntityName));
        if (node.label == 0)
            node.label = node.name;
        break;
    case SpanRole::Task:
        node.label = symbol(a.text(Attr::EntityName));
        break;
    case SpanRole::Tool:
        node.label = symbol(a.text(Attr::ToolName));
        if (node.label == 0)
            node.label = a.has(Attr::EntityName) ? symbol(a.text(Attr::EntityName)) : node.name;
        break;
    case SpanRole::Other:
        break;
    }
    // Below a Traceloop agent its spans repeat the agent's name as "workflow"; only the workflow
    // span itself may hand one down.
    if (traceloop && !ownWorkflow && node.role != SpanRole::Workflow)
        node.names.workflow = 0;
    node.outcome = symbol(a.text(Attr::Outcome));
    const std::string_view error = a.has(Attr::ErrorType) ? a.text(Attr::ErrorType) : span.exceptionType;
    node.errorType = symbol(error);
    node.budgetExceeded = error == "budget_exceeded";
}

void SpanFacts::addEvaluation(const Key128 &trace, std::uint64_t span, const Evaluation &evaluation, FactBatch &out)
{
    SignalFact signal;
    signal.group = trace;
    signal.span = evaluation.wholeRun ? 0 : span;
    signal.time = evaluation.time;
    signal.name = symbol(evaluation.name);
    signal.label = symbol(evaluation.label);
    signal.score = evaluation.score;
    signal.hasScore = evaluation.hasScore;
    signal.verdict = verdictOf(evaluation.label);
    std::string key(evaluation.name);
    key += '\x1f';
    key += evaluation.label;
    key += '\x1f';
    key += std::to_string(evaluation.time) + '\x1f' + sixDecimals(evaluation.score) + '\x1f'
           + std::to_string(evaluation.index);
    signal.id = hash64(key);
    out.signals.push_back(signal);
}

void SpanFacts::add(SpanScratch &span, const Scope &scope, std::int64_t offset, FactBatch &out)
{
    if (span.badId() || span.trace.isNull() || span.span == 0) {
        reject(out, "bad_id", offset, 0);
        return;
    }
    if (span.badTime) {
        reject(out, "bad_time", offset, 0);
        return;
    }
    Operation operation = Operation::Unknown;
    if (isCall(span, operation)) {
        addCall(span, scope, operation, offset, out);
    } else {
        addNode(span, operation, out);
        ++out.ignored;
    }
    for (Evaluation &evaluation : span.evaluations) {
        if (evaluation.time <= 0)
            evaluation.time = span.end;
        if (!evaluation.name.empty() || !evaluation.label.empty())
            addEvaluation(span.trace, span.span, evaluation, out);
    }
}

} // namespace flyball::otlp
