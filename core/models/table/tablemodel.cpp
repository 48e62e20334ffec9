// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/table/tablemodel.h"

#include <QCollator>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/models/table/cellequal.h"

namespace flyball {

TableModel::TableModel(QStringList roles, QStringList sorts, QString sortKey, bool descending, QObject *parent)
    : QAbstractListModel(parent), m_sorts(std::move(sorts)), m_sortKey(std::move(sortKey)), m_descending(descending)
{
    roles.prepend(QStringLiteral("accessible"));
    roles.prepend(QStringLiteral("id"));
    for (const QString &role : roles) {
        const int index = static_cast<int>(m_index.size());
        m_index.insert(role, index);
        m_names.insert(Qt::UserRole + 1 + index, role.toUtf8());
    }
}

int TableModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : count(); }

QVariant TableModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const int cell = role - Qt::UserRole - 1;
    const TableRow &row = rowAt(index.row());
    return cell >= 0 && cell < m_index.size() ? row.cells[static_cast<std::size_t>(cell)] : QVariant();
}

TableRow TableModel::makeRow(const QString &id) const
{
    const auto n = static_cast<std::size_t>(m_index.size());
    TableRow row{id, std::vector<QVariant>(n), std::vector<QVariant>(n), std::vector<double>(n, kNoOrder)};
    row.cells[0] = id;
    return row;
}

void TableModel::put(TableRow &row, const char *role, QVariant shown) const
{
    const int at = roleIndex(QLatin1String(role));
    Q_ASSERT_X(at >= 0, "TableModel::put", role);
    row.cells[static_cast<std::size_t>(at)] = std::move(shown);
}

void TableModel::put(TableRow &row, const char *role, QVariant shown, QVariant plain, double order) const
{
    const int at = roleIndex(QLatin1String(role));
    Q_ASSERT_X(at >= 0, "TableModel::put", role);
    const auto i = static_cast<std::size_t>(at);
    row.cells[i] = std::move(shown);
    row.plain[i] = std::move(plain);
    row.order[i] = order;
}

QString TableModel::copyText(int index, const QStringList &keys) const
{
    if (index < 0 || index >= count())
        return {};
    const TableRow &row = rowAt(index);
    QStringList texts, marks;
    for (const QString &key : keys) {
        const int at = roleIndex(key);
        if (at < 0)
            continue;
        const auto i = static_cast<std::size_t>(at);
        const bool plain = hasPlain(i);
        const QVariant &value = plain ? row.plain[i] : row.cells[i];
        const bool isText = value.typeId() == QMetaType::QString;
        if (!plain && !isText)
            continue; // a small chart
        QString text = value.typeId() == QMetaType::Double
                           ? QString::number(value.toDouble(), 'g', QLocale::FloatingPointShortest)
                           : value.toString();
        texts.append(text.replace(u'\t', u' ').replace(u'\n', u' ').replace(u'\r', u' '));
        if (const int mark = roleIndex(key + QStringLiteral("Mark")); mark >= 0)
            marks.append(row.cells[static_cast<std::size_t>(mark)].toString());
    }
    while (!marks.isEmpty() && marks.last().isEmpty())
        marks.removeLast();
    return (texts + marks).join(u'\t');
}

bool TableModel::hasPlain(std::size_t role) const
{
    return std::any_of(m_rows.begin(), m_rows.end(), [role](const TableRow &r) { return r.plain[role].isValid(); });
}

void TableModel::setFrozen(bool frozen)
{
    if (frozen == m_frozen)
        return;
    m_frozen = frozen;
    Q_EMIT frozenChanged();
    if (!m_frozen)
        thaw();
}

/// A row that goes takes the pointer or the focus with it, and with that ends what held the order, in the middle of
/// the change: what was held back then follows when that is done.
void TableModel::thaw()
{
    m_thawed = m_applying;
    if (m_applying)
        return;
    if (m_paged)
        Q_EMIT moreWanted(); // the owner holds rows that were kept back
    else if (roleIndex(m_sortKey) >= 0)
        setRows(m_rows); // one that has no order of its own kept nothing back, and may not even hold its rows
}

