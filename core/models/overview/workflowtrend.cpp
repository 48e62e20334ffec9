// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/models/overview/workflowmodel.h"

namespace flyball {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr qsizetype kMaxBins = 60;
constexpr qsizetype kMinBins = 12;
constexpr qsizetype kRunsPerBin = 4; ///< below, most bins are empty or a single run

/// Runs that ended in one bin of the trend.
struct BinRuns {
    std::int64_t runs = 0, known = 0, success = 0;
    double cost = 0, squares = 0;
};

void append(TrendPanel &panel, double value, double low, double high)
{
    panel.values.append(value);
    panel.low.append(low);
    panel.high.append(high);
}

TrendPanel qualityPanel(const std::vector<BinRuns> &bins)
{
    TrendPanel panel;
    panel.name = WorkflowModel::tr("Pass rate");
    panel.slot = 2;
    panel.unit = int(ChartUnit::Percent);
    for (const BinRuns &bin : bins) {
        if (bin.known == 0) {
            append(panel, kNaN, kNaN, kNaN);
            continue;
        }
        const Interval interval = wilson90(bin.success, bin.known);
        // The chart's percent axis counts in percent, not in shares.
        append(panel, 100.0 * static_cast<double>(bin.success) / static_cast<double>(bin.known), 100.0 * interval.low,
               100.0 * interval.high);
    }
    return panel;
}

/// Cost of all runs over `divisor` (runs or successes), with the 90 % interval of the mean cost.
TrendPanel costPanel(const std::vector<BinRuns> &bins, bool perSuccess, int slot)
{
    constexpr double z = 1.6448536269514722;
    TrendPanel panel;
    panel.name = perSuccess ? WorkflowModel::tr("Cost per success") : WorkflowModel::tr("Cost per run");
    panel.slot = slot;
    for (const BinRuns &bin : bins) {
        const std::int64_t divisor = perSuccess ? bin.success : bin.runs;
        if (divisor == 0) {
            append(panel, kNaN, kNaN, kNaN);
            continue;
        }
        const auto n = static_cast<double>(bin.runs);
        const double scale = n / static_cast<double>(divisor);
        const double mean = bin.cost / n;
        if (bin.runs < 2) {
            append(panel, mean * scale, kNaN, kNaN);
            continue;
        }
        const double variance = std::max(0.0, (bin.squares - n * mean * mean) / (n - 1));
        const double spread = z * std::sqrt(variance / n);
        append(panel, mean * scale, std::max(0.0, mean - spread) * scale, (mean + spread) * scale);
    }
    return panel;
}

QString lastText(const TrendPanel &panel, const Formatter &f, bool percent)
{
    const auto it = std::find_if(panel.values.rbegin(), panel.values.rend(), [](double v) { return !std::isnan(v); });
    if (it == panel.values.rend())
        return {};
    if (percent)
        return f.percentText(*it / 100.0);
    return u'$' + f.number(*it, *it >= 1 ? 2 : *it >= 0.1 ? 3 : 4);
}

} // namespace

void WorkflowModel::showTrend(const View &view, Symbol workflow)
{
    const Formatter &f = m_services.format;
    // Runs are rarer than calls: wider bins than the spend chart, whole multiples of its width.
    const auto bins = static_cast<qsizetype>(view.folded.bins());
    const auto found = view.runs.byWorkflow.find(workflow);
    const auto ended = found == view.runs.byWorkflow.end() ? 0 : static_cast<qsizetype>(found->second.count);
    const qsizetype wanted = std::clamp(ended / kRunsPerBin, kMinBins, kMaxBins);
    const qsizetype group = std::max<qsizetype>(1, (bins + wanted - 1) / wanted);
    const TimeNs width = view.binWidth * group;
    std::vector<BinRuns> sums(static_cast<std::size_t>((bins + group - 1) / group));
    bool known = false;
    std::int64_t runs = 0;
    m_builder.runs().forEach(view.snapshot->runs, view.window, [&](const RunRow &row) {
        if (!row.info.closed || row.info.workflow != workflow)
            return;
        const auto at = static_cast<std::size_t>((row.info.end - view.window.since) / width);
        BinRuns &bin = sums[std::min(at, sums.size() - 1)];
        const double cost = row.totals.cost.toDouble();
        ++runs;
        ++bin.runs;
        bin.cost += cost;
        bin.squares += cost * cost;
        if (row.info.outcome == Outcome::Unknown)
            return;
        known = true;
        ++bin.known;
        bin.success += row.info.outcome == Outcome::Success ? 1 : 0;
    });
    m_trend = {};
    m_trend.startMs = view.window.since / 1'000'000;
    m_trend.binMs = width / 1'000'000;
    m_trend.marks = view.marks;
    if (runs > 0) {
        const bool perSuccess =
            std::any_of(sums.begin(), sums.end(), [](const BinRuns &bin) { return bin.success > 0; });
        TrendPanel cost = costPanel(sums, perSuccess, std::max(0, m_slot));
        cost.lastText = lastText(cost, f, false);
        cost.fromZero = true;
        m_trend.summary = tr("%1 now %2").arg(cost.name, cost.lastText);
        m_trend.panels.append(std::move(cost));
        if (known) {
            TrendPanel quality = qualityPanel(sums);
            quality.lastText = lastText(quality, f, true);
            m_trend.summary += tr(", %1 %2").arg(quality.name, quality.lastText);
            m_trend.panels.append(std::move(quality));
        }
    }
    m_trendTitle = known ? tr("Cost against quality") : tr("Cost per run");
    m_trendSub = tr("%1, %2 bins, band = 90 % interval").arg(view.rangeText, f.duration(width));
    Q_EMIT trendChanged();
}

} // namespace flyball
