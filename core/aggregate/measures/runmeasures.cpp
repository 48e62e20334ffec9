// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/aggregate/measures/measureparts.h"
#include "core/aggregate/measures/measuresum.h"
#include "core/aggregate/measures/orderinterval.h"

namespace flyball {

namespace {

/// A whole number that was carried as that many pico-USD: one exact quantile serves money and counts.
std::int64_t countOf(const UsdSum &sum) { return sum.usd() * kPicoPerUsd + sum.picoRemainder(); }

} // namespace

/// The runs of a scope in sum. A scope narrower than a workflow has the part of each run that is its own, and only
/// the runs it took part in.
struct MeasureSum::RunsSum {
    struct Row {
        const RunRow *run;
        const Totals *totals;
    };
    std::vector<Row> rows; ///< by id, so that the answer does not depend on the order of a hash
    Totals totals, failed, capped;
    std::int64_t known = 0, success = 0, cappedCount = 0, failedCount = 0;
    TimeNs first = kNoTime; ///< start of the earliest
    std::shared_ptr<std::unordered_set<Key128>> failedIds = std::make_shared<std::unordered_set<Key128>>();
    std::shared_ptr<std::unordered_set<Key128>> cappedIds = std::make_shared<std::unordered_set<Key128>>();

    [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(rows.size()); }
    void add(const RunRow &run, const Totals &part);
};

void MeasureSum::RunsSum::add(const RunRow &run, const Totals &part)
{
    rows.push_back({&run, &part});
    totals += part;
    first = rows.size() == 1 ? run.info.start : std::min(first, run.info.start);
    const Outcome outcome = run.info.outcome;
    known += outcome != Outcome::Unknown ? 1 : 0;
    success += outcome == Outcome::Success ? 1 : 0;
    if (outcome == Outcome::Capped) {
        ++cappedCount;
        capped += part;
        cappedIds->insert(run.info.run);
    } else if (outcome == Outcome::Failure || outcome == Outcome::Timeout) {
        ++failedCount;
        failed += part;
        failedIds->insert(run.info.run);
    }
}

MeasureSum::RunsSum MeasureSum::sumRuns() const
{
    std::vector<Key128> ids;
    for (const auto &[id, row] : m_ended)
        if (m_scope.wholeRuns() || m_runs.contains(id))
            ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    RunsSum sum;
    for (const Key128 &id : ids) {
        const RunRow &row = *m_ended.at(id);
        sum.add(row, m_scope.wholeRuns() ? row.totals : m_runs.at(id).totals);
    }
    return sum;
}

void MeasureSum::putRunCosts(std::vector<Measure> &out, const RunsSum &runs) const
{
    const auto sum = [&](MeasureId id, const Totals &part, std::int64_t n, Unknown none) {
        Measure &m = out.emplace_back(measured::sumOf(id, Amount::of(part.cost), n, measured::priceState(part)));
        if (n == 0)
            m.why = none;
        return &m;
    };
    const Unknown none = runs.count() == 0 ? Unknown::NoRuns : measured::priceState(runs.totals);
    Measure &each = out.emplace_back(measured::ratioOf(MeasureId::CostPerRun, Amount::of(runs.totals.cost),
                                                       Amount::of(runs.count()), runs.count(), none));
    each.bound = runs.totals.bound();
    const Unknown success = none != Unknown::No ? none
                            : runs.known == 0   ? Unknown::NoOutcome
                            : runs.success == 0 ? Unknown::NoSuccess
                                                : Unknown::No;
    Measure &good = out.emplace_back(measured::ratioOf(MeasureId::CostPerSuccess, Amount::of(runs.totals.cost),
                                                       Amount::of(runs.success), runs.count(), success));
    good.bound = runs.totals.bound();
    const Unknown outcome = runs.count() == 0 ? Unknown::NoRuns : runs.known == 0 ? Unknown::NoOutcome : Unknown::No;
    Measure *failed = sum(MeasureId::CostOfFailed, runs.failed, runs.failedCount, outcome);
    failed->bound = runs.failed.bound();
    failed->calls = {{}, runs.first, runs.failedIds, {}};
    Measure *capped = sum(MeasureId::CostOfCapped, runs.capped, runs.cappedCount, outcome);
    capped->bound = runs.capped.bound();
    capped->calls = {{}, runs.first, runs.cappedIds, {}};
}

void MeasureSum::putPercentiles(std::vector<Measure> &out, const RunsSum &runs, bool money) const
{
    std::vector<std::pair<UsdSum, Key128>> sorted;
    for (const RunsSum::Row &row : runs.rows)
        sorted.emplace_back(money ? row.totals->cost : UsdSum(row.totals->allTokens()), row.run->info.run);
    std::sort(sorted.begin(), sorted.end());
    std::vector<UsdSum> values;
    for (const auto &[value, id] : sorted)
        values.push_back(value);
    const auto amount = [money](const UsdSum &v) { return money ? Amount::of(v) : Amount::of(countOf(v)); };
    static constexpr std::pair<int, std::int64_t> kPercents[] = {
        {50, 1}, {95, RunQuantiles::kMinP95}, {99, RunQuantiles::kMinP99}};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto [percent, fewest] = kPercents[i];
        const auto first = static_cast<std::size_t>(money ? MeasureId::CostP50 : MeasureId::TokensP50);
        Measure m;
        m.id = static_cast<MeasureId>(first + i);
        m.n = runs.count();
        m.bound = runs.totals.bound();
        m.why = m.n == 0 ? Unknown::NoRuns
                : money  ? measured::priceState(runs.totals)
                         : measured::usageState(runs.totals);
        if (m.why == Unknown::No && m.n < fewest)
            m.why = Unknown::FewRuns;
        if (m.why == Unknown::No) {
            m.value = amount(*quantile(values, percent));
            const auto n = static_cast<std::size_t>(m.n);
            m.calls.run = sorted[std::min(n - 1, (n - 1) * static_cast<std::size_t>(percent) / 100)].second;
            if (const auto ranks = orderRanks(m.n, percent))
                m.order = std::pair(amount(sorted[static_cast<std::size_t>(ranks->first - 1)].first),
                                    amount(sorted[static_cast<std::size_t>(ranks->second - 1)].first));
        }
        out.push_back(std::move(m));
    }
}

