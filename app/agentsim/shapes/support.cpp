// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"
#include "app/agentsim/shapes/shapes.h"

namespace flyball::agentsim {

namespace {

constexpr StepSpec kClassify{.step = "classify",
                             .taskType = "classify",
                             .tier = Tier::Cheap,
                             .ask = {180, 900},
                             .out = {15, 60},
                             .reasoning = {64, 320},
                             .maxTokens = 512,
                             .confidence = true};
constexpr StepSpec kDraft{.step = "draft",
                          .taskType = "write",
                          .tier = Tier::Mid,
                          .ask = {250, 900},
                          .out = {220, 900},
                          .maxTokens = 1500,
                          .pass = {0.72, 0.90, 0.96},
                          .complaint = {90, 260}};
constexpr StepSpec kValidate{.step = "validate",
                             .taskType = "validate",
                             .tier = Tier::Cheap,
                             .ask = {500, 1500},
                             .out = {30, 120},
                             .maxTokens = 512,
                             .pinned = ModelId::Haiku};
constexpr StepSpec kEscalate{
    .step = "escalate", .taskType = "write", .tier = Tier::Frontier, .ask = {1500, 4200}, .out = {350, 1100}};
constexpr ToolSpec kLookup{"vector_lookup", {40, 380}, {3900, 10400}, 0.01};
constexpr ToolSpec kSend{"send_reply", {120, 700}, {}, 0.005};

} // namespace

Task supportShape(Run &run)
{
    Agent classifier = run.open(0, 2600);
    co_await run.call(classifier, kClassify);
    run.close(classifier);
    if (run.failed())
        co_return;

    Agent retriever = run.open(1, 0);
    co_await run.tool(retriever, kLookup);
    run.close(retriever);

    Agent drafter = run.open(2, 5200);
    run.hear(drafter, retriever.prompt.back().tokens);
    co_await run.validated(drafter, kDraft);
    run.close(drafter);
    if (run.failed())
        co_return;

    Agent validator = run.open(3, 4300);
    run.hear(validator, drafter.lastOut);
    co_await run.call(validator, kValidate);
    run.close(validator);

    const bool hard = !drafter.accepted || run.dice().chance(run.segment() == "enterprise" ? 0.22 : 0.03, "hard");
    Agent escalator = run.open(4, 5200);
    if (hard && !run.failed()) {
        run.hear(escalator, drafter.lastOut);
        co_await run.call(escalator, kEscalate);
    }
    if (!run.failed())
        co_await run.tool(escalator, kSend);
    run.close(escalator);
}

} // namespace flyball::agentsim
