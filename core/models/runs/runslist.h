// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>
#include <optional>

#include "core/models/session/services.h"
#include "core/models/session/viewbuilder.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// Runs of the range, all or of one workflow: filtered and sorted over the whole snapshot, shown in
/// pages. GUI thread.
class RunsList : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(flyball::TableModel *table READ table CONSTANT)
    Q_PROPERTY(QVariantList segments READ segments NOTIFY changed)
    Q_PROPERTY(QString segment READ segment NOTIFY changed)
    Q_PROPERTY(QString filterText READ filterText WRITE setFilterText NOTIFY changed)
    Q_PROPERTY(QString sub READ sub NOTIFY changed)

public:
    RunsList(Services &services, ViewBuilder &builder, QObject *parent = nullptr);

    [[nodiscard]] TableModel *table() { return &m_table; }
    [[nodiscard]] QVariantList segments() const { return m_segments; }
    [[nodiscard]] QString segment() const { return m_segment; }
    [[nodiscard]] QString filterText() const { return m_filter; }
    void setFilterText(const QString &text);
    [[nodiscard]] QString sub() const { return m_sub; }
    Q_INVOKABLE void setSegment(const QString &key);
    Q_INVOKABLE void open(const QString &id) { Q_EMIT openWanted(id); }

    void show(const View &view, std::optional<Symbol> workflow);

Q_SIGNALS:
    void changed();
    void openWanted(const QString &runId);

private:
    [[nodiscard]] std::vector<const RunRow *> select(const View &view, std::optional<Symbol> workflow);
    void sort(std::vector<const RunRow *> &runs, const View &view) const;
    [[nodiscard]] TableRow rowOf(const RunRow &run, const View &view, double dearest) const;
    void showPresent(const std::vector<const RunRow *> &runs, std::optional<Symbol> workflow);

    Services &m_services;
    ViewBuilder &m_builder;
    TableModel m_table;
    QString m_segment = QStringLiteral("all");
    QString m_filter, m_sub;
    QVariantList m_segments;
    int m_shown;
    int m_revision = -1;
};

/// Words, tone and icon of a run's state.
struct RunState {
    QString key, text, tone, icon;
};
[[nodiscard]] RunState runState(const RunInfo &info);
/// Key of the segment a run belongs to; costs nothing, for lists of many runs.
[[nodiscard]] const char *runStateKey(const RunInfo &info);

} // namespace flyball
