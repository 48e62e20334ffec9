// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/pivot.h"

#include <array>
#include <unordered_map>

namespace flyball {

namespace {

std::unordered_map<Symbol, std::size_t> take(const std::vector<Group> &groups, std::vector<Symbol> &names,
                                             std::vector<Totals> &sums)
{
    std::unordered_map<Symbol, std::size_t> places;
    for (const Group &group : groups) {
        places.emplace(group.key[0], names.size());
        names.push_back(group.key[0]);
        sums.push_back(group.totals);
    }
    return places;
}

} // namespace

Pivot pivot(const Folded &folded, const std::vector<SeriesKey> &series, Dimension rows, Dimension columns,
            const ViewFilter &filter)
{
    Pivot out;
    const auto rowOf = take(groupBy(folded, series, std::array{rows}, filter), out.rows, out.rowTotals);
    const auto columnOf = take(groupBy(folded, series, std::array{columns}, filter), out.columns, out.columnTotals);
    out.cells.resize(out.rows.size() * out.columns.size());
    for (const Group &group : groupBy(folded, series, std::array{rows, columns}, filter)) {
        const auto row = rowOf.find(group.key[0]);
        const auto column = columnOf.find(group.key[1]);
        if (row != rowOf.end() && column != columnOf.end())
            out.cells[row->second * out.columns.size() + column->second] += group.totals;
        out.total += group.totals;
    }
    return out;
}

} // namespace flyball
