// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"
#include "core/domain/facts.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

struct MeterLabel {
    std::string_view name;
    std::string_view value;
};

/// One value of one series, as the server wrote it. A histogram or summary is read by its _sum.
struct MeterReading {
    std::string_view name; ///< of the series: "litellm_spend_metric_total"
    std::span<const MeterLabel> labels;
    std::string_view value;        ///< decimal text
    TimeNs at = 0;                 ///< of the value
    std::optional<TimeNs> created; ///< when the counter began at 0, where that is told
};

struct MeterOptions {
    Symbol source = 0;
    /// Labels that may name the workflow; the first one a series has wins. Empty: the usual ones of the gateway.
    std::vector<std::string> workflowLabels;
};

/// What one reading of all series amounted to, for words and for the raw browser.
struct MeterSummary {
    std::int64_t series = 0;
    std::int64_t counted = 0;           ///< of these, with a meaning for spend
    std::vector<std::string> workflows; ///< seen in this reading, sorted
    std::vector<std::string> unknown;   ///< families without a meaning here, sorted
    std::vector<std::string> trouble;   ///< "2 values ignored: NaN" ...
    bool restarted = false;             ///< counters began again
    TimeNs newest = kNoTime;            ///< of the values
};

/// Turns counters into spend: what each series grew by since it was last read, by what it means, summed up by the
/// names it carries, per minute. Money is exact: differences of the decimal texts, so that they add up to the last
/// value minus the first. A value that falls began again from 0; a series that is gone for a while goes on from where
/// it was; one that is new began at 0 if its server had been read before, else it is where counting begins. One thread.
class MeterBook {
public:
    MeterBook(MeterOptions options, SymbolCache &symbols);
    ~MeterBook();

    /// The last value of each series and the sums of the running minute. A state that cannot be read is as none.
    void restore(const std::string &state);
    [[nodiscard]] std::string save() const;

    /// A reading of `instance` (a target; an empty one for one alone) begins. `processStart`: of the exporter, where
    /// it tells. Readings of one instance come in order of time; a scrape is begin, read ..., end.
    void begin(std::string_view instance, TimeNs now, std::optional<TimeNs> processStart = std::nullopt);
    void read(const MeterReading &reading);
    /// The facts of what grew; with batch.lines of the series counted. Takes effect as a whole.
    [[nodiscard]] MeterSummary end(FactBatch &out);
    /// Forgets what was read since begin(): the scrape failed.
    void abandon();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace flyball
