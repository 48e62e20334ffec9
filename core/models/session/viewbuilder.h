// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/models/session/services.h"
#include "core/models/session/view.h"

namespace flyball {

/// Forms a View from a snapshot. Old short windows, which no roll-up in memory answers, are read by
/// the query thread once and again only when late data touched them. GUI thread.
class ViewBuilder {
public:
    explicit ViewBuilder(Services &services) : m_services(services) {}

    /// `view` carries snapshot, now, window, binWidth; the rest is filled in. When view.loading is
    /// set, Services::refresh is called as soon as the cells are there.
    void fill(View &view);
    [[nodiscard]] RunScanner &runs() { return m_runs; }
    /// Sums of another window over the same snapshot (comparison with the period before); nothing
    /// when memory cannot answer it exactly.
    [[nodiscard]] std::optional<Totals> totals(const Snapshot &snapshot, Window window);
    /// The sums of another window as one bin. Nothing while the query thread reads its minutes: Services::refresh
    /// is called when they are there.
    [[nodiscard]] std::optional<Folded> other(const Snapshot &snapshot, Window window);

private:
    struct OldMinutes {
        Window window;
        std::vector<const void *> touched; ///< day chunks of the window: their change means late data
        std::shared_ptr<const CellStore> cells;
        bool asked = false;
    };
    const CellStore *oldMinutes(OldMinutes &slot, const Snapshot &snapshot, Window window);
    void ask(OldMinutes &slot, Window window);

    Services &m_services;
    Folder m_folder;
    Folder m_otherFolder;
    RunScanner m_runs;
    OldMinutes m_old, m_otherOld;
};

} // namespace flyball
