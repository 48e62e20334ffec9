// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/capproofs.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "core/models/policy/windowspend.h"
#include "core/policy/budget.h"
#include "core/policy/effective.h"
#include "core/policy/windows.h"
#include "core/policy/words.h"
#include "core/push/channel/agentstate.h"

namespace flyball {

namespace {

/// The agents of one scope, as one: it is as far as the one that is least far.
struct Enforcers {
    std::int64_t count = 0;
    CapState state = CapState::Saved;
    TimeNs appliedAt = kNoTime; ///< of the last one; kNoTime: not all have
    TimeNs longestInterval = 0;
    bool reserveRuns = true;
    bool leaseWindows = true;
};

bool enforces(const AgentRecord &agent, std::string_view what)
{
    return std::find(agent.enforces.begin(), agent.enforces.end(), what) != agent.enforces.end();
}

/// `workflow` empty: every agent.
Enforcers enforcersOf(const ChannelSnapshot &channel, const std::string &workflow)
{
    Enforcers out;
    bool synced = true, verified = true, drifted = false;
    for (const AgentStatus &agent : channel.agents) {
        // An agent without a workflow of its own may run any.
        if (!workflow.empty() && !agent.record.workflow.empty() && agent.record.workflow != workflow)
            continue;
        ++out.count;
        synced = synced && agent.state == AgentState::InSync;
        verified = verified && agent.verified;
        drifted = drifted || agent.state == AgentState::Drifted;
        const TimeNs since = agent.record.ackedEtag == agent.etag ? agent.record.ackedAt : agent.record.lastSeen;
        out.appliedAt = std::max(out.appliedAt, since);
        out.longestInterval = std::max(out.longestInterval, agent.record.interval);
        out.reserveRuns = out.reserveRuns && enforces(agent.record, "caps.usd:reserve");
        out.leaseWindows = out.leaseWindows && enforces(agent.record, "caps.window:lease");
    }
    const bool all = out.count > 0 && synced;
    out.state = drifted           ? CapState::Drifted
                : all && verified ? CapState::Verified
                : all             ? CapState::Applied
                                  : CapState::Saved;
    if (!all)
        out.appliedAt = kNoTime;
    return out;
}

std::optional<std::int64_t> nanoOf(const JsonValue *price, const char *member)
{
    const JsonValue *value = price ? price->find(member) : nullptr;
    return value && value->number() ? value->number()->toInt64() : std::nullopt;
}

/// The dearest call the policy lets an agent of this scope send.
std::optional<UsdSum> dearestCall(const PolicyDocument &head, const PolicyBody &body, const JsonValue &rates)
{
    if (!body.budget || !body.budget->callMaxTokens)
        return std::nullopt;
    const std::int64_t most = *body.budget->callMaxTokens;
    const std::int64_t output = std::min(most, body.budget->callMaxOutputTokens.value_or(most));
    std::optional<UsdSum> dearest;
    for (const Tier &tier : head.tiers) {
        for (const std::string &model : tier.models) {
            const JsonValue *price = rates.find(model);
            const auto in = nanoOf(price, "in_nusd_per_mtok"), out = nanoOf(price, "out_nusd_per_mtok");
            if (!in || !out)
                return std::nullopt;
            const CallRates rate{*in * kPicoPerNano, *out * kPicoPerNano};
            const UsdSum cost = worstCost(rate, most - output, output);
            dearest = std::max(dearest.value_or(UsdSum()), std::max(cost, worstCost(rate, most, 0)));
        }
    }
    return dearest;
}

class Reporter {
public:
    Reporter(const PolicyDocument &head, const ChannelSnapshot &channel, const Snapshot &ledger, const JsonValue &rates,
             TimeNs now)
        : m_head(head), m_channel(channel), m_ledger(ledger), m_rates(rates), m_now(now)
    {
        if (auto zone = policyZone(head))
            m_zone = std::move(*zone);
    }

    CapReport report()
    {
        for (const std::string &workflow : scopes())
            addScope(workflow);
        walkRuns();
        judgeRunCaps();
        if (m_head.fleet && m_head.fleet->periods)
            addPeriods({}, *m_head.fleet->periods, "/fleet/periods/", enforcersOf(m_channel, {}), {});
        std::sort(m_out.crossings.begin(), m_out.crossings.end(),
                  [](const RunCrossing &a, const RunCrossing &b) { return a.time > b.time; });
        if (m_out.crossings.size() > CapReport::kMostCrossings)
            m_out.crossings.resize(CapReport::kMostCrossings);
        return std::move(m_out);
    }

