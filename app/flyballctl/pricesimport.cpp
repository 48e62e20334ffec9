// SPDX-License-Identifier: GPL-3.0-or-later
#include <condition_variable>
#include <mutex>

#include "app/flyballctl/importplan.h"
#include "app/flyballctl/prices.h"
#include "app/flyballctl/textout.h"
#include "core/engine/engine.h"
#include "core/engine/paths.h"
#include "core/ledger/ledger_file.h"

namespace flyball::ctl {

namespace {

using Json = nlohmann::ordered_json;

Json planJson(const ImportPlan &plan, bool applied)
{
    Json changes = Json::array();
    for (const PriceChange &change : plan.changes) {
        Json row = {{"provider", change.entry.provider}, {"model", change.entry.model}, {"change", change.what}};
        if (change.entry.from != kNoTime)
            row["from"] = formatRfc3339(change.entry.from);
        row["before"] = change.known ? ratesJson(change.before) : Json(nullptr);
        row["after"] = ratesJson(change.after);
        row["large"] = change.large;
        changes.push_back(std::move(row));
    }
    Json leftOut = Json::array();
    for (const auto &[name, reason] : plan.leftOut)
        leftOut.push_back({{"model", name}, {"reason", reason}});
    return {{"changes", changes}, {"unchanged", plan.unchanged}, {"left_out", leftOut}, {"applied", applied}};
}

void printPlan(const ImportPlan &plan)
{
    TextTable table({"model", "provider", "class", "before", "after"});
    for (const PriceChange &change : plan.changes)
        for (std::size_t i = 0; i < kRateKeys; ++i) {
            const AttoUsd before = change.known ? change.before.atto[i] : kNoRate;
            const AttoUsd after = change.after.atto[i];
            if (before == after)
                continue;
            table.add({change.entry.model, change.entry.provider.empty() ? "(any)" : change.entry.provider,
                       std::string(kRateKeyNames[i]), before < 0 ? "-" : formatDecimal(before, 12),
                       (after < 0 ? "-" : formatDecimal(after, 12)) + (change.large ? " !" : "")});
        }
    if (!plan.changes.empty())
        print(table.text());
    for (const auto &[name, reason] : plan.leftOut)
        print("left out: " + safeText(name) + ": " + reason + "\n");
    print(std::to_string(plan.changes.size()) + " changed, " + std::to_string(plan.unchanged) + " unchanged, "
          + std::to_string(plan.leftOut.size()) + " left out; USD per million tokens\n");
}

/// Saves through the engine, so that the calls in the ledger are priced again with it.
Result<> saveAndReprice(const Paths &paths, const std::string &json)
{
    EngineOptions options;
    options.ledgerPath = paths.ledger();
    options.overridesPath = paths.overrides();
    auto engine = Engine::start(options);
    if (!engine)
        return engine.error();
    if ((*engine)->latest()->ledger.readOnly)
        return Error{ErrorCode::Locked, "the ledger is held by a running Flyball: " + options.ledgerPath};
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Result<>> result;
    (*engine)->changeOverrides(json, [&](Result<> outcome) {
        const std::lock_guard lock(mutex);
        result = std::move(outcome);
        done.notify_one();
    });
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return result.has_value(); });
    return *result;
}

Result<> save(const Paths &paths, const OverrideStore &store)
{
    if (fileSize(paths.ledger()) > 0)
        return saveAndReprice(paths, store.toJson());
    if (const Result<> made = makeParentFolders(paths.overrides()); !made)
        return made;
    FileLock lock;
    switch (lock.acquire(paths.ledger())) {
    case FileLock::State::Held:
        return store.save(paths.overrides());
    case FileLock::State::HeldByOther:
        return Error{ErrorCode::Locked, "the ledger is held by a running Flyball: " + paths.ledger()};
    default:
        return Error{ErrorCode::Unreadable, "cannot write in " + paths.data};
    }
}

} // namespace

int importPrices(const Arguments &arguments, bool json)
{
    const Paths paths = Paths::fromEnvironment();
    const auto plan = planImport(arguments.words()[1], paths.overrides());
    if (!plan)
        return unusable(plan.error());
    bool large = false;
    for (const PriceChange &change : plan->changes)
        large = large || change.large;
    const bool refused = large && !arguments.has("--yes");
    if (!refused && !plan->changes.empty())
        if (const Result<> saved = save(paths, plan->result); !saved)
            return unusable(saved.error());
    if (json)
        printJson(planJson(*plan, !refused && !plan->changes.empty()));
    else
        printPlan(*plan);
    if (refused)
        return unusable("nothing was changed: prices marked large move more than five-fold or lose their "
                        "long-context rates; --yes accepts them");
    return plan->leftOut.empty() || arguments.has("--lenient") ? kOk : kPartly;
}

} // namespace flyball::ctl
