// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/table/madetable.h"

#include <algorithm>
#include <span>

namespace flyball {

MadeTable::MadeTable(QStringList roles, Make make, QObject *parent)
    : TableModel(std::move(roles), {}, {}, false, parent), m_make(std::move(make))
{}

void MadeTable::setKeys(std::vector<quint64> keys, int most)
{
    m_all = std::move(keys);
    showKeys(static_cast<std::size_t>(most));
}

void MadeTable::growTo(int most)
{
    if (m_keys.size() < m_all.size())
        showKeys(static_cast<std::size_t>(most));
}

void MadeTable::showKeys(std::size_t wanted)
{
    m_made.clear();
    const std::span<const quint64> keys(m_all.data(), std::min(wanted, m_all.size()));
    const auto most = std::min(keys.size(), m_keys.size());
    std::size_t head = 0, tail = 0;
    while (head < most && keys[head] == m_keys[head])
        ++head;
    while (tail < most - head && keys[keys.size() - 1 - tail] == m_keys[m_keys.size() - 1 - tail])
        ++tail;
    const auto first = static_cast<int>(head);
    const auto place = static_cast<std::ptrdiff_t>(head), rest = static_cast<std::ptrdiff_t>(tail);
    const bool differs = keys.size() != m_keys.size();
    if (head + tail < m_keys.size()) {
        beginRemoveRows({}, first, static_cast<int>(m_keys.size() - tail) - 1);
        m_keys.erase(m_keys.begin() + place, m_keys.end() - rest);
        m_made.clear();
        endRemoveRows();
    }
    if (head + tail < keys.size()) {
        beginInsertRows({}, first, static_cast<int>(keys.size() - tail) - 1);
        m_keys.insert(m_keys.begin() + place, keys.begin() + place, keys.end() - rest);
        m_made.clear();
        endInsertRows();
    }
    setTotal(static_cast<int>(m_all.size()));
    if (head > 0)
        Q_EMIT dataChanged(index(0), index(first - 1));
    if (tail > 0)
        Q_EMIT dataChanged(index(count() - static_cast<int>(tail)), index(count() - 1));
    if (differs)
        Q_EMIT countChanged();
}

const TableRow &MadeTable::rowAt(int index) const
{
    const auto found = m_made.find(index);
    if (found != m_made.end())
        return found->second;
    if (m_made.size() >= kKept)
        m_made.clear();
    const TableRow &row = m_made.emplace(index, m_make(index)).first->second;
    m_plain.resize(row.plain.size(), false);
    for (std::size_t i = 0; i < row.plain.size(); ++i)
        if (row.plain[i].isValid())
            m_plain[i] = true;
    return row;
}

std::vector<TableRow> MadeTable::everyRow() const
{
    std::vector<TableRow> rows;
    rows.reserve(m_keys.size());
    for (int i = 0; i < count(); ++i)
        rows.push_back(m_make(i));
    return rows;
}

bool MadeTable::hasPlain(std::size_t role) const { return role < m_plain.size() && m_plain[role]; }

} // namespace flyball
