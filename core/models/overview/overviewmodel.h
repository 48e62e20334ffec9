// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>
#include <set>

#include "core/models/overview/spendchart.h"
#include "core/models/table/kpi.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// How much, since when, who. GUI thread; child of Session, formed from each View.
class OverviewModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QQmlListProperty<flyball::Kpi> kpis READ kpis CONSTANT)
    Q_PROPERTY(flyball::Kpi *spend READ spend CONSTANT)
    Q_PROPERTY(flyball::Kpi *burn READ burn CONSTANT)
    Q_PROPERTY(flyball::Kpi *runsKpi READ runsKpi CONSTANT)
    Q_PROPERTY(flyball::Kpi *cache READ cache CONSTANT)
    Q_PROPERTY(flyball::Kpi *costPerSuccess READ costPerSuccess CONSTANT)
    Q_PROPERTY(flyball::Kpi *passRate READ passRate CONSTANT)
    Q_PROPERTY(flyball::StackData chart READ chart NOTIFY chartChanged)
    Q_PROPERTY(QString chartKind READ chartKind WRITE setChartKind NOTIFY chartChanged)
    Q_PROPERTY(QString chartTitle READ chartTitle NOTIFY chartChanged)
    Q_PROPERTY(QString chartSummary READ chartSummary NOTIFY chartChanged)
    Q_PROPERTY(QStringList chartTableHead READ chartTableHead NOTIFY chartChanged)
    Q_PROPERTY(flyball::TableModel *chartTable READ chartTable CONSTANT)
    Q_PROPERTY(flyball::TableModel *workflows READ workflows CONSTANT)
    Q_PROPERTY(flyball::TableModel *sidebar READ sidebar CONSTANT)
    Q_PROPERTY(flyball::TableModel *unpricedModels READ unpricedModels CONSTANT)
    Q_PROPERTY(QString summary READ summary NOTIFY changed)
    Q_PROPERTY(bool empty READ empty NOTIFY changed)
    Q_PROPERTY(QString emptyHeading READ emptyHeading NOTIFY changed)
    Q_PROPERTY(QString emptyText READ emptyText NOTIFY changed)
    Q_PROPERTY(QVariantList emptyActions READ emptyActions NOTIFY changed)
    Q_PROPERTY(QString partialHeading READ partialHeading NOTIFY changed)
    Q_PROPERTY(QString partialText READ partialText NOTIFY changed)

public:
    OverviewModel(Services &services, ViewBuilder &builder, QObject *parent = nullptr);

    [[nodiscard]] QQmlListProperty<Kpi> kpis() { return kpiProperty(this, &m_kpis); }
    [[nodiscard]] Kpi *spend() const { return m_kpis.at(0); }
    [[nodiscard]] Kpi *burn() const { return m_kpis.at(1); }
    [[nodiscard]] Kpi *runsKpi() const { return m_kpis.at(2); }
    [[nodiscard]] Kpi *cache() const { return m_kpis.at(3); }
    [[nodiscard]] Kpi *costPerSuccess() const { return m_kpis.at(4); }
    [[nodiscard]] Kpi *passRate() const { return m_kpis.at(5); }
    [[nodiscard]] StackData chart() const { return m_chart.data(); }
    [[nodiscard]] QString chartKind() const { return m_chartKind; }
    void setChartKind(const QString &kind);
    [[nodiscard]] QString chartTitle() const { return m_chart.title(); }
    [[nodiscard]] QString chartSummary() const { return m_chart.data().summary; }
    [[nodiscard]] QStringList chartTableHead() const { return m_chart.bandNames(); }
    [[nodiscard]] TableModel *chartTable() { return &m_chartTable; }
    [[nodiscard]] TableModel *workflows() { return &m_workflows; }
    [[nodiscard]] TableModel *sidebar() { return &m_sidebar; }
    [[nodiscard]] TableModel *unpricedModels() { return &m_unpriced; }
    [[nodiscard]] QString summary() const { return m_text.summary; }
    [[nodiscard]] bool empty() const { return m_text.empty; }
    [[nodiscard]] QString emptyHeading() const { return m_text.emptyHeading; }
    [[nodiscard]] QString emptyText() const { return m_text.emptyText; }
    [[nodiscard]] QVariantList emptyActions() const { return m_text.emptyActions; }
    [[nodiscard]] QString partialHeading() const { return m_text.partialHeading; }
    [[nodiscard]] QString partialText() const { return m_text.partialText; }

    Q_INVOKABLE [[nodiscard]] QString bandId(int band) const;
    Q_INVOKABLE void toggleHidden(const QString &workflowId);
    Q_INVOKABLE void emptyAction(const QString &key);

    /// The sidebar is on every page.
    void showSidebar(const View &view);
    void show(const View &view);
    void showChart(const View &view);

Q_SIGNALS:
    void changed();
    void chartChanged();
    void rangeWanted(const QString &key);
    void pageWanted(const QString &page);

private:
    struct Text {
        QString summary, emptyHeading, emptyText, partialHeading, partialText;
        QVariantList emptyActions;
        bool empty = false;
        friend bool operator==(const Text &, const Text &) = default;
    };
    void showKpis(const View &view);
    void showWorkflows(const View &view);
    void showUnpriced(const View &view);
    [[nodiscard]] Text texts(const View &view, std::size_t active) const;

    Services &m_services;
    ViewBuilder &m_builder;
    SpendChart m_chart;
    QString m_chartKind = QStringLiteral("spend");
    KpiList m_kpis;
    TableModel m_chartTable, m_workflows, m_sidebar, m_unpriced;
    std::set<Symbol> m_hidden;
    CallFilter m_filter; ///< of the range shown, for click-through
    QString m_rangeText;
    Text m_text;
};

} // namespace flyball
