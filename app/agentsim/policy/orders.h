// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/policy/client.h"
#include "app/agentsim/policy/lease_desk.h"
#include "app/agentsim/world/fleet.h"
#include "app/agentsim/world/policy_view.h"

#include <map>
#include <set>

namespace flyball::agentsim {

/// The fleet under the policies of its agents. Before `live`, and for workflows without an agent or with
/// one that was told that no policy exists, its standing orders hold. The simulation's thread.
class PolicyOrders final : public PolicyView {
public:
    struct Member {
        std::unique_ptr<AgentClient> client;
        std::unique_ptr<LeaseDesk> desk;
    };
    PolicyOrders(const Scenario &scenario, const std::vector<Workflow> &fleet, std::vector<Member> members,
                 TimeNs live);

    [[nodiscard]] std::unique_ptr<RunOrders> begin(const RunNames &names) override;
    [[nodiscard]] bool admits(std::size_t workflow, TimeNs now) override;

    /// The agent that governs a workflow: its own, else one without a workflow; null: none does.
    [[nodiscard]] Member *governor(std::size_t workflow);
    /// What holds for a call: the agent's policy with the overrides that match it.
    [[nodiscard]] const PolicyRules &rulesFor(const Member &member, const std::shared_ptr<const AgentPolicy> &policy,
                                              const CallIntent &intent);
    /// A name from outside as the spans write it; lives as long as this.
    [[nodiscard]] std::string_view spelled(const std::string &name);
    [[nodiscard]] TimeNs live() const { return m_live; }
    [[nodiscard]] const Scenario &scenario() const { return m_scenario; }
    [[nodiscard]] const Workflow &workflow(std::size_t index) const { return m_fleet[index]; }

private:
    struct Cache {
        std::shared_ptr<const AgentPolicy> policy;
        std::map<std::string, PolicyRules> rules;
    };
    Scenario m_scenario;
    std::vector<Workflow> m_fleet;
    std::vector<Member> m_members;
    std::map<const AgentClient *, Cache> m_cache;
    std::set<std::string> m_names;
    TimeNs m_live;
};

} // namespace flyball::agentsim
