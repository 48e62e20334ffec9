// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QStringList>
#include <optional>

#include "core/domain/totals.h"
#include "core/models/text/formatter.h"

namespace flyball::test {

class WindowFixture;

/// The sums of one group, or of all, as the program printed them. Money is the exact decimal.
struct Sums {
    qint64 calls = 0, errors = 0, runs = 0, tokens = 0, cacheRead = 0, unpriced = 0, tokensUnpriced = 0;
    UsdSum cost;     ///< to the nano-USD, as printed
    QString decimal; ///< the digits of it
    std::optional<double> hitRate;
    QString bound; ///< "", "≥", "≈"

    [[nodiscard]] bool costUnknown() const { return cost.isZero() && unpriced > 0; }
    /// What the rules make of the cost, from the program's digits alone.
    [[nodiscard]] QString money(QString (Formatter::*rule)(const UsdSum &) const) const;
};

/// What `flyballctl report --format json` says of the files the window reads.
class ReportProgram {
public:
    /// Runs the program on the fixture's traces with its window's range and these further arguments.
    explicit ReportProgram(WindowFixture &window, const QStringList &arguments = {});

    [[nodiscard]] bool ok() const { return m_problem.isEmpty(); }
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] Sums totals() const;
    [[nodiscard]] QList<QJsonObject> groups() const;
    /// Of the group with this key; an empty key object never matches.
    [[nodiscard]] std::optional<Sums> group(const QJsonObject &key) const;
    [[nodiscard]] QStringList unpricedModels() const;
    [[nodiscard]] static Sums sumsOf(const QJsonObject &object);

private:
    QJsonObject m_report;
    QString m_problem;
};

/// The texts of one row of a DataTable as they stand in the window, top item first; empty if the row
/// is not in view.
[[nodiscard]] QStringList rowTexts(const WindowFixture &window, const QString &table, int row);
/// The fleet these tests read: four workflows, priced and unpriced models, failed calls and runs, from five
/// days ago until a minute ago; every price of it is a whole number of nano-USD.
[[nodiscard]] QByteArray fleetTraces();
/// All texts below one item.
[[nodiscard]] QStringList textsBelow(const WindowFixture &window, const QString &item);
/// True when `text` stands there alone or behind a mark and its thin space.
[[nodiscard]] bool hasFigure(const QStringList &texts, const QString &mark, const QString &text);

} // namespace flyball::test
