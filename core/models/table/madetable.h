// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <unordered_map>

#include "core/models/table/tablemodel.h"

namespace flyball {

/// A table whose rows are made when they are looked at: what tens of thousands of rows cost is what is on screen.
/// It is neither sorted nor frozen here. GUI thread.
class MadeTable : public TableModel {
    Q_OBJECT

public:
    using Make = std::function<TableRow(int index)>;
    MadeTable(QStringList roles, Make make, QObject *parent = nullptr);

    /// `keys` name the rows in order and differ. Rows with the same keys at both ends stay and are made again;
    /// what is between them goes and comes.
    /// Only the first `most` are shown; growTo() shows more of them.
    void setKeys(std::vector<quint64> keys, int most = std::numeric_limits<int>::max());
    void growTo(int most);

    [[nodiscard]] int count() const override { return static_cast<int>(m_keys.size()); }
    [[nodiscard]] const TableRow &rowAt(int index) const override;
    [[nodiscard]] std::vector<TableRow> everyRow() const override;

protected:
    [[nodiscard]] bool hasPlain(std::size_t role) const override;

private:
    static constexpr std::size_t kKept = 1024;
    void showKeys(std::size_t wanted);

    Make m_make;
    std::vector<quint64> m_keys; ///< of the rows that are shown
    std::vector<quint64> m_all;
    mutable std::unordered_map<int, TableRow> m_made;
    mutable std::vector<bool> m_plain; ///< roles that had a plain value in a row made so far
};

} // namespace flyball
