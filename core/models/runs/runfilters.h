// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/models/runs/runfilterwords.h"
#include "core/models/runs/runsworker.h"
#include "core/models/session/services.h"

namespace flyball {

/// Named filters of the Runs page: those that are built in, then the operator's, which config.json keeps. One may be
/// applied; one may be being written. GUI thread; child of RunsList.
class RunFilters : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of RunsList")
    Q_PROPERTY(QVariantList chips READ chips NOTIFY changed)
    Q_PROPERTY(QString active READ active NOTIFY changed)
    Q_PROPERTY(QString activeName READ activeName NOTIFY changed)
    Q_PROPERTY(QString activeWords READ activeWords NOTIFY changed)
    Q_PROPERTY(bool activeOwn READ activeOwn NOTIFY changed)
    Q_PROPERTY(QString draftName READ draftName WRITE setDraftName NOTIFY draftChanged)
    Q_PROPERTY(QVariantList draft READ draft NOTIFY draftChanged)
    Q_PROPERTY(bool draftIsNew READ draftIsNew NOTIFY draftChanged)
    Q_PROPERTY(QVariantList tests READ tests CONSTANT)
    Q_PROPERTY(QVariantList outcomes READ outcomes CONSTANT)

public:
    static constexpr std::size_t kMost = 50;
    explicit RunFilters(Services &services, QObject *parent = nullptr);

    /// [{id, name, count, active, own, words}]
    [[nodiscard]] QVariantList chips() const;
    [[nodiscard]] QString active() const { return m_active; }
    [[nodiscard]] QString activeName() const;
    [[nodiscard]] QString activeWords() const;
    [[nodiscard]] bool activeOwn() const;
    [[nodiscard]] QString draftName() const { return m_draft.name; }
    void setDraftName(const QString &name);
    /// [{test, kind, value, unit, wrong}]
    [[nodiscard]] QVariantList draft() const;
    [[nodiscard]] bool draftIsNew() const { return m_editing.isEmpty(); }
    [[nodiscard]] static QVariantList tests();
    [[nodiscard]] static QVariantList outcomes() { return runfilter::outcomes(); }

    Q_INVOKABLE void toggle(const QString &id);
    Q_INVOKABLE void clear();
    Q_INVOKABLE void beginNew();
    /// Of a built-in one, a copy is written.
    Q_INVOKABLE void beginEdit(const QString &id);
    Q_INVOKABLE void addCondition();
    Q_INVOKABLE void setTest(int index, const QString &key);
    Q_INVOKABLE void setValue(int index, const QString &value);
    Q_INVOKABLE void removeCondition(int index);
    /// What is wrong with the draft, or nothing: then it is saved and applied.
    Q_INVOKABLE QString save();
    /// With a toast that takes it back.
    Q_INVOKABLE void remove(const QString &id);

    /// Conditions of the filter applied; empty = none.
    [[nodiscard]] std::vector<RunCondition> conditions() const;
    [[nodiscard]] std::vector<std::vector<RunCondition>> counted() const;
    /// In the order of counted().
    void setCounts(const std::vector<RunsAnswer::Count> &counts);

Q_SIGNALS:
    void changed();
    void draftChanged();
    void applied();

private:
    [[nodiscard]] std::vector<SavedFilter> all() const;
    [[nodiscard]] static QString idOf(const SavedFilter &filter, bool own);
    [[nodiscard]] int ownIndex(const QString &id) const;
    [[nodiscard]] const SavedFilter *find(const QString &id) const;
    void replaceOwn(std::vector<SavedFilter> filters);
    void putBack(const SavedFilter &filter, int at, bool active);

    Services &m_services;
    std::vector<SavedFilter> m_builtIn;
    QString m_active;
    std::vector<RunsAnswer::Count> m_counts;
    SavedFilter m_draft;
    QString m_editing; ///< id of the filter the draft replaces; empty = none
};

} // namespace flyball
