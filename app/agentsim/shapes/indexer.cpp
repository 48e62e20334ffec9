// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"
#include "app/agentsim/shapes/shapes.h"

namespace flyball::agentsim {

namespace {

constexpr StepSpec kSummariseChunk{
    .step = "summarise_chunk", .taskType = "summarize", .tier = Tier::Cheap, .ask = {3600, 11800}, .out = {240, 1150}};
constexpr StepSpec kEntities{.step = "link_entities",
                             .taskType = "extract",
                             .tier = Tier::Cheap,
                             .ask = {3000, 8600},
                             .out = {120, 480},
                             .pinned = ModelId::QwenLocal};
constexpr StepSpec kPublish{.step = "outline",
                            .taskType = "summarize",
                            .tier = Tier::Mid,
                            .ask = {2200, 6800},
                            .out = {400, 1100},
                            .reasoning = {128, 900}};
constexpr ToolSpec kSplit{"split_document", {200, 1800}, {}, 0.01};
constexpr ToolSpec kDedupe{"find_duplicates", {150, 900}, {}, 0.01};
constexpr ToolSpec kStore{"vector_upsert", {30, 240}, {}, 0.01};

} // namespace

Task indexerShape(Run &run)
{
    Agent splitter = run.open(0, 0);
    co_await run.tool(splitter, kSplit);
    run.close(splitter);
    const auto chunks = static_cast<int>(run.dice().uniform({9, 21}, "chunks"));
    for (int chunk = 0; chunk < chunks && !run.failed(); ++chunk) {
        // Every chunk is a conversation of its own; a third goes to the model in the company's own rack.
        const bool own = run.dice().at(static_cast<std::uint64_t>(chunk)).chance(0.34, "own-rack");
        Agent worker = run.open(own ? 2 : 1, 940);
        co_await run.call(worker, own ? kEntities : kSummariseChunk, chunk);
        if (worker.ok)
            co_await run.tool(worker, kStore, chunk);
        run.close(worker);
    }
    if (run.failed())
        co_return;
    Agent deduper = run.open(3, 0);
    co_await run.tool(deduper, kDedupe);
    run.close(deduper);
    Agent publisher = run.open(4, 1500);
    co_await run.call(publisher, kPublish);
    run.close(publisher);
}

} // namespace flyball::agentsim
