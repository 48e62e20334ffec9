// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/fold.h"

#include <algorithm>

namespace flyball {

namespace {

/// The part of `edges` that falls into [lo, hi], with both ends.
std::vector<TimeNs> clipEdges(const std::vector<TimeNs> &edges, TimeNs lo, TimeNs hi)
{
    std::vector<TimeNs> out{lo};
    for (auto it = std::upper_bound(edges.begin(), edges.end(), lo); it != edges.end() && *it < hi; ++it)
        out.push_back(*it);
    out.push_back(hi);
    return out;
}

std::vector<BinCell> foldChunk(const CellStore::Chunk &chunk, TimeNs width, const std::vector<TimeNs> &edges)
{
    std::vector<BinCell> out;
    std::unordered_map<SeriesId, std::size_t> slots;
    std::uint32_t bin = 0;
    for (const Cell &cell : chunk.cells) {
        const TimeNs t = cell.bucket * width;
        if (t < edges.front())
            continue;
        if (t >= edges.back())
            break;
        if (t >= edges[bin + 1]) {
            slots.clear();
            while (t >= edges[bin + 1])
                ++bin;
        }
        const auto [it, fresh] = slots.try_emplace(cell.series, out.size());
        if (fresh)
            out.push_back({bin, cell.series, cell.totals});
        else
            out[it->second].totals += cell.totals;
    }
    return out;
}

class Merger {
public:
    explicit Merger(Folded &out) : m_out(out) {}
    void add(const std::vector<BinCell> &cells, std::uint32_t firstBin)
    {
        for (const BinCell &cell : cells) {
            const std::uint64_t key = (std::uint64_t{firstBin + cell.bin} << 32) | cell.series;
            const auto [it, fresh] = m_slots.try_emplace(key, m_out.cells.size());
            if (fresh)
                m_out.cells.push_back({firstBin + cell.bin, cell.series, cell.totals});
            else
                m_out.cells[it->second].totals += cell.totals;
        }
    }

private:
    Folded &m_out;
    std::unordered_map<std::uint64_t, std::size_t> m_slots;
};

} // namespace

Folded Folder::fold(const CellStore &cells, std::vector<TimeNs> edges)
{
    Folded out;
    out.edges = std::move(edges);
    m_chunksRead = 0;
    if (out.bins() == 0)
        return out;
    for (auto &[address, part] : m_parts)
        part.used = false;
    const TimeNs width = widthOf(cells.resolution);
    Merger merger(out);
    for (const auto &chunk : cells.chunks) {
        const TimeNs from = chunk->first * width;
        const TimeNs to = from + CellStore::bucketsPerChunk(cells.resolution) * width;
        const TimeNs lo = std::max(from, out.edges.front());
        const TimeNs hi = std::min(to, out.edges.back());
        if (lo >= hi)
            continue;
        std::vector<TimeNs> local = clipEdges(out.edges, lo, hi);
        Part &part = m_parts[chunk.get()];
        if (part.chunk != chunk || part.edges != local) {
            part.chunk = chunk;
            part.cells = foldChunk(*chunk, width, local);
            part.edges = std::move(local);
            ++m_chunksRead;
        }
        part.used = true;
        const auto firstBin = std::upper_bound(out.edges.begin(), out.edges.end(), lo) - out.edges.begin() - 1;
        merger.add(part.cells, static_cast<std::uint32_t>(firstBin));
    }
    std::erase_if(m_parts, [](const auto &entry) { return !entry.second.used; });
    std::sort(out.cells.begin(), out.cells.end(),
              [](const BinCell &a, const BinCell &b) { return a.bin != b.bin ? a.bin < b.bin : a.series < b.series; });
    return out;
}

CellStore storeOf(Resolution resolution, std::vector<Cell> cells)
{
    std::sort(cells.begin(), cells.end(), [](const Cell &a, const Cell &b) {
        return a.bucket != b.bucket ? a.bucket < b.bucket : a.series < b.series;
    });
    CellStore store;
    store.resolution = resolution;
    const std::int64_t perChunk = CellStore::bucketsPerChunk(resolution);
    std::shared_ptr<CellStore::Chunk> open;
    for (Cell &cell : cells) {
        const std::int64_t first = bucketOf(cell.bucket, perChunk) * perChunk;
        if (!open || open->first != first) {
            open = std::make_shared<CellStore::Chunk>();
            open->first = first;
            store.chunks.push_back(open);
        }
        std::vector<Cell> &to = open->cells;
        if (!to.empty() && to.back().bucket == cell.bucket && to.back().series == cell.series)
            to.back().totals += cell.totals;
        else
            to.push_back(std::move(cell));
    }
    return store;
}

} // namespace flyball
