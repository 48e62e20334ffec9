// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/aggregate/snapshot.h"
#include "core/attribution/rules.h"
#include "core/base/result.h"
#include "core/domain/outcome.h"
#include "core/engine/remotesource.h"
#include "core/ledger/ledger.h"

namespace flyball {

class PriceCatalog;
struct RuleTrial;

struct EngineOptions {
    std::string ledgerPath;
    std::vector<SourceConfig> sources;
    std::vector<std::string> priceFiles; ///< --prices, checked before start
    std::string overridesPath;           ///< user price overrides, kept by the engine
    std::string instanceName;            ///< shown as "demo", "temporary" ...
    bool fromEnd = false;                ///< --new: skip what is already there
    int retentionDays = 0;               ///< 0 = keep for ever
    AttributionRules attribution;        ///< the operator's own; a changed list is applied to history at the start
    std::vector<SuccessRule> success;    ///< what counts as success, by workflow; likewise
    OpenRemote openRemote;               ///< makes sources that are not files; empty: there are none
};

/// The only place that knows threads. One ingest thread reads sources, writes the ledger and
/// publishes snapshots; one query thread serves drill-down on its own read-only connection.
/// All functions may be called from one owner thread (the GUI); callbacks arrive on the ingest or
/// query thread and must hand over to their own.
class Engine {
public:
    using Query = std::function<void(Ledger &reader)>;

    [[nodiscard]] static Result<std::unique_ptr<Engine>> start(EngineOptions options);
    /// Stops reading, commits, joins both threads.
    virtual ~Engine() = default;

    /// Newest snapshot; never null after start.
    [[nodiscard]] virtual std::shared_ptr<const Snapshot> latest() const = 0;
    /// Called on the ingest thread after a new snapshot was published (at most every 100 ms).
    virtual void onSnapshot(std::function<void()> callback) = 0;
    /// Runs `query` on the query thread with a read-only ledger, in order of asking.
    virtual void query(Query query) = 0;

    virtual void addSource(SourceConfig source) = 0;
    virtual void removeSource(const std::string &id, bool rowsToo) = 0;
    virtual void pauseSource(const std::string &id, bool paused) = 0;
    virtual void retrySource(const std::string &id) = 0;
    /// The source of this id goes on with other options; what was read stays.
    virtual void changeSource(SourceConfig source) = 0;
    /// Ends a running import: what was read stays, the rest is left for a later start.
    virtual void cancelImport() = 0;
    virtual void setRetentionDays(int days) = 0;
    /// Prices every call again with the catalog as it is now (after an override was saved or
    /// withdrawn); `done` gets the spend before and after.
    virtual void reprice(std::function<void(UsdSum before, UsdSum after)> done) = 0;

    /// The catalog in force. Lookups are safe from the owner thread; changes go through
    /// changePrices, which swaps the catalog and prices again.
    [[nodiscard]] virtual std::shared_ptr<const PriceCatalog> prices() const = 0;
    /// Replaces the overrides by the given JSON (the format of overrides.json; empty = none), saves
    /// them and prices history again. The former text can be given back to undo it.
    virtual void changeOverrides(std::string overridesJson, std::function<void(Result<>)> done) = 0;
    [[nodiscard]] virtual std::string overrides() const = 0;

    /// Applies other rules to history and to all that comes, in slices (Snapshot::rework). Cancelled by
    /// cancelRework(): the former list is put back before `done`. Giving the former list undoes it.
    virtual void changeAttribution(AttributionRules rules, std::function<void(Result<>)> done) = 0;
    virtual void changeSuccess(std::vector<SuccessRule> rules, std::function<void(Result<>)> done) = 0;
    /// See SourceConfig::options["told"]: what the source meters is told call by call by others, or is not.
    virtual void changeTold(const std::string &id, bool told, std::function<void(Result<>)> done) = 0;
    virtual void cancelRework() = 0;
    /// What `draft` would change against `present` on the newest calls; `done` is called on the query thread.
    virtual void tryAttribution(AttributionRules present, AttributionRules draft, std::int64_t most,
                                std::function<void(Result<RuleTrial>)> done) = 0;
};

} // namespace flyball
