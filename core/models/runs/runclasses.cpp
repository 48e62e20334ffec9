// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/models/runs/runmodel.h"

namespace flyball {

void RunModel::showClasses()
{
    const Formatter &f = m_services.format;
    const Totals &sum = m_reading.picture->totals;
    const auto &money = m_reading.money;
    const std::array<QString, 5> names{tr("Fresh input"), tr("Cache read"), tr("Cache write"), tr("Output"),
                                       tr("Reasoning")};
    std::array<std::int64_t, 5> tokens{};
    for (std::size_t c = 0; c < kTokenClasses; ++c)
        tokens[classGroupOf(c)] += sum.tokens[c];
    std::vector<TableRow> rows;
    const auto add = [&](const QString &id, const QString &name, int token, std::int64_t n, const QString &cost,
                         const QString &mark, const QString &share, const QVariant &plain) {
        TableRow row = m_classes.makeRow(id);
        m_classes.put(row, "name", name, name, kNoOrder);
        m_classes.put(row, "token", token);
        m_classes.put(row, "tokens", f.tokens(n), qlonglong(n), kNoOrder);
        m_classes.put(row, "cost", cost, plain, kNoOrder);
        m_classes.put(row, "costMark", mark);
        m_classes.put(row, "share", share);
        m_classes.put(row, "accessible", tr("%1, %2 tokens, %3").arg(name, f.tokens(n), cost));
        rows.push_back(std::move(row));
    };
    const double whole = sum.cost.toDouble();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (tokens[i] == 0)
            continue;
        const bool known = money.has_value() && !sum.costUnknown();
        const UsdSum part = known ? (*money)[i] : UsdSum();
        add(QString::number(i), names[i], static_cast<int>(i), tokens[i],
            known ? f.moneyFine(part) : Formatter::notApplicable(), {},
            known && whole > 0 ? f.percentText(part.toDouble() / whole) : QString(),
            known ? QVariant(QString::fromStdString(part.toDecimal())) : QVariant());
    }
    const bool unknown = sum.costUnknown();
    add(QStringLiteral("total"), tr("Total"), -1, sum.allTokens(),
        unknown ? Formatter::unknown() : f.moneyFine(sum.cost), unknown ? QString() : Formatter::mark(sum.bound()),
        money && !unknown && whole > 0 ? f.percentText(1, 0) : QString(), QString::fromStdString(sum.cost.toDecimal()));
    const int n = static_cast<int>(rows.size());
    m_classes.setSortedRows(std::move(rows), n);
}

} // namespace flyball
