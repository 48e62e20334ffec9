// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/runstats.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace flyball {

namespace {

using Wide = __int128;

Wide picoOf(const UsdSum &sum) { return Wide{sum.usd()} * kPicoPerUsd + sum.picoRemainder(); }

UsdSum sumOf(Wide pico)
{
    return UsdSum::fromParts(static_cast<std::int64_t>(pico / kPicoPerUsd),
                             static_cast<std::int64_t>(pico % kPicoPerUsd));
}

Wide halfEven(Wide numerator, Wide denominator)
{
    Wide q = numerator / denominator;
    Wide r = numerator % denominator;
    if (r < 0) {
        r += denominator;
        --q;
    }
    if (2 * r > denominator || (2 * r == denominator && (q & 1) != 0))
        ++q;
    return q;
}

/// Type-7: h = (n - 1) * percent / 100, split exactly into index and hundredths.
template <typename T, typename ToWide>
std::optional<Wide> quantileWide(std::vector<T> &values, int percent, ToWide toWide)
{
    if (values.empty())
        return std::nullopt;
    const std::size_t scaled = (values.size() - 1) * static_cast<std::size_t>(percent);
    const std::size_t index = scaled / 100;
    const auto fraction = static_cast<std::int64_t>(scaled % 100);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(index);
    std::nth_element(values.begin(), at, values.end());
    const Wide low = toWide(*at);
    if (fraction == 0)
        return low;
    const Wide high = toWide(*std::min_element(at + 1, values.end()));
    return halfEven(low * 100 + (high - low) * fraction, 100);
}

struct Samples {
    std::vector<UsdSum> cost;
    std::vector<std::int64_t> tokens;
};

RunQuantiles quantilesOf(Samples &samples)
{
    RunQuantiles q;
    q.n = static_cast<std::int64_t>(samples.cost.size());
    q.p50 = quantile(samples.cost, 50);
    q.tokens50 = quantile(samples.tokens, 50);
    if (q.n >= RunQuantiles::kMinP95) {
        q.p95 = quantile(samples.cost, 95);
        q.tokens95 = quantile(samples.tokens, 95);
    }
    if (q.n >= RunQuantiles::kMinP99) {
        q.p99 = quantile(samples.cost, 99);
        q.tokens99 = quantile(samples.tokens, 99);
    }
    return q;
}

void count(RunStats &stats, const RunRow &row)
{
    if (!row.info.closed) {
        ++stats.open;
        return;
    }
    ++stats.count;
    stats.totals += row.totals;
    switch (row.info.outcome) {
    case Outcome::Success:
        ++stats.success;
        break;
    case Outcome::Failure:
        ++stats.failure;
        break;
    case Outcome::Capped:
        ++stats.capped;
        break;
    case Outcome::Timeout:
        ++stats.timeout;
        break;
    case Outcome::Unknown:
        ++stats.unknown;
        break;
    }
}

} // namespace

UsdSum divide(const UsdSum &amount, std::int64_t by) { return sumOf(halfEven(picoOf(amount), by)); }

UsdSum scaled(const UsdSum &amount, std::int64_t times, std::int64_t by)
{
    return sumOf(halfEven(picoOf(amount) * times, by));
}

std::optional<UsdSum> quantile(std::vector<UsdSum> &values, int percent)
{
    const auto wide = quantileWide(values, percent, picoOf);
    return wide ? std::optional(sumOf(*wide)) : std::nullopt;
}

std::optional<std::int64_t> quantile(std::vector<std::int64_t> &values, int percent)
{
    const auto wide = quantileWide(values, percent, [](std::int64_t v) { return Wide{v}; });
    return wide ? std::optional(static_cast<std::int64_t>(*wide)) : std::nullopt;
}

Interval wilson90(std::int64_t successes, std::int64_t n)
{
    constexpr double z = 1.6448536269514722;
    const auto count = static_cast<double>(n);
    const double p = static_cast<double>(successes) / count;
    const double centre = p + z * z / (2 * count);
    const double spread = z * std::sqrt(p * (1 - p) / count + z * z / (4 * count * count));
    const double scale = 1 + z * z / count;
    return {std::max(0.0, (centre - spread) / scale), std::min(1.0, (centre + spread) / scale)};
}

std::optional<UsdSum> RunStats::costPerRun() const
{
    return count > 0 ? std::optional(divide(totals.cost, count)) : std::nullopt;
}

std::optional<UsdSum> RunStats::costPerSuccess() const
{
    return success > 0 ? std::optional(divide(totals.cost, success)) : std::nullopt;
}

std::optional<double> RunStats::passRate() const
{
    if (known() == 0)
        return std::nullopt;
    return static_cast<double>(success) / static_cast<double>(known());
}

std::optional<Interval> RunStats::passInterval() const
{
    return known() > 0 ? std::optional(wilson90(success, known())) : std::nullopt;
}

bool RunScanner::inWindow(const RunRow &row, Window window)
{
    if (!row.isRun())
        return false;
    if (row.info.closed)
        return window.contains(row.info.end);
    return row.info.start < window.until && std::max(row.info.start, row.info.end) >= window.since;
}

const RunScanner::Span &RunScanner::spanOf(const std::shared_ptr<const Rows> &rows)
{
    Span &span = m_spans[rows.get()];
    if (span.rows == rows)
        return span;
    span = {rows, std::numeric_limits<TimeNs>::max(), std::numeric_limits<TimeNs>::min()};
    for (const RunRow &row : *rows) {
        span.earliest = std::min({span.earliest, row.info.start, row.info.end});
        span.latest = std::max({span.latest, row.info.start, row.info.end});
    }
    return span;
}

void RunScanner::dropUnused(const RunStore &runs)
{
    // Only the last chunks ever change, so the surplus stays small; clean up when it does not.
    if (m_spans.size() <= runs.chunks.size() + 64)
        return;
    std::unordered_set<const Rows *> alive;
    for (const auto &chunk : runs.chunks)
        alive.insert(chunk.get());
    std::erase_if(m_spans, [&](const auto &entry) { return !alive.contains(entry.first); });
}

RunsOfWindow RunScanner::stats(const RunStore &runs, Window window)
{
    RunsOfWindow out;
    Samples all;
    std::unordered_map<Symbol, Samples> samples;
    forEach(runs, window, [&](const RunRow &row) {
        count(out.all, row);
        count(out.byWorkflow[row.info.workflow], row);
        if (!row.info.closed)
            return;
        Samples &own = samples[row.info.workflow];
        for (Samples *s : {&all, &own}) {
            s->cost.push_back(row.totals.cost);
            s->tokens.push_back(row.totals.allTokens());
        }
    });
    out.all.cost = quantilesOf(all);
    for (auto &[workflow, own] : samples)
        out.byWorkflow[workflow].cost = quantilesOf(own);
    return out;
}

} // namespace flyball
