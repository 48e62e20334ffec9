// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/runslist.h"

#include <QVariantMap>
#include <algorithm>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr int kPage = 200;

} // namespace

RunState runState(const RunInfo &info)
{
    const auto tr = [](const char *text) { return RunsList::tr(text); };
    if (!info.closed)
        return {QStringLiteral("running"), tr("Open"), QStringLiteral("info"), QStringLiteral("runs")};
    switch (info.outcome) {
    case Outcome::Success:
        return {QStringLiteral("passed"), tr("Passed"), QStringLiteral("ok"), QStringLiteral("check")};
    case Outcome::Failure:
        return {QStringLiteral("failed"), tr("Failed"), QStringLiteral("crit"), QStringLiteral("x")};
    case Outcome::Capped:
        return {QStringLiteral("capped"), tr("Capped"), QStringLiteral("warn"), QStringLiteral("flag")};
    case Outcome::Timeout:
        return {QStringLiteral("timeout"), tr("Timed out"), QStringLiteral("warn"), QStringLiteral("clock")};
    case Outcome::Unknown:
        break;
    }
    return {QStringLiteral("unknown"), tr("Unknown"), QStringLiteral("muted"), {}};
}

RunsList::RunsList(Services &services, bool withFilters, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_withFilters(withFilters),
      m_filters(services, this),
      m_worker(std::make_shared<RunsWorker>()),
      m_table({QStringLiteral("shortId"),   QStringLiteral("workflow"),  QStringLiteral("workflowId"),
               QStringLiteral("slot"),      QStringLiteral("started"),   QStringLiteral("start"),
               QStringLiteral("ended"),     QStringLiteral("duration"),  QStringLiteral("state"),
               QStringLiteral("stateTone"), QStringLiteral("stateIcon"), QStringLiteral("calls"),
               QStringLiteral("errors"),    QStringLiteral("tokens"),    QStringLiteral("cache"),
               QStringLiteral("cost"),      QStringLiteral("costMark"),  QStringLiteral("costShare"),
               QStringLiteral("signals"),   QStringLiteral("session")},
              {QStringLiteral("workflow"), QStringLiteral("start"), QStringLiteral("duration"), QStringLiteral("state"),
               QStringLiteral("calls"), QStringLiteral("errors"), QStringLiteral("tokens"), QStringLiteral("cache"),
               QStringLiteral("cost")},
              QStringLiteral("start"), true, this),
      m_shown(kPage)
{
    connect(&m_table, &TableModel::sortChanged, this, [this] { narrow(); });
    connect(&m_table, &TableModel::moreWanted, this, [this] {
        if (!m_table.frozen())
            m_shown = std::min(m_table.totalCount(), m_shown + kPage);
        ask();
    });
    connect(&m_filters, &RunFilters::applied, this, [this] {
        m_shown = kPage;
        narrow();
    });
}

/// What is on its way answers another question.
void RunsList::narrow()
{
    ++m_choice;
    Q_EMIT changed();
    ask();
}

void RunsList::setFilterText(const QString &text)
{
    if (text == m_filter)
        return;
    m_filter = text;
    m_shown = kPage;
    narrow();
}

void RunsList::setSegment(const QString &key)
{
    if (key == m_segment)
        return;
    m_segment = key;
    m_shown = kPage;
    narrow();
}

void RunsList::clear()
{
    m_filter.clear();
    m_segment = QStringLiteral("all");
    m_shown = kPage;
    m_filters.clear();
    narrow();
}

bool RunsList::narrowed() const
{
    return !m_filter.trimmed().isEmpty() || m_segment != u"all" || !m_filters.active().isEmpty();
}

QString RunsList::narrowedBy() const
{
    QStringList parts;
    if (!m_filters.active().isEmpty())
        parts << tr("“%1”").arg(m_filters.activeName());
    if (m_segment != u"all") {
        RunInfo info;
        info.closed = m_segment != u"running";
        for (const Outcome o :
             {Outcome::Success, Outcome::Failure, Outcome::Capped, Outcome::Timeout, Outcome::Unknown}) {
            info.outcome = o;
            if (runState(info).key == m_segment) {
                parts << runState(info).text;
                break;
            }
        }
    }
    if (const QString needle = m_filter.trimmed(); !needle.isEmpty())
        parts << tr("“%1”").arg(displayName(needle));
    return parts.join(tr(" and "));
}

QString RunsList::exportNote() const
{
    QStringList parts;
    if (!m_filters.active().isEmpty())
        parts << m_filters.activeName() + QStringLiteral(": ") + m_filters.activeWords();
    if (m_segment != u"all")
        parts << QStringLiteral("state: ") + m_segment;
    if (const QString needle = m_filter.trimmed(); !needle.isEmpty())
        parts << QStringLiteral("text: ") + displayName(needle);
    return parts.join(QStringLiteral("; "));
}

RunsQuery RunsList::question() const
{
    RunsQuery query;
    query.snapshot = m_view.snapshot;
    query.window = m_view.window;
    query.workflow = m_workflow;
    query.needle = m_filter.trimmed();
    query.segment = m_segment;
    query.sortKey = m_table.sortKey();
    query.descending = m_table.sortDescending();
    query.most = m_shown;
    if (m_withFilters) {
        query.filter = m_filters.conditions();
        query.counted = m_filters.counted();
    }
    return query;
}

void RunsList::ask()
{
    if (!m_view.snapshot)
        return;
    if (m_asking) {
        m_askAgain = true;
        return;
    }
    m_asking = true;
    m_services.engine.query(
        [this, query = question(), choice = m_choice, worker = m_worker, box = m_services.mailbox](Ledger &ledger) {
            auto answer = std::make_shared<const RunsAnswer>(worker->answer(query, ledger));
            box->post([this, choice, answer] {
                m_asking = false;
                if (choice == m_choice)
                    received(*answer);
                if (m_askAgain || answer->pending) {
                    m_askAgain = false;
                    ask();
                }
            });
        });
}

void RunsList::showSegments(const RunsAnswer &answer)
{
    const Formatter &f = m_services.format;
    QVariantList segments;
    const auto add = [&](const char *key, const QString &text, qint64 n, bool always) {
        if (n > 0 || always || m_segment == QLatin1String(key))
            segments.append(QVariantMap{{QStringLiteral("key"), QString::fromLatin1(key)},
                                        {QStringLiteral("text"), text + u' ' + f.count(n)}});
    };
    const auto n = [&](const char *key) { return answer.states.value(QLatin1String(key)); };
    add("all", tr("All"), answer.all, true);
    add("running", tr("Open"), n("running"), false);
    add("passed", tr("Passed"), n("passed"), false);
    add("failed", tr("Failed"), n("failed"), false);
    add("capped", tr("Capped"), n("capped"), false);
    add("timeout", tr("Timed out"), n("timeout"), false);
    add("unknown", tr("Unknown"), n("unknown"), false);
    const QString sub = tr("%1, %2").arg(f.count(answer.all), m_view.rangeText);
    if (segments != m_segments || sub != m_sub) {
        m_segments = segments;
        m_sub = sub;
        Q_EMIT changed();
    }
}

TableRow RunsList::rowOf(const RunRow &run, double dearest) const
{
    const View &view = m_view;
    const Formatter &f = m_services.format;
    const Totals &t = run.totals;
    const QString id = QString::fromStdString(toHex(run.info.run));
    TableRow row = m_table.makeRow(id);
    const auto put = [&](const char *role, const QVariant &shown, const QVariant &plain = {}) {
        m_table.put(row, role, shown, plain, kNoOrder);
    };
    const RunState state = runState(run.info);
    const QString workflow = view.name(run.info.workflow, NameKind::Workflow);
    const bool unknown = t.costUnknown();
    const QString cost = Formatter::noCharge(t) ? f.moneyCell(t) : unknown ? Formatter::unknown() : f.moneyFine(t.cost);
    const auto cache = t.cacheHitRate();
    const auto length = std::max<TimeNs>(0, run.info.end - run.info.start);
    put("shortId", id.left(7), id);
    put("workflow", workflow, view.rawName(run.info.workflow));
    put("workflowId", symbolId(run.info.workflow));
    put("slot", m_services.colours.slotOf(view.rawName(run.info.workflow)));
    const QVariant startPlain = QString::fromStdString(formatRfc3339(run.info.start));
    put("start", f.whenExact(run.info.start, view.now), startPlain);
    put("started", f.whenExact(run.info.start, view.now), startPlain);
    put("ended", run.info.closed ? f.whenExact(run.info.end, view.now) : Formatter::notApplicable(),
        run.info.closed ? QVariant(QString::fromStdString(formatRfc3339(run.info.end))) : QVariant());
    put("duration", f.duration(length), static_cast<double>(length) / 1e9);
    put("state", state.text, state.key);
    put("stateTone", state.tone);
    put("stateIcon", state.icon);
    put("calls", f.count(t.calls), qlonglong(t.calls));
    put("errors", f.count(t.errors), qlonglong(t.errors));
    put("tokens", f.tokens(t.allTokens()), qlonglong(t.allTokens()));
    put("cache", cache ? f.percentText(*cache, 0) : Formatter::notApplicable(), cache ? QVariant(*cache) : QVariant());
    put("cost", cost, unknown ? QVariant() : QVariant(QString::fromStdString(t.cost.toDecimal())));
    put("costMark", unknown ? QString() : Formatter::mark(t.bound()));
    put("costShare", dearest > 0 ? t.cost.toDouble() / dearest : 0.0);
    put("signals", f.count(run.signals), run.signals);
    put("session", displayName(view.rawName(run.info.session)), view.rawName(run.info.session));
    put("accessible",
        tr("Run %1 of %2, %3, %4 calls, %5")
            .arg(id.left(7), workflow, state.text, f.count(t.calls), unknown ? tr("cost unknown") : cost));
    return row;
}

void RunsList::showPresent(const RunsAnswer &answer)
{
    QStringList present{QStringLiteral("shortId"), QStringLiteral("start"),    QStringLiteral("started"),
                        QStringLiteral("ended"),   QStringLiteral("duration"), QStringLiteral("state"),
                        QStringLiteral("calls"),   QStringLiteral("tokens"),   QStringLiteral("cost")};
    if (!m_workflow)
        present << QStringLiteral("workflow");
    if (answer.anyErrors)
        present << QStringLiteral("errors");
    if (answer.anyCache)
        present << QStringLiteral("cache");
    if (answer.anySignals)
        present << QStringLiteral("signals");
    if (answer.anySession)
        present << QStringLiteral("session");
    m_table.setPresent(present);
}

void RunsList::showStatus(const RunsAnswer &answer)
{
    const Formatter &f = m_services.format;
    const QString total = answer.total == 1 ? tr("1 run") : tr("%1 runs").arg(f.count(answer.total));
    const bool reading = answer.pending && answer.total == 0;
    m_table.setStatus(total, reading,
                      narrowed() ? tr("No runs match %1 in %2").arg(narrowedBy(), m_view.rangeText)
                                 : tr("No runs in this range"),
                      narrowed() && !m_filters.active().isEmpty() ? m_filters.activeWords() : QString());
}

/// Once, not with every snapshot in which it stays so.
void RunsList::tellError(const RunsAnswer &answer)
{
    if (!answer.error.isEmpty() && answer.error != m_error)
        m_services.notify(tr("Calls could not be read: %1. Filters that ask for them may miss runs.").arg(answer.error),
                          QStringLiteral("crit"), {}, {});
    if (!answer.error.isEmpty() || !answer.pending)
        m_error = answer.error;
}

void RunsList::received(const RunsAnswer &answer)
{
    tellError(answer);
    showSegments(answer);
    m_filters.setCounts(answer.counts);
    showPresent(answer);
    std::vector<TableRow> rows;
    rows.reserve(answer.rows.size());
    for (const RunRow &run : answer.rows)
        rows.push_back(rowOf(run, answer.dearest));
    showStatus(answer);
    m_table.setSortedRows(std::move(rows), static_cast<int>(answer.total));
}

void RunsList::show(const View &view, std::optional<Symbol> workflow)
{
    if (m_revision != view.rangeRevision || m_workflow != workflow) {
        m_revision = view.rangeRevision;
        m_shown = kPage;
        ++m_choice;
    }
    if (m_workflow != workflow) { // nothing of the former one may be seen under the name of the next
        m_table.setStatus({}, true);
        m_table.setSortedRows({}, 0);
    }
    m_workflow = workflow;
    m_view.snapshot = view.snapshot;
    m_view.now = view.now;
    m_view.window = view.window;
    m_view.rangeText = view.rangeText;
    ask();
}

} // namespace flyball
