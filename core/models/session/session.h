// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <QtQml/qqmlregistration.h>
#include <functional>
#include <memory>
#include <unordered_map>

#include "core/models/attribution/attributionmodel.h"
#include "core/models/explore/exploremodel.h"
#include "core/models/overview/overviewmodel.h"
#include "core/models/overview/workflowmodel.h"
#include "core/models/policy/budgetsmodel.h"
#include "core/models/policy/policyaudit.h"
#include "core/models/policy/policymodel.h"
#include "core/models/policy/policypush.h"
#include "core/models/prices/pricesmodel.h"
#include "core/models/quality/successmodel.h"
#include "core/models/runs/callsview.h"
#include "core/models/runs/runmodel.h"
#include "core/models/runs/runslist.h"
#include "core/models/session/navigation.h"
#include "core/models/session/rangemodel.h"
#include "core/models/session/sessionoptions.h"
#include "core/models/session/viewbuilder.h"
#include "core/models/shell/exporter.h"
#include "core/models/shell/firstrun.h"
#include "core/models/shell/palettemodel.h"
#include "core/models/shell/settings.h"
#include "core/models/shell/statusmodel.h"
#include "core/models/sources/sourcesmodel.h"

namespace flyball {

/// Root of everything QML sees. Takes the newest snapshot at most four times a second (the hero chart
/// once), forms one View from it and hands that to the page on screen. Nothing is formed while the
/// window is hidden; a paused window keeps its snapshot while reading goes on. GUI thread; the
/// engine outlives it.
class Session : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by main")
    Q_PROPERTY(QString mode READ mode NOTIFY modeChanged)
    Q_PROPERTY(QString modeDetail READ modeDetail NOTIFY modeChanged)
    Q_PROPERTY(bool visible READ isVisible WRITE setVisible NOTIFY visibleChanged)
    Q_PROPERTY(bool ready READ ready NOTIFY readyChanged)
    Q_PROPERTY(bool hasData READ hasData NOTIFY readyChanged)
    Q_PROPERTY(QString banner READ banner CONSTANT)
    Q_PROPERTY(QString instanceName READ instanceName CONSTANT)
    Q_PROPERTY(bool temporary READ temporary CONSTANT)
    Q_PROPERTY(QString problem READ problem NOTIFY problemChanged)
    Q_PROPERTY(QString problemTone READ problemTone NOTIFY problemChanged)
    Q_PROPERTY(QString problemAction READ problemAction NOTIFY problemChanged)
    Q_PROPERTY(bool callsOpen READ callsOpen WRITE setCallsOpen NOTIFY callsOpenChanged)
    Q_PROPERTY(flyball::Navigation *navigation READ navigation CONSTANT)
    Q_PROPERTY(flyball::RangeModel *range READ range CONSTANT)
    Q_PROPERTY(flyball::OverviewModel *overview READ overview CONSTANT)
    Q_PROPERTY(flyball::WorkflowModel *workflow READ workflow CONSTANT)
    Q_PROPERTY(flyball::RunsList *runs READ runs CONSTANT)
    Q_PROPERTY(flyball::RunModel *run READ run CONSTANT)
    Q_PROPERTY(flyball::ExploreModel *explore READ explore CONSTANT)
    Q_PROPERTY(flyball::PolicyModel *policy READ policy CONSTANT)
    Q_PROPERTY(flyball::PolicyPush *policyPush READ policyPush CONSTANT)
    Q_PROPERTY(flyball::BudgetsModel *budgets READ budgets CONSTANT)
    Q_PROPERTY(flyball::PolicyAudit *policyAudit READ policyAudit CONSTANT)
    Q_PROPERTY(flyball::PricesModel *prices READ prices CONSTANT)
    Q_PROPERTY(flyball::SourcesModel *sources READ sources CONSTANT)
    Q_PROPERTY(flyball::Settings *settings READ settings CONSTANT)
    Q_PROPERTY(flyball::AttributionModel *attribution READ attribution CONSTANT)
    Q_PROPERTY(flyball::SuccessModel *success READ success CONSTANT)
    Q_PROPERTY(flyball::PaletteModel *palette READ palette CONSTANT)
    Q_PROPERTY(flyball::StatusModel *status READ status CONSTANT)
    Q_PROPERTY(flyball::Exporter *exporter READ exporter CONSTANT)
    Q_PROPERTY(flyball::FirstRun *firstRun READ firstRun CONSTANT)
    Q_PROPERTY(flyball::ImportModel *importing READ importing CONSTANT)
    Q_PROPERTY(flyball::CallsView *calls READ calls CONSTANT)

public:
    static constexpr int kTickMs = 250;
    static constexpr int kMaxTickMs = 600;
    static constexpr int kStillMs = 10'000;
    static constexpr qint64 kRefreshRest = 40; ///< a refresh is followed by this many times its own cost at least
    static constexpr int kChartMs = 1000;

    Session(Engine &engine, SessionOptions options, QObject *parent = nullptr);
    ~Session() override;

