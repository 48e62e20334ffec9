// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/aggregate/snapshot.h"
#include "core/aggregate/views/window.h"

namespace flyball {

struct Interval {
    double low = 0;
    double high = 0;
};

/// Type-7 quantiles (linear interpolation between order statistics), exact in pico-USD and tokens.
/// metrics.md 3: P95 needs 59 runs and P99 needs 300, else "n too small" and nothing is given.
struct RunQuantiles {
    static constexpr std::int64_t kMinP95 = 59;
    static constexpr std::int64_t kMinP99 = 300;
    std::int64_t n = 0;
    std::optional<UsdSum> p50, p95, p99;
    std::optional<std::int64_t> tokens50, tokens95, tokens99;
};

/// Runs that ended in a window. Costs and rates count failed and capped runs too.
struct RunStats {
    std::int64_t count = 0; ///< closed, end inside the window
    std::int64_t open = 0;  ///< not closed yet, begun before the window's end and active inside it
    std::int64_t success = 0, failure = 0, capped = 0, timeout = 0, unknown = 0;
    Totals totals;     ///< of the closed ones
    RunQuantiles cost; ///< per closed run

    /// Runs whose outcome is known: the denominator of every rate (design rule 3a.11).
    [[nodiscard]] std::int64_t known() const { return success + failure + capped + timeout; }
    [[nodiscard]] std::optional<UsdSum> costPerRun() const;
    /// Cost of all runs by successes; nothing without a success.
    [[nodiscard]] std::optional<UsdSum> costPerSuccess() const;
    [[nodiscard]] std::optional<double> passRate() const;
    [[nodiscard]] std::optional<Interval> passInterval() const; ///< Wilson, 90 %
};

/// amount / count rounded half-even to pico-USD; count > 0.
[[nodiscard]] UsdSum divide(const UsdSum &amount, std::int64_t count);
/// amount * times / by rounded half-even to pico-USD; by > 0, and amount * times within 128 bits.
[[nodiscard]] UsdSum scaled(const UsdSum &amount, std::int64_t times, std::int64_t by);
/// Wilson score interval at 90 % (z = 1.6449) of successes out of n > 0.
[[nodiscard]] Interval wilson90(std::int64_t successes, std::int64_t n);
/// Type-7 quantile of percent/100, exact; nothing of an empty set. Reorders its input.
[[nodiscard]] std::optional<UsdSum> quantile(std::vector<UsdSum> &values, int percent);
/// Of counts, rounded half-even to a whole one.
[[nodiscard]] std::optional<std::int64_t> quantile(std::vector<std::int64_t> &values, int percent);

struct RunsOfWindow {
    RunStats all;
    std::unordered_map<Symbol, RunStats> byWorkflow;
};

/// Remembers the time span of each immutable chunk of runs, so that a short window over a long
/// history reads a few chunks only. Not thread-safe; one per user.
class RunScanner {
public:
    [[nodiscard]] RunsOfWindow stats(const RunStore &runs, Window window);
    /// Calls fn(const RunRow &) for every run that is open or closed inside the window.
    template <typename Fn>
    void forEach(const RunStore &runs, Window window, Fn &&fn)
    {
        for (const auto &chunk : runs.chunks) {
            const Span &span = spanOf(chunk);
            if (span.latest < window.since || span.earliest >= window.until)
                continue;
            for (const RunRow &row : *chunk)
                if (inWindow(row, window))
                    fn(row);
        }
        dropUnused(runs);
    }
    /// A run (RunRow::isRun). Closed: ended inside. Open: begun before the end and last active inside.
    [[nodiscard]] static bool inWindow(const RunRow &row, Window window);

private:
    using Rows = std::vector<RunRow>;
    struct Span {
        std::shared_ptr<const Rows> rows;
        TimeNs earliest = 0;
        TimeNs latest = 0;
    };
    const Span &spanOf(const std::shared_ptr<const Rows> &rows);
    void dropUnused(const RunStore &runs);

    std::unordered_map<const Rows *, Span> m_spans;
};

} // namespace flyball
