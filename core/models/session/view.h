// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <memory>
#include <optional>

#include "core/aggregate/views/burn.h"
#include "core/aggregate/views/fold.h"
#include "core/aggregate/views/runstats.h"
#include "core/ledger/ledger.h"
#include "core/models/chartdata.h"

namespace flyball {

enum class NameKind { Workflow, Model, Provider, Step, Agent, Tier, Source, Other };

/// Everything one refresh of the window is formed from: one snapshot, one range, one fold. Every page
/// reads this value, so two pages cannot disagree.
struct View {
    std::shared_ptr<const Snapshot> snapshot;
    TimeNs now = 0;
    Window window;
    TimeNs binWidth = kMinute;
    int rangeRevision = 0; ///< changes when the operator changes the range, not with time
    QString rangeText;     ///< "last 3 h"
    Folded folded;
    Totals totals; ///< of the whole window
    RunsOfWindow runs;
    QVector<ChartMark> marks; ///< policy revisions inside the window
    bool loading = false;     ///< minutes of an old window are being read; sums are not known yet

    [[nodiscard]] const std::vector<SeriesKey> &series() const;
    [[nodiscard]] QString rawName(Symbol symbol) const;
    /// For people: displayName() of the text, or the words for "not known" of that kind.
    [[nodiscard]] QString name(Symbol symbol, NameKind kind) const;
    [[nodiscard]] std::vector<Group> group(std::initializer_list<Dimension> by, const ViewFilter &filter = {}) const;
    [[nodiscard]] bool empty() const { return !totals.anyUse() && runs.all.count == 0 && runs.all.open == 0; }
    [[nodiscard]] CallFilter callFilter() const;
};

[[nodiscard]] QString nameText(std::string_view utf8, NameKind kind);
/// Opaque ids of QML for symbols; nothing for a text that is none of ours.
[[nodiscard]] QString symbolId(Symbol symbol);
[[nodiscard]] std::optional<Symbol> symbolFromId(const QString &id);
/// 0 cheap, 1 mid, 2 frontier, -1 anything else: a tier is recorded, never guessed.
[[nodiscard]] int tierIndex(std::string_view tier);

} // namespace flyball
