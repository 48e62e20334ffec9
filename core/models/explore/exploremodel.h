// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/aggregate/views/changes.h"
#include "core/aggregate/views/pivot.h"
#include "core/models/session/services.h"
#include "core/models/session/viewbuilder.h"
#include "core/models/table/kpi.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// Two questions over the range on screen: what is spent by any two dimensions, and why the sum is not that of
/// another time. GUI thread; child of Session, formed from each View.
class ExploreModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QString mode READ mode WRITE setMode NOTIFY choiceChanged)
    Q_PROPERTY(QString rowsBy READ rowsBy WRITE setRowsBy NOTIFY choiceChanged)
    Q_PROPERTY(QString columnsBy READ columnsBy WRITE setColumnsBy NOTIFY choiceChanged)
    Q_PROPERTY(QString measure READ measure WRITE setMeasure NOTIFY choiceChanged)
    Q_PROPERTY(QString against READ against WRITE setAgainst NOTIFY choiceChanged)
    Q_PROPERTY(QString workflow READ workflow WRITE setWorkflow NOTIFY choiceChanged)
    Q_PROPERTY(bool betweenValues READ betweenValues NOTIFY choiceChanged)
    Q_PROPERTY(QString splitBy READ splitBy WRITE setSplitBy NOTIFY choiceChanged)
    Q_PROPERTY(QString first READ first WRITE setFirst NOTIFY splitChanged)
    Q_PROPERTY(QString second READ second WRITE setSecond NOTIFY splitChanged)
    Q_PROPERTY(QVariantList splitValues READ splitValues NOTIFY splitChanged)
    Q_PROPERTY(QString beforeText READ beforeText NOTIFY splitChanged)
    Q_PROPERTY(QString afterText READ afterText NOTIFY splitChanged)
    Q_PROPERTY(int places READ places WRITE setPlaces NOTIFY choiceChanged)
    Q_PROPERTY(QVariantList dimensions READ dimensions CONSTANT)
    Q_PROPERTY(QVariantList measures READ measures CONSTANT)
    Q_PROPERTY(QVariantList times READ times CONSTANT)
    Q_PROPERTY(QVariantList workflows READ workflows NOTIFY workflowsChanged)
    Q_PROPERTY(QVariantList heads READ heads NOTIFY headsChanged)
    Q_PROPERTY(flyball::TableModel *pivot READ pivot CONSTANT)
    Q_PROPERTY(flyball::TableModel *pivotSum READ pivotSum CONSTANT)
    Q_PROPERTY(flyball::TableModel *changes READ changes CONSTANT)
    Q_PROPERTY(QQmlListProperty<flyball::Kpi> effects READ effects CONSTANT)
    Q_PROPERTY(QString title READ title NOTIFY textChanged)
    Q_PROPERTY(QString note READ note NOTIFY textChanged)
    Q_PROPERTY(bool comparable READ comparable NOTIFY textChanged)

