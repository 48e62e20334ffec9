// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/cellcube.h"

#include <algorithm>

namespace flyball {

namespace {

bool before(const Cell &a, const Cell &b) { return a.bucket != b.bucket ? a.bucket < b.bucket : a.series < b.series; }

} // namespace

std::vector<Cell> foldCells(std::vector<Cell> cells)
{
    std::sort(cells.begin(), cells.end(), before);
    std::vector<Cell> folded;
    for (Cell &cell : cells) {
        if (!folded.empty() && folded.back().bucket == cell.bucket && folded.back().series == cell.series)
            folded.back().totals += cell.totals;
        else
            folded.push_back(cell);
    }
    std::erase_if(folded, [](const Cell &c) { return c.totals.isZero(); });
    return folded;
}

void CellCube::apply(std::vector<Cell> deltas)
{
    const std::vector<Cell> sorted = foldCells(std::move(deltas));
    const std::int64_t width = CellStore::bucketsPerChunk(m_resolution);
    for (std::size_t at = 0; at < sorted.size();) {
        const std::int64_t first = bucketOf(sorted[at].bucket, width) * width;
        std::size_t end = at;
        while (end < sorted.size() && sorted[end].bucket < first + width)
            ++end;
        if (first + width > m_firstKept) {
            auto chunk = std::make_shared<CellStore::Chunk>();
            chunk->first = first;
            std::shared_ptr<const CellStore::Chunk> &slot = m_chunks[first];
            std::vector<Cell> merged;
            if (slot) {
                merged.reserve(slot->cells.size() + (end - at));
                std::merge(slot->cells.begin(), slot->cells.end(), sorted.begin() + static_cast<std::ptrdiff_t>(at),
                           sorted.begin() + static_cast<std::ptrdiff_t>(end), std::back_inserter(merged), before);
                std::size_t out = 0;
                for (std::size_t i = 0; i < merged.size(); ++i) {
                    if (out > 0 && merged[out - 1].bucket == merged[i].bucket
                        && merged[out - 1].series == merged[i].series)
                        merged[out - 1].totals += merged[i].totals;
                    else
                        merged[out++] = merged[i];
                }
                merged.resize(out);
                std::erase_if(merged, [](const Cell &c) { return c.totals.isZero(); });
            } else {
                merged.assign(sorted.begin() + static_cast<std::ptrdiff_t>(at),
                              sorted.begin() + static_cast<std::ptrdiff_t>(end));
            }
            chunk->cells = std::move(merged);
            slot = std::move(chunk);
        }
        at = end;
    }
}

void CellCube::keepFrom(std::int64_t bucket)
{
    if (bucket <= m_firstKept)
        return;
    m_firstKept = bucket;
    const std::int64_t width = CellStore::bucketsPerChunk(m_resolution);
    while (!m_chunks.empty() && m_chunks.begin()->first + width <= bucket)
        m_chunks.erase(m_chunks.begin());
}

CellStore CellCube::store() const
{
    CellStore store;
    store.resolution = m_resolution;
    store.chunks.reserve(m_chunks.size());
    for (const auto &[first, chunk] : m_chunks)
        store.chunks.push_back(chunk);
    return store;
}

} // namespace flyball
