// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/aggregate/views/runlines.h"
#include "core/models/runs/callrows.h"
#include "core/models/table/madetable.h"

namespace flyball {

/// The table of a run: lanes of agents, calls, tools and folded repeats, made as they are looked at. GUI thread.
class RunLineTable : public MadeTable {
    Q_OBJECT

public:
    explicit RunLineTable(const Formatter &format, QObject *parent = nullptr);

    /// `picture` is kept; `gridStep` in seconds; `most` rows at first, see growTo().
    void show(std::shared_ptr<const RunPicture> picture, std::vector<RunLine> lines, const SymbolTable *symbols,
              double gridStep, int most = std::numeric_limits<int>::max());
    [[nodiscard]] const std::vector<RunLine> &lines() const { return m_lines; }
    /// Row of a call that is not hidden; -1 when it is.
    [[nodiscard]] int rowOfCall(int call) const;

private:
    [[nodiscard]] TableRow make(int index) const;
    void putLane(TableRow &row, const RunLine &line) const;
    void putCall(TableRow &row, const RunLine &line) const;
    void putTool(TableRow &row, const RunLine &line) const;
    void putFold(TableRow &row, const RunLine &line) const;
    /// `counts`: whether the tokens are known.
    void putTotals(TableRow &row, const Totals &totals, bool counts) const;
    void putBar(TableRow &row, const std::vector<WaterfallPart> &parts, const RunLine &line, int tier) const;
    [[nodiscard]] WaterfallPart partOf(TimeNs start, TimeNs end, bool alarm) const;
    void putShown(TableRow &row, const char *role, const QVariant &shown, const QVariant &plain = {}) const;
    void showPresent();

    const Formatter &m_format;
    std::shared_ptr<const RunPicture> m_picture;
    std::vector<RunLine> m_lines;
    const SymbolTable *m_symbols = nullptr;
    double m_gridStep = 0, m_span = 0;
    bool m_cents = false;
};

} // namespace flyball