void TableModel::sortBy(const QString &key)
{
    if (!m_sorts.contains(key))
        return;
    if (key == m_sortKey) {
        m_descending = !m_descending;
    } else {
        m_sortKey = key;
        const auto at = static_cast<std::size_t>(roleIndex(key));
        // Numbers begin with the largest, names with A.
        m_descending =
            std::any_of(m_rows.begin(), m_rows.end(), [at](const TableRow &row) { return !std::isnan(row.order[at]); });
    }
    Q_EMIT sortChanged();
    if (!m_paged) {
        std::vector<TableRow> rows = m_rows;
        sort(rows);
        apply(std::move(rows));
    }
}

void TableModel::loadMore()
{
    if (canLoadMore())
        Q_EMIT moreWanted();
}

QVariantMap TableModel::row(int index) const
{
    QVariantMap map;
    if (index < 0 || index >= count())
        return map;
    const TableRow &row = rowAt(index);
    for (auto it = m_index.begin(); it != m_index.end(); ++it)
        map.insert(it.key(), row.cells[static_cast<std::size_t>(it.value())]);
    return map;
}

int TableModel::indexOf(const QString &id) const
{
    const auto it = std::find_if(m_rows.begin(), m_rows.end(), [&](const TableRow &row) { return row.id == id; });
    return it == m_rows.end() ? -1 : static_cast<int>(it - m_rows.begin());
}

void TableModel::setPresent(const QStringList &keys)
{
    if (keys == m_present)
        return;
    m_present = keys;
    Q_EMIT presentChanged();
}

void TableModel::setStatus(const QString &totalText, bool loading, const QString &emptyHeading,
                           const QString &emptyText)
{
    if (totalText == m_totalText && loading == m_loading && emptyHeading == m_emptyHeading && emptyText == m_emptyText)
        return;
    m_totalText = totalText;
    m_loading = loading;
    m_emptyHeading = emptyHeading;
    m_emptyText = emptyText;
    Q_EMIT statusChanged();
}

void TableModel::setRows(std::vector<TableRow> rows)
{
    m_paged = false;
    if (m_frozen)
        keepOrder(rows);
    else
        sort(rows);
    m_total = static_cast<int>(rows.size());
    apply(std::move(rows));
}

void TableModel::setSortedRows(std::vector<TableRow> rows, int total)
{
    m_paged = true;
    if (m_frozen)
        keepOrder(rows);
    m_total = std::max(total, static_cast<int>(rows.size()));
    apply(std::move(rows));
}

void TableModel::sort(std::vector<TableRow> &rows) const
{
    const int index = roleIndex(m_sortKey);
    if (index < 0)
        return;
    const auto at = static_cast<std::size_t>(index);
    QCollator collator;
    collator.setNumericMode(true);
    collator.setCaseSensitivity(Qt::CaseInsensitive);
    const bool numeric =
        std::any_of(rows.begin(), rows.end(), [at](const TableRow &row) { return !std::isnan(row.order[at]); });
    std::stable_sort(rows.begin(), rows.end(), [&](const TableRow &a, const TableRow &b) {
        if (numeric) {
            const bool missingA = std::isnan(a.order[at]), missingB = std::isnan(b.order[at]);
            if (missingA != missingB)
                return missingB;
            if (!missingA && a.order[at] != b.order[at])
                return m_descending ? a.order[at] > b.order[at] : a.order[at] < b.order[at];
        } else if (const int c = collator.compare(a.cells[at].toString(), b.cells[at].toString()); c != 0) {
            return m_descending ? c > 0 : c < 0;
        }
        return a.id < b.id; // equal rows stand still from tick to tick
    });
}

/// Rows that are shown stay where they are; new ones go to the end.
void TableModel::keepOrder(std::vector<TableRow> &rows) const
{
    QHash<QString, int> place;
    for (const TableRow &row : m_rows)
        place.insert(row.id, static_cast<int>(place.size()));
    const int end = static_cast<int>(place.size());
    std::stable_sort(rows.begin(), rows.end(), [&](const TableRow &a, const TableRow &b) {
        return place.value(a.id, end) < place.value(b.id, end);
    });
}

} // namespace flyball
