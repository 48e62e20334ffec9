// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>

#include "app/flyballctl/budgets.h"
#include "app/flyballctl/commands.h"
#include "app/flyballctl/liveengine.h"
#include "app/flyballctl/qtprocess.h"
#include "core/aggregate/report/report.h"
#include "core/engine/paths.h"
#include "core/gateways/registry.h"
#include "core/keys/keychain.h"

namespace flyball::ctl {

namespace {

constexpr const char *kHelp =
    "Usage: flyballctl watch SOURCE... [options]\n"
    "\n"
    "Reads what is there, then follows it, and prints one JSON line per change: the totals of\n"
    "`report`, `ts` (now) and `lag_ms` (newest event to this line). Writes nothing.\n"
    "\n"
    "  --for SECONDS    stop after so long (default: until interrupted)\n"
    "  --new            start at the end of what is there\n"
    "  --prices FILE    price file over the built-in book\n"
    "  --budgets        with the budgets that gateways keep; a line whenever they are told again\n"
    "\n"
    "Example: flyballctl watch ~/.claude --new --for 60\n";

constexpr double kLongest = 1e9; ///< seconds, thirty years: what a clock in nanoseconds can add

/// Wakes the printing thread when the engine has something new.
struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    bool ringing = false;
};

/// False when nobody reads any more.
bool printLine(const Snapshot &snapshot, bool budgets)
{
    auto line = nlohmann::ordered_json::parse(totalsToJson(snapshot.totals, snapshot.runCount, snapshot.rejected));
    nlohmann::ordered_json out;
    out["ts"] = formatRfc3339(snapshot.takenAt);
    const bool known = snapshot.newestEvent != kNoTime;
    out["lag_ms"] = known ? nlohmann::ordered_json((snapshot.takenAt - snapshot.newestEvent) / 1'000'000)
                          : nlohmann::ordered_json(nullptr);
    out["monotonic_ns"] = monotonicNow();
    out["settled"] = snapshot.settled;
    out.update(line);
    if (budgets)
        for (const SourceHealth &source : snapshot.sources)
            if (source.budgets)
                out["budgets"][source.target] = budgetsJson(*source.budgets, snapshot.takenAt);
    std::printf("%s\n", out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
    return std::fflush(stdout) == 0;
}

int run(const std::vector<std::string> &words)
{
    auto arguments =
        Arguments::parse(words, {{"--for", true}, {"--new", false}, {"--prices", true}, {"--budgets", false}});
    if (!arguments)
        return unusable(arguments.error());
    if (arguments->words().empty())
        return unusable("watch needs a source");
    auto sources = engineSources(arguments->words());
    if (!sources)
        return unusable(sources.error());
    double seconds = -1;
    if (arguments->has("--for")) {
        const std::string text = arguments->value("--for");
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        if (error != std::errc() || end != text.data() + text.size() || !(seconds >= 0 && seconds <= kLongest))
            return unusable("--for: '" + text + "' is not a number of seconds");
    }
    catchStopSignals();
    const TemporaryFolder folder;
    if (folder.path().empty())
        return unusable("cannot make a temporary folder");
    const QtProcess qt;
    const std::shared_ptr<Keychain> keychain = useSystemKeychain();
    EngineOptions options;
    options.openRemote = openRemoteSource;
    options.ledgerPath = folder.path() + "/ledger.db";
    options.overridesPath = {};
    options.sources = *sources;
    options.fromEnd = arguments->has("--new");
    if (arguments->has("--prices"))
        options.priceFiles = {arguments->value("--prices")};
    Bell bell;
    auto engine = Engine::start(options);
    if (!engine)
        return unusable(engine.error());
    (*engine)->onSnapshot([&] {
        const std::lock_guard lock(bell.mutex);
        bell.ringing = true;
        bell.rung.notify_one();
    });
    const TimeNs end = seconds < 0 ? INT64_MAX : monotonicNow() + static_cast<TimeNs>(seconds * 1e9);
    const bool budgets = arguments->has("--budgets");
    Totals shown;
    std::vector<GatewayBudgetsPtr> told;
    bool first = true;
    while (!stopRequested() && monotonicNow() < end) {
        std::unique_lock lock(bell.mutex);
        bell.rung.wait_for(lock, std::chrono::milliseconds(100), [&] { return bell.ringing; });
        const bool rang = bell.ringing;
        bell.ringing = false;
        lock.unlock();
        if (!rang)
            continue;
        const auto snapshot = (*engine)->latest();
        std::vector<GatewayBudgetsPtr> tells;
        for (const SourceHealth &source : snapshot->sources)
            if (budgets)
                tells.push_back(source.budgets);
        const bool same = snapshot->totals == shown && tells == told;
        if (first ? !snapshot->settled && same : same)
            continue;
        told = std::move(tells);
        first = false;
        shown = snapshot->totals;
        if (!printLine(*snapshot, budgets))
            break;
    }
    (*engine)->onSnapshot({});
    return kOk;
}

} // namespace

const Command &watchCommand()
{
    static const Command command{"watch", "follow sources and print totals as they change", kHelp, run};
    return command;
}

} // namespace flyball::ctl
