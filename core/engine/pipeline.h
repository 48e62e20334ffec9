// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "core/engine/livecollator.h"
#include "core/engine/sourcefeed.h"

namespace flyball {

/// Everything the ingest thread does, without the thread: read, collate, commit, keep the cubes,
/// make snapshots. Synchronous, so that tests run it step by step.
class Pipeline {
public:
    Pipeline(const EngineOptions &options, SymbolTable &symbols, std::unique_ptr<Ledger> ledger,
             std::shared_ptr<const PriceCatalog> catalog);

    /// Loads what the ledger holds. `loaded` is called once the newest numbers are there and again
    /// when all are.
    [[nodiscard]] Result<> load(const std::function<void()> &loaded);
    /// Called between slices with what is done of how much; false ends the work, and the next start goes on.
    using ReworkStep = std::function<bool(std::int64_t done, std::int64_t total)>;
    /// `step`: for rows that stand at another word on whether they count ("told") than the configuration.
    void addSource(
        const SourceConfig &config, const ReworkStep &step = [](std::int64_t, std::int64_t) { return true; });
    void removeSource(const std::string &id, bool rowsToo);
    void setPaused(const std::string &id, bool paused);
    void cancelImport();
    [[nodiscard]] Result<> retain(int days);

    /// One round over all sources. True when there is more to read at once.
    bool readSome(std::int64_t budgetBytes, bool onlyDue = false);
    /// Commits what was read. False when the ledger could not be asked or written (a full disk): call again later,
    /// nothing is lost. The snapshot names the error until then.
    bool commit();
    [[nodiscard]] bool hasPending() const { return m_pendingFacts || m_unsaved.has_value(); }
    [[nodiscard]] bool diskFull() const { return m_stall.code == ErrorCode::DiskFull; }
    /// Somebody waits until what was read is stored.
    [[nodiscard]] bool awaited() const;
    /// The last commit failed, or what it must store cannot be merged.
    [[nodiscard]] bool stalled() const { return !m_stall.message.empty(); }

    /// Prices every stored call again, in slices; `step` is called between them and ends it by false.
    [[nodiscard]] Result<> reprice(std::shared_ptr<const PriceCatalog> catalog, const std::function<bool()> &step);
    /// Whether the stored rows were priced by another catalog than the one in force (a newer book, an
    /// override edited by hand): they must then be priced again.
    [[nodiscard]] bool pricesChanged();

    /// Names every stored call and run again by other rules. Money moves between names; totals stay. The former list
    /// puts back what was.
    [[nodiscard]] Result<> setAttribution(AttributionRules rules, const ReworkStep &step);
    [[nodiscard]] const AttributionRules &attribution() const { return m_attribution; }
    /// Decides every run that has signals again.
    [[nodiscard]] Result<> setSuccess(std::vector<SuccessRule> rules, const ReworkStep &step);
    /// Whether what `target` meters is told call by call by other sources: it is then kept, and not counted.
    [[nodiscard]] Result<> setTold(const std::string &target, bool told, const ReworkStep &step);
    /// Whether the stored rows were made by other rules than those the pipeline was given.
    [[nodiscard]] bool attributionChanged();
    [[nodiscard]] bool successChanged();

    [[nodiscard]] std::shared_ptr<const Snapshot> snapshot();
    [[nodiscard]] std::vector<std::unique_ptr<SourceFeed>> &feeds() { return m_feeds; }
    [[nodiscard]] Ledger &ledger() { return *m_ledger; }
    [[nodiscard]] const Totals &totals() const { return m_collator.totals(); }
    void setError(const std::string &message) { m_error = message; }
    [[nodiscard]] bool readOnly() const { return m_ledger->openReport().readOnly; }

private:
    [[nodiscard]] std::string priceSignature() const;
    [[nodiscard]] bool standsAtOther(const char *key, const std::string &signature, const std::string &first);
    [[nodiscard]] Result<std::vector<Key128>> allGroups();
    [[nodiscard]] Result<> resolveAgain(const std::vector<Key128> &groups, const ReworkStep &step);
    [[nodiscard]] Result<> reloadAll();
    void applyCommitted(LedgerWrite &write);
    void trimMinutes();
    void readHorizon();
    [[nodiscard]] std::unique_ptr<SourceFeed> makeFeed(const SourceConfig &config);
    [[nodiscard]] bool mergeHeld();
    [[nodiscard]] bool commitNow();
    [[nodiscard]] Result<> storeHasQuality();
    [[nodiscard]] Error unsaved() const { return m_stall; }
    [[nodiscard]] Result<> scanRequests(const std::function<void(std::uint64_t, const Key128 &)> &sink);
    void dropRetained(FactBatch &batch) const;
    void updateImport();

    SymbolTable &m_symbols;
    std::unique_ptr<Ledger> m_ledger;
    std::shared_ptr<const PriceCatalog> m_catalog;
    std::unique_ptr<CallPricer> m_pricer;
    RunTable m_runs;
    LiveCollator m_collator;
    CellCube m_minutes{Resolution::Minute};
    CellCube m_quarters{Resolution::Quarter};
    bool m_quartersComplete = false;
    std::vector<std::unique_ptr<SourceFeed>> m_feeds;
    std::vector<StoredFile> m_positions; ///< read, not committed
    struct Read {
        SourceFeed *feed = nullptr;
        FactBatch batch;
        LiveCollator::Added added{};
    };
    std::vector<Read> m_read;
    bool m_held = false; ///< the last one is not merged as a whole: the ledger could not be asked
    bool m_pendingFacts = false;
    std::optional<LedgerWrite> m_unsaved; ///< resolved, but the disk was full
    Error m_stall;                        ///< why nothing is committed; without words when it is
    std::string m_error;                  ///< what went wrong elsewhere
    bool m_fromEnd = false;
    OpenRemote m_openRemote;
    std::uint64_t m_sequence = 0;
    std::uint64_t m_generation = 0;
    std::shared_ptr<const std::vector<SeriesKey>> m_seriesShared;
    ImportProgress m_import;
    std::int64_t m_importDone = 0;
    TimeNs m_importStart = 0;
    bool m_moreToRead = true;
    std::string m_path;
    AttributionRules m_attribution;
    std::vector<SuccessRule> m_success;
    ReworkProgress m_rework;
    bool m_hasQuality = false;  ///< the ledger has imported signals
    TimeNs m_horizon = kNoTime; ///< older calls were let go by retention
};

} // namespace flyball
