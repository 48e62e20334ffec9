// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/run.h"
#include "app/agentsim/engine/world.h"
#include "app/agentsim/shapes/shapes.h"

namespace flyball::agentsim {

namespace {

constexpr StepSpec kClean{.step = "clean_ocr",
                          .taskType = "extract",
                          .tier = Tier::Cheap,
                          .ask = {1200, 4200},
                          .out = {300, 900},
                          .reasoning = {0, 256}};
constexpr StepSpec kExtract{.step = "extract_fields",
                            .taskType = "extract",
                            .tier = Tier::Mid,
                            .ask = {900, 3600},
                            .out = {220, 780},
                            .maxTokens = 2048,
                            .pass = {0.80, 0.90, 0.97},
                            .complaint = {140, 420},
                            .confidence = true};
constexpr StepSpec kCheckTotals{.step = "check_totals",
                                .taskType = "validate",
                                .tier = Tier::Cheap,
                                .ask = {300, 900},
                                .out = {20, 90},
                                .reasoning = {64, 400}};
constexpr ToolSpec kMatch{"match_purchase_order", {15, 180}, {}, 0.01};
constexpr ToolSpec kPost{"post_ledger", {60, 420}, {}, 0.01};

} // namespace

Task invoiceShape(Run &run)
{
    const bool broken = run.world().timeline().invoicePrefixBroken(run.start());
    if (broken)
        run.setPromptVersion("invoice-v13");

    Agent cleaner = run.open(0, 1300);
    co_await run.call(cleaner, kClean);
    run.close(cleaner);
    if (run.failed())
        co_return;

    // v13 begins with the time of day: the long instructions behind it are never the same prefix again.
    Agent extractor = run.open(1, 4600, broken);
    run.hear(extractor, cleaner.lastOut);
    co_await run.validated(extractor, kExtract);
    run.close(extractor);
    if (!run.failed() && !extractor.accepted)
        run.fail(Outcome::Failure);
    if (run.failed())
        co_return;

    if (run.dice().chance(0.35, "checked")) {
        Agent validator = run.open(2, 1200);
        co_await run.call(validator, kCheckTotals);
        run.close(validator);
    }
    if (run.failed())
        co_return;
    Agent matcher = run.open(3, 0);
    co_await run.tool(matcher, kMatch);
    run.close(matcher);
    Agent poster = run.open(4, 0);
    co_await run.tool(poster, kPost);
    run.close(poster);
}

} // namespace flyball::agentsim