public:
    static constexpr int kMostPlaces = 8;
    static constexpr std::size_t kMostRows = 300;

    ExploreModel(Services &services, ViewBuilder &builder, QObject *parent = nullptr);

    [[nodiscard]] QString mode() const { return m_choice.mode; }
    [[nodiscard]] QString rowsBy() const { return m_choice.rows; }
    [[nodiscard]] QString columnsBy() const { return m_choice.columns; }
    [[nodiscard]] QString measure() const { return m_choice.measure; }
    [[nodiscard]] QString against() const { return m_choice.against; }
    [[nodiscard]] QString workflow() const { return m_choice.workflow; }
    [[nodiscard]] int places() const { return m_choice.places; }
    /// Two values of a dimension in one range are compared, not two times.
    [[nodiscard]] bool betweenValues() const { return m_choice.against == u"values"; }
    [[nodiscard]] QString splitBy() const { return m_choice.splitBy; }
    [[nodiscard]] QString first() const { return m_choice.first; } ///< symbol ids
    [[nodiscard]] QString second() const { return m_choice.second; }
    [[nodiscard]] QVariantList splitValues() const { return m_splitValues; }
    [[nodiscard]] QString beforeText() const { return m_beforeText; }
    [[nodiscard]] QString afterText() const { return m_afterText; }
    void setMode(const QString &mode);
    void setRowsBy(const QString &dimension);    ///< the dimension of the columns gives way if it is the same
    void setColumnsBy(const QString &dimension); ///< as setRowsBy, the other way
    void setMeasure(const QString &measure);
    void setAgainst(const QString &time);
    void setWorkflow(const QString &id); ///< symbol id; empty: all
    void setPlaces(int places);          ///< columns for which there is room
    void setSplitBy(const QString &dimension);
    void setFirst(const QString &id); ///< of splitValues(); the other one gives way if it is the same
    void setSecond(const QString &id);
    [[nodiscard]] QVariantList dimensions() const;
    [[nodiscard]] QVariantList measures() const;
    [[nodiscard]] QVariantList times() const;
    [[nodiscard]] QVariantList workflows() const { return m_workflows; }
    [[nodiscard]] QVariantList heads() const { return m_heads; }
    [[nodiscard]] TableModel *pivot() { return &m_pivotTable; }
    [[nodiscard]] TableModel *pivotSum() { return &m_pivotSum; }
    [[nodiscard]] TableModel *changes() { return &m_changeTable; }
    [[nodiscard]] QQmlListProperty<Kpi> effects() { return kpiProperty(this, &m_effects); }
    [[nodiscard]] QString title() const { return m_title; }
    [[nodiscard]] QString note() const { return m_note; }
    [[nodiscard]] bool comparable() const { return m_comparable; }

    Q_INVOKABLE void swap();
    /// The calls behind a row, or behind one cell of it. `column` < 0: the whole row.
    Q_INVOKABLE void openCalls(const QString &rowId, int column);

    void show(const View &view);

Q_SIGNALS:
    void choiceChanged();
    void workflowsChanged();
    void headsChanged();
    void splitChanged();
    void textChanged();

private:
    struct Choice {
        QString mode = QStringLiteral("pivot"), rows = QStringLiteral("workflow"), columns = QStringLiteral("model"),
                measure = QStringLiteral("spend"), against = QStringLiteral("before"), workflow,
                splitBy = QStringLiteral("prompt"), first, second;
        int places = 6;
        friend bool operator==(const Choice &, const Choice &) = default;
    };
    void choose(const Choice &choice);
    void showWorkflows(const View &view);
    void showPivot(const View &view);
    void showHeads(const View &view, const Pivot &table, std::size_t shown);
    void fillRow(TableRow &row, TableModel &model, const std::vector<Totals> &cells, const Totals &sum, double most);
    void showChanges(const View &view);
    void showBetween(const View &view);
    void offerValues(const View &view, const std::vector<Group> &groups, Dimension dimension);
    void showComparison(const View &view, const std::vector<Group> &before, const std::vector<Group> &after,
                        const QString &title);
    void setSides(const QString &before, const QString &after);
    void showNothing(const View &view, const QString &title, const QString &note);
    void showEffects(const Comparison &comparison);
    void showNoEffects(const View &view);
    void putChange(TableRow &row, const Totals &before, const Totals &after, const CostEffects &effects);
    void setText(const QString &title, const QString &note, bool comparable);
    [[nodiscard]] QString nameOf(const View &view, Symbol symbol, Dimension dimension) const;
    [[nodiscard]] ViewFilter filter() const;
    [[nodiscard]] Window otherWindow(const View &view) const;

    Services &m_services;
    ViewBuilder &m_builder;
    Choice m_choice;
    TableModel m_pivotTable, m_pivotSum, m_changeTable;
    KpiList m_effects;
    QVariantList m_workflows, m_heads;
    std::vector<Symbol> m_columns; ///< symbols of the columns shown
    CallFilter m_callFilter;       ///< of the range shown
    QVariantList m_splitValues;
    QString m_rangeText, m_title, m_note, m_beforeText, m_afterText;
    bool m_comparable = true;
};

} // namespace flyball
