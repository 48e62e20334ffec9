// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/flyballctl/commands.h"
#include "app/flyballctl/liveengine.h"
#include "app/flyballctl/qtprocess.h"
#include "core/engine/paths.h"
#include "core/gateways/registry.h"
#include "core/keys/keychain.h"

namespace flyball::ctl {

namespace {

constexpr const char *kHelp =
    "Usage: flyballctl ingest SOURCE... [options]\n"
    "\n"
    "Reads sources into the app's ledger without a window and prints what was added. A call that\n"
    "was read before is not added again, whatever was interrupted.\n"
    "\n"
    "  --follow         go on reading until interrupted\n"
    "  --prices FILE    price file over the built-in book\n"
    "\n"
    "Example: flyballctl ingest otlp-json:/var/log/agents --follow\n";

int run(const std::vector<std::string> &words)
{
    auto arguments = Arguments::parse(words, {{"--follow", false}, {"--prices", true}});
    if (!arguments)
        return unusable(arguments.error());
    if (arguments->words().empty())
        return unusable("ingest needs a source");
    auto sources = engineSources(arguments->words());
    if (!sources)
        return unusable(sources.error());
    catchStopSignals();
    const Paths paths = Paths::fromEnvironment();
    const QtProcess qt;
    const std::shared_ptr<Keychain> keychain = useSystemKeychain();
    EngineOptions options;
    options.openRemote = openRemoteSource;
    options.ledgerPath = paths.ledger();
    options.overridesPath = paths.overrides();
    options.sources = *sources;
    if (arguments->has("--prices"))
        options.priceFiles = {arguments->value("--prices")};
    auto engine = Engine::start(options);
    if (!engine)
        return unusable(engine.error());
    if ((*engine)->latest()->ledger.readOnly)
        return unusable("the ledger is held by a running Flyball: " + options.ledgerPath);
    const bool follow = arguments->has("--follow");
    std::shared_ptr<const Snapshot> snapshot;
    do {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        snapshot = (*engine)->latest();
    } while (!stopRequested() && (follow || snapshot->sources.size() < sources->size() || !snapshot->settled));
    nlohmann::ordered_json rejected = nlohmann::ordered_json::object();
    nlohmann::ordered_json read = nlohmann::ordered_json::object();
    for (const SourceHealth &source : snapshot->sources) {
        read[source.target] = source.bytesRead;
        for (const RejectReason &reason : source.rejects)
            rejected[reason.reason] = rejected.value(reason.reason, std::int64_t{0}) + reason.count;
    }
    const nlohmann::ordered_json out = {{"calls_added", snapshot->callsAdded},
                                        {"calls_updated", snapshot->callsUpdated},
                                        {"rejected", rejected},
                                        {"offsets", read}};
    std::printf("%s\n", out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
    if (!snapshot->ledger.error.empty())
        return unusable(snapshot->ledger.error);
    return kOk;
}

} // namespace

const Command &ingestCommand()
{
    static const Command command{"ingest", "read sources into the app's ledger", kHelp, run};
    return command;
}

} // namespace flyball::ctl
