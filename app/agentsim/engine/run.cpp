// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"

#include "app/agentsim/engine/world.h"

#include <algorithm>

namespace flyball::agentsim {

namespace {

constexpr TimeNs kMillisecond = kSecond / 1000;
constexpr int kSendAttempts = 4;

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
{}

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
    if (uniquePrefix)
        text = mix64(text ^ agent.span);
    agent.prompt.push_back({text, systemTokens});
    return agent;
}

void Run::hear(Agent &agent, std::int64_t tokens)
{
    if (tokens > 0)
        agent.prompt.push_back({mix64(agent.span + agent.prompt.size()), tokens});
}

CallIntent Run::intentFor(const Agent &agent, const StepSpec &spec, int iteration, int attempt) const
{
    CallIntent intent;
    intent.workflow = m_workflow.name;
    intent.agent = agent.name;
    intent.step = spec.step;
    intent.taskType = spec.taskType;
    intent.segment = m_segment;
    intent.wantedTier = spec.tier;
    intent.wantedCache = spec.cache;
    intent.wantedMaxTokens = spec.maxTokens;
    intent.iteration = iteration;
    intent.attempt = attempt;
    for (const std::int64_t tokens : m_sums.tokens)
        intent.runTokens += tokens;
    intent.now = m_world.now();
    return intent;
}

Task Run::call(Agent &agent, const StepSpec &spec, int iteration)
{
    hear(agent, place(agent, spec.step, iteration).skewed(spec.ask, "ask"));
    co_await send(agent, spec, iteration, 0);
}

Task Run::validated(Agent &agent, const StepSpec &spec, int iteration)
{
    hear(agent, place(agent, spec.step, iteration).skewed(spec.ask, "ask"));
    for (int attempt = 0;; ++attempt) {
        co_await send(agent, spec, iteration, attempt);
        if (!agent.ok)
            co_return;
        const CallIntent intent = intentFor(agent, spec, iteration, attempt);
        const double pass = spec.pass[static_cast<std::size_t>(m_world.policy().decide(intent).tier)];
        // A second attempt sees what was wrong: half of the remaining failures go away each time.
        const double reject = (1.0 - pass) / static_cast<double>(1 << attempt);
        const Dice dice = place(agent, spec.step, iteration).at(static_cast<std::uint64_t>(attempt));
        agent.accepted = spec.firstRejected ? attempt > 0 : !dice.chance(reject, "reject");
        if (agent.accepted || attempt >= m_world.policy().retryLimit(intent))
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
    u[TokenClass::OutText] = std::min(a.decision.maxTokens, a.dice.skewed(a.spec.out, "out"));
    if (a.model->reasons)
        u[TokenClass::OutReasoning] = a.dice.skewed(a.spec.reasoning, "reasoning");
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

Task Run::send(Agent &agent, const StepSpec &spec, int iteration, int attempt)
{
    agent.ok = false;
    const Dice here = place(agent, spec.step, iteration).at(static_cast<std::uint64_t>(attempt));
    for (int go = 0; go < kSendAttempts; ++go) {
        const Decision decision = m_world.policy().decide(intentFor(agent, spec, iteration, attempt));
        if (!decision.allowed) {
            fail(Outcome::Capped);
            co_return;
        }
        const ModelId routed = m_workflow.spec->ladder[static_cast<std::size_t>(decision.tier)];
        Attempt a{agent, spec, decision, &modelOf(spec.pinned.value_or(routed)), here, m_world.now(), 0, {}, {}, {}};
        const Dice wire = here.at(static_cast<std::uint64_t>(go));
        const TimeNs took = transmit(a, wire);
        co_await m_world.until(a.start + took);
        emitCall(a);
        recordCall(a);
        if (a.error.empty()) {
            agent.lastOut = a.usage[TokenClass::OutText];
            agent.prompt.push_back({mix64(agent.span + agent.prompt.size()), agent.lastOut});
            agent.ok = agent.accepted = true;
            co_return;
        }
        const std::int64_t backoff = (500LL << go) + wire.uniform({0, 250}, "backoff");
        co_await m_world.until(m_world.now() + backoff * kMillisecond);
        if (go + 1 == kSendAttempts)
            fail(a.error == "timeout" ? Outcome::Timeout : Outcome::Failure);
    }
}

Task Run::tool(Agent &agent, const ToolSpec &spec, int iteration, std::uint64_t arguments)
{
    const Dice dice = place(agent, spec.name, iteration);
    const TimeNs start = m_world.now();
    co_await m_world.until(start + dice.skewed(spec.durationMs, "duration") * kMillisecond
                           + static_cast<TimeNs>(dice.bits("nanoseconds") % 1'000'000));
    const bool bad = m_world.timeline().scenario().errors && dice.chance(spec.failure, "failure");
    emitTool(agent, spec, start, arguments != 0 ? arguments : dice.bits("arguments"), bad);
    hear(agent, bad ? 60 : dice.skewed(spec.result, "result"));
}

Task Run::repeatTool(Agent &agent, const StepSpec &spec, const ToolSpec &toolSpec, int turns)
{
    const std::uint64_t arguments = m_dice.at(toolSpec.name).bits("repeated-arguments");
    const int cap = m_world.policy().iterationCap(m_workflow.name);
    LoopFact fact{m_workflow.name, {}, {}, std::string(toolSpec.name), m_world.now(), 0, 0, false};
    appendHex(fact.run, m_id);
    appendHex(fact.trace, m_root.traceHigh);
    appendHex(fact.trace, m_root.traceLow);
    while (fact.repeats < turns && !failed()) {
        if (fact.repeats >= cap) {
            fact.capped = true;
            fail(Outcome::Capped);
            break;
        }
        co_await call(agent, spec, 1000 + fact.repeats);
        if (agent.ok)
            co_await tool(agent, toolSpec, 1000 + fact.repeats, arguments);
        ++fact.repeats;
    }
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
