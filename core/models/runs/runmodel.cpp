// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/runmodel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QTimer>
#include <algorithm>

#include "core/models/runs/runslist.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr int kAgainMs = 250;
constexpr int kRowsATime = 6, kRowsMs = 8, kScreenfull = 36;

const RunRow *findRun(const RunStore &runs, const Key128 &key)
{
    for (auto chunk = runs.chunks.rbegin(); chunk != runs.chunks.rend(); ++chunk) // recent runs are looked at most
        for (const RunRow &row : **chunk)
            if (row.info.run == key)
                return &row;
    return nullptr;
}

bool sameRow(const RunRow &a, const RunRow &b)
{
    return a.totals == b.totals && a.signals == b.signals && a.info.end == b.info.end && a.info.closed == b.info.closed
           && a.info.outcome == b.info.outcome && a.info.workflow == b.info.workflow;
}

} // namespace

RunModel::RunModel(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_lines(services.format, this),
      m_everyCall(services.format, this),
      m_classes({QStringLiteral("name"), QStringLiteral("token"), QStringLiteral("tokens"), QStringLiteral("cost"),
                 QStringLiteral("costMark"), QStringLiteral("share")},
                {}, {}, false, this),
      m_signals({QStringLiteral("name"), QStringLiteral("verdict"), QStringLiteral("verdictTone"),
                 QStringLiteral("value"), QStringLiteral("time")},
                {}, {}, false, this),
      m_notes({QStringLiteral("label"), QStringLiteral("value"), QStringLiteral("tone"), QStringLiteral("mono")}, {},
              {}, false, this),
      m_inspector(services, this)
{
    for (const char *key : {"cost", "calls", "tokens", "cache", "resend", "duration"})
        m_kpis.append(new Kpi(QString::fromLatin1(key), this));
}

void RunModel::showMissing(const QString &runId)
{
    m_row.reset();
    forget();
    const QString text = tr("No run %1 in this ledger.").arg(displayName(runId.left(32)));
    m_head = {QStringLiteral("missing"), text, runId, {}, {}, {}, {}, {}, {}, {}, -1};
    Q_EMIT changed();
}

/// The page is hidden until the next run has arrived; its table keeps the former rows till then, so that what shows
/// them is used again.
void RunModel::forget()
{
    ++m_request;
    m_asking = m_askAgain = m_foldingChosen = m_hasRepeats = m_chosen = false;
    m_reading = {};
    m_reading.picture = std::make_shared<const RunPicture>();
    m_folding = {};
    m_selected = m_selectedRow = -1;
    m_selectedLine.reset();
    m_contextLane = -1;
    m_bars.clear();
    Q_EMIT selectedChanged();
}

void RunModel::show(const View &view, const QString &runId)
{
    const auto key = key128FromHex(runId.toStdString());
    const RunRow *row = key ? findRun(view.snapshot->runs, *key) : nullptr;
    m_snapshot = view.snapshot;
    if (row == nullptr)
        return showMissing(runId);
    const bool other = m_head.id != runId;
    const bool repriced = m_generation != view.snapshot->prices.generation;
    const bool differs = other || !m_row || !sameRow(*m_row, *row);
    m_generation = view.snapshot->prices.generation;
    if (other) {
        m_head = {};
        m_head.id = runId;
        forget();
    }
    m_row = *row;
    showHead(view, *row);
    showKpis();
    if (differs || repriced)
        ask();
}

void RunModel::showHead(const View &view, const RunRow &row)
{
    const Formatter &f = m_services.format;
    Head head = m_head;
    head.workflow = view.name(row.info.workflow, NameKind::Workflow);
    head.workflowId = symbolId(row.info.workflow);
    head.slot = m_services.colours.slotOf(view.rawName(row.info.workflow));
    head.session = displayName(view.rawName(row.info.session));
    head.start = f.dateText(row.info.start) + u' ' + f.timeSeconds(row.info.start);
    const RunState state = runState(row.info);
    head.open = !row.info.closed;
    head.stateText = row.info.closed
                         ? state.text
                         : tr("Open for %1").arg(f.duration(std::max<TimeNs>(0, view.now - row.info.start)));
    head.stateTone = state.tone;
    head.stateIcon = state.icon;
    if (head == m_head)
        return;
    m_head = head;
    Q_EMIT changed();
}

/// One reading at a time: a long run that goes on is read again when the last one has been shown.
void RunModel::ask()
{
    if (m_asking) {
        m_askAgain = true;
        return;
    }
    m_asking = true;
    const int request = ++m_request;
    m_services.engine.query([this, request, row = *m_row, catalog = m_services.engine.prices(),
                             symbols = m_snapshot->symbols, box = m_services.mailbox](Ledger &ledger) {
        auto reading = std::make_shared<RunReading>(readRun(ledger, row, catalog.get(), *symbols));
        box->post([this, request, reading] {
            if (request == m_request)
                received(reading);
        });
    });
}

void RunModel::received(std::shared_ptr<RunReading> reading)
{
    const bool chosen = m_selected >= 0 && static_cast<std::size_t>(m_selected) < m_reading.picture->calls.size();
    const Call former = chosen ? m_reading.picture->calls[static_cast<std::size_t>(m_selected)] : Call{};
    const RunLine *line = m_selected < 0 ? lineAt(m_selectedRow) : nullptr;
    m_selectedLine = line == nullptr ? std::nullopt : std::optional(idOf(*m_reading.picture, *line));
    m_asking = false;
    m_reading = std::move(*reading);
    const RunPicture &run = *m_reading.picture;
    m_hasRepeats = std::any_of(run.lanes.begin(), run.lanes.end(), [](const RunLane &l) { return !l.repeats.empty(); });
    if (!m_foldingChosen)
        m_folding.fold = run.calls.size() > kFoldFrom;
    if (chosen) { // an earlier call may have arrived late
        const auto same = std::find_if(run.calls.begin(), run.calls.end(),
                                       [&](const Call &c) { return c.group == former.group && c.sub == former.sub; });
        m_selected = same == run.calls.end() ? -1 : static_cast<int>(same - run.calls.begin());
    }
    showGrid();
    if (m_head.state != u"loading") {
        showLines();
        showTables();
        finish();
        return;
    }
    const int begin = std::max(m_lines.count(), kRowsATime);
    showLines(begin);
    arrive(begin);
}

/// Rows are made a few at a time while the page is hidden: each has dozens of items, and a screen full of them at once
/// would keep input waiting.
void RunModel::arrive(int rows)
{
    const bool all = rows >= kScreenfull || m_lines.count() >= m_lines.totalCount();
    if (all) {
        m_lines.growTo(std::numeric_limits<int>::max());
        later([this] {
            showTables();
            later([this] { finish(); });
        });
        return;
    }
    later([this, rows] {
        m_lines.growTo(rows + kRowsATime);
        arrive(rows + kRowsATime);
    });
}

/// With the next frame but one, unless another reading has been asked for.
void RunModel::later(std::function<void()> work)
{
    QTimer::singleShot(kRowsMs, this, [this, work = std::move(work), request = m_request] {
        if (request == m_request)
            work();
    });
}

void RunModel::showTables()
{
    showEveryCall();
    showClasses();
    showSignals();
    showNotes();
    showKpis();
}

void RunModel::finish()
{
    const RunPicture &run = *m_reading.picture;
    m_head.state = m_reading.error.isEmpty() ? QStringLiteral("ready") : QStringLiteral("error");
    m_head.error = m_reading.error;
    m_selectedRow = m_selectedLine ? rowOf(*m_selectedLine) : -1;
    m_selectedLine.reset();
    if (m_selected < 0 && m_selectedRow < 0 && !run.calls.empty())
        m_selected = 0;
    if (m_selected >= 0)
        m_selectedRow = m_lines.rowOfCall(m_selected);
    Q_EMIT callsChanged();
    inspect();
    Q_EMIT changed();
    if (m_askAgain) {
        m_askAgain = false;
        QTimer::singleShot(kAgainMs, this, [this, request = m_request] {
            if (request == m_request && m_row)
                ask();
        });
    }
}

void RunModel::copyId()
{
    if (auto *clipboard = QGuiApplication::clipboard())
        clipboard->setText(m_head.id);
}

} // namespace flyball
