// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/orders.h"

#include "app/agentsim/policy/obedient_run.h"

#include <algorithm>

namespace flyball::agentsim {

namespace {

/// Tags are no part of this fleet: an override that names one never matches.
bool matches(const std::map<std::string, std::string> &match, const std::string &agent, const CallIntent &intent)
{
    return std::all_of(match.begin(), match.end(), [&](const auto &one) {
        const auto &[name, value] = one;
        if (name == "agent")
            return value == agent;
        if (name == "step")
            return value == intent.step;
        return name == "user_segment" && value == intent.segment;
    });
}

} // namespace

PolicyOrders::PolicyOrders(const Scenario &scenario, const std::vector<Workflow> &fleet, std::vector<Member> members,
                           TimeNs live)
    : m_scenario(scenario), m_fleet(fleet), m_members(std::move(members)), m_live(live)
{}

std::unique_ptr<RunOrders> PolicyOrders::begin(const RunNames &names)
{
    return std::make_unique<ObedientRun>(*this, names);
}

bool PolicyOrders::admits(std::size_t workflow, TimeNs now)
{
    Member *member = now < m_live ? nullptr : governor(workflow);
    if (member == nullptr)
        return true;
    const AgentClient::State state = member->client->state();
    if (state.standing == AgentClient::Standing::Dead)
        return false;
    return !state.policy || !member->client->obeys() || !findOrder(*state.policy, [&](const PolicyOrder &order) {
        return !order.stopsRun && order.target == m_fleet[workflow].name;
    });
}

PolicyOrders::Member *PolicyOrders::governor(std::size_t workflow)
{
    const std::string &name = m_fleet[workflow].name;
    Member *general = nullptr;
    for (Member &member : m_members) {
        const AgentEntry &entry = member.client->entry();
        const AgentClient::State state = member.client->state();
        const std::string &scope = !entry.workflow.empty() || !state.policy ? entry.workflow : state.policy->workflow;
        if (scope == name || (scope.empty() && entry.id == name))
            return &member;
        const bool ofAnother =
            std::any_of(m_fleet.begin(), m_fleet.end(), [&](const Workflow &other) { return other.name == entry.id; });
        if (scope.empty() && !ofAnother && general == nullptr)
            general = &member;
    }
    return general;
}

const PolicyRules &PolicyOrders::rulesFor(const Member &member, const std::shared_ptr<const AgentPolicy> &policy,
                                          const CallIntent &intent)
{
    Cache &cache = m_cache[member.client.get()];
    if (cache.policy != policy)
        cache = {policy, {}};
    std::string key(intent.step);
    key.append("\n").append(intent.segment);
    const auto [found, isNew] = cache.rules.try_emplace(key);
    if (!isNew)
        return found->second;
    found->second = policy->rules;
    Json body = policy->body;
    bool changed = false;
    for (const auto &[match, set] : policy->overrides) {
        if (!matches(match, member.client->entry().id, intent))
            continue;
        mergeInto(body, set);
        changed = true;
    }
    std::vector<std::string> tiers;
    for (const UsableTier &tier : policy->tiers)
        tiers.push_back(tier.id);
    PolicyRules merged;
    // Each part was read before the policy was taken up; together they may still contradict each other.
    if (changed && !readRules(body, tiers, "/policy", merged, nullptr))
        found->second = std::move(merged);
    return found->second;
}

std::string_view PolicyOrders::spelled(const std::string &name)
{
    const std::string text = jsonText(name);
    return *m_names.insert(text.substr(1, text.size() - 2)).first;
}

} // namespace flyball::agentsim
