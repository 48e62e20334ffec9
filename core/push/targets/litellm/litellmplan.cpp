// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/litellm/litellmplan.h"

#include "core/push/targets/knobbook.h"

namespace flyball {

namespace {

constexpr std::string_view kDurations[] = {"1h", "24h", "7d", "1mo"}; ///< by PeriodWindow

class LiteLlmPlan {
public:
    LiteLlmPlan(const TargetPolicy &policy, const LiteLlmOptions &options)
        : m_policy(policy), m_options(options), m_book(policy)
    {}

    TargetPlan make()
    {
        const std::optional<Budget> &budget = m_policy.effective.body.budget;
        if (budget && !m_options.id.empty() && budget->periods)
            periods(*budget->periods);
        if (budget)
            runs(*budget);
        if (m_options.tiers)
            for (const Tier &tier : m_policy.tiers)
                alias(tier);
        return {m_book.finish("the gateway has no such setting"), std::move(m_edits)};
    }

private:
    void set(const std::string &field, JsonValue value) { m_edits.push_back({field, std::move(value), false, {}}); }

    void periods(const std::vector<PeriodCap> &caps)
    {
        const PeriodCap *longest = nullptr;
        const PeriodCap *soft = nullptr;
        for (const PeriodCap &cap : caps) {
            const std::string knob = pointerAt("/budget/periods", nameOf(cap.window));
            if (cap.softUsd && (!soft || cap.window > soft->window))
                soft = &cap;
            if (!cap.hardUsd) {
                m_book.unsupported(knob, "only a hard cap is a budget there");
                continue;
            }
            if (!longest || cap.window > longest->window)
                longest = &cap;
            const std::string duration(kDurations[static_cast<std::size_t>(cap.window)]);
            set("/budget/budget_limits/[budget_duration=" + duration + "]/max_budget", JsonNumber::of(*cap.hardUsd));
            // A call already admitted is not cut off, and the window is the gateway's own.
            m_book.approximated(knob, "a window of " + duration + " that ends in UTC"
                                          + (cap.window == PeriodWindow::Week ? " on Sunday" : "")
                                          + (cap.softUsd ? "; soft caps only alert" : ""));
        }
        if (longest) { // enforced beside the windows, and stale unless it says the same
            set("/budget/max_budget", JsonNumber::of(*longest->hardUsd));
            set("/budget/budget_duration", std::string(kDurations[static_cast<std::size_t>(longest->window)]));
        }
        if (soft && m_options.holder == LiteLlmOptions::Holder::Key)
            set("/budget/soft_budget", JsonNumber::of(*soft->softUsd));
    }

    void runs(const Budget &budget)
    {
        const bool agent = !m_options.agent.empty();
        const bool key = !m_options.id.empty() && m_options.holder == LiteLlmOptions::Holder::Key;
        if (!agent && !key)
            return;
        const std::string at = agent ? "/agent" : "/budget/metadata";
        const char *how = agent ? "for calls of the agent; sessions are forgotten after an hour"
                                : "for calls with x-litellm-trace-id; sessions are forgotten after an hour";
        if (budget.maxIterations) {
            set(at + "/max_iterations", *budget.maxIterations);
            m_book.approximated("/budget/max_iterations", how);
        }
        if (budget.runHard && budget.runHard->usd) {
            set(at + "/max_budget_per_session", JsonNumber::of(*budget.runHard->usd));
            m_book.approximated("/budget/run_hard/usd", how);
        }
        if (agent && (budget.maxIterations || (budget.runHard && budget.runHard->usd)))
            set("/agent/require_trace_id_on_calls_by_agent", true);
    }

    void alias(const Tier &tier)
    {
        JsonValue::Array others;
        for (std::size_t i = 0; i < tier.models.size(); ++i) {
            const std::string name = i == 0 ? tier.id : tier.id + '-' + std::to_string(i + 1);
            set(pointerAt("/tiers", name), tier.models[i]);
            if (i > 0)
                others.emplace_back(name);
        }
        if (!others.empty())
            set(pointerAt("/fallbacks", tier.id), std::move(others));
        m_book.applied(pointerAt("/tiers", tier.id), "callers ask for it as their model");
    }

    const TargetPolicy &m_policy;
    const LiteLlmOptions &m_options;
    KnobBook m_book;
    std::vector<FieldEdit> m_edits;
};

} // namespace

TargetPlan planLiteLlm(const TargetPolicy &policy, const LiteLlmOptions &options)
{
    return switchedOff(policy) ? planOff(policy) : LiteLlmPlan(policy, options).make();
}

} // namespace flyball
