// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>
#include <optional>

#include "core/models/runs/callinspector.h"
#include "core/models/runs/runreading.h"
#include "core/models/runs/runrows.h"
#include "core/models/session/viewbuilder.h"
#include "core/models/table/kpi.h"

namespace flyball {

/// One run: agents as lanes, call by call. Sums come from the snapshot's run row; calls are read and judged by the
/// query thread, and read again when the row changed, one reading at a time. GUI thread.
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
    Q_PROPERTY(flyball::TableModel *everyCall READ everyCall CONSTANT)
    Q_PROPERTY(flyball::TableModel *classes READ classes CONSTANT)
    Q_PROPERTY(flyball::TableModel *signalRows READ signalRows CONSTANT)
    Q_PROPERTY(flyball::TableModel *notes READ notes CONSTANT)
    Q_PROPERTY(QStringList gridTexts READ gridTexts NOTIFY callsChanged)
    Q_PROPERTY(QVariantList gridPositions READ gridPositions NOTIFY callsChanged)
    Q_PROPERTY(flyball::ContextData context READ context NOTIFY contextChanged)
    Q_PROPERTY(QString contextText READ contextText NOTIFY contextChanged)
    Q_PROPERTY(int contextSelected READ contextSelected NOTIFY selectedChanged)
    Q_PROPERTY(bool hasRepeats READ hasRepeats NOTIFY callsChanged)
    Q_PROPERTY(bool folded READ folded WRITE setFolded NOTIFY callsChanged)
    Q_PROPERTY(bool hasLanes READ hasLanes NOTIFY callsChanged)
    Q_PROPERTY(int selectedRow READ selectedRow NOTIFY selectedChanged)
    Q_PROPERTY(flyball::CallInspector *call READ call CONSTANT)

public:
    static constexpr std::size_t kFoldFrom = 60; ///< calls from which repeats are folded at first
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
    [[nodiscard]] TableModel *calls() { return &m_lines; }         ///< lanes, calls, tools and folds, as they are shown
    [[nodiscard]] TableModel *everyCall() { return &m_everyCall; } ///< by time, whatever is folded; for exports
    [[nodiscard]] TableModel *classes() { return &m_classes; }
    [[nodiscard]] TableModel *signalRows() { return &m_signals; }
    [[nodiscard]] TableModel *notes() { return &m_notes; } ///< what stands out, in words
    [[nodiscard]] QStringList gridTexts() const { return m_gridTexts; }
    [[nodiscard]] QVariantList gridPositions() const { return m_gridPositions; }
    [[nodiscard]] ContextData context() const { return m_context; } ///< of the agent of the selected line
    [[nodiscard]] QString contextText() const { return m_contextText; }
    [[nodiscard]] int contextSelected() const; ///< bar of the selected call; -1 none
    [[nodiscard]] bool hasRepeats() const { return m_hasRepeats; }
    [[nodiscard]] bool folded() const { return m_folding.fold; }
    void setFolded(bool folded);
    [[nodiscard]] bool hasLanes() const { return m_reading.picture && m_reading.picture->lanes.size() > 1; }
    [[nodiscard]] int selectedRow() const { return m_selectedRow; }
    [[nodiscard]] int selected() const { return m_selected; } ///< call by time; -1 when a line of another kind is
    [[nodiscard]] CallInspector *call() { return &m_inspector; }
    /// A call by time, from 0; opens what hides it.
    Q_INVOKABLE void select(int call);
    Q_INVOKABLE void pick(int row);
    /// Opens or closes a lane or a fold; nothing on other lines.
    Q_INVOKABLE void toggle(int row);
    Q_INVOKABLE void setOpen(int row, bool open);
    Q_INVOKABLE void selectContext(int bar);
    Q_INVOKABLE void copyId();

    void show(const View &view, const QString &runId);
    [[nodiscard]] const RunReading &reading() const { return m_reading; }

Q_SIGNALS:
    void changed();
    void callsChanged();
    void contextChanged();
    void selectedChanged();

private:
    struct Head {
        QString state = QStringLiteral("loading");
        QString error, id, workflow, workflowId, session, start, stateText, stateTone, stateIcon;
        int slot = -1;
        bool open = false;
        friend bool operator==(const Head &, const Head &) = default;
    };
    /// A line that is no call, however many others come before it.
    struct LineId {
        RunLine::Kind kind;
        Symbol agent;
        std::uint64_t at; ///< span of a tool, of a fold the sub of its first call
        Key128 group;     ///< of that call
        friend bool operator==(const LineId &, const LineId &) = default;
    };
    [[nodiscard]] static LineId idOf(const RunPicture &run, const RunLine &line);
    [[nodiscard]] int rowOf(const LineId &id) const;
    void ask();
    void received(std::shared_ptr<RunReading> reading);
    void forget();
    void showMissing(const QString &runId);
    void showHead(const View &view, const RunRow &row);
    void showKpis();
    void arrive(int rows);
    void later(std::function<void()> work);
    void showTables();
    void finish();
    void showLines(int most = std::numeric_limits<int>::max());
    void showEveryCall();
    void showClasses();
    void showSignals();
    void showNotes();
    void showContext(int lane);
    void showGrid();
    void inspect();
    [[nodiscard]] const RunLine *lineAt(int row) const;

    Services &m_services;
    Head m_head;
    std::shared_ptr<const Snapshot> m_snapshot;
    std::optional<RunRow> m_row;
    RunReading m_reading;
    RunFolding m_folding;
    bool m_asking = false, m_askAgain = false, m_hasRepeats = false, m_foldingChosen = false;
    bool m_chosen = false; ///< by the operator: till then the context is the main agent's
    int m_request = 0;
    int m_selected = -1, m_selectedRow = -1;
    std::optional<LineId> m_selectedLine; ///< while a reading takes the place of another
    int m_contextLane = -1;
    std::size_t m_contextStep = 1; ///< calls in a bar
    std::vector<int> m_bars;       ///< the call each bar shows
    std::uint64_t m_generation = 0;
    KpiList m_kpis;
    RunLineTable m_lines, m_everyCall;
    TableModel m_classes, m_signals, m_notes;
    QStringList m_gridTexts;
    QVariantList m_gridPositions;
    double m_gridStep = 0;
    ContextData m_context;
    QString m_contextText;
    CallInspector m_inspector;
};

} // namespace flyball
