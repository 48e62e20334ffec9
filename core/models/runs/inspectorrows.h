// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/models/table/tablemodel.h"
#include "core/models/text/formatter.h"

namespace flyball {

/// Label and value, one under the other: what an inspector lists. Empty values are left out.
class InspectorRows {
public:
    explicit InspectorRows(TableModel &table) : m_table(table) {}
    void add(const QString &label, const QString &value, const QString &tone = {}, bool mono = false)
    {
        if (value.isEmpty() || value == Formatter::notApplicable())
            return;
        TableRow row = m_table.makeRow(label);
        m_table.put(row, "label", label);
        m_table.put(row, "value", value, value, kNoOrder);
        m_table.put(row, "tone", tone);
        m_table.put(row, "mono", mono);
        m_table.put(row, "accessible", label + QStringLiteral(": ") + value);
        m_rows.push_back(std::move(row));
    }
    void finish()
    {
        const int n = static_cast<int>(m_rows.size());
        m_table.setSortedRows(std::move(m_rows), n);
        m_rows.clear();
    }

private:
    TableModel &m_table;
    std::vector<TableRow> m_rows;
};

} // namespace flyball
