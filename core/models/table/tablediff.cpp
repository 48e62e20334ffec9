// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "core/models/table/cellequal.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

// The difference between what is shown and what shall be shown, as the fewest kinds of signals:
// removals, one layout change when the order differs, insertions, then changed cells. Delegates of
// rows that stay are reused, so neither hover nor selection is lost on a tick.
void TableModel::apply(std::vector<TableRow> rows)
{
    QHash<QString, int> wanted;
    wanted.reserve(static_cast<qsizetype>(rows.size()));
    std::erase_if(rows, [&](const TableRow &row) {
        if (wanted.contains(row.id))
            return true; // an id names one row
        wanted.insert(row.id, static_cast<int>(wanted.size()));
        return false;
    });
    m_applying = true;
    const int before = count();
    const int totalBefore = m_announcedTotal;
    removeMissing(wanted);
    reorder(wanted);
    insertNew(rows);
    update(rows);
    m_applying = false;
    m_announcedTotal = m_total;
    if (count() != before || m_total != totalBefore)
        Q_EMIT countChanged();
    if (m_thawed && !m_frozen)
        thaw();
}

void TableModel::removeMissing(const QHash<QString, int> &wanted)
{
    int last = count() - 1;
    while (last >= 0) {
        if (wanted.contains(m_rows[static_cast<std::size_t>(last)].id)) {
            --last;
            continue;
        }
        int first = last;
        while (first > 0 && !wanted.contains(m_rows[static_cast<std::size_t>(first - 1)].id))
            --first;
        beginRemoveRows({}, first, last);
        m_rows.erase(m_rows.begin() + first, m_rows.begin() + last + 1);
        endRemoveRows();
        last = first - 1;
    }
}

void TableModel::reorder(const QHash<QString, int> &wanted)
{
    const auto rank = [&](const TableRow &row) { return wanted.value(row.id); };
    const auto less = [&](const TableRow &a, const TableRow &b) { return rank(a) < rank(b); };
    if (std::is_sorted(m_rows.begin(), m_rows.end(), less))
        return;
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    std::vector<int> order(m_rows.size());
    std::iota(order.begin(), order.end(), 0);
    const auto row = [&](int i) -> TableRow & { return m_rows[static_cast<std::size_t>(i)]; };
    std::sort(order.begin(), order.end(), [&](int a, int b) { return rank(row(a)) < rank(row(b)); });
    std::vector<int> newPlace(m_rows.size());
    std::vector<TableRow> sorted;
    sorted.reserve(m_rows.size());
    for (const int from : order) {
        newPlace[static_cast<std::size_t>(from)] = static_cast<int>(sorted.size());
        sorted.push_back(std::move(row(from)));
    }
    m_rows = std::move(sorted);
    const QModelIndexList old = persistentIndexList();
    QModelIndexList moved;
    for (const QModelIndex &i : old)
        moved.append(index(newPlace[static_cast<std::size_t>(i.row())], i.column()));
    changePersistentIndexList(old, moved);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void TableModel::insertNew(std::vector<TableRow> &rows)
{
    // What is shown is now a subsequence of `rows`.
    std::size_t i = 0;
    while (i < rows.size()) {
        if (i < m_rows.size() && m_rows[i].id == rows[i].id) {
            ++i;
            continue;
        }
        std::size_t end = i + 1;
        while (end < rows.size() && (i >= m_rows.size() || rows[end].id != m_rows[i].id))
            ++end;
        beginInsertRows({}, static_cast<int>(i), static_cast<int>(end - 1));
        m_rows.insert(m_rows.begin() + static_cast<std::ptrdiff_t>(i), rows.begin() + static_cast<std::ptrdiff_t>(i),
                      rows.begin() + static_cast<std::ptrdiff_t>(end));
        endInsertRows();
        i = end;
    }
}

void TableModel::update(std::vector<TableRow> &rows)
{
    int first = -1; // of the run of changed rows that is open
    QList<int> roles;
    const auto announce = [&](int end) {
        if (first >= 0)
            Q_EMIT dataChanged(index(first), index(end - 1), roles);
        first = -1;
        roles.clear();
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        bool changed = false;
        for (std::size_t c = 0; c < rows[i].cells.size(); ++c) {
            if (cellEqual(rows[i].cells[c], m_rows[i].cells[c]))
                continue;
            changed = true;
            if (const int role = Qt::UserRole + 1 + static_cast<int>(c); !roles.contains(role))
                roles.append(role);
        }
        m_rows[i].plain = std::move(rows[i].plain);
        m_rows[i].order = std::move(rows[i].order);
        if (changed) {
            m_rows[i].cells = std::move(rows[i].cells);
            first = first < 0 ? static_cast<int>(i) : first;
        } else {
            announce(static_cast<int>(i));
        }
    }
    announce(static_cast<int>(rows.size()));
}

} // namespace flyball
