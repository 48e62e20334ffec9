// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/aggregate/series.h"
#include "core/base/symbols.h"
#include "core/domain/gatewaybudget.h"

namespace flyball {

/// Cells of one roll-up as immutable chunks (an hour of minutes, a day of quarters). A new version
/// shares every chunk that did not change, so taking a snapshot costs the changed chunks only.
class CellStore {
public:
    struct Chunk {
        std::int64_t first = 0;  ///< first bucket this chunk can hold
        std::vector<Cell> cells; ///< sorted by (bucket, series), no zero cells
    };
    Resolution resolution = Resolution::Minute;
    std::vector<std::shared_ptr<const Chunk>> chunks; ///< ascending by first

    [[nodiscard]] static constexpr std::int64_t bucketsPerChunk(Resolution r)
    {
        return r == Resolution::Minute ? 60 : 96;
    }
    /// Calls fn(const Cell &) for every cell with firstBucket <= bucket < endBucket, ascending.
    template <typename Fn>
    void forEach(std::int64_t firstBucket, std::int64_t endBucket, Fn &&fn) const
    {
        for (const auto &chunk : chunks) {
            if (chunk->first + bucketsPerChunk(resolution) <= firstBucket)
                continue;
            if (chunk->first >= endBucket)
                break;
            auto it = std::lower_bound(chunk->cells.begin(), chunk->cells.end(), firstBucket,
                                       [](const Cell &c, std::int64_t b) { return c.bucket < b; });
            for (; it != chunk->cells.end() && it->bucket < endBucket; ++it)
                fn(*it);
        }
    }
};

/// Runs in order of first sight, as immutable chunks of kChunk rows.
class RunStore {
public:
    static constexpr std::size_t kChunk = 1024;
    std::vector<std::shared_ptr<const std::vector<RunRow>>> chunks;

    template <typename Fn>
    void forEach(Fn &&fn) const
    {
        for (const auto &chunk : chunks)
            for (const RunRow &row : *chunk)
                fn(row);
    }
};

/// Evaluations of a workflow in sum, by signal name and run end minute are drill-down; these are
/// the pass/fail counts that decide an unknown outcome (rule 3a.11).
enum class SourceState : std::uint8_t { Unknown, CatchingUp, Live, Idle, Stale, Failing, Paused };

struct RejectReason {
    std::string reason;
    std::int64_t count = 0;
    std::string lastPath;
    std::int64_t lastOffset = 0;
    std::int64_t lastLength = 0;
};

class RequestLog;

/// How the quality signals that a source brought fare.
struct QualityCounts {
    std::int64_t signals = 0;
    std::int64_t joined = 0;
    std::array<std::int64_t, kSignalAddresses> waiting{}; ///< by what they name: nothing of that name is known (yet)
    std::int64_t ambiguous = 0;                           ///< their session is several runs

    friend bool operator==(const QualityCounts &, const QualityCounts &) = default;
};

/// One source as the Sources page shows it. Plain counters, pulled; nothing is signalled per line.
struct SourceHealth {
    std::string id;     ///< stable, from the configuration
    std::string kind;   ///< "claude-code", "otlp-json" ...
    std::string target; ///< path
    Symbol symbol = 0;  ///< value of SeriesKey::source for its calls
    SourceState state = SourceState::Unknown;
    TimeNs since = 0;  ///< of the state, wall clock
    std::string error; ///< one line naming the thing; empty when fine
    std::int64_t files = 0;
    std::int64_t filesUnreadable = 0;
    std::int64_t bytesRead = 0;
    std::int64_t bytesPending = 0;
    std::int64_t lines = 0;
    double linesPerSecond = 0; ///< over the last few seconds
    TimeNs newestEvent = kNoTime;
    std::int64_t lagNs = -1; ///< newest event to the snapshot that first showed it; -1 unknown
    std::int64_t ignored = 0;
    std::int64_t metrics = 0; ///< data points of metrics among the ignored, since the start
    std::int64_t duplicates = 0;
    std::int64_t rejected = 0;
    std::vector<RejectReason> rejects;
    QualityCounts quality;
    // Of remote sources.
    std::string url;                            ///< where it listens; empty: it is asked
    std::string detail;                         ///< what it told last: "412 series, 3 workflows"
    std::string warning;                        ///< partial answers and such
    TimeNs lastAnswer = kNoTime;                ///< last good one, wall clock
    std::map<std::string, std::string> options; ///< as configured: they name keys, never hold one
    std::shared_ptr<const RequestLog> requests; ///< of one that listens: what came in lately; any thread
    GatewayBudgetsPtr budgets;                  ///< that it keeps itself; null: it told of none yet, or is no gateway
    bool told = false; ///< its meters are kept and not counted: others tell these calls (Engine::changeTold)
};

struct ImportProgress {
    bool active = false;
    std::int64_t bytesDone = 0;
    std::int64_t bytesTotal = 0;
    std::int64_t callsDone = 0;
    double secondsLeft = -1; ///< from the measured rate; -1 while it cannot be told honestly
};

/// History being resolved again: other prices, rules or success signals.
struct ReworkProgress {
    bool active = false;
    std::int64_t done = 0; ///< groups of calls
    std::int64_t total = 0;
};

struct LedgerState {
    bool readOnly = false;  ///< another instance writes
    bool diskFull = false;  ///< ingest is paused until there is room; nothing is lost
    std::string movedAside; ///< a damaged ledger was set aside here and is being rebuilt
    std::string error;
    std::int64_t sizeBytes = 0;
    std::string path;
};

struct PriceBookState {
    std::string version;
    std::string date; ///< yyyy-mm-dd of the book's data
    std::int64_t models = 0;
    std::int64_t overrides = 0;
    std::uint64_t generation = 0; ///< changes whenever calls were priced again
};

/// Everything the window reads, at one moment. Immutable; shared between threads by shared_ptr.
struct Snapshot {
    std::uint64_t sequence = 0;
    TimeNs takenAt = 0;          ///< wall clock
    TimeNs firstEvent = kNoTime; ///< span of the ledger's calls
    TimeNs newestEvent = kNoTime;
    const SymbolTable *symbols = nullptr;                 ///< outlives every snapshot of its engine
    std::shared_ptr<const std::vector<SeriesKey>> series; ///< index = SeriesId
    CellStore minutes;                                    ///< only from `minutesFrom` on; older minutes are drill-down
    TimeNs minutesFrom = kNoTime;
    CellStore quarters;            ///< the whole ledger
    bool quartersComplete = false; ///< false during the first moments of a start
    RunStore runs;
    Totals totals; ///< of the whole ledger
    std::int64_t runCount = 0;
    std::int64_t callsAdded = 0;   ///< since the engine started
    std::int64_t callsUpdated = 0; ///< of those that were there before
    bool settled = false;          ///< every source has been read to its end and committed
    std::vector<SourceHealth> sources;
    ImportProgress import;
    ReworkProgress rework;
    LedgerState ledger;
    PriceBookState prices;
    std::int64_t ignored = 0;
    std::int64_t duplicates = 0;
    std::int64_t rejected = 0;

    /// Whether both show the same sums, runs and conditions, so that only times and rates of sources can differ.
    /// Costs a comparison per shared chunk.
    [[nodiscard]] bool sameFigures(const Snapshot &other) const;
};

} // namespace flyball
