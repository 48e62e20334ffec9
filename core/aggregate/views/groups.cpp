// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>

#include "core/aggregate/views/fold.h"

namespace flyball {

Symbol symbolOf(const SeriesKey &key, Dimension dimension) { return key.names()[static_cast<std::size_t>(dimension)]; }

bool ViewFilter::matches(const SeriesKey &key) const
{
    const auto fits = [](const std::optional<Symbol> &wanted, Symbol have) { return !wanted || *wanted == have; };
    return fits(source, key.source) && fits(workflow, key.workflow) && fits(provider, key.provider)
           && fits(model, key.model) && fits(tier, key.tier) && fits(agent, key.agent) && fits(step, key.step)
           && fits(segment, key.segment) && fits(taskType, key.taskType) && fits(promptVersion, key.promptVersion)
           && fits(feature, key.feature) && fits(policyRevision, key.policyRevision);
}

Totals totalOf(const Folded &folded, const std::vector<SeriesKey> &series, const ViewFilter &filter)
{
    Totals sum;
    for (const BinCell &cell : folded.cells)
        if (cell.series < series.size() && filter.matches(series[cell.series]))
            sum += cell.totals;
    return sum;
}

std::vector<Group> groupBy(const Folded &folded, const std::vector<SeriesKey> &series,
                           std::span<const Dimension> dimensions, const ViewFilter &filter)
{
    std::map<GroupKey, Totals> sums;
    for (const BinCell &cell : folded.cells) {
        if (cell.series >= series.size() || !filter.matches(series[cell.series]))
            continue;
        GroupKey key{};
        for (std::size_t i = 0; i < dimensions.size() && i < key.size(); ++i)
            key[i] = symbolOf(series[cell.series], dimensions[i]);
        sums[key] += cell.totals;
    }
    std::vector<Group> groups;
    groups.reserve(sums.size());
    for (auto &[key, totals] : sums)
        if (!totals.isZero()) // a moved call leaves an empty cell behind
            groups.push_back({key, std::move(totals)});
    std::stable_sort(groups.begin(), groups.end(), [](const Group &a, const Group &b) {
        return a.totals.cost != b.totals.cost ? a.totals.cost > b.totals.cost
                                              : a.totals.allTokens() > b.totals.allTokens();
    });
    return groups;
}

std::vector<Totals> binsOf(const Folded &folded, const std::vector<SeriesKey> &series, const ViewFilter &filter)
{
    std::vector<Totals> bins(folded.bins());
    for (const BinCell &cell : folded.cells)
        if (cell.series < series.size() && filter.matches(series[cell.series]))
            bins[cell.bin] += cell.totals;
    return bins;
}

std::vector<Group> unpricedModels(const Folded &folded, const std::vector<SeriesKey> &series)
{
    static constexpr Dimension kModel[] = {Dimension::Model, Dimension::Provider};
    std::vector<Group> groups = groupBy(folded, series, kModel);
    std::erase_if(groups, [](const Group &g) { return g.totals.callsUnpriced == 0; });
    std::stable_sort(groups.begin(), groups.end(),
                     [](const Group &a, const Group &b) { return a.totals.tokensUnpriced > b.totals.tokensUnpriced; });
    return groups;
}

} // namespace flyball
