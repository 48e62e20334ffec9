// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>
#include <deque>

#include "core/models/chartdata.h"
#include "core/models/session/services.h"
#include "core/models/session/view.h"
#include "core/models/sources/metersmodel.h"
#include "core/models/sources/rawmodel.h"
#include "core/models/sources/reconcilemodel.h"
#include "core/models/sources/remoteform.h"
#include "core/models/sources/sourcewords.h"
#include "core/models/table/kpi.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// Health of what is read, and adding, pausing and removing it. GUI thread.
class SourcesModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QQmlListProperty<flyball::Kpi> kpis READ kpis CONSTANT)
    Q_PROPERTY(flyball::TableModel *table READ table CONSTANT)
    Q_PROPERTY(flyball::TableModel *details READ details CONSTANT)
    Q_PROPERTY(flyball::TableModel *rejects READ rejects CONSTANT)
    Q_PROPERTY(flyball::ReconcileModel *reconcile READ reconcile CONSTANT)
    Q_PROPERTY(flyball::MetersModel *meters READ meters CONSTANT)
    Q_PROPERTY(flyball::RawModel *raw READ raw CONSTANT)
    Q_PROPERTY(flyball::RemoteForm *remote READ remote CONSTANT)
    Q_PROPERTY(QString rejectsTotal READ rejectsTotal NOTIFY changed)
    Q_PROPERTY(QString sub READ sub NOTIFY changed)
    Q_PROPERTY(int problems READ problems NOTIFY problemsChanged)
    Q_PROPERTY(QString troubleHeading READ troubleHeading NOTIFY problemsChanged)
    Q_PROPERTY(QString troubleText READ troubleText NOTIFY problemsChanged)
    Q_PROPERTY(int selected READ selected NOTIFY selectedChanged)
    Q_PROPERTY(QString selectedName READ selectedName NOTIFY selectedChanged)
    Q_PROPERTY(flyball::LagData lagChart READ lagChart NOTIFY lagChanged)
    Q_PROPERTY(QString lagEmptyHeading READ lagEmptyHeading NOTIFY lagChanged)
    Q_PROPERTY(QString lagEmptyText READ lagEmptyText NOTIFY lagChanged)
    Q_PROPERTY(QString checkState READ checkState NOTIFY checkChanged)
    Q_PROPERTY(QString checkText READ checkText NOTIFY checkChanged)
    Q_PROPERTY(QString checkKind READ checkKind NOTIFY checkChanged)
    Q_PROPERTY(QVariantList kinds READ kinds CONSTANT)

public:
    explicit SourcesModel(Services &services, QObject *parent = nullptr);

    [[nodiscard]] QQmlListProperty<Kpi> kpis() { return kpiProperty(this, &m_kpis); }
    [[nodiscard]] TableModel *table() { return &m_table; }
    [[nodiscard]] TableModel *details() { return &m_details; }
    [[nodiscard]] TableModel *rejects() { return &m_rejects; }
    [[nodiscard]] ReconcileModel *reconcile() { return &m_reconcile; }
    [[nodiscard]] MetersModel *meters() { return &m_meters; }
    [[nodiscard]] RawModel *raw() { return &m_raw; }
    [[nodiscard]] RemoteForm *remote() { return &m_remote; }
    [[nodiscard]] QString rejectsTotal() const { return m_rejectsTotal; }
    [[nodiscard]] QString sub() const { return m_sub; }
    [[nodiscard]] int problems() const { return m_problems; }
    [[nodiscard]] QString troubleHeading() const { return m_trouble.heading; }
    [[nodiscard]] QString troubleText() const { return m_trouble.text; }
    [[nodiscard]] int selected() const { return m_table.indexOf(m_selectedId); }
    [[nodiscard]] QString selectedName() const { return m_selectedName; }
    [[nodiscard]] LagData lagChart() const { return m_lag; }
    /// Why there is no lag to draw; empty while there is.
    [[nodiscard]] QString lagEmptyHeading() const { return m_lagHeading; }
    [[nodiscard]] QString lagEmptyText() const { return m_lagText; }
    [[nodiscard]] QString checkState() const { return m_checkState; }
    [[nodiscard]] QString checkText() const { return m_checkText; }
    [[nodiscard]] QString checkKind() const { return m_checkKind; }
    [[nodiscard]] QVariantList kinds() const;

    Q_INVOKABLE void select(int index);
    void selectId(const QString &id);
    /// Path or file: URL.
    Q_INVOKABLE void check(const QString &pathOrUrl);
    Q_INVOKABLE void add(const QString &pathOrUrl, const QString &kind = {});
    Q_INVOKABLE void setPaused(const QString &id, bool paused);
    Q_INVOKABLE void remove(const QString &id, bool forgetRows);
    Q_INVOKABLE void retry(const QString &id);
    /// What this source meters is told call by call by others: kept, not counted. Can be undone.
    Q_INVOKABLE void setTold(const QString &id, bool told);
    /// Asks the source for what it holds now; see raw.
    Q_INVOKABLE void browse(const QString &id);
    Q_INVOKABLE void retryAll();
    Q_INVOKABLE [[nodiscard]] QVariantList removeNotes(const QString &id) const;

    void show(const View &view);
    /// The badge and the banner, which are there on every page.
    void showTrouble(const View &view);
    /// Keeps lag and rate of the last hour; called every few seconds on every page.
    void sample(const Snapshot &snapshot, TimeNs now);

Q_SIGNALS:
    void changed();
    void selectedChanged();
    void lagChanged();
    void problemsChanged();
    void checkChanged();

private:
    struct Sample {
        TimeNs at = 0;
        double rate = 0;
        double lagSeconds = 0;
    };
    void showKpis(const View &view);
    template <typename Add>
    void addQuality(const Add &add, const QualityCounts &counts);
    void showDetails();
    template <typename Add>
    void addRemote(const Add &add, const SourceHealth &source);
    template <typename Add>
    void addFiles(const Add &add, const SourceHealth &source);
    [[nodiscard]] QString overlapText(const SourceHealth &source) const;
    void showRejects();
    void formLag();
    void explainNoLag();
    [[nodiscard]] QString lagSource() const;
    void setCheck(const QString &state, const QString &text, const QString &kind);
    [[nodiscard]] const SourceHealth *health(const QString &id) const;

    Services &m_services;
    std::shared_ptr<const Snapshot> m_snapshot;
    std::vector<Group> m_spend;  ///< of the range by source
    std::vector<Group> m_models; ///< of the range by source and model
    TimeNs m_now = 0;
    KpiList m_kpis;
    TableModel m_table, m_details, m_rejects;
    ReconcileModel m_reconcile;
    MetersModel m_meters;
    RawModel m_raw;
    RemoteForm m_remote;
    QString m_rejectsTotal, m_sub, m_selectedId, m_selectedName;
    int m_problems = 0;
    SourceTrouble m_trouble;
    QString m_lagHeading, m_lagText;
    int m_checkRequest = 0;
    QString m_checkState = QStringLiteral("none"), m_checkText, m_checkKind;
    QHash<QString, std::deque<Sample>> m_samples;
    LagData m_lag;
};

[[nodiscard]] QString localPath(const QString &pathOrUrl);

} // namespace flyball
