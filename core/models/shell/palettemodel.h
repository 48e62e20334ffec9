// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>
#include <functional>
#include <vector>

#include "core/models/session/services.h"
#include "core/models/session/view.h"

namespace flyball {

/// Ctrl K: pages, workflows, models, runs by id, actions. GUI thread.
class PaletteModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QString query READ query WRITE setQuery NOTIFY queryChanged)
    Q_PROPERTY(int count READ count NOTIFY queryChanged)

public:
    enum Role { TitleRole = Qt::UserRole + 1, SubtitleRole, KindRole };
    explicit PaletteModel(Services &services, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] QString query() const { return m_query; }
    [[nodiscard]] int count() const { return static_cast<int>(m_entries.size()); }
    void setQuery(const QString &query);
    Q_INVOKABLE void activate(int index);
    void show(const View &view) { m_view = view; }

Q_SIGNALS:
    void queryChanged();
    void actionRequested(const QString &key);
    void pageWanted(const QString &page);
    void workflowWanted(const QString &id);
    void runWanted(const QString &id);
    void priceWanted(const QString &id);

private:
    struct Entry {
        enum Kind { Page, Workflow, Run, Price, Action } what;
        QString key, title, subtitle, icon;
    };
    void search();
    [[nodiscard]] std::vector<Entry> fixedEntries() const;
    void addRuns(const QString &needle, std::vector<Entry> &out) const;

    Services &m_services;
    View m_view;
    QString m_query;
    std::vector<Entry> m_entries;
};

} // namespace flyball
