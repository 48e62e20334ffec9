// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"

#include "app/agentsim/engine/world.h"

#include <algorithm>

namespace flyball::agentsim {

namespace {

constexpr TimeNs kMillisecond = kSecond / 1000;

std::int64_t tokensOf(const std::vector<PromptBlock> &prompt)
{
    std::int64_t sum = 0;
    for (const PromptBlock &block : prompt)
        sum += block.tokens;
    return sum;
}

std::string_view drawSegment(const Dice &dice)
{
    const double u = dice.unit("segment");
    return u < 0.55 ? "free" : u < 0.88 ? "pro" : "enterprise";
}

} // namespace

Run::Run(World &world, std::size_t workflow, std::uint64_t ordinal, bool boundToLoop)
    : m_world(world),
      m_workflow(world.fleet()[workflow]),
      m_index(workflow),
      m_dice(world.dice().at(m_workflow.name).at(ordinal)),
      m_id(m_dice.bits("run")),
      m_root{m_dice.bits("trace-high"), m_dice.bits("trace-low"), m_dice.bits("root-span"), 0},
      m_start(world.now()),
      m_boundToLoop(boundToLoop),
      m_segment(drawSegment(m_dice)),
      m_promptVersion(m_workflow.spec->promptVersion),
      m_passRate(m_workflow.spec->passRate)
{
    RunNames names{workflow, {}, {}, "conv_"};
    appendHex(names.run, m_id);
    appendHex(names.trace, m_root.traceHigh);
    appendHex(names.trace, m_root.traceLow);
    appendHex(names.conversation, m_id);
    m_orders = world.policy().begin(names);
}

Dice Run::place(const Agent &agent, std::string_view what, int iteration) const
{
    return m_dice.at(agent.name).at(what).at(static_cast<std::uint64_t>(iteration));
}

Agent Run::open(std::size_t agentIndex, std::int64_t systemTokens, bool uniquePrefix, const Agent *parent)
{
    Agent agent;
    agent.name = m_workflow.spec->agents[agentIndex];
    agent.span = childOf(0).span;
    agent.parent = parent != nullptr ? parent->span : m_root.span;
    agent.start = m_world.now();
    // The same prompt version is the same text in every run: that is what caches live on.
    std::uint64_t text = mix64(nameHash(m_workflow.name) ^ nameHash(agent.name) * 3 ^ nameHash(m_promptVersion) * 5);
    if (uniquePrefix && !m_orders->staticFirst(m_world.now()))
        text = mix64(text ^ agent.span);
    agent.prompt.push_back({text, systemTokens});
    return agent;
}

void Run::hear(Agent &agent, std::int64_t tokens)
{
    if (tokens > 0)
        agent.prompt.push_back({mix64(agent.span + agent.prompt.size()), tokens});
}

CallIntent Run::intentFor(const Agent &agent, const StepSpec &spec, const Turn &turn) const
{
    CallIntent intent;
    intent.workflow = m_workflow.name;
    intent.agent = agent.name;
    intent.step = spec.step;
    intent.taskType = spec.taskType;
    intent.segment = m_segment;
    intent.wantedTier = spec.tier;
    intent.wantedModel = spec.pinned ? &modelOf(*spec.pinned) : nullptr;
    intent.wantedCache = spec.cache;
    intent.wantedMaxTokens = spec.maxTokens;
    intent.iteration = turn.iteration;
    intent.attempt = turn.attempt;
    intent.go = turn.go;
    intent.level = turn.level;
    intent.closing = turn.closing;
    intent.inputTokens = tokensOf(agent.prompt);
    intent.now = m_world.now();
    return intent;
}

Task Run::call(Agent &agent, const StepSpec &spec, int iteration)
{
    hear(agent, place(agent, spec.step, iteration).skewed(spec.ask, "ask"));
    co_await shorten(agent, spec, iteration);
    co_await send(agent, spec, {.iteration = iteration});
}

Task Run::validated(Agent &agent, const StepSpec &spec, int iteration)
{
    hear(agent, place(agent, spec.step, iteration).skewed(spec.ask, "ask"));
    for (int attempt = 0;; ++attempt) {
        co_await shorten(agent, spec, iteration);
        co_await send(agent, spec, {.iteration = iteration, .attempt = attempt});
        if (!agent.ok)
            co_return;
        const CallIntent intent = intentFor(agent, spec, {.iteration = iteration, .attempt = attempt});
        // What was cut off passes its check less often.
        const double pass = spec.pass[agent.strength] * (agent.cutOff ? 0.7 : 1.0);
        // A second attempt sees what was wrong: half of the remaining failures go away each time.
        const double reject = (1.0 - pass) / static_cast<double>(1 << std::min(attempt, 30));
        const Dice dice = place(agent, spec.step, iteration).at(static_cast<std::uint64_t>(attempt));
        agent.accepted = spec.firstRejected ? attempt > 0 : !dice.chance(reject, "reject");
        if (agent.accepted || attempt >= m_orders->retryLimit(intent))
            co_return;
        m_world.truth().addRetry();
        hear(agent, dice.skewed(spec.complaint, "complaint"));
    }
}

void Run::bill(Attempt &a) const
{
    const TimeNs readable = a.start + a.firstTokenMs * kMillisecond;
    const CacheSplit split = m_world.cache().use(*a.model, a.agent.prompt, a.decision.cache, a.start, readable);
    Usage &u = a.usage;
    u.quality = UsageQuality::Exact;
    u[TokenClass::InFresh] = split.fresh;
    u[TokenClass::CacheRead] = split.read;
    u[TokenClass::CacheWriteUntyped] = split.written;
    const std::int64_t wanted = a.dice.skewed(a.spec.out, "out") * a.decision.outputPercent / 100;
    if (a.model->reasons)
        u[TokenClass::OutReasoning] = a.dice.skewed(a.spec.reasoning, "reasoning") * a.decision.reasoningPercent / 100;
    std::int64_t most = a.decision.maxTokens;
    if (a.decision.strictOutput) {
        u[TokenClass::OutReasoning] = std::min(u[TokenClass::OutReasoning], most);
        most -= u[TokenClass::OutReasoning];
    }
    u[TokenClass::OutText] = std::min(most, wanted);
    a.cutOff = a.decision.strictOutput && most < wanted;
}

TimeNs Run::transmit(Attempt &a, const Dice &wire) const
{
    a.firstTokenMs =
        static_cast<std::int64_t>(static_cast<double>(a.model->firstTokenMs) * wire.lognormal(0.35, "first-token"));
    const ProviderFault fault = m_world.fault(wire);
    a.error = fault.error;
    a.httpStatus = fault.httpStatus;
    TimeNs took = fault.tookMs * kMillisecond;
    if (a.error.empty()) {
        bill(a);
        const double seconds = static_cast<double>(a.usage.outTotal()) / static_cast<double>(a.model->tokensPerSecond);
        took = a.firstTokenMs * kMillisecond
               + static_cast<TimeNs>(seconds * wire.lognormal(0.2, "rate") * static_cast<double>(kSecond));
    }
    return took + static_cast<TimeNs>(wire.bits("nanoseconds") % 1'000'000);
}

Task Run::tool(Agent &agent, const ToolSpec &spec, int iteration, std::uint64_t arguments)
{
    const Dice dice = place(agent, spec.name, iteration);
    const TimeNs start = m_world.now();
    if (spec.result.hi > 0 && !m_orders->mayRead())
        co_return;
    co_await m_world.until(start + dice.skewed(spec.durationMs, "duration") * kMillisecond
                           + static_cast<TimeNs>(dice.bits("nanoseconds") % 1'000'000));
    const bool bad = m_world.timeline().scenario().errors && dice.chance(spec.failure, "failure");
    const std::uint64_t asked = arguments != 0 ? arguments : dice.bits("arguments");
    emitTool(agent, spec, start, asked, bad);
    m_orders->toolUsed(mix64(asked ^ nameHash(spec.name)));
    hear(agent, bad ? 60 : dice.skewed(spec.result, "result"));
}

Task Run::repeatTool(Agent &agent, const StepSpec &spec, const ToolSpec &toolSpec, int turns)
{
    const std::uint64_t arguments = m_dice.at(toolSpec.name).bits("repeated-arguments");
    const int cap = m_orders->iterationCap();
    LoopFact fact{m_workflow.name, {}, {}, std::string(toolSpec.name), m_world.now(), 0, 0, false};
    appendHex(fact.run, m_id);
    appendHex(fact.trace, m_root.traceHigh);
    appendHex(fact.trace, m_root.traceLow);
    while (fact.repeats < turns && !failed()) {
        if (fact.repeats >= cap) {
            fail(Outcome::Capped);
            break;
        }
        co_await call(agent, spec, 1000 + fact.repeats);
        if (agent.ok)
            co_await tool(agent, toolSpec, 1000 + fact.repeats, arguments);
        ++fact.repeats;
    }
    fact.capped = m_ended == Outcome::Capped;
    fact.end = m_world.now();
    m_world.truth().addLoop(std::move(fact));
}

Task Run::pause(Range ms, std::string_view name, int iteration)
{
    const Dice dice = m_dice.at(name).at(static_cast<std::uint64_t>(iteration));
    co_await m_world.until(m_world.now() + dice.skewed(ms, "pause") * kMillisecond);
}

void Run::fail(Outcome why)
{
    if (!m_ended)
        m_ended = why;
}

SpanIds Run::childOf(std::uint64_t parent)
{
    return {m_root.traceHigh, m_root.traceLow, mix64(m_id ^ ++m_spanCount), parent};
}

} // namespace flyball::agentsim
