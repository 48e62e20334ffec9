// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/policy/orders.h"
#include "app/agentsim/policy/rules.h"

namespace flyball::agentsim {

/// The first order in force that `wanted` accepts; null: none.
template <typename Wanted>
[[nodiscard]] const PolicyOrder *findOrder(const AgentPolicy &policy, const Wanted &wanted)
{
    for (const PolicyOrder &order : policy.orders)
        if ((order.until == kNoTime || order.until > wallClockNow()) && wanted(order))
            return &order;
    return nullptr;
}

/// One run under the policy of its agent: routes, reserves before each call, settles after it.
class ObedientRun final : public RunOrders {
public:
    ObedientRun(PolicyOrders &view, const RunNames &names);

    [[nodiscard]] Decision request(const CallIntent &intent) override;
    void settle(const Decision &decision, const CallResult &result) override;
    [[nodiscard]] PromptCut cut(const CallIntent &intent) override;
    [[nodiscard]] bool escalate(const CallIntent &intent, std::optional<double> confidence) override;
    [[nodiscard]] int retryLimit(const CallIntent &intent) const override;
    [[nodiscard]] int sendLimit() const override;
    [[nodiscard]] std::int64_t backoffMs(int go) const override;
    /// The agent's own limit: a policy ends loops by its breaker and max_iterations, and loosens nothing.
    [[nodiscard]] int iterationCap() const override { return m_own.iterationCap(); }
    [[nodiscard]] bool supervisorDue() override;
    [[nodiscard]] bool mayRead() override;
    void toolUsed(std::uint64_t call) override;
    [[nodiscard]] bool staticFirst(TimeNs now) const override;
    [[nodiscard]] std::int64_t revision() const override { return m_began; }

private:
    /// What holds now; nothing: the standing orders.
    struct Ruling {
        PolicyOrders::Member *member = nullptr;
        std::shared_ptr<const AgentPolicy> policy;
        const PolicyRules *rules = nullptr; ///< null as well for an agent that does not obey
        bool dead = false;
    };
    [[nodiscard]] Ruling ruling(const CallIntent &intent) const;
    [[nodiscard]] Denial ordered(const AgentPolicy &policy) const;
    /// Model, tier and rate of the call into `decision`.
    [[nodiscard]] std::optional<ListRate> choose(const Ruling &now, const CallIntent &intent, SoftSteps steps,
                                                 Decision &decision) const;
    [[nodiscard]] std::optional<ListRate> rateOf(const AgentPolicy &policy, const Model &model) const;
    /// Chooses the model and holds what the call can cost at most; or denies.
    void reserve(const Ruling &now, const CallIntent &intent, Decision &decision);
    void lease(const Ruling &now, Decision &decision);
    void hold(Decision &decision);
    [[nodiscard]] bool repeatsItself() const;

    PolicyOrders &m_view;
    const RunNames m_names;
    const Workflow &m_workflow;
    mutable StandingRun m_own;
    RunSpend m_spent;
    std::vector<BreakerFact> m_calls;
    std::set<std::string, std::less<>> m_errors; ///< what m_calls points at
    SoftSteps m_wider = 0;                       ///< of the windows' soft caps, from the next call on
    SoftSteps m_steps = 0;                       ///< in force since the last call
    std::int64_t m_began = 0;
    std::int64_t m_reads = 0;
    bool m_governed = false; ///< the last request was decided by a policy
    bool m_circles = false;  ///< the supervisor has seen the same tool call twice in a row
    std::optional<std::int64_t> m_attempts, m_backoff, m_toolCalls, m_checkEvery;
};

} // namespace flyball::agentsim
