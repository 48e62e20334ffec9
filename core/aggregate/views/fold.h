// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/aggregate/snapshot.h"
#include "core/aggregate/views/window.h"

namespace flyball {

/// Sum of one series over one bin.
struct BinCell {
    std::uint32_t bin = 0;
    SeriesId series = 0;
    Totals totals;
};

/// A window cut into bins; every total, group and chart of a page is formed from this one fold.
struct Folded {
    std::vector<TimeNs> edges;  ///< ascending, edges.size() - 1 bins
    std::vector<BinCell> cells; ///< sorted by (bin, series)

    [[nodiscard]] std::size_t bins() const { return edges.size() < 2 ? 0 : edges.size() - 1; }
    [[nodiscard]] Window window() const { return edges.size() < 2 ? Window{} : Window{edges.front(), edges.back()}; }
};

/// Folds cells into bins. Chunks are immutable, so what a chunk gave is kept and a tick costs only
/// the chunks that changed. Not thread-safe; one per user.
class Folder {
public:
    /// `edges` must be ascending and lie on cell boundaries of the store.
    [[nodiscard]] Folded fold(const CellStore &cells, std::vector<TimeNs> edges);
    /// Chunks that had to be read again in the last fold; for tests and the diagnose output.
    [[nodiscard]] std::size_t chunksRead() const { return m_chunksRead; }

private:
    struct Part {
        std::shared_ptr<const CellStore::Chunk> chunk; // keeps the address from being reused
        std::vector<TimeNs> edges;
        std::vector<BinCell> cells; // bin counts from the part's own first edge
        bool used = false;
    };
    std::unordered_map<const CellStore::Chunk *, Part> m_parts;
    std::size_t m_chunksRead = 0;
};

/// A roll-up from loose cells in any order (drill-down into old minutes).
[[nodiscard]] CellStore storeOf(Resolution resolution, std::vector<Cell> cells);

enum class Dimension : std::uint8_t {
    Source,
    Workflow,
    Provider,
    Model,
    Tier,
    Agent,
    Step,
    Segment,
    TaskType,
    PromptVersion,
    Feature,
    PolicyRevision
};
[[nodiscard]] Symbol symbolOf(const SeriesKey &key, Dimension dimension);

/// Equal in every dimension that is set. An unset dimension matches everything.
struct ViewFilter {
    std::optional<Symbol> source, workflow, provider, model, tier, agent, step, segment;
    std::optional<Symbol> taskType, promptVersion, feature, policyRevision;
    [[nodiscard]] bool matches(const SeriesKey &key) const;
};

using GroupKey = std::array<Symbol, 3>; ///< unused places are 0

struct Group {
    GroupKey key{};
    Totals totals;
};

/// Sum of everything in the fold that matches.
[[nodiscard]] Totals totalOf(const Folded &folded, const std::vector<SeriesKey> &series, const ViewFilter &filter = {});
/// One group per combination of up to three dimensions, dearest first, then by key.
[[nodiscard]] std::vector<Group> groupBy(const Folded &folded, const std::vector<SeriesKey> &series,
                                         std::span<const Dimension> dimensions, const ViewFilter &filter = {});
/// Totals per bin of one filter; size = folded.bins().
[[nodiscard]] std::vector<Totals> binsOf(const Folded &folded, const std::vector<SeriesKey> &series,
                                         const ViewFilter &filter = {});
/// Tokens without a price by model, most tokens first.
[[nodiscard]] std::vector<Group> unpricedModels(const Folded &folded, const std::vector<SeriesKey> &series);

} // namespace flyball
