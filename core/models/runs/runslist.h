// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>
#include <optional>

#include "core/models/runs/runfilters.h"
#include "core/models/session/services.h"
#include "core/models/session/view.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// Runs of the range, all or of one workflow: filtered, counted and sorted over the whole snapshot by the query thread
/// (RunsWorker), one question at a time, shown in pages. GUI thread.
class RunsList : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(flyball::TableModel *table READ table CONSTANT)
    Q_PROPERTY(QVariantList segments READ segments NOTIFY changed)
    Q_PROPERTY(QString segment READ segment NOTIFY changed)
    Q_PROPERTY(QString filterText READ filterText WRITE setFilterText NOTIFY changed)
    Q_PROPERTY(QString sub READ sub NOTIFY changed)
    Q_PROPERTY(bool narrowed READ narrowed NOTIFY changed)
    Q_PROPERTY(QString exportNote READ exportNote NOTIFY changed)
    Q_PROPERTY(flyball::RunFilters *filters READ filters CONSTANT)

public:
    /// `withFilters`: the saved filters are offered and counted.
    RunsList(Services &services, bool withFilters, QObject *parent = nullptr);

    [[nodiscard]] TableModel *table() { return &m_table; }
    [[nodiscard]] QVariantList segments() const { return m_segments; }
    [[nodiscard]] QString segment() const { return m_segment; }
    [[nodiscard]] QString filterText() const { return m_filter; }
    void setFilterText(const QString &text);
    [[nodiscard]] QString sub() const { return m_sub; }
    /// A filter, a text or a segment leaves runs out.
    [[nodiscard]] bool narrowed() const;
    /// What narrows the list, in words, for exports; empty when nothing does.
    [[nodiscard]] QString exportNote() const;
    [[nodiscard]] RunFilters *filters() { return &m_filters; }
    Q_INVOKABLE void clear();
    Q_INVOKABLE void setSegment(const QString &key);
    Q_INVOKABLE void open(const QString &id) { Q_EMIT openWanted(id); }

    void show(const View &view, std::optional<Symbol> workflow);

Q_SIGNALS:
    void changed();
    void openWanted(const QString &runId);

private:
    [[nodiscard]] RunsQuery question() const;
    void ask();
    void received(const RunsAnswer &answer);
    void showSegments(const RunsAnswer &answer);
    void showStatus(const RunsAnswer &answer);
    void showPresent(const RunsAnswer &answer);
    void tellError(const RunsAnswer &answer);
    void narrow();
    [[nodiscard]] TableRow rowOf(const RunRow &run, double dearest) const;
    [[nodiscard]] QString narrowedBy() const;

    Services &m_services;
    bool m_withFilters;
    RunFilters m_filters;
    std::shared_ptr<RunsWorker> m_worker; ///< used on the query thread only
    TableModel m_table;
    View m_view; ///< snapshot, time and window of the last View; nothing that was folded
    std::optional<Symbol> m_workflow;
    QString m_segment = QStringLiteral("all");
    QString m_filter, m_sub, m_error;
    QVariantList m_segments;
    int m_shown;
    int m_revision = -1;
    bool m_asking = false, m_askAgain = false;
    int m_choice = 0; ///< changes with all that makes an answer another one
};

/// Words, tone and icon of a run's state.
struct RunState {
    QString key, text, tone, icon;
};
[[nodiscard]] RunState runState(const RunInfo &info);

} // namespace flyball
