// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"
#include "app/agentsim/shapes/shapes.h"

namespace flyball::agentsim {

namespace {

constexpr StepSpec kPlanReview{
    .step = "plan_review", .taskType = "plan", .ask = {200, 700}, .out = {250, 900}, .reasoning = {640, 4600}};
constexpr StepSpec kInspect{
    .step = "inspect", .taskType = "review", .tier = Tier::Mid, .ask = {80, 300}, .out = {180, 900}};
constexpr StepSpec kStyle{
    .step = "check_style", .taskType = "classify", .tier = Tier::Cheap, .ask = {80, 300}, .out = {60, 420}};
constexpr StepSpec kSummary{.step = "write_summary",
                            .taskType = "summarize",
                            .ask = {300, 800},
                            .out = {400, 1400},
                            .reasoning = {320, 2200},
                            .pass = {0.8, 0.88, 0.95},
                            .complaint = {120, 300}};
constexpr ToolSpec kReadFile{"read_file", {8, 120}, {600, 4200}, 0.02};
constexpr ToolSpec kRunTests{"run_tests", {4000, 38000}, {300, 1900}, 0.04};

/// A sub-agent gets the whole diff again behind a prompt of its own, so nothing of it is cached.
Task subAgent(Run &run, const Agent &orchestrator, std::size_t index, std::int64_t diff)
{
    Agent agent = run.open(index, 2400, false, &orchestrator);
    run.hear(agent, diff);
    const StepSpec &spec = index == 2 ? kStyle : kInspect;
    const auto turns = static_cast<int>(run.dice().at(index).uniform({1, 3}, "turns"));
    for (int turn = 0; turn < turns; ++turn) {
        co_await run.call(agent, spec, turn);
        if (!agent.ok)
            break;
        co_await run.tool(agent, index == 3 ? kRunTests : kReadFile, turn);
    }
    run.close(agent);
}

} // namespace

Task reviewShape(Run &run)
{
    const std::int64_t diff = run.dice().skewed({3200, 26000}, "diff");
    Agent orchestrator = run.open(0, 3100);
    run.hear(orchestrator, diff);
    co_await run.call(orchestrator, kPlanReview);
    if (!run.failed()) {
        std::vector<Task> tasks;
        for (std::size_t i = 1; i <= 4; ++i) {
            if (i < 3 || run.dice().at(i).chance(0.6, "needed"))
                tasks.push_back(subAgent(run, orchestrator, i, diff));
        }
        Parallel reviewers(std::move(tasks));
        co_await reviewers;
    }
    if (!run.failed()) {
        run.hear(orchestrator, 1400);
        co_await run.validated(orchestrator, kSummary);
        if (orchestrator.ok && !orchestrator.accepted)
            run.fail(Outcome::Failure);
    }
    run.close(orchestrator);
}

} // namespace flyball::agentsim
