// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/engine/measurereading.h"
#include "core/models/session/services.h"
#include "core/models/session/view.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// The measures of metrics.md 3 of one workflow, or of one of its agents, steps, models ..., over the range. Read
/// slice by slice on the query thread while the numbers are on screen, at most every kEveryMs and never more than a
/// twentieth of the time; answers to an older question are dropped. GUI thread; child of WorkflowModel.
class NumbersModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of WorkflowModel")
    Q_PROPERTY(bool open READ isOpen WRITE setOpen NOTIFY openChanged)
    Q_PROPERTY(QString state READ state NOTIFY changed)
    Q_PROPERTY(QString sub READ sub NOTIFY changed)
    Q_PROPERTY(QString note READ note NOTIFY changed)
    Q_PROPERTY(QString dimension READ dimension WRITE setDimension NOTIFY scopeChanged)
    Q_PROPERTY(QString value READ value WRITE setValue NOTIFY scopeChanged)
    Q_PROPERTY(QVariantList dimensions READ dimensions NOTIFY scopeChanged)
    Q_PROPERTY(QVariantList values READ values NOTIFY scopeChanged)
    Q_PROPERTY(flyball::TableModel *measures READ measures CONSTANT)
    Q_PROPERTY(flyball::TableModel *segments READ segments CONSTANT)
    Q_PROPERTY(flyball::TableModel *prompts READ prompts CONSTANT)
    Q_PROPERTY(flyball::TableModel *agents READ agents CONSTANT)

public:
    static constexpr int kEveryMs = 5'000;
    static constexpr qint64 kRest = 20; ///< a reading is followed by this many times its own time at least

    explicit NumbersModel(Services &services, QObject *parent = nullptr);
    ~NumbersModel() override;

    [[nodiscard]] bool isOpen() const { return m_open; }
    void setOpen(bool open);
    /// "loading", "ready", "error"
    [[nodiscard]] QString state() const { return m_state; }
    [[nodiscard]] QString sub() const { return m_sub; }
    [[nodiscard]] QString note() const { return m_note; }
    /// Key of a dimension; empty: the whole workflow.
    [[nodiscard]] QString dimension() const { return m_dimension; }
    void setDimension(const QString &key);
    [[nodiscard]] QString value() const { return m_value; } ///< symbol id
    void setValue(const QString &id);
    [[nodiscard]] QVariantList dimensions() const { return m_dimensions; }
    [[nodiscard]] QVariantList values() const { return m_values; }
    [[nodiscard]] TableModel *measures() { return &m_measures; }
    [[nodiscard]] TableModel *segments() { return &m_segments; }
    [[nodiscard]] TableModel *prompts() { return &m_prompts; }
    [[nodiscard]] TableModel *agents() { return &m_agents; }

    /// The calls behind a measure, by its key.
    Q_INVOKABLE void openCalls(const QString &key);
    /// The calls of one row: "segment", "prompt", "agent" and the row's id, which for an agent names its caller too.
    Q_INVOKABLE void openPart(const QString &kind, const QString &id);

    void show(const View &view, Symbol workflow);

Q_SIGNALS:
    void openChanged();
    void changed();
    void scopeChanged();

private:
    struct Job;
    void ask(const View &view, const MeasureQuestion &question);
    void next(const std::shared_ptr<Job> &job);
    void arrived(const std::shared_ptr<Job> &job, const std::shared_ptr<const ScopeNumbers> &numbers);
    void forget();
    void drop();
    void setState(const QString &state, const QString &sub, const QString &note);
    void offerScopes(const View &view, Symbol workflow);
    [[nodiscard]] MeasureScope scopeOf(Symbol workflow) const;
    [[nodiscard]] CallFilter filterOf(const MeasureScope &scope) const;
    [[nodiscard]] QString nameOfScope() const;
    void showMeasures();
    void putMeasure(TableRow &row, const Measure &measure);
    void showParts(TableModel &table, const std::vector<PartNumbers> &parts, const QString &emptyHeading,
                   const QString &emptyText);
    void showAgents();
    [[nodiscard]] QString tipOf(const Measure &measure) const;

    Services &m_services;
    bool m_open = false;
    QString m_state = QStringLiteral("loading"), m_sub, m_note, m_dimension, m_value, m_workflowName;
    QVariantList m_dimensions, m_values;
    Symbol m_workflow = 0;
    CallFilter m_window; ///< of what is shown
    std::shared_ptr<Job> m_job;
    std::shared_ptr<const Snapshot> m_snapshot; ///< of what is shown: names
    std::shared_ptr<const ScopeNumbers> m_numbers;
    int m_rangeRevision = -1;
    QElapsedTimer m_age;
    qint64 m_cost = 0;
    TableModel m_measures, m_segments, m_prompts, m_agents;
};

} // namespace flyball