    /// The caps of one workflow, as a gateway that was verified holds them.
    std::vector<CapRow> contradictions(const TargetReceipt &receipt, const std::string &workflow)
    {
        m_gateway = &receipt;
        addScope(workflow);
        walkRuns();
        judgeRunCaps();
        std::erase_if(m_out.caps, [](const CapRow &row) { return row.state != CapState::Contradicted; });
        return std::move(m_out.caps);
    }

private:
    static constexpr TimeNs kGatewayLag = kMinute; ///< of its cached copy (LiteLLM: 60 s)

    [[nodiscard]] const KnobReceipt *knobOf(const std::string &path) const
    {
        const auto found = std::find_if(m_gateway->knobs.begin(), m_gateway->knobs.end(),
                                        [&](const KnobReceipt &knob) { return knob.path == path; });
        const bool held = found != m_gateway->knobs.end() && found->outcome != KnobReceipt::Outcome::Unsupported;
        return held ? &*found : nullptr;
    }

    [[nodiscard]] Enforcers gatewayOf(const std::string &workflow) const
    {
        Enforcers out;
        out.count = std::max<std::int64_t>(1, enforcersOf(m_channel, workflow).count);
        out.state = CapState::Verified;
        out.appliedAt = m_gateway->time;
        out.longestInterval = kGatewayLag;
        out.reserveRuns = out.leaseWindows = false;
        return out;
    }

    /// Workflows of the document, then those that agents were registered for.
    [[nodiscard]] std::vector<std::string> scopes() const
    {
        std::vector<std::string> out;
        for (const auto &[name, workflow] : m_head.workflows)
            out.push_back(name);
        for (const AgentStatus &agent : m_channel.agents) {
            const std::string &name = agent.record.workflow;
            if (!name.empty() && std::find(out.begin(), out.end(), name) == out.end())
                out.push_back(name);
        }
        return out;
    }

    void addScope(const std::string &workflow)
    {
        const PolicyBody body = effectivePolicy(m_head, PolicyScope{workflow, {}, {}, {}, {}}).body;
        if (!body.budget || body.enabled == false)
            return;
        const Symbol symbol = m_ledger.symbols ? m_ledger.symbols->find(workflow) : 0;
        const Enforcers agents = m_gateway ? gatewayOf(workflow) : enforcersOf(m_channel, workflow);
        addRunCaps(workflow, body, agents, symbol);
        if (body.budget->periods)
            addPeriods(workflow, *body.budget->periods, "/budget/periods/", agents, body);
    }

    /// What the walk over the runs is to find out for one workflow.
    struct RunCaps {
        std::string workflow;
        std::optional<UsdSum> soft, hard;
        TimeNs since = kNoTime;
        Enforcers agents;
        PolicyBody body;
        CapRow row;
    };

    void addRunCaps(const std::string &workflow, const PolicyBody &body, const Enforcers &agents, Symbol symbol)
    {
        const Budget &budget = *body.budget;
        RunCaps caps{workflow, {}, {}, agents.appliedAt, agents, body, {}};
        caps.hard = budget.runHard ? budget.runHard->usd : std::nullopt;
        caps.soft = budget.runSoft ? budget.runSoft->usd : std::nullopt;
        if (agents.appliedAt != kNoTime && symbol != 0)
            m_earliest = std::min(m_earliest, agents.appliedAt);
        m_runCaps.emplace_back(symbol, std::move(caps));
    }

    void walkRuns()
    {
        std::unordered_map<Symbol, RunCaps *> bySymbol;
        for (auto &[symbol, caps] : m_runCaps) {
            if (symbol != 0 && caps.since != kNoTime)
                bySymbol.emplace(symbol, &caps);
        }
        if (bySymbol.empty())
            return;
        m_ledger.runs.forEach([&](const RunRow &run) {
            // One that was refused its first call was capped, though nothing stands in it.
            if (run.info.start < m_earliest || (!run.isRun() && run.info.outcome != Outcome::Capped))
                return;
            const auto found = bySymbol.find(run.info.workflow);
            if (found != bySymbol.end() && run.info.start >= found->second->since)
                lookAt(run, *found->second);
        });
    }

    void lookAt(const RunRow &run, RunCaps &caps)
    {
        const UsdSum &cost = run.totals.cost;
        if (!caps.row.spend || cost > *caps.row.spend) {
            caps.row.spend = cost;
            caps.row.used = run.totals;
            caps.row.run = run.info.run;
        }
        const bool capped = run.info.outcome == Outcome::Capped;
        const bool pastHard = capped || (caps.hard && cost > *caps.hard);
        if (pastHard || (caps.soft && cost >= *caps.soft))
            m_out.crossings.push_back({run.info.end, caps.workflow, run.info.run, pastHard, capped,
                                       pastHard ? caps.hard : caps.soft, run.totals, m_channel.revision});
    }

