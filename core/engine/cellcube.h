// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "core/aggregate/snapshot.h"

namespace flyball {

/// The writable side of a CellStore: takes differences, hands out immutable versions. One thread.
class CellCube {
public:
    explicit CellCube(Resolution resolution) : m_resolution(resolution) {}

    /// Adds cells (any order, several for one bucket and series are fine). Cells before keepFrom()
    /// are dropped.
    void apply(std::vector<Cell> deltas);
    /// Forgets whole chunks that end before `bucket`; never moves back.
    void keepFrom(std::int64_t bucket);
    [[nodiscard]] std::int64_t firstKept() const { return m_firstKept; }
    [[nodiscard]] CellStore store() const;
    void clear() { m_chunks.clear(); }

private:
    Resolution m_resolution;
    std::int64_t m_firstKept = INT64_MIN;
    std::map<std::int64_t, std::shared_ptr<const CellStore::Chunk>> m_chunks;
};

/// Sums cells of one bucket and series, sorted by (bucket, series); zero cells vanish.
[[nodiscard]] std::vector<Cell> foldCells(std::vector<Cell> cells);

} // namespace flyball
