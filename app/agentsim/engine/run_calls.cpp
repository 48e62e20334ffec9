// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"
#include "app/agentsim/engine/world.h"

#include <algorithm>

namespace flyball::agentsim {

namespace {

constexpr TimeNs kMillisecond = kSecond / 1000;
constexpr TimeNs kAskAgain = 2 * kSecond; ///< of a run that is paused
constexpr TimeNs kMostPause = kHour;
constexpr std::int64_t kClosingInput = 1000;

constexpr StepSpec kSumUp{.step = "sum_up",
                          .taskType = "summarize",
                          .tier = Tier::Cheap,
                          .cache = CacheMode::None,
                          .out = {80, 280},
                          .maxTokens = 300};

constexpr StepSpec kSupervise{.step = kSupervisorStep,
                              .taskType = "supervise",
                              .tier = Tier::Cheap,
                              .cache = CacheMode::None,
                              .out = {20, 60},
                              .maxTokens = 100};
constexpr std::int64_t kSupervisorPrompt = 700; ///< instructions and the last calls in a line each

/// Drops the oldest text behind the system prompt, then shortens what is left.
void cutPrompt(std::vector<PromptBlock> &prompt, std::int64_t most)
{
    std::int64_t total = 0;
    for (const PromptBlock &block : prompt)
        total += block.tokens;
    while (total > most && prompt.size() > 2) {
        total -= prompt[1].tokens;
        prompt.erase(prompt.begin() + 1);
    }
    for (auto block = prompt.rbegin(); block != prompt.rend() && total > most; ++block) {
        const std::int64_t gone = std::min(block->tokens, total - most);
        block->tokens -= gone;
        block->id = mix64(block->id ^ static_cast<std::uint64_t>(block->tokens));
        total -= gone;
    }
}

} // namespace

std::int64_t Run::confidenceMilli(const Attempt &a) const { return a.dice.uniform({610, 990}, "confidence"); }

std::optional<double> Run::confidence(const Attempt &a) const
{
    if (!a.spec.confidence)
        return std::nullopt;
    return static_cast<double>(confidenceMilli(a)) / 1000.0;
}

void Run::deny(const Decision &decision)
{
    fail(decision.denial == Denial::Capped    ? Outcome::Capped
         : decision.denial == Denial::Stopped ? Outcome::Failure
                                              : Outcome::Timeout);
}

void Run::settle(const Attempt &a)
{
    CallResult result;
    result.answered = a.error.empty();
    result.error = a.error;
    result.inputTokens = a.usage.inTotal();
    result.outputTokens = a.usage.outTotal();
    if (a.model->priced)
        result.usd = costOf(*a.model, a.usage);
    m_orders->settle(a.decision, result);
}

Task Run::send(Agent &agent, const StepSpec &spec, Turn turn)
{
    agent.ok = false;
    const Dice here = place(agent, spec.step, turn.iteration).at(static_cast<std::uint64_t>(turn.attempt));
    while (turn.go < m_orders->sendLimit()) {
        Decision decision = m_orders->request(intentFor(agent, spec, turn));
        for (const TimeNs since = m_world.now();
             decision.denial == Denial::Paused && m_world.now() - since < kMostPause;) {
            co_await m_world.until(m_world.now() + kAskAgain);
            decision = m_orders->request(intentFor(agent, spec, turn));
        }
        if (decision.denial != Denial::None) {
            if (decision.mayClose && !turn.closing)
                co_await sumUp(agent, turn.iteration);
            deny(decision);
            co_return;
        }
        if (decision.trimTo)
            cutPrompt(agent.prompt, *decision.trimTo);
        const ModelId own = spec.pinned.value_or(m_workflow.spec->ladder[static_cast<std::size_t>(decision.tier)]);
        const Model *model = decision.model != nullptr ? decision.model : &modelOf(own);
        const Dice dice = turn.level == 0 ? here : here.at("cascade").at(static_cast<std::uint64_t>(turn.level));
        Attempt a{agent, spec, decision, model, dice, m_world.now(), 0, {}, {}, {}};
        const Dice wire = dice.at(static_cast<std::uint64_t>(turn.go));
        const TimeNs took = transmit(a, wire);
        co_await m_world.until(a.start + took);
        emitCall(a);
        recordCall(a);
        settle(a);
        if (a.error.empty()) {
            if (m_orders->escalate(intentFor(agent, spec, turn), confidence(a))) {
                ++turn.level;
                turn.go = 0;
                continue;
            }
            agent.lastOut = a.usage[TokenClass::OutText];
            agent.prompt.push_back({mix64(agent.span + agent.prompt.size()), agent.lastOut});
            agent.ok = agent.accepted = true;
            agent.cutOff = a.cutOff;
            if (!decision.supervisor && !turn.closing && m_orders->supervisorDue())
                co_await supervise(agent, turn.iteration);
            agent.strength = decision.model != nullptr ? model->strength : static_cast<std::size_t>(decision.tier);
            co_return;
        }
        const std::int64_t backoff = m_orders->backoffMs(turn.go) + wire.uniform({0, 250}, "backoff");
        co_await m_world.until(m_world.now() + backoff * kMillisecond);
        if (++turn.go >= m_orders->sendLimit())
            fail(a.error == "timeout" ? Outcome::Timeout : Outcome::Failure);
    }
}

Task Run::shorten(Agent &agent, const StepSpec &spec, int iteration)
{
    const PromptCut cut = m_orders->cut(intentFor(agent, spec, {.iteration = iteration}));
    if (cut.keepBlocks == 0 || agent.prompt.size() <= cut.keepBlocks + 2)
        co_return;
    const auto first = agent.prompt.begin() + 1;
    const auto last = agent.prompt.end() - static_cast<std::ptrdiff_t>(cut.keepBlocks);
    std::int64_t middle = 0;
    for (auto block = first; block != last; ++block)
        middle += block->tokens;
    if (middle <= cut.summaryTokens)
        co_return;
    std::optional<PromptBlock> summary;
    if (cut.summaryTokens > 0) {
        const StepSpec step{.step = "summarize_context",
                            .taskType = "summarize",
                            .tier = Tier::Cheap,
                            .cache = CacheMode::None,
                            .out = {cut.summaryTokens / 2, cut.summaryTokens},
                            .maxTokens = cut.summaryTokens};
        Agent summariser = agent;
        summariser.prompt.assign(first, last);
        co_await send(summariser, step, {.iteration = iteration});
        if (!summariser.ok)
            co_return;
        summary = {mix64(agent.span ^ static_cast<std::uint64_t>(middle)), summariser.lastOut};
    }
    const auto at =
        agent.prompt.erase(agent.prompt.begin() + 1, agent.prompt.end() - static_cast<std::ptrdiff_t>(cut.keepBlocks));
    if (summary)
        agent.prompt.insert(at, *summary);
}

Task Run::supervise(const Agent &agent, int iteration)
{
    Agent supervisor = agent;
    supervisor.prompt.assign(1, {mix64(agent.span ^ static_cast<std::uint64_t>(iteration)), kSupervisorPrompt});
    co_await send(supervisor, kSupervise, {.iteration = iteration});
}

Task Run::sumUp(const Agent &agent, int iteration)
{
    if (m_summedUp)
        co_return;
    m_summedUp = true;
    Agent last = agent;
    cutPrompt(last.prompt, kClosingInput);
    co_await send(last, kSumUp, {.iteration = iteration, .closing = true});
}

} // namespace flyball::agentsim
