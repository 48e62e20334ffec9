// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/session/viewbuilder.h"

namespace flyball {

namespace {

std::vector<const void *> chunksIn(const CellStore &store, Window window)
{
    const TimeNs width = widthOf(store.resolution);
    const TimeNs length = CellStore::bucketsPerChunk(store.resolution) * width;
    std::vector<const void *> out;
    for (const auto &chunk : store.chunks)
        if (chunk->first * width < window.until && chunk->first * width + length > window.since)
            out.push_back(chunk.get());
    return out;
}

} // namespace

void ViewBuilder::fill(View &view)
{
    const Snapshot &snapshot = *view.snapshot;
    const CellStore *cells = nullptr;
    switch (originFor(snapshot, view.window)) {
    case CellOrigin::Minutes:
        cells = &snapshot.minutes;
        break;
    case CellOrigin::Quarters:
        cells = &snapshot.quarters;
        break;
    case CellOrigin::Ledger:
        cells = oldMinutes(m_old, snapshot, view.window);
        break;
    }
    view.loading = cells == nullptr;
    view.binWidth = std::max(view.binWidth, cells != nullptr ? widthOf(cells->resolution) : kMinute);
    const TimeNs offset = floorTo(m_services.format.offsetAt(view.window.since), widthOf(Resolution::Quarter));
    std::vector<TimeNs> edges = uniformEdges(view.window, view.binWidth, offset);
    if (cells != nullptr)
        view.folded = m_folder.fold(*cells, std::move(edges));
    else
        view.folded = {std::move(edges), {}}; // the cells of the former window must not meet these edges
    view.totals = totalOf(view.folded, view.series());
    view.runs = m_runs.stats(snapshot.runs, view.window);
}

std::optional<Totals> ViewBuilder::totals(const Snapshot &snapshot, Window window)
{
    const CellOrigin origin = originFor(snapshot, window);
    if (origin == CellOrigin::Ledger)
        return std::nullopt;
    const CellStore &cells = origin == CellOrigin::Minutes ? snapshot.minutes : snapshot.quarters;
    return totalOf(m_otherFolder.fold(cells, {window.since, window.until}), *snapshot.series);
}

std::optional<Folded> ViewBuilder::other(const Snapshot &snapshot, Window window)
{
    const CellOrigin origin = originFor(snapshot, window);
    const CellStore *cells = origin == CellOrigin::Minutes    ? &snapshot.minutes
                             : origin == CellOrigin::Quarters ? &snapshot.quarters
                                                              : oldMinutes(m_otherOld, snapshot, window);
    if (cells == nullptr)
        return std::nullopt;
    return m_otherFolder.fold(*cells, {window.since, window.until});
}

const CellStore *ViewBuilder::oldMinutes(OldMinutes &slot, const Snapshot &snapshot, Window window)
{
    std::vector<const void *> touched = chunksIn(snapshot.quarters, window);
    if (slot.window != window || slot.touched != touched) {
        const bool sameWindow = slot.window == window;
        slot = {window, std::move(touched), sameWindow ? slot.cells : nullptr, true};
        ask(slot, window);
    }
    return slot.cells.get();
}

void ViewBuilder::ask(OldMinutes &slot, Window window)
{
    m_services.engine.query([this, &slot, window, mailbox = m_services.mailbox](Ledger &ledger) {
        std::vector<Cell> cells;
        const auto read = ledger.loadCells(Resolution::Minute, bucketOf(window.since, kMinute),
                                           bucketOf(window.until, kMinute), [&](const Cell &cell) {
                                               if (window.contains(cell.bucket * kMinute))
                                                   cells.push_back(cell);
                                           });
        if (!read) {
            mailbox->post([this, text = QString::fromStdString(read.error().message)] {
                m_services.notify(text, QStringLiteral("crit"), {}, {});
            });
            return;
        }
        auto store = std::make_shared<const CellStore>(storeOf(Resolution::Minute, std::move(cells)));
        mailbox->post([this, &slot, window, store] {
            if (slot.window != window)
                return; // the operator has moved on
            slot.cells = store;
            m_services.refresh();
        });
    });
}

} // namespace flyball