    void judgeRunCaps()
    {
        for (auto &[symbol, caps] : m_runCaps) {
            if (!caps.hard)
                continue;
            caps.row.workflow = caps.workflow;
            caps.row.path = "/budget/run_hard/usd";
            caps.row.cap = *caps.hard;
            // A run sends one call after another: one call can be under way past the cap.
            judge(std::move(caps.row), caps.agents, caps.agents.reserveRuns, caps.body, 1);
        }
    }

    void addPeriods(const std::string &workflow, const std::vector<PeriodCap> &caps, const std::string &path,
                    const Enforcers &agents, const PolicyBody &body)
    {
        for (const PeriodCap &cap : caps) {
            if (!cap.hardUsd)
                continue;
            CapRow row;
            row.workflow = workflow;
            row.path = path + std::string(nameOf(cap.window));
            row.cap = *cap.hardUsd;
            row.windowStart = windowAt(m_zone, cap.window, m_now).start;
            row.used = workflowSpend(m_ledger, row.windowStart, m_now, workflow);
            if (agents.appliedAt != kNoTime)
                row.spend = workflowSpend(m_ledger, std::max(row.windowStart, agents.appliedAt), m_now, workflow).cost;
            judge(std::move(row), agents, agents.leaseWindows, body, agents.count);
        }
    }

    void judgeGateway(CapRow row, const Enforcers &agents, const PolicyBody &body, std::int64_t inFlight)
    {
        const KnobReceipt *knob = knobOf(row.path);
        const auto call = dearestCall(m_head, body, m_rates);
        if (!knob || !call)
            return;
        const UsdSum rate = workflowSpend(m_ledger, m_now - kHour, m_now, row.workflow).cost;
        row.overshoot = overshootBound(inFlight, *call, rate, agents.longestInterval);
        const bool twoWindows = row.windowStart != kNoTime && knob->outcome == KnobReceipt::Outcome::Approximated;
        const UsdSum most = twoWindows ? row.cap + row.cap : row.cap;
        row.state = capState({CapState::Verified, most, row.spend, *row.overshoot});
        m_out.caps.push_back(std::move(row));
    }

    void judge(CapRow row, const Enforcers &agents, bool reserves, const PolicyBody &body, std::int64_t inFlight)
    {
        if (m_gateway)
            return judgeGateway(std::move(row), agents, body, inFlight);
        row.agents = agents.count;
        row.reserves = agents.count > 0 && reserves;
        if (row.reserves)
            row.overshoot = UsdSum();
        else if (const auto call = dearestCall(m_head, body, m_rates))
            row.overshoot = overshootBound(inFlight, *call, UsdSum(), agents.longestInterval);
        CapProof proof{agents.state, row.cap, row.overshoot ? row.spend : std::nullopt,
                       row.overshoot.value_or(UsdSum())};
        row.state = capState(proof);
        m_out.caps.push_back(std::move(row));
    }

    const PolicyDocument &m_head;
    const ChannelSnapshot &m_channel;
    const Snapshot &m_ledger;
    const JsonValue &m_rates;
    TimeNs m_now;
    Zone m_zone;
    TimeNs m_earliest = std::numeric_limits<TimeNs>::max(); ///< no cap was in force before
    std::vector<std::pair<Symbol, RunCaps>> m_runCaps;
    const TargetReceipt *m_gateway = nullptr; ///< set: who holds the caps, instead of the agents
    CapReport m_out;
};

std::string sentenceOf(const CapRow &row)
{
    const std::string what = row.windowStart == kNoTime
                                 ? "a run of " + inQuotes(row.workflow) + " cost "
                                 : inQuotes(row.workflow) + " spent "; // in the window, since it was verified
    return what + moneyText(*row.spend) + " since this was verified, past " + moneyText(row.cap) + " at " + row.path
           + " (at most " + moneyText(*row.overshoot) + " over it is explained by calls under way)";
}

} // namespace

CapReport reportCaps(const PolicyDocument &head, const ChannelSnapshot &channel, const Snapshot &ledger,
                     const JsonValue &rates, TimeNs now)
{
    return Reporter(head, channel, ledger, rates, now).report();
}

std::vector<TargetContradiction> contradictedTargets(const PolicyDocument &head, const ChannelSnapshot &channel,
                                                     const Snapshot &ledger, const JsonValue &rates,
                                                     const std::vector<TargetScope> &scopes, TimeNs now)
{
    std::vector<TargetContradiction> out;
    for (const TargetScope &scope : scopes) {
        for (const TargetReceipt &receipt : channel.receipts) {
            if (scope.workflow.empty() || receipt.id != scope.id || receipt.revision != channel.revision
                || receipt.state != capStateName(CapState::Verified))
                continue;
            for (CapRow &row : Reporter(head, channel, ledger, rates, now).contradictions(receipt, scope.workflow)) {
                std::string sentence = sentenceOf(row);
                out.push_back({scope.id, receipt.time, std::move(row), std::move(sentence)});
            }
        }
    }
    return out;
}

} // namespace flyball
