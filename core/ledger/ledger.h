// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/aggregate/series.h"
#include "core/base/result.h"
#include "core/domain/call.h"
#include "core/domain/facts.h"

namespace flyball {

/// A fact and what was made of it. Facts that were merged into another call of their group stay,
/// uncounted, so that a later sighting gives the same result in any order.
struct StoredCall {
    CallFact fact;
    Call call; ///< meaningful when `counted`
    bool counted = true;
};

/// What a group holds: everything needed to resolve it again.
struct StoredGroup {
    std::vector<StoredCall> calls;
    std::vector<SpanFact> spans;
    std::vector<SignalFact> signals;
};

/// Read position of one file of one source; opaque to the ledger but for its key (source, fileKey).
struct StoredFile {
    std::string source;
    std::string fileKey; ///< (device, inode) as text
    std::string state;   ///< position and reader state, serialised by the engine
};

/// One place of a refused line, newest 100 kept for each source and reason. A row with an empty
/// path stands for the places that are no longer kept: the counts of all rows add up to the total.
struct RejectCount {
    std::string source;
    std::string reason;
    std::string path;
    std::int64_t offset = 0;
    std::int64_t length = 0;
    std::int64_t count = 0;
    TimeNs last = 0;
};

/// What one source delivered beside rows.
struct SourceCounts {
    std::string source;
    std::vector<RejectFact> rejects;
    std::int64_t lines = 0;
    std::int64_t ignored = 0;
    std::int64_t duplicates = 0;
};

/// One transaction: rows and the read positions that produced them commit together, so kill -9 at
/// any moment neither loses nor doubles a call.
struct LedgerWrite {
    std::vector<StoredCall> calls;   ///< upsert by (group, sub)
    std::vector<SpanFact> spans;     ///< upsert by (trace, span)
    std::vector<SignalFact> signals; ///< upsert by (group, span, id)
    std::vector<RunRow> runs;        ///< upsert by info.run, absolute values
    std::vector<std::pair<SeriesId, SeriesKey>> newSeries;
    std::vector<Cell> minuteDeltas; ///< added to what is stored
    std::vector<Cell> quarterDeltas;
    std::vector<TraitFact> traits;   ///< OR-ed
    std::vector<StoredFile> files;   ///< upsert
    std::vector<RejectFact> rejects; ///< of `rejectSource`; counted by reason, newest 100 places kept each
    std::string rejectSource;
    std::int64_t ignored = 0; ///< added to meta counters of rejectSource
    std::int64_t duplicates = 0;
    std::int64_t lines = 0;
    TimeNs now = kNoTime;                   ///< time of the rejects; kNoTime asks the wall clock
    std::vector<SourceCounts> otherSources; ///< further sources of the same transaction
};

/// Ledger::meta() key: start of what is still kept as calls, decimal ns (retain()). A fact older
/// than this may have been counted and forgotten: counting it again would double it.
inline constexpr const char *kMetaRetainedBefore = "retained_before";

struct CallFilter {
    TimeNs since = kNoTime; ///< inclusive; kNoTime = open
    TimeNs until = kNoTime; ///< exclusive; kNoTime = open
    std::optional<Key128> run;
    std::optional<Symbol> workflow, model, provider, agent, step, source, tier, segment, session;
    /// Not columns: asked of every row the others let through.
    std::optional<Symbol> taskType, promptVersion, feature, policyRevision;
    std::optional<bool> failed, unpriced;
    bool metered = false; ///< also the records of meters (CallMetered), which are no calls
    /// Only these, by callKey(); asked like the names above.
    std::shared_ptr<const std::unordered_set<std::uint64_t>> members;
};
enum class CallOrder : std::uint8_t { TimeAscending, TimeDescending, CostDescending };

/// The embedded store (SQLite, WAL). One writer object per process, used by one thread; readers are
/// separate connections, one per thread. Symbols are stored by name and belong to the given table.
class Ledger {
public:
    enum class Mode { ReadWrite, ReadOnly };
    struct OpenReport {
        bool created = false;
        bool readOnly = false;  ///< another instance holds it, or the disk is read-only
        std::string movedAside; ///< path of a damaged file that was set aside; rows must be read again
        bool migrated = false;
        int migratedFrom = 0; ///< schema version found, when `migrated`
    };

    /// Opens or creates `path`. A damaged file (quick_check) is renamed to `*.corrupt-<time>`, never
    /// deleted, and a fresh one takes its place. A newer schema is refused with TooNew. A held lock
    /// gives a read-only ledger; so does a read-only folder. A network file system is refused
    /// (InvalidArgument), and so is an SQLite file that is not a ledger. Files up to 64 MiB are
    /// checked whole, larger ones at both ends of every table: see verify().
    /// Corrupt from any later operation: close and open again, the file is then set aside.
    /// A ReadOnly ledger sees what was committed before each operation began, and ends each after
    /// setReadDeadline() (5 s) with Cancelled, so that the WAL can be recycled.
    [[nodiscard]] static Result<std::unique_ptr<Ledger>> open(const std::string &path, Mode mode, SymbolTable &symbols);
    virtual ~Ledger() = default;
    [[nodiscard]] virtual const OpenReport &openReport() const = 0;