    [[nodiscard]] QString mode() const { return m_mode; }
    [[nodiscard]] QString modeDetail() const { return m_modeDetail; }
    [[nodiscard]] bool isVisible() const { return m_visible; }
    void setVisible(bool visible);
    [[nodiscard]] bool ready() const { return m_ready; }
    [[nodiscard]] bool hasData() const { return m_hasData; }
    [[nodiscard]] QString banner() const { return m_options.banner; }
    [[nodiscard]] QString instanceName() const { return m_options.instanceName; }
    [[nodiscard]] bool temporary() const { return m_options.temporary; }
    [[nodiscard]] QString problem() const { return m_problem.text; }
    [[nodiscard]] QString problemTone() const { return m_problem.tone; }
    [[nodiscard]] QString problemAction() const { return m_problem.action; }
    [[nodiscard]] bool callsOpen() const { return m_calls.isOpen(); }
    void setCallsOpen(bool open);
    [[nodiscard]] Navigation *navigation() { return &m_navigation; }
    [[nodiscard]] RangeModel *range() { return &m_range; }
    [[nodiscard]] OverviewModel *overview() { return &m_overview; }
    [[nodiscard]] WorkflowModel *workflow() { return &m_workflow; }
    [[nodiscard]] RunsList *runs() { return &m_runs; }
    [[nodiscard]] RunModel *run() { return &m_run; }
    [[nodiscard]] ExploreModel *explore() { return &m_explore; }
    [[nodiscard]] PolicyModel *policy() { return &m_policy; }
    [[nodiscard]] PolicyPush *policyPush() { return &m_policyPush; }
    [[nodiscard]] BudgetsModel *budgets() { return &m_budgets; }
    [[nodiscard]] PolicyAudit *policyAudit() { return &m_policyAudit; }
    [[nodiscard]] PricesModel *prices() { return &m_prices; }
    [[nodiscard]] SourcesModel *sources() { return &m_sources; }
    [[nodiscard]] Settings *settings() { return &m_settings; }
    [[nodiscard]] AttributionModel *attribution() { return &m_attribution; }
    [[nodiscard]] SuccessModel *success() { return &m_success; }
    [[nodiscard]] PaletteModel *palette() { return &m_palette; }
    [[nodiscard]] StatusModel *status() { return &m_status; }
    [[nodiscard]] Exporter *exporter() { return &m_exporter; }
    [[nodiscard]] FirstRun *firstRun() { return &m_firstRun; }
    [[nodiscard]] ImportModel *importing() { return &m_importing; }
    [[nodiscard]] CallsView *calls() { return &m_calls; }

    Q_INVOKABLE void togglePause();
    Q_INVOKABLE void act(const QString &tag);
    Q_INVOKABLE void copy(const QString &text);
    Q_INVOKABLE void openCallsOf(const QString &kind, const QString &id);
    /// Forms the page now, whatever the pace; for screenshots and tests.
    Q_INVOKABLE void refreshNow();
    [[nodiscard]] const View &view() const { return m_view; }

Q_SIGNALS:
    void modeChanged();
    void visibleChanged();
    void readyChanged();
    void problemChanged();
    void callsOpenChanged();
    void notice(const QString &text, const QString &tone, const QString &actionText, const QString &tag);
    /// The engine has a newer snapshot; the page follows at its own pace.
    void snapshotCame();
    /// Figures of the page on screen were formed from a new View.
    void refreshed();

private:
    struct Problem {
        QString text, tone, action;
        friend bool operator==(const Problem &, const Problem &) = default;
    };
    void connectParts();
    void setUpEngine();
    void snapshotArrived();
    void schedule();
    [[nodiscard]] bool standsStill(const Snapshot &snapshot, TimeNs now) const;
    void refresh();
    void heartbeat();
    void showPage(bool chartDue);
    void showMode();
    void showState();
    [[nodiscard]] Problem problemNow() const;
    [[nodiscard]] Services services(Engine &engine);
    [[nodiscard]] QString workflowName(const QString &id) const;
    [[nodiscard]] QString workflowOfRun(const QString &id) const;
    [[nodiscard]] QString costliestRun();

    SessionOptions m_options;
    ConfigStore m_config;
    ColourSlots m_colours;
    Services m_services;
    ViewBuilder m_builder;
    std::shared_ptr<const Snapshot> m_paused; ///< what a paused window shows
    TimeNs m_pausedAt = 0;
    View m_view;
    RangeModel m_range;
    Navigation m_navigation;
    CallsView m_calls;
    OverviewModel m_overview;
    WorkflowModel m_workflow;
    RunsList m_runs;
    RunModel m_run;
    ExploreModel m_explore;
    PolicyModel m_policy;
    PolicyPush m_policyPush;
    BudgetsModel m_budgets;
    PolicyAudit m_policyAudit;
    PricesModel m_prices;
    SourcesModel m_sources;
    Settings m_settings;
    AttributionModel m_attribution;
    SuccessModel m_success;
    PaletteModel m_palette;
    StatusModel m_status;
    ImportModel m_importing;
    Exporter m_exporter;
    FirstRun m_firstRun;
    QTimer m_tick, m_heartbeat;
    qint64 m_refreshNs = 0; ///< what a refresh costs, smoothed
    QElapsedTimer m_sinceFigures, m_sinceChart;
    std::shared_ptr<std::atomic<bool>> m_posted; ///< a snapshot notice is on its way to this thread
    bool m_visible = true, m_ready = false, m_hasData = false, m_chartWanted = true, m_chartPending = false;
    std::uint64_t m_shownSequence = 0;
    TimeNs m_shownMinute = 0;
    QString m_mode = QStringLiteral("live"), m_modeDetail;
    Problem m_problem;
    std::unordered_map<int, std::function<void()>> m_actions;
    int m_nextAction = 0;
};

} // namespace flyball