void MeasureSum::putRates(std::vector<Measure> &out, const RunsSum &runs) const
{
    const Unknown none = runs.count() == 0 ? Unknown::NoRuns : runs.known == 0 ? Unknown::NoOutcome : Unknown::No;
    const auto rate = [&](MeasureId id, std::int64_t part) -> Measure & {
        Measure &m =
            out.emplace_back(measured::ratioOf(id, Amount::of(part), Amount::of(runs.known), runs.known, none));
        if (m.known())
            m.interval = wilson90(part, runs.known);
        return m;
    };
    rate(MeasureId::SuccessRate, runs.success);
    rate(MeasureId::CappedRate, runs.cappedCount).calls = {{}, runs.first, runs.cappedIds, {}};
    Measure &invalid = out.emplace_back(measured::ratioOf(MeasureId::StructuredFailureRate, Amount::of(m_invalid),
                                                          Amount::of(m_validated), m_validated,
                                                          m_validated == 0 ? Unknown::NoValidation : Unknown::No));
    if (invalid.known())
        invalid.interval = wilson90(m_invalid, m_validated);
}

void MeasureSum::putRunTokens(std::vector<Measure> &out, const RunsSum &runs) const
{
    const Unknown none = runs.count() == 0 ? Unknown::NoRuns : Unknown::No;
    const Unknown usage = none == Unknown::No ? measured::usageState(runs.totals) : none;
    const auto each = [&](MeasureId id, std::int64_t amount, Unknown why) {
        out.push_back(measured::ratioOf(id, Amount::of(amount), Amount::of(runs.count()), runs.count(), why));
        out.back().bound = measured::tokenBound(runs.totals);
    };
    each(MeasureId::CallsPerRun, runs.totals.calls, none);
    out.back().bound = CostBound::Exact;
    each(MeasureId::TokensInPerRun, runs.totals.inTotal(), usage);
    each(MeasureId::TokensOutPerRun, runs.totals.outTotal(), usage);
    putPercentiles(out, runs, false);
    for (std::size_t i = out.size() - 3; i < out.size(); ++i)
        out[i].bound = measured::tokenBound(runs.totals);
    // Baseline: median tokens of the first calls, rounded to a whole token; only runs whose first call has counts.
    std::vector<UsdSum> firsts;
    std::int64_t tokens = 0;
    for (const RunsSum::Row &row : runs.rows) {
        const auto part = m_runs.find(row.run->info.run);
        if (part == m_runs.end() || part->second.firstCall < 0)
            continue;
        firsts.emplace_back(part->second.firstCall);
        tokens += row.totals->allTokens();
    }
    const auto n = static_cast<std::int64_t>(firsts.size());
    const std::int64_t baseline = firsts.empty() ? 0 : countOf(*quantile(firsts, 50));
    std::int64_t single = 0;
    const bool fits = !__builtin_mul_overflow(baseline, n, &single);
    const Unknown why = usage != Unknown::No ? usage
                        : baseline == 0      ? Unknown::NoUsage
                        : !fits              ? Unknown::OutOfRange
                                             : Unknown::No;
    out.push_back(measured::ratioOf(MeasureId::TokenMultiplier, Amount::of(tokens), Amount::of(single), n, why));
}

std::vector<Measure> MeasureSum::finish() const
{
    std::vector<Measure> out;
    out.reserve(kMeasures);
    const RunsSum runs = sumRuns();
    putRunCosts(out, runs);
    putPercentiles(out, runs, true);
    putRates(out, runs);
    putRunTokens(out, runs);
    putCache(out);
    putResponseCache(out);
    putOutput(out);
    putTops(out);
    putRetries(out);
    putPrices(out);
    std::stable_sort(out.begin(), out.end(), [](const Measure &a, const Measure &b) { return a.id < b.id; });
    return out;
}

} // namespace flyball
