// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"
#include "app/agentsim/shapes/shapes.h"

namespace flyball::agentsim {

namespace {

constexpr StepSpec kPlanFields{
    .step = "plan_fields", .taskType = "plan", .tier = Tier::Cheap, .ask = {300, 900}, .out = {40, 160}};
constexpr StepSpec kTag{
    .step = "tag", .taskType = "classify", .tier = Tier::Cheap, .ask = {60, 180}, .out = {40, 220}, .confidence = true};
constexpr StepSpec kSummarise{.step = "summarise",
                              .taskType = "summarize",
                              .tier = Tier::Mid,
                              .ask = {60, 180},
                              .out = {160, 560},
                              .pass = {0.8, 0.95, 0.97},
                              .complaint = {60, 160}};
constexpr StepSpec kLink{
    .step = "link_entities", .taskType = "extract", .tier = Tier::Cheap, .ask = {900, 2600}, .out = {120, 420}};
constexpr StepSpec kCheck{
    .step = "check", .taskType = "validate", .tier = Tier::Cheap, .ask = {500, 1400}, .out = {20, 90}};
constexpr ToolSpec kSearchEntities{"sql_query", {10, 220}, {200, 1500}, 0.01};

} // namespace

Task enrichmentShape(Run &run)
{
    const std::int64_t document = run.dice().skewed({1500, 7200}, "document");
    Agent planner = run.open(0, 1700);
    run.hear(planner, document);
    co_await run.call(planner, kPlanFields);
    run.close(planner);
    if (run.failed())
        co_return;

    Agent tagger = run.open(1, 2200);
    run.hear(tagger, document);
    const auto fields = static_cast<int>(run.dice().uniform({1, 2}, "fields"));
    for (int field = 0; field < fields && !run.failed(); ++field)
        co_await run.call(tagger, kTag, field);
    run.close(tagger);
    if (run.failed())
        co_return;

    Agent summariser = run.open(2, 2800);
    run.hear(summariser, document);
    co_await run.validated(summariser, kSummarise);
    run.close(summariser);

    if (!run.failed() && run.dice().chance(0.55, "links")) {
        Agent linker = run.open(3, 1500);
        co_await run.tool(linker, kSearchEntities);
        co_await run.call(linker, kLink);
        run.close(linker);
    }
    if (!run.failed() && run.dice().chance(0.3, "checks")) {
        Agent checker = run.open(4, 1300);
        run.hear(checker, summariser.lastOut);
        co_await run.call(checker, kCheck);
        run.close(checker);
    }
}

} // namespace flyball::agentsim
