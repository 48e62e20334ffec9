// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>
#include <optional>

#include "core/models/runs/callinspector.h"
#include "core/models/session/viewbuilder.h"
#include "core/models/table/kpi.h"

namespace flyball {

/// One run, call by call. Sums come from the snapshot's run row; calls are read by the query thread
/// and read again when the row changed. GUI thread.
class RunModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QString state READ state NOTIFY changed)
    Q_PROPERTY(QString errorText READ errorText NOTIFY changed)
    Q_PROPERTY(QString id READ id NOTIFY changed)
    Q_PROPERTY(QString shortId READ shortId NOTIFY changed)
    Q_PROPERTY(QString workflow READ workflow NOTIFY changed)
    Q_PROPERTY(QString workflowId READ workflowId NOTIFY changed)
    Q_PROPERTY(int slot READ slot NOTIFY changed)
    Q_PROPERTY(QString session READ session NOTIFY changed)
    Q_PROPERTY(QString startText READ startText NOTIFY changed)
    Q_PROPERTY(bool open READ open NOTIFY changed)
    Q_PROPERTY(QString stateText READ stateText NOTIFY changed)
    Q_PROPERTY(QString stateTone READ stateTone NOTIFY changed)
    Q_PROPERTY(QString stateIcon READ stateIcon NOTIFY changed)
    Q_PROPERTY(QQmlListProperty<flyball::Kpi> kpis READ kpis CONSTANT)
    Q_PROPERTY(flyball::TableModel *calls READ calls CONSTANT)
    Q_PROPERTY(flyball::TableModel *classes READ classes CONSTANT)
    Q_PROPERTY(flyball::TableModel *signalRows READ signalRows CONSTANT)
    Q_PROPERTY(QStringList gridTexts READ gridTexts NOTIFY callsChanged)
    Q_PROPERTY(QVariantList gridPositions READ gridPositions NOTIFY callsChanged)
    Q_PROPERTY(flyball::ContextData context READ context NOTIFY callsChanged)
    Q_PROPERTY(QString contextText READ contextText NOTIFY callsChanged)
    Q_PROPERTY(int selected READ selected NOTIFY selectedChanged)
    Q_PROPERTY(flyball::CallInspector *call READ call CONSTANT)

public:
    static constexpr int kMaxCalls = 5'000;
    RunModel(Services &services, QObject *parent = nullptr);

    [[nodiscard]] QString state() const { return m_head.state; }
    [[nodiscard]] QString errorText() const { return m_head.error; }
    [[nodiscard]] QString id() const { return m_head.id; }
    [[nodiscard]] QString shortId() const { return m_head.id.left(7); }
    [[nodiscard]] QString workflow() const { return m_head.workflow; }
    [[nodiscard]] QString workflowId() const { return m_head.workflowId; }
    [[nodiscard]] int slot() const { return m_head.slot; }
    [[nodiscard]] QString session() const { return m_head.session; }
    [[nodiscard]] QString startText() const { return m_head.start; }
    [[nodiscard]] bool open() const { return m_head.open; } ///< under way, as far as its traces say
    [[nodiscard]] QString stateText() const { return m_head.stateText; }
    [[nodiscard]] QString stateTone() const { return m_head.stateTone; }
    [[nodiscard]] QString stateIcon() const { return m_head.stateIcon; }
    [[nodiscard]] QQmlListProperty<Kpi> kpis() { return kpiProperty(this, &m_kpis); }
    [[nodiscard]] TableModel *calls() { return &m_callRows; }
    [[nodiscard]] TableModel *classes() { return &m_classes; }
    [[nodiscard]] TableModel *signalRows() { return &m_signals; }
    [[nodiscard]] QStringList gridTexts() const { return m_gridTexts; }
    [[nodiscard]] QVariantList gridPositions() const { return m_gridPositions; }
    [[nodiscard]] ContextData context() const { return m_context; }
    [[nodiscard]] QString contextText() const { return m_contextText; }
    [[nodiscard]] int selected() const { return m_selected; }
    [[nodiscard]] CallInspector *call() { return &m_inspector; }
    Q_INVOKABLE void select(int index);
    Q_INVOKABLE void copyId();

    void show(const View &view, const QString &runId);
    [[nodiscard]] const std::vector<Call> &callList() const { return m_calls; }

Q_SIGNALS:
    void changed();
    void callsChanged();
    void selectedChanged();

private:
    struct Head {
        QString state = QStringLiteral("loading");
        QString error, id, workflow, workflowId, session, start, stateText, stateTone, stateIcon;
        int slot = -1;
        bool open = false;
        friend bool operator==(const Head &, const Head &) = default;
    };
    struct Loaded {
        std::vector<Call> calls;
        std::vector<SignalFact> found;
        QString error;
        bool more = false;
    };
    void ask(const Key128 &run);
    void received(Loaded loaded);
    void showHead(const View &view, const RunRow &row);
    void showKpis();
    void showCalls();
    void showClasses();
    void showSignals();
    void showContext();
    void showGrid(double span);

    Services &m_services;
    Head m_head;
    std::shared_ptr<const Snapshot> m_snapshot;
    std::optional<RunRow> m_row;
    std::vector<Call> m_calls; ///< by time
    std::vector<SignalFact> m_found;
    bool m_more = false;
    int m_request = 0;
    int m_selected = -1;
    std::uint64_t m_generation = 0;
    std::vector<double> m_resent; ///< per call, tokens sent again (estimate from counts)
    KpiList m_kpis;
    TableModel m_callRows, m_classes, m_signals;
    QStringList m_gridTexts;
    QVariantList m_gridPositions;
    ContextData m_context;
    QString m_contextText;
    CallInspector m_inspector;
};

} // namespace flyball
