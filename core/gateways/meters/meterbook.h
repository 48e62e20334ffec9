// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/domain/facts.h"
#include "core/formats/meters/meanings.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// One value of one series, as the server wrote it. A histogram or summary is read by its _sum.
struct MeterReading {
    std::string_view name; ///< of the series: "litellm_spend_metric_total"
    std::span<const MeterLabel> labels;
    std::string_view value;        ///< decimal text
    TimeNs at = 0;                 ///< of the value
    std::optional<TimeNs> created; ///< when the counter began at 0, where that is told beside it
};

struct MeterOptions {
    Symbol source = 0;
    /// Labels that may name the workflow; the first one a series has wins. Empty: the usual ones of the gateway.
    std::vector<std::string> workflowLabels;
};

/// What one reading of all series amounted to, for words and for the raw browser.
struct MeterSummary {
    std::int64_t series = 0;
    std::int64_t counted = 0;           ///< of these, with a meaning for spend and a value that counts
    std::int64_t facts = 0;             ///< said by it
    std::vector<std::string> workflows; ///< seen in this reading, sorted
    std::vector<std::string> unknown;   ///< families without a meaning here, sorted
    std::vector<std::string> trouble;   ///< "2 values ignored: NaN" ...
    bool restarted = false;             ///< counters began again
    bool byTurns = false;               ///< one of several workers answered, each with counters of its own
    TimeNs newest = kNoTime;            ///< of the values
};

inline constexpr std::size_t kMostMeterSeries = 20'000;

/// Turns counters into spend: what each series grew by since it was last read, by what it means, summed up by the
/// names it carries, in the minute it was read. Money is exact: each value is rounded half-even to a pico-USD, and
/// their differences add up to the last value minus the first. A value that falls began again from 0, and so did one
/// whose `_created` (or the unlabelled process_start_time_seconds of its page) moved; a series that is gone for a while
/// goes on from where it was; one that is new began at 0 if its instance had been read before, else it is where
/// counting begins. Workers that answer by turns behind one address are told apart by the start of their process, and
/// each is an instance of its own. At most kMostMeterSeries series with a meaning: where there is no room for more,
/// instances that were not read for a day are forgotten, then the series that are gone longest.
///
/// Tokens are made disjoint per fact; what a scrape in the middle of a call leaves over is taken off later. Where a
/// meter counts money for a model, that is what its facts cost; where it does not, or has counted 0 since it began (a
/// gateway does that where it knows no price), they carry none and are priced by the book, as calls told one by one
/// are. The `_created` and process_start_time_seconds series may simply be read like all others.
/// One thread.
class MeterBook {
public:
    MeterBook(MeterOptions options, SymbolCache &symbols);
    ~MeterBook();

    /// The last value of each series and the sums of the running minute, in JSON. A state that cannot be read is as
    /// none. Equal while no series moved, came or went.
    void restore(const std::string &state);
    [[nodiscard]] std::string save() const;

    /// A reading of `instance` (a target; an empty one for one alone) begins. `processStart`: of the exporter, where
    /// it tells. Readings of one instance come in order of time; a scrape is begin, read ..., end.
    void begin(std::string_view instance, TimeNs now, std::optional<TimeNs> processStart = std::nullopt);
    void read(const MeterReading &reading);
    /// The facts of what grew, and a reject ("meter value") of each series whose value became useless; with
    /// batch.lines of the series. Takes effect as a whole. OutOfRange: too many series; then nothing was read.
    [[nodiscard]] Result<MeterSummary> end(FactBatch &out);
    /// Forgets what was read since begin(): the scrape failed.
    void abandon();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace flyball
