// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>

#include "core/models/chartdata.h"
#include "core/models/numbers/numbersmodel.h"
#include "core/models/runs/runslist.h"
#include "core/models/session/viewbuilder.h"
#include "core/models/table/kpi.h"

namespace flyball {

/// One workflow over the range: cost against quality, models, steps, agents, runs. GUI thread.
class WorkflowModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QString id READ id NOTIFY changed)
    Q_PROPERTY(QString name READ name NOTIFY changed)
    Q_PROPERTY(int slot READ slot NOTIFY changed)
    Q_PROPERTY(QQmlListProperty<flyball::Kpi> kpis READ kpis CONSTANT)
    Q_PROPERTY(flyball::TrendData trend READ trend NOTIFY trendChanged)
    Q_PROPERTY(QString trendTitle READ trendTitle NOTIFY trendChanged)
    Q_PROPERTY(QString trendSub READ trendSub NOTIFY trendChanged)
    Q_PROPERTY(bool hasTrend READ hasTrend NOTIFY trendChanged)
    Q_PROPERTY(QString trendEmptyHeading READ trendEmptyHeading NOTIFY trendChanged)
    Q_PROPERTY(QString trendEmptyText READ trendEmptyText NOTIFY trendChanged)
    Q_PROPERTY(flyball::DonutData mix READ mix NOTIFY mixChanged)
    Q_PROPERTY(QString mixCentre READ mixCentre NOTIFY mixChanged)
    Q_PROPERTY(QString mixCentreSub READ mixCentreSub NOTIFY mixChanged)
    Q_PROPERTY(QString mixBy READ mixBy WRITE setMixBy NOTIFY mixChanged)
    Q_PROPERTY(bool canMixByTier READ canMixByTier NOTIFY mixChanged)
    Q_PROPERTY(flyball::TableModel *mixRows READ mixRows CONSTANT)
    Q_PROPERTY(flyball::TableModel *steps READ steps CONSTANT)
    Q_PROPERTY(flyball::TableModel *agents READ agents CONSTANT)
    Q_PROPERTY(QString stepsSub READ stepsSub NOTIFY changed)
    Q_PROPERTY(flyball::RunsList *runs READ runs CONSTANT)
    Q_PROPERTY(flyball::NumbersModel *numbers READ numbers CONSTANT)

public:
    WorkflowModel(Services &services, ViewBuilder &builder, QObject *parent = nullptr);

    [[nodiscard]] QString id() const { return m_id; }
    [[nodiscard]] QString name() const { return m_name; }
    [[nodiscard]] int slot() const { return m_slot; }
    [[nodiscard]] QQmlListProperty<Kpi> kpis() { return kpiProperty(this, &m_kpis); }
    [[nodiscard]] TrendData trend() const { return m_trend; }
    [[nodiscard]] QString trendTitle() const { return m_trendTitle; }
    [[nodiscard]] QString trendSub() const { return m_trendSub; }
    [[nodiscard]] bool hasTrend() const { return !m_trend.panels.isEmpty(); }
    [[nodiscard]] QString trendEmptyHeading() const { return tr("No run has ended in this range"); }
    [[nodiscard]] QString trendEmptyText() const { return tr("Cost per run appears with the first one that ends."); }
    [[nodiscard]] DonutData mix() const { return m_mix; }
    [[nodiscard]] QString mixCentre() const { return m_mixCentre; }
    [[nodiscard]] QString mixCentreSub() const { return m_mixCentreSub; }
    [[nodiscard]] QString mixBy() const
    {
        return m_mixByTier && m_hasTier ? QStringLiteral("tier") : QStringLiteral("model");
    }
    void setMixBy(const QString &by);
    [[nodiscard]] bool canMixByTier() const { return m_hasTier; }
    [[nodiscard]] TableModel *mixRows() { return &m_mixRows; }
    [[nodiscard]] TableModel *steps() { return &m_steps; }
    [[nodiscard]] TableModel *agents() { return &m_agents; }
    [[nodiscard]] QString stepsSub() const { return m_stepsSub; }
    [[nodiscard]] RunsList *runs() { return &m_runs; }
    [[nodiscard]] NumbersModel *numbers() { return &m_numbers; }

    void show(const View &view, Symbol workflow);
    /// Once a second, and when the range changes.
    void showTrend(const View &view, Symbol workflow);

Q_SIGNALS:
    void changed();
    void trendChanged();
    void mixChanged();

private:
    void showKpis(const View &view, Symbol workflow, const Totals &totals);
    void showMix(const View &view, Symbol workflow, const Totals &totals);
    void showParts(TableModel &table, const View &view, const std::vector<Group> &groups, NameKind kind,
                   const Totals &totals);

    Services &m_services;
    ViewBuilder &m_builder;
    QString m_id, m_name, m_stepsSub;
    int m_slot = ColourSlots::kOther;
    KpiList m_kpis;
    CallFilter m_filter;
    TrendData m_trend;
    QString m_trendTitle, m_trendSub;
    DonutData m_mix;
    QString m_mixCentre, m_mixCentreSub;
    bool m_mixByTier = false, m_hasTier = false;
    TableModel m_mixRows, m_steps, m_agents;
    RunsList m_runs;
    NumbersModel m_numbers;
};

} // namespace flyball
