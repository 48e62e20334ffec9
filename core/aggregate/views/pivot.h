// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/aggregate/views/fold.h"

namespace flyball {

/// Sums by two dimensions. Rows and columns are ordered by cost, then tokens, dearest first; every sum is in
/// exactly one cell, so rows, columns and the total agree.
struct Pivot {
    std::vector<Symbol> rows, columns;
    std::vector<Totals> cells; ///< rows.size() * columns.size(), row by row
    std::vector<Totals> rowTotals, columnTotals;
    Totals total;

    [[nodiscard]] const Totals &at(std::size_t row, std::size_t column) const
    {
        return cells[row * columns.size() + column];
    }
};

[[nodiscard]] Pivot pivot(const Folded &folded, const std::vector<SeriesKey> &series, Dimension rows, Dimension columns,
                          const ViewFilter &filter = {});

} // namespace flyball
