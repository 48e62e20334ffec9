// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"
#include "app/agentsim/engine/world.h"
#include "app/agentsim/shapes/shapes.h"

namespace flyball::agentsim {

namespace {

constexpr StepSpec kProfile{
    .step = "profile", .taskType = "extract", .tier = Tier::Cheap, .ask = {3600, 14000}, .out = {120, 420}};
constexpr StepSpec kDraft{
    .step = "draft", .taskType = "write", .tier = Tier::Mid, .ask = {1600, 4800}, .out = {300, 980}};
constexpr StepSpec kCheapDraft{
    .step = "draft", .taskType = "write", .tier = Tier::Cheap, .ask = {1600, 4800}, .out = {260, 760}};
constexpr StepSpec kCritique{
    .step = "critique", .taskType = "review", .tier = Tier::Mid, .ask = {300, 900}, .out = {120, 420}};
constexpr StepSpec kPersonalise{.step = "personalise",
                                .taskType = "write",
                                .tier = Tier::Cheap,
                                .ask = {400, 1200},
                                .out = {150, 420},
                                .confidence = true};
constexpr ToolSpec kCrm{"crm_lookup", {40, 300}, {300, 1500}, 0.01};
constexpr ToolSpec kEmail{"send_email", {80, 500}, {}, 0.005};

} // namespace

Task outreachShape(Run &run)
{
    const bool cheap = run.world().timeline().cheapDrafts(run.start());
    if (cheap) {
        run.setPromptVersion("outreach-v41");
        run.setPassRate(0.885);
    }
    Agent profiler = run.open(0, 1600);
    co_await run.tool(profiler, kCrm);
    co_await run.call(profiler, kProfile);
    run.close(profiler);
    if (run.failed())
        co_return;

    Agent writer = run.open(1, 3500);
    run.hear(writer, profiler.lastOut);
    Agent critic = run.open(2, 2400);
    // A cheap draft is criticised and written again more often.
    const auto rounds = static_cast<int>(run.dice().uniform({1, cheap ? 3 : 2}, "rounds"));
    for (int round = 0; round < rounds && !run.failed(); ++round) {
        co_await run.call(writer, cheap ? kCheapDraft : kDraft, round);
        run.hear(critic, writer.lastOut);
        if (!run.failed() && round + 1 < rounds) {
            co_await run.call(critic, kCritique, round);
            run.hear(writer, critic.lastOut);
        }
    }
    run.close(critic);
    run.close(writer);
    if (run.failed())
        co_return;

    Agent personaliser = run.open(3, 1300);
    run.hear(personaliser, writer.lastOut);
    co_await run.call(personaliser, kPersonalise);
    run.close(personaliser);
    if (run.failed())
        co_return;
    Agent scheduler = run.open(4, 0);
    co_await run.tool(scheduler, kEmail);
    run.close(scheduler);
}

} // namespace flyball::agentsim
