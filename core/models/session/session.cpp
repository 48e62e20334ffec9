// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/session/session.h"

#include <QFile>
#include <QFileInfo>

namespace flyball {

namespace {

std::function<std::vector<DetectedSource>()> detector(const SessionOptions &options)
{
    if (options.detect)
        return options.detect;
    return [home = options.homeDir] {
        DetectEnvironment environment = DetectEnvironment::ofProcess();
        if (!home.isEmpty())
            environment.home = home.toStdString();
        return detectLocalSources(environment);
    };
}

/// The draft lies beside the ledger it was made from.
QString draftPath(const Engine &engine)
{
    const QString ledger = QFile::decodeName(engine.latest()->ledger.path.c_str());
    return ledger.isEmpty() ? QString() : QFileInfo(ledger).path() + QStringLiteral("/policy-draft.json");
}

} // namespace

Session::Session(Engine &engine, SessionOptions options, QObject *parent)
    : QObject(parent),
      m_options(std::move(options)),
      m_config(m_options.configPath, m_options.temporary),
      m_colours(m_config, !m_options.temporary),
      m_services(services(engine)),
      m_builder(m_services),
      m_range(m_config.values().range, this),
      m_navigation([this](const QString &id) { return workflowName(id); },
                   [this](const QString &id) { return workflowOfRun(id); }, this),
      m_calls(m_services, this),
      m_overview(m_services, m_builder, this),
      m_workflow(m_services, m_builder, this),
      m_runs(m_services, true, this),
      m_run(m_services, this),
      m_explore(m_services, m_builder, this),
      m_policy(m_services, draftPath(engine), this),
      m_policyPush(m_services, m_policy.draft(), m_options.policy, m_options.policyProblem, this),
      m_budgets(m_services, m_policy, m_policyPush, this),
      m_policyAudit(m_services, m_options.policy, this),
      m_prices(m_services, this),
      m_sources(m_services, this),
      m_settings(m_services, this),
      m_attribution(m_services, this),
      m_success(m_services, this),
      m_palette(m_services, this),
      m_status(m_services, this),
      m_importing(m_services, this),
      m_exporter(m_services, m_calls, this),
      m_firstRun(m_services, m_sources, {detector(m_options), m_options.startDemo, m_options.openFiles}, this),
      m_posted(std::make_shared<std::atomic<bool>>(false))
{
    if (m_options.since != kNoTime || m_options.until != kNoTime)
        m_range.setCustom(m_options.since, m_options.until);
    else if (m_options.openOnSpan)
        m_range.setKey(QStringLiteral("all"));
    m_tick.setSingleShot(true);
    connect(&m_tick, &QTimer::timeout, this, &Session::refresh);
    connectParts();
    setUpEngine();
    m_heartbeat.setInterval(1000);
    connect(&m_heartbeat, &QTimer::timeout, this, &Session::heartbeat);
    m_heartbeat.start();
    refreshNow();
}

Session::~Session()
{
    m_services.mailbox->close();
    m_services.engine.onSnapshot({});
}

void Session::connectParts()
{
    connect(&m_range, &RangeModel::changed, this, [this] {
        // A zoom is for now; what the operator picks is for the next start as well.
        if (const QString key = m_range.presetKey(); !key.isEmpty() && key != m_config.values().range) {
            m_config.edit().range = key;
            m_settings.saveSoon();
        }
        m_chartWanted = true;
        refreshNow();
    });
    connect(&m_navigation, &Navigation::changed, this, [this] {
        if (m_navigation.page() == u"sources")
            m_sources.selectId(m_navigation.sourceId());
        if (m_navigation.page() == u"prices" && !m_navigation.modelId().isEmpty())
            m_prices.editor()->load(m_navigation.modelId());
        m_chartWanted = true;
        refreshNow();
    });
    m_navigation.setCostliest(
        [this] {
            const auto groups = m_view.snapshot ? m_view.group({Dimension::Workflow}) : std::vector<Group>();
            return groups.empty() ? QString() : symbolId(groups.front().key[0]);
        },
        [this] { return costliestRun(); });
    connect(&m_overview, &OverviewModel::rangeWanted, &m_range, &RangeModel::setKey);
    connect(&m_overview, &OverviewModel::pageWanted, &m_navigation, &Navigation::show);
    connect(&m_palette, &PaletteModel::pageWanted, &m_navigation, &Navigation::show);
    connect(&m_palette, &PaletteModel::workflowWanted, &m_navigation, &Navigation::openWorkflow);
    connect(&m_palette, &PaletteModel::runWanted, &m_navigation, &Navigation::openRun);
    connect(&m_palette, &PaletteModel::priceWanted, &m_navigation, &Navigation::openPrice);
    connect(&m_palette, &PaletteModel::actionRequested, this, [this](const QString &key) {
        if (key == u"pause")
            togglePause();
    });
    for (RunsList *list : {&m_runs, m_workflow.runs()})
        connect(list, &RunsList::openWanted, &m_navigation, &Navigation::openRun);
    connect(&m_calls, &CallsView::openWanted, this, [this](const QString &id) {
        m_calls.close();
        m_navigation.openRun(id);
    });
    connect(&m_calls, &CallsView::changed, this, &Session::callsOpenChanged);
    connect(&m_settings, &Settings::zoneChanged, this, [this] {
        m_services.format = Formatter(m_services.format.locale(), zoneOf(m_config.values().timeZone));
        m_chartWanted = true;
        refreshNow();
    });
    connect(&m_policyPush, &PolicyPush::crossed, this, [this](const QString &title, const QString &text) {
        Q_EMIT notice(title + QStringLiteral(": ") + text, QStringLiteral("warn"), {}, {});
        if (m_options.announce)
            m_options.announce(title, text);
    });
    connect(&m_firstRun, &FirstRun::finished, this, [this] { m_navigation.show(QStringLiteral("overview")); });
}

Services Session::services(Engine &engine)
{
    Services s{engine,
               m_config,
               m_colours,
               Formatter(m_options.locale.value_or(QLocale()), zoneOf(m_config.values().timeZone)),
               m_options.clock ? m_options.clock : std::function<TimeNs()>(wallClockNow),
               std::make_shared<Mailbox>(this),
               {},
               {},
               {},
               m_options.temporary};
    s.openCalls = [this](const CallsRequest &request) { m_calls.load(request); };
    s.refresh = [this] {
        m_chartWanted = true;
        m_shownSequence = 0;
        m_tick.start(0);
    };
    s.notify = [this](const QString &text, const QString &tone, const QString &actionText,
                      std::function<void()> action) {
        QString tag;
        if (action) {
            tag = QString::number(++m_nextAction);
            m_actions.emplace(m_nextAction, std::move(action));
            m_actions.erase(m_nextAction - 20); // a toast of long ago
        }
        m_settings.saveSoon();
        Q_EMIT notice(text, tone, actionText, tag);
    };
    return s;
}

void Session::setUpEngine()
{
    // The engine calls on its own thread; one notice at a time crosses over.
    m_services.engine.onSnapshot([this, posted = m_posted, box = m_services.mailbox] {
        if (posted->exchange(true))
            return;
        box->post([this, posted] {
            posted->store(false);
            snapshotArrived();
        });
    });
}

void Session::snapshotArrived()
{
    Q_EMIT snapshotCame();
    schedule();
}

void Session::schedule()
{
    if (!m_visible || m_tick.isActive())
        return;
    // Figures of a long history cost more: they come less often, so that looking at them stays cheap.
    const qint64 tick = std::max<qint64>(kTickMs, m_refreshNs * kRefreshRest / 1'000'000);
    const qint64 since = m_sinceFigures.isValid() ? m_sinceFigures.elapsed() : tick;
    m_tick.start(static_cast<int>(std::max<qint64>(0, std::min<qint64>(tick, kMaxTickMs) - since)));
}

void Session::setVisible(bool visible)
{
    if (visible == m_visible)
        return;
    m_visible = visible;
    Q_EMIT visibleChanged();
    if (visible) {
        m_chartWanted = true;
        schedule();
    } else {
        m_tick.stop();
    }
}

void Session::togglePause()
{
    if (m_paused) {
        m_paused.reset();
    } else {
        m_paused = m_view.snapshot;
        m_pausedAt = m_services.clock();
    }
    m_shownSequence = 0;
    m_chartWanted = true;
    refreshNow();
}

void Session::heartbeat()
{
    const TimeNs now = m_services.clock();
    m_sources.sample(*m_services.engine.latest(), now);
    m_policyPush.watch(m_services.engine.latest(), now);
    if (!m_visible)
        return;
    m_status.tick(now);
    showMode();
    const bool minuteTurned = bucketOf(now, kMinute) != m_shownMinute;
    if (minuteTurned || (!m_paused && m_services.engine.latest()->sequence != m_shownSequence) || m_chartWanted
        || m_chartPending)
        schedule();
}

void Session::refreshNow()
{
    m_shownSequence = 0;
    m_tick.stop();
    refresh();
}

/// An idle fleet still gets a snapshot now and then. Its figures are made anew only every few seconds, for the
/// rates that fall as time goes by.
bool Session::standsStill(const Snapshot &snapshot, TimeNs now) const
{
    return m_shownSequence != 0 && m_view.snapshot && m_sinceFigures.isValid() && m_sinceFigures.elapsed() < kStillMs
           && bucketOf(now, kMinute) == m_shownMinute && snapshot.sameFigures(*m_view.snapshot);
}

void Session::refresh()
{
    if (!m_visible)
        return;
    const TimeNs clock = m_services.clock();
    const auto snapshot = m_paused ? m_paused : m_services.engine.latest();
    const TimeNs now = m_paused ? m_pausedAt : clock;
    const bool fresh = snapshot->sequence != m_shownSequence || bucketOf(now, kMinute) != m_shownMinute;
    const bool second = !m_sinceChart.isValid() || m_sinceChart.elapsed() >= kChartMs;
    const bool still = standsStill(*snapshot, now);
    const bool chartDue = m_chartWanted || (second && ((fresh && !still) || m_chartPending));
    if (!fresh && !chartDue)
        return;
    if (!chartDue && still) {
        m_view.snapshot = snapshot;
        m_shownSequence = snapshot->sequence;
        m_status.show(m_view);
        if (m_navigation.page() == u"sources")
            m_sources.show(m_view);
        if (m_navigation.page() == u"sources" || m_navigation.page() == u"policy")
            m_budgets.show(m_view);
        return;
    }
    QElapsedTimer cost;
    cost.start();
    m_view.snapshot = snapshot;
    m_view.now = now;
    const RangeModel::Resolved resolved = m_range.resolve(*snapshot, now, m_services.format);
    m_view.window = resolved.window;
    m_view.binWidth = resolved.binWidth;
    m_view.rangeRevision = m_range.revision();
    m_view.rangeText = m_range.text();
    m_view.marks = m_policyPush.marks(m_view.window);
    m_builder.fill(m_view);
    m_shownSequence = snapshot->sequence;
    m_shownMinute = bucketOf(now, kMinute);
    m_sinceFigures.start();
    m_chartPending = !chartDue; // the heartbeat shows it when its second is over
    if (chartDue) {
        m_chartWanted = false;
        m_sinceChart.start();
    }
    showState();
    showPage(chartDue);
    Q_EMIT refreshed();
    m_refreshNs += (cost.nsecsElapsed() - m_refreshNs) / 4;
}

void Session::showPage(bool chartDue)
{
    m_overview.showSidebar(m_view);
    m_status.tick(m_view.now);
    m_status.show(m_view);
    m_importing.show(*m_services.engine.latest());
    m_palette.show(m_view);
    m_exporter.setRange(m_range.shortText(), QString::fromStdString(formatRfc3339(m_view.window.since)),
                        QString::fromStdString(formatRfc3339(m_view.window.until)));
    const QString page = m_navigation.page();
    m_prices.editor()->show(m_view);
    m_prices.showBadge(m_view);
    m_sources.showTrouble(m_view);
    if (page == u"overview") {
        m_overview.show(m_view);
        if (chartDue)
            m_overview.showChart(m_view);
    } else if (page == u"workflow") {
        if (const auto workflow = symbolFromId(m_navigation.workflowId())) {
            m_workflow.show(m_view, *workflow);
            m_success.show(m_view, *workflow);
            if (chartDue)
                m_workflow.showTrend(m_view, *workflow);
        }
    } else if (page == u"runs") {
        m_runs.show(m_view, std::nullopt);
    } else if (page == u"run") {
        m_run.show(m_view, m_navigation.runId());
    } else if (page == u"explore") {
        m_explore.show(m_view);
    } else if (page == u"sources") {
        m_sources.show(m_view);
        m_budgets.show(m_view);
    } else if (page == u"policy") {
        m_policy.show(m_view);
        m_budgets.show(m_view);
    } else if (page == u"prices") {
        m_prices.show(m_view);
    } else if (page == u"settings") {
        m_settings.show(m_view);
        m_attribution.show(m_view);
        m_sources.show(m_view);
    } else if (page == u"first-run") {
        m_firstRun.show(m_view);
    }
}

void Session::showMode()
{
    const auto newest = m_services.engine.latest();
    const bool behind = std::any_of(newest->sources.begin(), newest->sources.end(),
                                    [](const SourceHealth &h) { return h.state == SourceState::CatchingUp; });
    const QString mode = m_paused ? QStringLiteral("paused")
                         : behind ? QStringLiteral("catchup")
                                  : QStringLiteral("live");
    const TimeNs age = std::max<TimeNs>(0, m_services.clock() - m_pausedAt) / kSecond * kSecond;
    const QString detail = !m_paused            ? QString()
                           : age < 10 * kSecond ? tr("%1 s").arg(age / kSecond)
                                                : m_services.format.duration(age);
    if (mode == m_mode && detail == m_modeDetail)
        return;
    m_mode = mode;
    m_modeDetail = detail;
    Q_EMIT modeChanged();
}

void Session::showState()
{
    showMode();
    const Snapshot &s = *m_view.snapshot;
    const bool ready = m_ready || s.quartersComplete;
    const bool hasData = s.firstEvent != kNoTime;
    if (ready != m_ready || hasData != m_hasData) {
        m_ready = ready;
        m_hasData = hasData;
        Q_EMIT readyChanged();
    }
    if (const Problem problem = problemNow(); problem != m_problem) {
        m_problem = problem;
        Q_EMIT problemChanged();
    }
}

} // namespace flyball
