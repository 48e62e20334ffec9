// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/runmodel.h"

#include <QClipboard>
#include <QGuiApplication>

#include "core/models/runs/runslist.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

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
      m_callRows({QStringLiteral("number"), QStringLiteral("step"), QStringLiteral("agent"),
                  QStringLiteral("modelName"), QStringLiteral("tier"), QStringLiteral("waterfall"),
                  QStringLiteral("tokens"), QStringLiteral("input"), QStringLiteral("output"), QStringLiteral("cost"),
                  QStringLiteral("costMark"), QStringLiteral("costTone"), QStringLiteral("sum"),
                  QStringLiteral("sumMark"), QStringLiteral("status"), QStringLiteral("statusTone"),
                  QStringLiteral("failed"), QStringLiteral("time")},
                 {}, {}, false, this),
      m_classes({QStringLiteral("name"), QStringLiteral("token"), QStringLiteral("tokens"), QStringLiteral("cost"),
                 QStringLiteral("costMark"), QStringLiteral("share")},
                {}, {}, false, this),
      m_signals({QStringLiteral("name"), QStringLiteral("verdict"), QStringLiteral("verdictTone"),
                 QStringLiteral("value"), QStringLiteral("time")},
                {}, {}, false, this),
      m_inspector(services, this)
{
    for (const char *key : {"cost", "calls", "tokens", "cache", "resend", "duration"})
        m_kpis.append(new Kpi(QString::fromLatin1(key), this));
}

void RunModel::show(const View &view, const QString &runId)
{
    const auto key = key128FromHex(runId.toStdString());
    const RunRow *row = key ? findRun(view.snapshot->runs, *key) : nullptr;
    m_snapshot = view.snapshot;
    if (row == nullptr) {
        ++m_request;
        m_row.reset();
        m_calls.clear();
        m_found.clear();
        showCalls();
        const QString text = tr("No run %1 in this ledger.").arg(displayName(runId.left(32)));
        m_head = {QStringLiteral("missing"), text, runId, {}, {}, {}, {}, {}, {}, {}, -1};
        Q_EMIT changed();
        return;
    }
    const bool other = m_head.id != runId;
    const bool repriced = m_generation != view.snapshot->prices.generation;
    const bool differs = other || !m_row || !sameRow(*m_row, *row);
    m_generation = view.snapshot->prices.generation;
    if (other) {
        m_head = {};
        m_head.id = runId;
        m_calls.clear();
        m_selected = -1;
        showCalls();
        Q_EMIT selectedChanged();
    }
    m_row = *row;
    showHead(view, *row);
    showKpis();
    if (differs || repriced)
        ask(row->info.run);
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

void RunModel::ask(const Key128 &run)
{
    const int request = ++m_request;
    m_services.engine.query([this, request, run, box = m_services.mailbox](Ledger &ledger) {
        auto loaded = std::make_shared<Loaded>();
        CallFilter filter;
        filter.run = run;
        auto read = ledger.readCalls(filter, CallOrder::TimeAscending, kMaxCalls + 1, [&](const Call &call) {
            loaded->calls.push_back(call);
            return true;
        });
        if (read)
            read = ledger.loadSignals(run, loaded->found);
        if (!read)
            loaded->error = QString::fromStdString(read.error().message);
        loaded->more = loaded->calls.size() > kMaxCalls;
        if (loaded->more)
            loaded->calls.resize(kMaxCalls);
        box->post([this, request, loaded] {
            if (request == m_request)
                received(std::move(*loaded));
        });
    });
}

void RunModel::received(Loaded loaded)
{
    m_calls = std::move(loaded.calls);
    m_found = std::move(loaded.found);
    m_more = loaded.more;
    m_head.state = loaded.error.isEmpty() ? QStringLiteral("ready") : QStringLiteral("error");
    m_head.error = loaded.error;
    showContext();
    showCalls();
    showClasses();
    showSignals();
    showKpis();
    Q_EMIT changed();
    Q_EMIT callsChanged();
    select(m_selected < 0 && !m_calls.empty() ? 0 : m_selected);
}

void RunModel::select(int index)
{
    const int last = static_cast<int>(m_calls.size()) - 1;
    const int to = std::clamp(index, -1, last);
    const Call *call = to < 0 ? nullptr : &m_calls[static_cast<std::size_t>(to)];
    if (m_snapshot)
        m_inspector.show(call, to + 1, *m_snapshot->symbols);
    if (to == m_selected)
        return;
    m_selected = to;
    Q_EMIT selectedChanged();
}

void RunModel::copyId()
{
    if (auto *clipboard = QGuiApplication::clipboard())
        clipboard->setText(m_head.id);
}

} // namespace flyball
