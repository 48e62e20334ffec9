// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/obedient_run.h"

#include <algorithm>

namespace flyball::agentsim {

namespace {

constexpr std::int64_t kClosingInput = 1000;
constexpr std::int64_t kClosingOutput = 300;

const std::shared_ptr<const AgentPolicy> &builtIn()
{
    static const std::shared_ptr<const AgentPolicy> policy = [] {
        auto made = std::make_shared<AgentPolicy>();
        made->rules = builtInCaps();
        return made;
    }();
    return policy;
}

Allowance closingAllowance(const PolicyRules &rules, const std::optional<ListRate> &rate)
{
    Allowance out;
    out.tokens = std::min(kClosingInput + kClosingOutput, rules.hard.tokens.value_or(INT64_MAX) / 4);
    if (rate)
        out.usd = std::min(worstCost(*rate, kClosingInput, kClosingOutput), rules.hard.usd.value_or(INT64_MAX) / 4);
    return out;
}

} // namespace

ObedientRun::ObedientRun(PolicyOrders &view, const RunNames &names)
    : m_view(view), m_names(names), m_workflow(view.workflow(names.workflow)), m_own(view.scenario())
{}

ObedientRun::Ruling ObedientRun::ruling(const CallIntent &intent) const
{
    Ruling out;
    if (intent.now < m_view.live())
        return out;
    out.member = m_view.governor(m_names.workflow);
    if (out.member == nullptr)
        return out;
    const AgentClient::State state = out.member->client->state();
    if (state.standing == AgentClient::Standing::InForce) {
        out.policy = state.policy;
        if (out.member->client->obeys())
            out.rules = &m_view.rulesFor(*out.member, state.policy, intent);
    } else if (state.standing == AgentClient::Standing::BuiltIn) {
        out.policy = builtIn();
        out.rules = &out.policy->rules;
    }
    out.dead = state.standing == AgentClient::Standing::Dead;
    return out;
}

Denial ObedientRun::ordered(const AgentPolicy &policy) const
{
    const PolicyOrder *order = findOrder(policy, [&](const PolicyOrder &one) {
        if (!one.stopsRun)
            return one.target == m_workflow.name;
        return one.target == m_names.run || one.target == m_names.trace || one.target == m_names.conversation;
    });
    return order == nullptr ? Denial::None : order->stopsRun ? Denial::Stopped : Denial::Paused;
}

Decision ObedientRun::request(const CallIntent &intent)
{
    Decision d = m_own.request(intent);
    const Ruling now = ruling(intent);
    m_governed = now.rules != nullptr;
    if (now.policy) {
        d.revision = now.policy->revision;
        if (m_began == 0)
            m_began = d.revision;
    }
    if (!m_governed) {
        ++m_spent.calls;
        d.denial = now.dead ? Denial::Stopped : Denial::None;
        return d;
    }
    const PolicyRules &rules = *now.rules;
    m_attempts = rules.attempts;
    m_backoff = rules.backoffMs;
    m_toolCalls = rules.toolCalls;
    m_checkEvery = rules.breaker && !rules.supervisorTier.empty() ? rules.checkEvery : std::nullopt;
    d.denial = ordered(*now.policy);
    if (d.denial != Denial::None)
        return d;
    if (!intent.closing && rules.breakerAction != PolicyRules::Action::Alert
        && (m_circles || !brokenRule(rules, m_calls).empty())) {
        d.denial = Denial::Capped;
        d.mayClose = rules.breakerAction == PolicyRules::Action::Close;
        return d;
    }
    reserve(now, intent, d);
    return d;
}

void ObedientRun::reserve(const Ruling &now, const CallIntent &intent, Decision &d)
{
    const PolicyRules &rules = *now.rules;
    m_steps = intent.closing ? SoftSteps{0} : static_cast<SoftSteps>(softSteps(rules, m_spent) | m_wider);
    NextCall next;
    next.rate = choose(now, intent, m_steps, d);
    next.inputTokens = intent.inputTokens;
    next.askedOutput = intent.wantedMaxTokens;
    if (const auto byTask = rules.outputByTask.find(std::string(intent.taskType)); byTask != rules.outputByTask.end())
        next.askedOutput = std::min(next.askedOutput, byTask->second);
    next.closing = intent.closing;
    next.wider = m_wider;
    const Permit permit = permitCall(rules, m_spent, next, closingAllowance(rules, next.rate));
    if (!permit.cap.empty()) {
        d.denial = Denial::Capped;
        d.mayClose = rules.closes && !intent.closing;
        return;
    }
    d.maxTokens = permit.outputLimit;
    d.trimTo = permit.trimTo;
    d.strictOutput = true;
    d.outputPercent = rules.outputPercent;
    d.reasoningPercent = rules.reasoningPercent;
    if (rules.promptCache)
        d.cache = *rules.promptCache && intent.inputTokens >= rules.cacheFrom ? CacheMode::Full : CacheMode::None;
    d.hold.tokens = permit.holdTokens;
    d.hold.usd = permit.holdUsd;
    lease(now, d);
    if (d.denial == Denial::None)
        hold(d);
}

void ObedientRun::lease(const Ruling &now, Decision &d)
{
    const bool windows = now.rules->windows && now.rules->enabled;
    if ((!windows && !now.policy->fleetWindows) || now.member == nullptr)
        return;
    const bool hard = (windows && now.rules->hardWindows) || now.policy->hardFleetWindows;
    LeaseAnswer answer;
    if (d.hold.usd)
        answer = now.member->desk->reserve(m_names.trace, m_workflow.name, (*d.hold.usd + 999) / 1000);
    switch (answer.kind) {
    case LeaseAnswer::Kind::Granted:
        d.hold.lease = answer.lease;
        m_wider = answer.wider;
        return;
    case LeaseAnswer::Kind::Capped:
        d.denial = Denial::Capped;
        return;
    case LeaseAnswer::Kind::Stopped:
        d.denial = Denial::Stopped;
        return;
    case LeaseAnswer::Kind::Paused:
        d.denial = Denial::Paused;
        return;
    case LeaseAnswer::Kind::Unreachable:
        // Nobody can say what is left: a hard cap denies, a soft one lets pass.
        d.denial = hard ? Denial::Capped : Denial::None;
        return;
    }
}

void ObedientRun::hold(Decision &d)
{
    ++m_spent.calls;
    m_spent.heldTokens += d.hold.tokens;
    m_spent.heldUsd += d.hold.usd.value_or(0);
}

bool ObedientRun::repeatsItself() const
{
    // The tool that the newest call asks for has not been used yet.
    auto at = m_calls.rbegin();
    if (at != m_calls.rend() && at->tool == 0)
        ++at;
    return m_calls.rend() - at >= 2 && at->tool != 0 && at->tool == std::next(at)->tool;
}

void ObedientRun::settle(const Decision &d, const CallResult &result)
{
    m_spent.heldTokens -= d.hold.tokens;
    m_spent.heldUsd -= d.hold.usd.value_or(0);
    BreakerFact fact;
    std::optional<PicoUsd> usd = 0;
    if (result.answered) {
        fact.input = result.inputTokens;
        fact.output = result.outputTokens;
        m_spent.tokens += result.inputTokens + result.outputTokens;
        usd = result.usd ? result.usd : d.hold.usd; // what is unknown is booked as it was held
        m_spent.usd = m_spent.usd && usd ? std::optional(*m_spent.usd + *usd) : std::nullopt;
    } else {
        fact.error = *m_errors.emplace(result.error).first;
    }
    if (!d.supervisor)
        m_calls.push_back(fact);
    else
        m_circles = result.answered && repeatsItself();
    if (d.hold.lease.empty())
        return;
    PolicyOrders::Member *member = m_view.governor(m_names.workflow);
    if (member == nullptr)
        return;
    if (result.answered)
        member->desk->settle(d.hold.lease, (usd.value_or(0) + 999) / 1000);
    else
        member->desk->release(d.hold.lease);
}

} // namespace flyball::agentsim
