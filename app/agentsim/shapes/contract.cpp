// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"
#include "app/agentsim/shapes/shapes.h"

namespace flyball::agentsim {

namespace {

constexpr StepSpec kAnswer{
    .step = "answer", .taskType = "answer", .tier = Tier::Mid, .ask = {25, 160}, .out = {160, 760}};
constexpr StepSpec kCite{
    .step = "check_citations", .taskType = "validate", .tier = Tier::Cheap, .ask = {1500, 4200}, .out = {40, 160}};
constexpr StepSpec kOpinion{
    .step = "legal_opinion", .taskType = "reason", .tier = Tier::Frontier, .ask = {3000, 7800}, .out = {500, 1500}};
constexpr StepSpec kRedact{
    .step = "redact", .taskType = "extract", .tier = Tier::Cheap, .ask = {1200, 3600}, .out = {150, 600}};
constexpr ToolSpec kFindClause{"clause_search", {30, 260}, {400, 1800}, 0.01};

} // namespace

Task contractShape(Run &run)
{
    Agent assistant = run.open(0, 3300);
    run.hear(assistant, run.dice().skewed({9000, 38000}, "contract"));
    const auto turns = static_cast<int>(run.dice().skewed({3, 13}, "turns"));
    for (int turn = 0; turn < turns && !run.failed(); ++turn) {
        const Dice dice = run.dice().at(static_cast<std::uint64_t>(turn));
        if (dice.chance(0.4, "looks-up")) {
            Agent finder = run.open(1, 0, false, &assistant);
            co_await run.tool(finder, kFindClause, turn);
            run.close(finder);
            run.hear(assistant, finder.prompt.back().tokens);
        }
        co_await run.call(assistant, kAnswer, turn);
        if (!run.failed() && dice.chance(0.3, "cites")) {
            Agent checker = run.open(3, 1400, false, &assistant);
            run.hear(checker, assistant.lastOut);
            co_await run.call(checker, kCite, turn);
            run.close(checker);
        }
        // People read and think; one pause in twelve outlives the provider's five minutes.
        const Range thinking = dice.chance(0.08, "leaves") ? Range{310'000, 700'000} : Range{8'000, 120'000};
        if (turn + 1 < turns)
            co_await run.pause(thinking, "thinking", turn);
    }
    if (!run.failed() && run.dice().chance(0.18, "opinion")) {
        Agent summariser = run.open(2, 2100, false, &assistant);
        co_await run.call(summariser, kOpinion);
        run.close(summariser);
    }
    if (!run.failed() && run.dice().chance(0.2, "redacts")) {
        Agent redactor = run.open(4, 1100, false, &assistant);
        co_await run.call(redactor, kRedact);
        run.close(redactor);
    }
    run.close(assistant);
}

} // namespace flyball::agentsim
