// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"
#include "app/agentsim/engine/world.h"
#include "app/agentsim/shapes/shapes.h"

namespace flyball::agentsim {

namespace {

// Constant sizes: the sums of one run can be done on paper (tests/unit/agentsim/tst_agentsim_mechanics.cpp).
constexpr StepSpec kClassify{.step = "classify",
                             .taskType = "classify",
                             .tier = Tier::Cheap,
                             .cache = CacheMode::None,
                             .ask = {200, 200},
                             .out = {20, 20}};
constexpr StepSpec kTurn{.step = "work", .taskType = "reason", .out = {200, 200}};
constexpr StepSpec kDraft{.step = "draft",
                          .taskType = "write",
                          .tier = Tier::Mid,
                          .cache = CacheMode::None,
                          .ask = {100, 100},
                          .out = {400, 400},
                          .complaint = {100, 100},
                          .firstRejected = true};
constexpr ToolSpec kSearch{"web_search", {500, 500}, {300, 300}, 0.0};
constexpr int kTurns = 4;
constexpr int kRepeats = 3;

} // namespace

Task microShape(Run &run)
{
    Agent router = run.open(0, 5000);
    co_await run.call(router, kClassify);
    run.close(router);

    Agent worker = run.open(1, 5000);
    run.hear(worker, 1000);
    for (int turn = 0; turn < kTurns; ++turn) {
        co_await run.call(worker, kTurn, turn);
        co_await run.tool(worker, kSearch, turn);
    }
    if (run.world().timeline().scenario().loop)
        co_await run.repeatTool(worker, kTurn, kSearch, kRepeats);
    run.close(worker);

    Agent drafter = run.open(2, 900);
    co_await run.validated(drafter, kDraft);
    if (!drafter.accepted)
        run.fail(Outcome::Failure);
    run.close(drafter);
}

} // namespace flyball::agentsim
