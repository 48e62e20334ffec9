// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"
#include "app/agentsim/engine/world.h"
#include "app/agentsim/shapes/shapes.h"

namespace flyball::agentsim {

namespace {

constexpr std::int64_t kSystem = 6200;
constexpr StepSpec kPlan{.step = "plan", .taskType = "plan", .ask = {700, 3100}, .out = {500, 1800}};
constexpr StepSpec kSearch{.step = "search_web", .taskType = "search", .ask = {40, 120}, .out = {150, 480}};
constexpr StepSpec kRead{.step = "read_page",
                         .taskType = "summarize",
                         .tier = Tier::Mid,
                         .cache = CacheMode::None,
                         .ask = {4200, 11800},
                         .out = {180, 520}};
constexpr StepSpec kExtract{.step = "extract_facts",
                            .taskType = "extract",
                            .tier = Tier::Cheap,
                            .cache = CacheMode::None,
                            .ask = {5200, 11800},
                            .out = {300, 1150}};
constexpr StepSpec kSynthesise{.step = "synthesise", .taskType = "write", .ask = {300, 900}, .out = {1000, 2900}};
constexpr StepSpec kVerify{.step = "verify_claims",
                           .taskType = "validate",
                           .ask = {2400, 5200},
                           .out = {250, 900},
                           .pass = {0.60, 0.80, 0.93},
                           .complaint = {200, 500}};
constexpr ToolSpec kWebSearch{"web_search", {600, 4200}, {1500, 5200}, 0.02};
/// A stuck agent notes the attempt behind its instructions, so the whole conversation after them is
/// new text to the provider on every turn.
constexpr StepSpec kStuck{
    .step = "search_web", .taskType = "search", .cache = CacheMode::SystemOnly, .ask = {40, 120}, .out = {150, 480}};
constexpr ToolSpec kStuckSearch{"web_search", {900, 3600}, {900, 2800}, 0.0};

Task readPage(Run &run, int turn)
{
    Agent reader = run.open(2, 900);
    co_await run.call(reader, kRead, turn);
    run.close(reader);
}

Task searchRounds(Run &run, Agent &searcher)
{
    const auto turns = static_cast<int>(run.dice().uniform({3, 6}, "turns"));
    for (int turn = 0; turn < turns && !run.failed(); ++turn) {
        co_await run.call(searcher, kSearch, turn);
        co_await run.tool(searcher, kWebSearch, turn);
        if (run.dice().at(static_cast<std::uint64_t>(turn)).chance(0.5, "reads"))
            co_await readPage(run, turn);
    }
    const double stuck = run.world().timeline().researchLoopChance(run.start());
    if (!run.failed() && (run.boundToLoop() || run.dice().chance(stuck, "stuck"))) {
        const auto repeats = static_cast<int>(run.boundToLoop() ? 40 : run.dice().uniform({8, 20}, "repeats"));
        co_await run.repeatTool(searcher, kStuck, kStuckSearch, repeats);
    }
}

} // namespace

Task researchShape(Run &run)
{
    Agent planner = run.open(0, kSystem);
    co_await run.call(planner, kPlan);
    run.close(planner);

    if (!run.failed()) {
        Agent searcher = run.open(1, kSystem);
        run.hear(searcher, planner.lastOut);
        co_await searchRounds(run, searcher);
        run.close(searcher);
    }
    if (!run.failed()) {
        Agent writer = run.open(3, kSystem);
        co_await run.call(writer, kExtract);
        co_await run.call(writer, kSynthesise);
        run.close(writer);
    }
    if (!run.failed()) {
        Agent verifier = run.open(4, kSystem);
        co_await run.validated(verifier, kVerify);
        if (verifier.ok && !verifier.accepted)
            run.fail(Outcome::Failure);
        run.close(verifier);
    }
}

} // namespace flyball::agentsim
