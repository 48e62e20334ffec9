// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>

#include "core/models/runs/callrows.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// The calls behind a number: read by the query thread with a limit, off the GUI thread.
class CallsView : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QString title READ title NOTIFY changed)
    Q_PROPERTY(bool open READ isOpen NOTIFY changed)
    Q_PROPERTY(flyball::TableModel *table READ table CONSTANT)

public:
    static constexpr int kLimit = 10'000;
    explicit CallsView(Services &services, QObject *parent = nullptr);

    [[nodiscard]] QString title() const { return m_title; }
    [[nodiscard]] bool isOpen() const { return m_open; }
    [[nodiscard]] TableModel *table() { return &m_table; }
    [[nodiscard]] const std::vector<Call> &calls() const { return m_calls; }

    void load(const CallsRequest &request);
    Q_INVOKABLE void openRun(int index);
    Q_INVOKABLE void close();

Q_SIGNALS:
    void changed();
    void openWanted(const QString &runId);

private:
    void ask();
    void received(std::vector<Call> calls, qint64 total);
    void sort();
    void form();

    Services &m_services;
    QString m_title;
    bool m_open = false;
    int m_request = 0;
    CallFilter m_filter;
    std::function<bool(const Call &)> m_keep;
    CallOrder m_order = CallOrder::TimeDescending;
    std::vector<Call> m_calls; ///< in the order shown
    qint64 m_total = 0;
    int m_shown = 0;
    TableModel m_table;
};

} // namespace flyball
