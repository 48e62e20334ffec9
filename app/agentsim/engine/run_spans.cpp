// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"
#include "app/agentsim/engine/world.h"

namespace flyball::agentsim {

namespace {

constexpr int kInternal = 1;
constexpr int kClient = 3;
constexpr std::string_view kOperation = "gen_ai.operation.name";
constexpr std::string_view kConversation = "gen_ai.conversation.id";

bool fromTraceloop(const WorkflowSpec &spec, const Model &model)
{
    return spec.traceloop && model.provider == "anthropic";
}

} // namespace

Scope Run::runtimeScope() const { return m_workflow.spec->traceloop ? Scope::Runtime : Scope::GenAi; }

void Run::emitUsage(SpanJson &json, const Attempt &a) const
{
    const Usage &u = a.usage;
    const std::int64_t read = u[TokenClass::CacheRead];
    const std::int64_t written = u[TokenClass::CacheWriteUntyped];
    const bool exclusive = fromTraceloop(*m_workflow.spec, *a.model);
    json.number("gen_ai.usage.input_tokens", exclusive ? u[TokenClass::InFresh] : u.inTotal())
        .number("gen_ai.usage.output_tokens", u.outTotal());
    if (exclusive)
        json.number("gen_ai.usage.total_tokens", u[TokenClass::InFresh] + u.outTotal());
    if (a.model->cacheMinimum > 0)
        json.number("gen_ai.usage.cache_read.input_tokens", read);
    if (a.model->explicitCache)
        json.number("gen_ai.usage.cache_creation.input_tokens", written);
    if (a.model->reasons)
        json.number("gen_ai.usage.reasoning.output_tokens", u[TokenClass::OutReasoning]);
}

void Run::emitFailure(SpanJson &json, const Attempt &a, bool traceloop) const
{
    // OpenLLMetry JS records a failure as status and exception event only.
    if (!traceloop)
        json.text("error.type", a.error);
    json.event("exception", m_world.now()).text("exception.type", a.error).text("exception.message", a.httpStatus);
    json.finishError(a.httpStatus);
    m_world.exporter().added(m_index, m_world.now());
}

void Run::emitCall(const Attempt &a)
{
    const bool traceloop = fromTraceloop(*m_workflow.spec, *a.model);
    const SpanIds ids = childOf(a.agent.span);
    std::string &out = m_world.exporter().begin(m_index, traceloop ? Scope::Traceloop : Scope::GenAi);
    SpanJson json(out, ids, "chat", a.model->asked, kClient, a.start, m_world.now());
    json.text("gen_ai.provider.name", a.model->provider)
        .text(kOperation, "chat")
        .text("gen_ai.request.model", a.model->asked)
        .number("gen_ai.request.max_tokens", a.decision.maxTokens)
        .id(kConversation, "conv_", m_id)
        .text("server.address", a.model->host)
        .text("flyball.step", a.spec.step)
        .text("flyball.task_type", a.spec.taskType)
        .text("flyball.tier", a.decision.tierLabel)
        .text("flyball.segment", m_segment)
        .text("flyball.prompt.version", m_promptVersion)
        .text("flyball.routing", a.decision.routing);
    if (m_workflow.spec->tagsCalls)
        json.text("flyball.workflow", m_workflow.name).text("gen_ai.agent.name", a.agent.name);
    if (a.decision.revision > 0)
        json.number("flyball.policy.revision", a.decision.revision);
    if (!a.error.empty()) {
        emitFailure(json, a, traceloop);
        return;
    }
    json.text("gen_ai.response.model", a.model->served)
        .list("gen_ai.response.finish_reasons", a.cutOff ? "length" : "stop");
    if (!traceloop)
        json.id("gen_ai.response.id", "resp_", ids.span).milli("gen_ai.response.time_to_first_chunk", a.firstTokenMs);
    if (a.spec.confidence)
        json.milli("flyball.confidence", confidenceMilli(a));
    emitUsage(json, a);
    json.finishOk();
    m_world.exporter().added(m_index, m_world.now());
}

void Run::recordCall(const Attempt &a)
{
    CallFact fact;
    fact.workflow = m_workflow.name;
    fact.model = a.error.empty() ? a.model->served : a.model->asked;
    fact.provider = a.model->provider;
    fact.tier = a.decision.tierLabel;
    fact.taskType = a.spec.taskType;
    fact.step = a.spec.step;
    fact.agent = a.agent.name;
    fact.segment = m_segment;
    fact.end = m_world.now();
    fact.priced = a.model->priced;
    fact.revision = a.decision.revision;
    if (a.error.empty()) {
        fact.usage = &a.usage;
        fact.cost = costOf(*a.model, a.usage);
    }
    m_world.truth().addCall(fact);
    Truth::add(m_sums, fact);
}

void Run::emitTool(const Agent &agent, const ToolSpec &spec, TimeNs start, std::uint64_t arguments, bool bad)
{
    const SpanIds ids = childOf(agent.span);
    SpanJson json(m_world.exporter().begin(m_index, runtimeScope()), ids, "execute_tool", spec.name, kInternal, start,
                  m_world.now());
    json.text(kOperation, "execute_tool")
        .text("gen_ai.tool.name", spec.name)
        .text("gen_ai.tool.type", "function")
        .id("gen_ai.tool.call.id", "call_", ids.span)
        .id("flyball.content_hash", "", mix64(arguments ^ nameHash(spec.name)));
    if (bad) {
        json.text("error.type", "ToolError");
        json.finishError("tool failed");
    } else {
        json.finishOk();
    }
    m_world.exporter().added(m_index, m_world.now());
}

void Run::close(Agent &agent)
{
    SpanJson json(m_world.exporter().begin(m_index, runtimeScope()),
                  {m_root.traceHigh, m_root.traceLow, agent.span, agent.parent}, "invoke_agent", agent.name, kInternal,
                  agent.start, m_world.now());
    json.text(kOperation, "invoke_agent")
        .text("gen_ai.agent.name", agent.name)
        .id("gen_ai.agent.id", "agent_", nameHash(m_workflow.name) ^ nameHash(agent.name))
        .id(kConversation, "conv_", m_id);
    json.finishOk();
    m_world.exporter().added(m_index, m_world.now());
}

void Run::finish()
{
    const bool evals = m_world.timeline().scenario().evals;
    RunFact fact;
    fact.workflow = m_workflow.name;
    fact.outcome = m_ended.value_or(m_dice.chance(m_passRate, "outcome") ? Outcome::Success : Outcome::Failure);
    fact.judged = evals && m_dice.chance(m_workflow.spec->judged, "judged");
    fact.judgedPass = fact.outcome == Outcome::Success;
    fact.scoreMilli = fact.judgedPass ? m_dice.uniform({700, 1000}, "score") : m_dice.uniform({100, 590}, "score");

    SpanJson json(m_world.exporter().begin(m_index, runtimeScope()), m_root, "invoke_workflow", m_workflow.name,
                  kInternal, m_start, m_world.now());
    json.text(kOperation, "invoke_workflow")
        .text("gen_ai.workflow.name", m_workflow.name)
        .id(kConversation, "conv_", m_id)
        .text("flyball.workflow", m_workflow.name)
        .id("flyball.run", "", m_id)
        .text("flyball.segment", m_segment)
        .text("flyball.prompt.version", m_promptVersion)
        .text("flyball.outcome", outcomeName(fact.outcome));
    fact.revision = m_orders->revision();
    fact.cost = m_sums.cost;
    if (fact.revision > 0)
        json.number("flyball.policy.revision", fact.revision);
    if (fact.judged)
        json.event("gen_ai.evaluation.result", m_world.now())
            .text("gen_ai.evaluation.name", "task_success")
            .milli("gen_ai.evaluation.score.value", fact.scoreMilli)
            .text("gen_ai.evaluation.score.label", fact.judgedPass ? "pass" : "fail");
    if (fact.outcome == Outcome::Success)
        json.finishOk();
    else
        json.finishError(outcomeName(fact.outcome));
    m_world.exporter().added(m_index, m_world.now());
    m_world.truth().addRun(fact);
}

} // namespace flyball::agentsim