    /// All or nothing. DiskFull leaves the ledger at the last commit; try again later.
    virtual Result<> commit(const LedgerWrite &write) = 0;
    [[nodiscard]] virtual Result<StoredGroup> loadGroup(const Key128 &group) = 0;
    /// True when any fact of the group is stored (cheap; asked for every new group).
    [[nodiscard]] virtual bool hasGroup(const Key128 &group) = 0;
    /// Groups whose facts carry a producer or session, for traits that turned up late. By session:
    /// of the counted call where there is one (it may have inherited it), else of the fact.
    [[nodiscard]] virtual Result<std::vector<Key128>> groupsOfProducer(Symbol producer) = 0;
    [[nodiscard]] virtual Result<std::vector<Key128>> groupsOfSession(Symbol session) = 0;
    /// Groups with facts of `source` and of others: resolve them again after forgetSource(source, true).
    [[nodiscard]] virtual Result<std::vector<Key128>> groupsSharedWith(const std::string &source) = 0;

    /// Files of one source; of all sources when it is empty.
    [[nodiscard]] virtual Result<std::vector<StoredFile>> loadFiles(const std::string &source) = 0;
    [[nodiscard]] virtual Result<std::vector<TraitFact>> loadTraits() = 0;
    [[nodiscard]] virtual Result<std::vector<std::pair<SeriesId, SeriesKey>>> loadSeries() = 0;
    /// Cells with firstBucket <= bucket <= lastBucket, in order of (bucket, series).
    [[nodiscard]] virtual Result<> loadCells(Resolution resolution, std::int64_t firstBucket, std::int64_t lastBucket,
                                             const std::function<void(const Cell &)> &sink) = 0;
    [[nodiscard]] virtual Result<> loadRuns(const std::function<void(const RunRow &)> &sink) = 0;
    [[nodiscard]] virtual Result<> loadSignals(const Key128 &group, std::vector<SignalFact> &out) = 0;
    /// Every stored signal.
    [[nodiscard]] virtual Result<> readSignals(const std::function<void(const SignalFact &)> &sink) = 0;
    [[nodiscard]] virtual Result<std::vector<RejectCount>> loadRejects() = 0;
    /// Counters by source: lines, ignored, duplicates.
    struct SourceCounters {
        std::string source;
        std::int64_t lines = 0, ignored = 0, duplicates = 0;
    };
    [[nodiscard]] virtual Result<std::vector<SourceCounters>> loadCounters() = 0;

    /// Ties of time are in the order of arrival, ties of cost newest first, unpriced calls after priced.
    /// Counted calls that match, at most `limit` (<= 0: all), until the sink says false.
    [[nodiscard]] virtual Result<> readCalls(const CallFilter &filter, CallOrder order, std::int64_t limit,
                                             const std::function<bool(const Call &)> &sink) = 0;
    /// Records of a time in its order: those that count as calls, or those that another one of their group has taken
    /// in.
    [[nodiscard]] virtual Result<> readRecords(TimeNs since, TimeNs until, bool counted,
                                               const std::function<bool(const StoredCall &)> &sink) = 0;
    [[nodiscard]] virtual Result<StoredGroup> readTrace(const Key128 &run) = 0;

    /// Small named values (settings of the ledger itself, price book in force ...).
    virtual Result<> setMeta(const std::string &key, const std::string &value) = 0;
    [[nodiscard]] virtual std::string meta(const std::string &key) = 0;

    /// Forgets calls (not roll-ups, not run sums) with time < before, rounded down to a quarter of an
    /// hour, and spans and signals that old whose calls are gone; returns how many calls.
    virtual Result<std::int64_t> retain(TimeNs before) = 0;
    /// Removes everything a source delivered (forgotten history of its roll-ups, too), or only its
    /// positions, so that it is read again; rejects and counters of the source go in both cases.
    /// Reload what is held in memory afterwards.
    virtual Result<> forgetSource(const std::string &source, bool rowsToo) = 0;
    /// Rebuilds both roll-ups and run sums from the rows; used after a repair and by tests. What
    /// retain() has forgotten keeps its sums. New series may appear: reload them afterwards.
    virtual Result<> rebuildRollups() = 0;
    /// Reads the whole file and checks its structure (minutes for a large one): for a ReadOnly ledger
    /// on a thread of its own. Corrupt: the next open() for writing sets the file aside.
    [[nodiscard]] virtual Result<> verify() = 0;
    /// Longest time of one read of a ReadOnly ledger; 0 = no end. 5 s at first.
    virtual void setReadDeadline(TimeNs limit) = 0;
    [[nodiscard]] virtual std::int64_t sizeBytes() const = 0;
    /// Checkpoints the WAL when idle.
    virtual void checkpoint() = 0;
};

} // namespace flyball
