// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/models/explore/exploremodel.h"
#include "core/models/explore/explorewords.h"

namespace flyball {

namespace {

/// Text and how strongly it is tinted, 0..1, as the cells of the page show it.
QVariantMap shownCell(const explore::Measured &value, double most)
{
    const double heat = value.known && most > 0 ? std::clamp(value.order / most, 0.0, 1.0) : 0;
    return {{QStringLiteral("text"), value.text}, {QStringLiteral("heat"), heat}};
}

/// The columns shown, and the sum of the ones there is no room for.
std::vector<Totals> cellsOf(const Pivot &table, std::size_t row, std::size_t shown)
{
    std::vector<Totals> cells(shown + 1);
    for (std::size_t column = 0; column < table.columns.size(); ++column)
        cells[std::min(column, shown)] += table.at(row, column);
    return cells;
}

} // namespace

void ExploreModel::fillRow(TableRow &row, TableModel &model, const std::vector<Totals> &cells, const Totals &sum,
                           double most)
{
    const Formatter &f = m_services.format;
    const auto put = [&](const QByteArray &role, const Totals &totals, double heatOf) {
        const explore::Measured value = explore::measured(totals, m_choice.measure, f);
        model.put(row, role.constData(), shownCell(value, heatOf), value.plain, value.order);
        return value.text;
    };
    for (std::size_t i = 0; i + 1 < cells.size(); ++i)
        put("c" + QByteArray::number(static_cast<int>(i)), cells[i], most);
    put("rest", cells.back(), 0);
    const QString text = put("total", sum, 0);
    model.put(row, "accessible", tr("%1, %2").arg(row.cells[0].toString(), text));
}

void ExploreModel::showHeads(const View &view, const Pivot &table, std::size_t shown)
{
    const Dimension dimension = *explore::dimensionOf(m_choice.columns);
    QVariantList heads;
    m_columns.assign(table.columns.begin(), table.columns.begin() + static_cast<std::ptrdiff_t>(shown));
    const auto head = [&](const QString &key, const QString &text) {
        heads.append(QVariantMap{{QStringLiteral("key"), key}, {QStringLiteral("text"), text}});
    };
    for (std::size_t i = 0; i < shown; ++i)
        head(QStringLiteral("c%1").arg(i), nameOf(view, m_columns[i], dimension));
    if (const auto rest = static_cast<qint64>(table.columns.size() - shown); rest > 0)
        head(QStringLiteral("rest"), rest == 1 ? tr("1 other") : tr("%1 others").arg(m_services.format.count(rest)));
    head(QStringLiteral("total"), tr("Total"));
    if (heads == m_heads)
        return;
    m_heads = heads;
    Q_EMIT headsChanged();
}

void ExploreModel::showPivot(const View &view)
{
    const Dimension by = *explore::dimensionOf(m_choice.rows);
    const Pivot table =
        flyball::pivot(view.folded, view.series(), by, *explore::dimensionOf(m_choice.columns), filter());
    // One column that does not fit would be a column of "others" as wide as itself.
    const auto places = static_cast<std::size_t>(m_choice.places);
    const std::size_t shown =
        table.columns.size() <= places + 1 ? std::min<std::size_t>(table.columns.size(), kMostPlaces) : places;
    showHeads(view, table, shown);
    double most = 0;
    for (const Totals &cell : table.cells)
        if (const auto value = explore::measured(cell, m_choice.measure, m_services.format); value.known)
            most = std::max(most, value.order);
    std::vector<TableRow> rows;
    const std::size_t count = std::min(table.rows.size(), kMostRows);
    for (std::size_t r = 0; r < count; ++r) {
        TableRow row = m_pivotTable.makeRow(symbolId(table.rows[r]));
        m_pivotTable.put(row, "name", nameOf(view, table.rows[r], by), view.rawName(table.rows[r]), kNoOrder);
        m_pivotTable.put(row, "slot",
                         by == Dimension::Workflow ? m_services.colours.slotOf(view.rawName(table.rows[r])) : -2);
        fillRow(row, m_pivotTable, cellsOf(table, r, shown), table.rowTotals[r], most);
        rows.push_back(std::move(row));
    }
    m_pivotTable.setStatus(tr("%1 rows").arg(m_services.format.count(static_cast<qint64>(table.rows.size()))),
                           view.loading, tr("No calls in this range"));
    m_pivotTable.setRows(std::move(rows));

    TableRow sum = m_pivotSum.makeRow(QStringLiteral("total"));
    m_pivotSum.put(sum, "name", tr("Total"));
    std::vector<Totals> sums(shown + 1);
    for (std::size_t column = 0; column < table.columns.size(); ++column)
        sums[std::min(column, shown)] += table.columnTotals[column];
    fillRow(sum, m_pivotSum, sums, table.total, 0);
    std::vector<TableRow> one;
    one.push_back(std::move(sum));
    m_pivotSum.setSortedRows(std::move(one), 1);

    const QString note = table.rows.size() > count
                             ? tr("The dearest %1 of %2 rows; the total is of all.")
                                   .arg(m_services.format.count(static_cast<qint64>(count)),
                                        m_services.format.count(static_cast<qint64>(table.rows.size())))
                             : QString();
    setText(tr("By %1 and %2").arg(explore::wordOf(m_choice.rows), explore::wordOf(m_choice.columns)), note, true);
}

} // namespace flyball
