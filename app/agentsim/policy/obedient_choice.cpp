// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/obedient_run.h"

#include <algorithm>

namespace flyball::agentsim {

namespace {

constexpr std::size_t kBlocksPerTurn = 3; ///< a request, its answer, a tool's result

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

std::optional<ListRate> dearest(const AgentPolicy &policy)
{
    std::optional<ListRate> out;
    for (const auto &[name, rate] : policy.rates)
        out = out ? ListRate{std::max(out->input, rate.input), std::max(out->output, rate.output)} : rate;
    return out;
}

} // namespace

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
    Routed routed = routeTask(rules, tiers, taskOf(intent));
    if (intent.step == kSupervisorStep) {
        const auto own = std::find_if(tiers.begin(), tiers.end(),
                                      [&](const UsableTier &tier) { return tier.id == rules.supervisorTier; });
        decision.supervisor = true;
        if (own != tiers.end())
            routed = {static_cast<std::size_t>(own - tiers.begin()), "role", false};
    }
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

bool ObedientRun::supervisorDue()
{
    return m_governed && m_checkEvery && !m_circles && std::ssize(m_calls) % *m_checkEvery == 0;
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
