// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QHash>
#include <QtQml/qqmlregistration.h>
#include <limits>
#include <vector>

namespace flyball {

/// One row: per role the text or chart value shown, the plain value that exports carry, and the
/// number it sorts by (NaN = missing, always last).
struct TableRow {
    QString id;
    std::vector<QVariant> cells;
    std::vector<QVariant> plain;
    std::vector<double> order;
};

/// What every table of the app is: keyed rows with fixed roles, sorted here, changed by difference
/// only (rows keep their delegates and the selection). GUI thread; owned by its page model.
class TableModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the page models")
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(QString sortKey READ sortKey NOTIFY sortChanged)
    Q_PROPERTY(bool sortDescending READ sortDescending NOTIFY sortChanged)
    Q_PROPERTY(bool frozen READ frozen WRITE setFrozen NOTIFY frozenChanged)
    Q_PROPERTY(QStringList present READ present NOTIFY presentChanged)
    Q_PROPERTY(int totalCount READ totalCount NOTIFY countChanged)
    Q_PROPERTY(QString totalText READ totalText NOTIFY statusChanged)
    Q_PROPERTY(bool loading READ loading NOTIFY statusChanged)
    Q_PROPERTY(bool canLoadMore READ canLoadMore NOTIFY countChanged)
    Q_PROPERTY(QString emptyHeading READ emptyHeading NOTIFY statusChanged)
    Q_PROPERTY(QString emptyText READ emptyText NOTIFY statusChanged)

public:
    /// "id" and "accessible" are added to the roles. `sorts` are the roles a head may sort by.
    TableModel(QStringList roles, QStringList sorts, QString sortKey, bool descending, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override { return m_names; }

    [[nodiscard]] virtual int count() const { return static_cast<int>(m_rows.size()); }
    [[nodiscard]] QString sortKey() const { return m_sortKey; }
    [[nodiscard]] bool sortDescending() const { return m_descending; }
    [[nodiscard]] bool frozen() const { return m_frozen; }
    void setFrozen(bool frozen);
    [[nodiscard]] QStringList present() const { return m_present; }
    [[nodiscard]] int totalCount() const { return m_total; }
    [[nodiscard]] QString totalText() const { return m_totalText; }
    [[nodiscard]] bool loading() const { return m_loading; }
    [[nodiscard]] bool canLoadMore() const { return m_total > count() && m_paged; }
    [[nodiscard]] QString emptyHeading() const { return m_emptyHeading; }
    [[nodiscard]] QString emptyText() const { return m_emptyText; }

    Q_INVOKABLE void sortBy(const QString &key);
    Q_INVOKABLE void loadMore();
    Q_INVOKABLE [[nodiscard]] QVariantMap row(int index) const;
    Q_INVOKABLE [[nodiscard]] int indexOf(const QString &id) const;
    /// The row for the clipboard: plain exact values of `keys`, tab separated; nothing where a value is not known.
    /// A sum that is a bound is followed by its mark, as in exports.
    Q_INVOKABLE [[nodiscard]] QString copyText(int index, const QStringList &keys) const;

    [[nodiscard]] TableRow makeRow(const QString &id) const;
    void put(TableRow &row, const char *role, QVariant shown) const;
    /// As put, with the plain value for exports and the number to sort by.
    void put(TableRow &row, const char *role, QVariant shown, QVariant plain, double order) const;
    [[nodiscard]] int roleIndex(const QString &role) const { return m_index.value(role, -1); }
    /// 0 <= index < count(); valid until another row is asked for.
    [[nodiscard]] virtual const TableRow &rowAt(int index) const { return m_rows[static_cast<std::size_t>(index)]; }
    /// All of them, for exports.
    [[nodiscard]] virtual std::vector<TableRow> everyRow() const { return m_rows; }
    [[nodiscard]] const std::vector<TableRow> &rows() const { return m_rows; }

    /// Replaces the content by difference; sorts, unless frozen.
    void setRows(std::vector<TableRow> rows);
    /// Rows that the owner has sorted and cut out of `total`; canLoadMore() asks it for more.
    void setSortedRows(std::vector<TableRow> rows, int total);
    void setPresent(const QStringList &keys);
    void setStatus(const QString &totalText, bool loading, const QString &emptyHeading = {},
                   const QString &emptyText = {});

Q_SIGNALS:
    void countChanged();
    void sortChanged();
    void frozenChanged();
    void presentChanged();
    void statusChanged();
    void moreWanted();

protected:
    /// Whether a plain value of the role is known in any row.
    [[nodiscard]] virtual bool hasPlain(std::size_t role) const;
    void setTotal(int total) { m_total = total; }

private:
    void sort(std::vector<TableRow> &rows) const;
    void keepOrder(std::vector<TableRow> &rows) const;
    void apply(std::vector<TableRow> rows);
    void thaw();
    void removeMissing(const QHash<QString, int> &wanted);
    void reorder(const QHash<QString, int> &wanted);
    void insertNew(std::vector<TableRow> &rows);
    void update(std::vector<TableRow> &rows);

    QHash<int, QByteArray> m_names;
    QHash<QString, int> m_index;
    QStringList m_sorts;
    QString m_sortKey;
    bool m_descending = true;
    bool m_frozen = false;
    bool m_applying = false; ///< views are being told of a change
    bool m_thawed = false;   ///< meanwhile the order was let go
    bool m_paged = false;
    bool m_loading = false;
    int m_total = 0;
    int m_announcedTotal = 0;
    QStringList m_present;
    QString m_totalText, m_emptyHeading, m_emptyText;
    std::vector<TableRow> m_rows;
};

inline constexpr double kNoOrder = std::numeric_limits<double>::quiet_NaN();

} // namespace flyball
