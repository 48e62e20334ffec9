// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/engine/steps.h"
#include "app/agentsim/engine/task.h"
#include "app/agentsim/output/exporter.h"
#include "app/agentsim/output/span_json.h"
#include "app/agentsim/output/truth.h"
#include "app/agentsim/world/dice.h"
#include "app/agentsim/world/fleet.h"
#include "app/agentsim/world/policy_view.h"

#include <memory>
#include <optional>
#include <string_view>

namespace flyball::agentsim {

class World;

/// One execution of a workflow: what its shape may do, with spans and sums as side effects.
class Run {
public:
    Run(World &world, std::size_t workflow, std::uint64_t ordinal, bool boundToLoop);
    Run(const Run &) = delete;
    Run &operator=(const Run &) = delete;

    [[nodiscard]] Agent open(std::size_t agentIndex, std::int64_t systemTokens, bool uniquePrefix = false,
                             const Agent *parent = nullptr);
    /// New text in the conversation: a document, a message, a task.
    void hear(Agent &agent, std::int64_t tokens);
    /// Sends the conversation and appends the answer; provider errors are retried with backoff.
    Task call(Agent &agent, const StepSpec &spec, int iteration = 0);
    /// call, and again while the answer is rejected and the policy allows.
    Task validated(Agent &agent, const StepSpec &spec, int iteration = 0);
    /// `arguments` 0: different from every other call.
    Task tool(Agent &agent, const ToolSpec &spec, int iteration = 0, std::uint64_t arguments = 0);
    Task pause(Range ms, std::string_view name, int iteration = 0);
    void close(Agent &agent);
    /// Ends the run by its root span; without a call it is Success or Failure by the workflow's pass rate.
    void finish();
    /// Repeats one search until the agent gives up or the policy's cap ends it.
    Task repeatTool(Agent &agent, const StepSpec &spec, const ToolSpec &toolSpec, int turns);

    void fail(Outcome why);
    [[nodiscard]] bool failed() const { return m_ended.has_value(); }
    void setPromptVersion(std::string_view version) { m_promptVersion = version; }
    void setPassRate(double rate) { m_passRate = rate; }

    [[nodiscard]] World &world() { return m_world; }
    [[nodiscard]] const Dice &dice() const { return m_dice; }
    [[nodiscard]] const WorkflowSpec &spec() const { return *m_workflow.spec; }
    [[nodiscard]] TimeNs start() const { return m_start; }
    [[nodiscard]] bool boundToLoop() const { return m_boundToLoop; }
    [[nodiscard]] std::string_view segment() const { return m_segment; }
    [[nodiscard]] const Workflow &workflow() const { return m_workflow; }
    [[nodiscard]] const CallSums &sums() const { return m_sums; }
    [[nodiscard]] std::uint64_t id() const { return m_id; }

private:
    /// One attempt on its way to the provider.
    struct Attempt {
        const Agent &agent;
        const StepSpec &spec;
        Decision decision;
        const Model *model = nullptr;
        Dice dice;
        TimeNs start = 0;
        std::int64_t firstTokenMs = 0;
        Usage usage;
        std::string_view error; ///< empty: answered
        std::string_view httpStatus;
        bool cutOff = false; ///< the output limit ended the answer
    };
    /// Where a step stands: which of its requests comes next.
    struct Turn {
        int iteration = 0;
        int attempt = 0;
        int go = 0;
        int level = 0;
        bool closing = false;
    };
    Task send(Agent &agent, const StepSpec &spec, Turn turn);
    /// Makes the conversation shorter as the policy asks, before the next call.
    Task shorten(Agent &agent, const StepSpec &spec, int iteration);
    /// A look at the run from outside, booked as a step of its own.
    Task supervise(const Agent &agent, int iteration);
    /// The one last call of a run that a cap ends.
    Task sumUp(const Agent &agent, int iteration);
    [[nodiscard]] CallIntent intentFor(const Agent &agent, const StepSpec &spec, const Turn &turn) const;
    void deny(const Decision &decision);
    void settle(const Attempt &a);
    [[nodiscard]] std::optional<double> confidence(const Attempt &a) const;
    [[nodiscard]] std::int64_t confidenceMilli(const Attempt &a) const;
    [[nodiscard]] Dice place(const Agent &agent, std::string_view what, int iteration) const;
    void bill(Attempt &a) const;
    /// Lets the provider answer or fail; returns how long that takes.
    [[nodiscard]] TimeNs transmit(Attempt &a, const Dice &wire) const;
    void emitCall(const Attempt &a);
    void emitFailure(SpanJson &json, const Attempt &a, bool traceloop) const;
    void emitUsage(SpanJson &json, const Attempt &a) const;
    void recordCall(const Attempt &a);
    void emitTool(const Agent &agent, const ToolSpec &spec, TimeNs start, std::uint64_t arguments, bool bad);
    [[nodiscard]] SpanIds childOf(std::uint64_t parent);
    [[nodiscard]] Scope runtimeScope() const;

    World &m_world;
    const Workflow &m_workflow;
    std::size_t m_index;
    Dice m_dice;
    std::uint64_t m_id;
    SpanIds m_root;
    TimeNs m_start;
    std::uint64_t m_spanCount = 0;
    bool m_boundToLoop;
    std::string_view m_segment;
    std::string_view m_promptVersion;
    double m_passRate;
    std::optional<Outcome> m_ended;
    bool m_summedUp = false;
    std::unique_ptr<RunOrders> m_orders;
    CallSums m_sums;
};

} // namespace flyball::agentsim
