// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/obedient_run.h"

#include <algorithm>
#include <limits>

namespace flyball::agentsim {

namespace {

constexpr std::int64_t kClosingInput = 1000;
constexpr std::int64_t kClosingOutput = 300;
constexpr std::size_t kBlocksPerTurn = 3; ///< a request, its answer, a tool's result

const std::shared_ptr<const AgentPolicy> &builtIn()
{
    static const std::shared_ptr<const AgentPolicy> policy = [] {
        auto made = std::make_shared<AgentPolicy>();
        made->rules = builtInCaps();
        return made;
    }();
    return policy;
}

TaskView taskOf(const CallIntent &intent)
{
    TaskView task;
    task.taskType = intent.taskType;
    task.agent = intent.agent;
    task.segment = intent.segment;
    task.text = intent.step;
    task.inputTokens = intent.inputTokens;
    task.security = intent.agent == "security_reviewer";
    task.multiStep = intent.taskType == "plan" || intent.taskType == "reason";
    task.planner = intent.agent == "planner";
    task.executor = intent.agent == "searcher" || intent.agent == "reader";
    return task;
}

Allowance closingAllowance(const PolicyRules &rules, const std::optional<ListRate> &rate)
{
    Allowance out;
    out.tokens = std::min(kClosingInput + kClosingOutput, rules.hard.tokens.value_or(INT64_MAX) / 4);
    if (rate)
        out.usd = std::min(worstCost(*rate, kClosingInput, kClosingOutput), rules.hard.usd.value_or(INT64_MAX) / 4);
    return out;
}

std::optional<ListRate> dearest(const AgentPolicy &policy)
{
    std::optional<ListRate> out;
    for (const auto &[name, rate] : policy.rates)
        out = out ? ListRate{std::max(out->input, rate.input), std::max(out->output, rate.output)} : rate;
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

std::optional<ListRate> ObedientRun::rateOf(const AgentPolicy &policy, const Model &model) const
{
    for (const auto &[name, rate] : policy.rates)
        if (modelNamed(name) == &model)
            return rate;
    return dearest(policy); // an unknown price counts at the dearest rate
}

std::optional<ListRate> ObedientRun::choose(const Ruling &now, const CallIntent &intent, SoftSteps steps,
                                            Decision &decision) const
{
    const std::vector<UsableTier> &tiers = now.policy->tiers;
    const PolicyRules &rules = *now.rules;
    const bool cheaper = (steps & bitOf(SoftStep::DowngradeTier)) != 0;
    const Routed routed = routeTask(rules, tiers, taskOf(intent));
    if (!routed.tier && !(intent.closing && !tiers.empty())) {
        if (cheaper && decision.tier != Tier::Cheap) {
            decision.tier = static_cast<Tier>(static_cast<int>(decision.tier) - 1);
            decision.routing = "downgraded";
        }
        const ModelId ladder = m_workflow.spec->ladder[static_cast<std::size_t>(decision.tier)];
        decision.tierLabel = tierName(decision.tier);
        decision.model = intent.wantedModel != nullptr ? intent.wantedModel : &modelOf(ladder);
        return rateOf(*now.policy, *decision.model);
    }
    std::size_t tier = 0;
    decision.routing = "closing";
    if (!intent.closing) {
        const std::vector<std::size_t> plan = cascadeSteps(rules, tiers, *routed.tier, routed.allowCascade);
        const auto level = std::min(static_cast<std::size_t>(intent.level), plan.size() - 1);
        const std::int64_t failures = intent.attempt + intent.go;
        const std::int64_t up = rules.escalateAfter ? failures / *rules.escalateAfter : 0;
        tier = std::min(plan[level] + static_cast<std::size_t>(up), tiers.size() - 1);
        decision.routing = level > 0 || up > 0 ? "escalated" : plan.size() > 1 ? "cascade" : routed.why;
        if (cheaper && tier > 0) {
            --tier;
            decision.routing = "downgraded";
        }
    }
    decision.model = tiers[tier].served;
    decision.tier = static_cast<Tier>(decision.model->strength);
    decision.tierLabel = m_view.spelled(tiers[tier].id);
    const auto rate = now.policy->rates.find(tiers[tier].model);
    return rate != now.policy->rates.end() ? std::optional(rate->second) : dearest(*now.policy);
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
    m_endsLoops = rules.enabled && (rules.calls || (rules.breaker && rules.sameCall));
    d.denial = ordered(*now.policy);
    if (d.denial != Denial::None)
        return d;
    if (!intent.closing && rules.breakerAction != PolicyRules::Action::Alert && !brokenRule(rules, m_calls).empty()) {
        d.denial = Denial::Capped;
        d.mayClose = rules.breakerAction == PolicyRules::Action::Close;
        return d;
    }
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
        return d;
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
    return d;
}

void ObedientRun::lease(const Ruling &now, Decision &d)
{
    const bool windows = now.rules->windows && now.rules->enabled;
    if ((!windows && !now.policy->fleetWindows) || now.member == nullptr)
        return;
    const bool hard = (windows && now.rules->hardWindows) || now.policy->hardFleetWindows;
    LeaseAnswer answer;
    if (d.hold.usd)
        answer = now.member->desk->reserve(m_names.run, m_workflow.name, (*d.hold.usd + 999) / 1000);
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
    m_calls.push_back(fact);
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

PromptCut ObedientRun::cut(const CallIntent &intent)
{
    const Ruling now = ruling(intent);
    if (now.rules == nullptr || !now.rules->enabled)
        return {};
    const PolicyRules &rules = *now.rules;
    const std::size_t keep = kBlocksPerTurn * static_cast<std::size_t>(std::min<std::int64_t>(rules.keepTurns, 1000));
    if (((softSteps(rules, m_spent) | m_wider) & bitOf(SoftStep::CompressContext)) != 0)
        return {keep, 0};
    if (rules.context.empty() || rules.context == "full" || intent.inputTokens <= rules.compressAbove.value_or(0))
        return {};
    return {keep, rules.context == "summarize" ? rules.summaryTokens : 0};
}

bool ObedientRun::escalate(const CallIntent &intent, std::optional<double> confidence)
{
    const Ruling now = ruling(intent);
    if (now.rules == nullptr || intent.closing)
        return false;
    const Routed routed = routeTask(*now.rules, now.policy->tiers, taskOf(intent));
    if (!routed.tier || !escalates(*now.rules, confidence))
        return false;
    const auto plan = cascadeSteps(*now.rules, now.policy->tiers, *routed.tier, routed.allowCascade);
    return static_cast<std::size_t>(intent.level) + 1 < plan.size();
}

int ObedientRun::retryLimit(const CallIntent &intent) const
{
    if (m_governed && m_attempts)
        return static_cast<int>(std::min<std::int64_t>(*m_attempts, 100)) - 1;
    return m_own.retryLimit(intent);
}

int ObedientRun::sendLimit() const
{
    return m_governed && m_attempts ? static_cast<int>(std::min<std::int64_t>(*m_attempts, 100)) : m_own.sendLimit();
}

std::int64_t ObedientRun::backoffMs(int go) const
{
    constexpr std::int64_t kMost = 3'600'000;
    if (!m_governed || !m_backoff)
        return m_own.backoffMs(std::min(go, 12));
    return std::min(std::min(*m_backoff, kMost) << std::min(go, 20), kMost);
}

int ObedientRun::iterationCap() const
{
    return m_governed && m_endsLoops ? std::numeric_limits<int>::max() : m_own.iterationCap();
}

bool ObedientRun::mayRead()
{
    if (!m_governed)
        return true;
    if ((m_steps & bitOf(SoftStep::LimitTools)) != 0 || (m_toolCalls && m_reads >= *m_toolCalls))
        return false;
    ++m_reads;
    return true;
}

void ObedientRun::toolUsed(std::uint64_t call)
{
    if (!m_calls.empty())
        m_calls.back().tool = call;
}

bool ObedientRun::staticFirst(TimeNs now) const
{
    CallIntent intent;
    intent.now = now;
    const Ruling ruled = ruling(intent);
    return ruled.rules != nullptr && ruled.rules->staticFirst;
}

} // namespace flyball::agentsim
