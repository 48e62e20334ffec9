// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>
#include <map>

#include "core/models/prices/priceeditor.h"
#include "core/models/session/view.h"
#include "core/models/table/kpi.h"
#include "core/models/table/tablemodel.h"
#include "core/pricing/catalog.h"

namespace flyball {

/// Which model costs what, what has no price, and the operator's overrides. GUI thread.
class PricesModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QQmlListProperty<flyball::Kpi> kpis READ kpis CONSTANT)
    Q_PROPERTY(flyball::TableModel *table READ table CONSTANT)
    Q_PROPERTY(flyball::PriceEditor *editor READ editor CONSTANT)
    Q_PROPERTY(QString view READ viewKey WRITE setView NOTIFY changed)
    Q_PROPERTY(QVariantList views READ views NOTIFY changed)
    Q_PROPERTY(QString filterText READ filterText WRITE setFilterText NOTIFY changed)
    Q_PROPERTY(QString asOf READ asOf NOTIFY changed)
    Q_PROPERTY(int unpricedCount READ unpricedCount NOTIFY changed)
    Q_PROPERTY(QString unpricedId READ unpricedId NOTIFY changed)
    Q_PROPERTY(QString unpricedName READ unpricedName NOTIFY changed)
    Q_PROPERTY(bool canUndo READ canUndo NOTIFY changed)
    Q_PROPERTY(bool busy READ busy NOTIFY changed)

public:
    explicit PricesModel(Services &services, QObject *parent = nullptr);

    [[nodiscard]] QQmlListProperty<Kpi> kpis() { return kpiProperty(this, &m_kpis); }
    [[nodiscard]] TableModel *table() { return &m_table; }
    [[nodiscard]] PriceEditor *editor() { return &m_editor; }
    [[nodiscard]] QString viewKey() const { return m_viewKey; }
    void setView(const QString &key);
    [[nodiscard]] QVariantList views() const { return m_views; }
    [[nodiscard]] QString filterText() const { return m_filter; }
    void setFilterText(const QString &text);
    [[nodiscard]] QString asOf() const { return m_asOf; }
    [[nodiscard]] int unpricedCount() const { return m_unpriced; }
    /// The unpriced model with the most tokens; empty when there is none.
    [[nodiscard]] QString unpricedId() const { return m_unpricedId; }
    [[nodiscard]] QString unpricedName() const { return m_unpricedName; }
    [[nodiscard]] bool canUndo() const { return !m_undo.empty() && !m_busy; }
    [[nodiscard]] bool busy() const { return m_busy; }
    Q_INVOKABLE void undo();
    /// Adds the entries of an override file to the operator's overrides.
    Q_INVOKABLE void importFile(const QString &pathOrUrl);

    void show(const View &view);
    /// The number of models without a price, which the sidebar shows on every page.
    void showBadge(const View &view);

Q_SIGNALS:
    void changed();
    void importDone(bool ok, const QString &text);

private:
    /// One line before it is text.
    struct Entry {
        QString id, model, provider, rawModel, rawProvider;
        int tier = -1;
        PriceMatch match;
        const PriceRow *row = nullptr; ///< owned by `match`
        Totals totals;                 ///< of the range
        bool used = false;
    };
    void readUse(const View &view);
    void showKpis(const View &view);
    void showTable(const View &view);
    [[nodiscard]] std::vector<Entry> entries() const;
    [[nodiscard]] TableRow rowOf(const Entry &entry, const View &view) const;
    [[nodiscard]] const PriceMatch &matchOf(const std::string &provider, const std::string &model);
    void change(const QString &json, const QString &doneText, bool undoable);

    Services &m_services;
    std::shared_ptr<const PriceCatalog> m_catalog;
    std::map<std::pair<std::string, std::string>, PriceMatch> m_matches; ///< of m_catalog
    std::vector<Entry> m_used;
    std::vector<std::string> m_undo; ///< former overrides.json texts
    KpiList m_kpis;
    TableModel m_table;
    PriceEditor m_editor;
    QString m_viewKey = QStringLiteral("use"), m_filter, m_asOf, m_unpricedId, m_unpricedName;
    QVariantList m_views;
    int m_unpriced = 0;
    bool m_busy = false;
};

/// The row of a match that holds at `at`, or nullptr.
[[nodiscard]] const PriceRow *rowAt(const PriceMatch &match, TimeNs at);

} // namespace flyball
