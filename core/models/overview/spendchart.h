// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/models/chartdata.h"
#include "core/models/session/services.h"
#include "core/models/session/viewbuilder.h"

namespace flyball {

/// The hero chart: at most seven workflows and "other" (the eighth is kept when there are exactly
/// eight). Rank is by the window's sum and changes only with the range, never per tick.
class SpendChart {
public:
    enum class Kind { Spend, Tokens, Runs };
    static constexpr int kMostBands = 9; ///< eight workflows and "other"
    SpendChart(Services &services, RunScanner &runs) : m_services(services), m_runs(runs) {}

    void form(const View &view, Kind kind, const std::set<Symbol> &hidden);
    [[nodiscard]] const StackData &data() const { return m_data; }
    [[nodiscard]] const QString &title() const { return m_title; }
    /// Workflow of a band; nothing for "other" and out of range.
    [[nodiscard]] std::optional<Symbol> bandWorkflow(int band) const;
    [[nodiscard]] QStringList bandNames() const;
    /// One value as the table view of the chart shows it.
    [[nodiscard]] QString valueText(double value) const;

private:
    using Amounts = std::map<Symbol, std::vector<double>>;
    [[nodiscard]] Amounts amounts(const View &view) const;
    void chooseMembers(const View &view, const Amounts &amounts, const std::set<Symbol> &hidden);
    void fillKnown(const View &view);
    void describe(const View &view, double total);

    Services &m_services;
    RunScanner &m_runs;
    Kind m_kind = Kind::Spend;
    int m_revision = -1;
    std::vector<Symbol> m_members; ///< bottom band first
    std::vector<Symbol> m_shown;   ///< members that are not hidden
    bool m_hasOther = false;
    double m_perBin = 1; ///< divisor that turns a bin's sum into the rate shown
    StackData m_data;
    QString m_title;
};

} // namespace flyball
