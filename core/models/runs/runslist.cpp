// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/runslist.h"

#include <QVariantMap>
#include <algorithm>
#include <map>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr int kPage = 200;

bool matchesText(const RunRow &run, const View &view, const QString &needle)
{
    return needle.isEmpty() || view.name(run.info.workflow, NameKind::Workflow).contains(needle, Qt::CaseInsensitive)
           || QString::fromStdString(toHex(run.info.run)).startsWith(needle, Qt::CaseInsensitive)
           || view.rawName(run.info.session).contains(needle, Qt::CaseInsensitive);
}

double sortValue(const RunRow &run, const QString &key)
{
    if (key == u"start")
        return static_cast<double>(run.info.start);
    if (key == u"duration")
        return static_cast<double>(run.info.end - run.info.start);
    if (key == u"calls")
        return static_cast<double>(run.totals.calls);
    if (key == u"errors")
        return static_cast<double>(run.totals.errors);
    if (key == u"tokens")
        return static_cast<double>(run.totals.allTokens());
    if (key == u"cache")
        return run.totals.cacheHitRate().value_or(-1);
    if (key == u"state")
        return run.info.closed ? static_cast<double>(run.info.outcome) : -1.0;
    return run.totals.cost.toDouble();
}

} // namespace

const char *runStateKey(const RunInfo &info)
{
    if (!info.closed)
        return "running";
    switch (info.outcome) {
    case Outcome::Success:
        return "passed";
    case Outcome::Failure:
        return "failed";
    case Outcome::Capped:
        return "capped";
    case Outcome::Timeout:
        return "timeout";
    case Outcome::Unknown:
        break;
    }
    return "unknown";
}

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

RunsList::RunsList(Services &services, ViewBuilder &builder, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_builder(builder),
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
    connect(&m_table, &TableModel::sortChanged, this, [this] { m_services.refresh(); });
    connect(&m_table, &TableModel::moreWanted, this, [this] {
        if (!m_table.frozen())
            m_shown = std::min(m_table.totalCount(), m_shown + kPage);
        m_services.refresh();
    });
}

void RunsList::setFilterText(const QString &text)
{
    if (text == m_filter)
        return;
    m_filter = text;
    m_shown = kPage;
    Q_EMIT changed();
    m_services.refresh();
}

void RunsList::setSegment(const QString &key)
{
    if (key == m_segment)
        return;
    m_segment = key;
    m_shown = kPage;
    Q_EMIT changed();
    m_services.refresh();
}

std::vector<const RunRow *> RunsList::select(const View &view, std::optional<Symbol> workflow)
{
    std::vector<const RunRow *> chosen;
    std::map<std::string_view, qint64> counts;
    qint64 all = 0;
    const QString needle = m_filter.trimmed();
    const std::string wanted = m_segment.toStdString();
    m_builder.runs().forEach(view.snapshot->runs, view.window, [&](const RunRow &run) {
        if ((workflow && run.info.workflow != *workflow) || !matchesText(run, view, needle))
            return;
        const std::string_view key = runStateKey(run.info);
        ++all;
        ++counts[key];
        if (wanted == "all" || wanted == key)
            chosen.push_back(&run);
    });
    const Formatter &f = m_services.format;
    QVariantList segments;
    const auto add = [&](const char *key, const QString &text, qint64 n, bool always) {
        if (n > 0 || always || m_segment == QLatin1String(key))
            segments.append(QVariantMap{{QStringLiteral("key"), QString::fromLatin1(key)},
                                        {QStringLiteral("text"), text + u' ' + f.count(n)}});
    };
    add("all", tr("All"), all, true);
    add("running", tr("Open"), counts["running"], false);
    add("passed", tr("Passed"), counts["passed"], false);
    add("failed", tr("Failed"), counts["failed"], false);
    add("capped", tr("Capped"), counts["capped"], false);
    add("timeout", tr("Timed out"), counts["timeout"], false);
    add("unknown", tr("Unknown"), counts["unknown"], false);
    const QString sub = tr("%1, %2").arg(f.count(all), view.rangeText);
    if (segments != m_segments || sub != m_sub) {
        m_segments = segments;
        m_sub = sub;
        Q_EMIT changed();
    }
    return chosen;
}

void RunsList::sort(std::vector<const RunRow *> &runs, const View &view) const
{
    const QString key = m_table.sortKey();
    const bool descending = m_table.sortDescending();
    const auto tie = [](const RunRow *a, const RunRow *b) { return a->info.run < b->info.run; };
    // Only what is shown has to be in order.
    const auto end = runs.begin() + std::min<std::ptrdiff_t>(m_shown, static_cast<std::ptrdiff_t>(runs.size()));
    if (key == u"workflow") {
        std::map<Symbol, QString> names;
        for (const RunRow *run : runs)
            if (!names.contains(run->info.workflow))
                names[run->info.workflow] = view.name(run->info.workflow, NameKind::Workflow).toCaseFolded();
        std::partial_sort(runs.begin(), end, runs.end(), [&](const RunRow *a, const RunRow *b) {
            const int c = names[a->info.workflow].compare(names[b->info.workflow]);
            return c == 0 ? tie(a, b) : (descending ? c > 0 : c < 0);
        });
        return;
    }
    std::vector<std::pair<double, const RunRow *>> keyed;
    keyed.reserve(runs.size());
    for (const RunRow *run : runs)
        keyed.emplace_back(sortValue(*run, key), run);
    const auto keyedEnd = keyed.begin() + (end - runs.begin());
    std::partial_sort(keyed.begin(), keyedEnd, keyed.end(), [&](const auto &a, const auto &b) {
        return a.first == b.first ? tie(a.second, b.second) : (descending ? a.first > b.first : a.first < b.first);
    });
    std::transform(keyed.begin(), keyed.end(), runs.begin(), [](const auto &entry) { return entry.second; });
}

TableRow RunsList::rowOf(const RunRow &run, const View &view, double dearest) const
{
    const Formatter &f = m_services.format;
    const Totals &t = run.totals;
    const QString id = QString::fromStdString(toHex(run.info.run));
    TableRow row = m_table.makeRow(id);
    const auto put = [&](const char *role, const QVariant &shown, const QVariant &plain = {}) {
        m_table.put(row, role, shown, plain, kNoOrder);
    };
    const RunState state = runState(run.info);
    const QString workflow = view.name(run.info.workflow, NameKind::Workflow);
    const bool unknown = Formatter::costUnknown(t);
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

void RunsList::showPresent(const std::vector<const RunRow *> &runs, std::optional<Symbol> workflow)
{
    QStringList present{QStringLiteral("shortId"), QStringLiteral("start"),    QStringLiteral("started"),
                        QStringLiteral("ended"),   QStringLiteral("duration"), QStringLiteral("state"),
                        QStringLiteral("calls"),   QStringLiteral("tokens"),   QStringLiteral("cost")};
    if (!workflow)
        present << QStringLiteral("workflow");
    const auto any = [&](auto &&test) { return std::any_of(runs.begin(), runs.end(), test); };
    if (any([](const RunRow *r) { return r->totals.errors > 0; }))
        present << QStringLiteral("errors");
    if (any([](const RunRow *r) { return r->totals.cacheKnownIn > 0; }))
        present << QStringLiteral("cache");
    if (any([](const RunRow *r) { return r->signals > 0; }))
        present << QStringLiteral("signals");
    if (any([](const RunRow *r) { return r->info.session != 0; }))
        present << QStringLiteral("session");
    m_table.setPresent(present);
}

void RunsList::show(const View &view, std::optional<Symbol> workflow)
{
    if (m_revision != view.rangeRevision) {
        m_revision = view.rangeRevision;
        m_shown = kPage;
    }
    std::vector<const RunRow *> runs = select(view, workflow);
    sort(runs, view);
    showPresent(runs, workflow);
    double dearest = 0;
    for (const RunRow *run : runs)
        dearest = std::max(dearest, run->totals.cost.toDouble());
    const std::size_t shown = std::min(runs.size(), static_cast<std::size_t>(m_shown));
    std::vector<TableRow> rows;
    rows.reserve(shown);
    for (std::size_t i = 0; i < shown; ++i)
        rows.push_back(rowOf(*runs[i], view, dearest));
    const Formatter &f = m_services.format;
    const QString total = tr("%1 runs").arg(f.count(static_cast<qint64>(runs.size())));
    const bool filtered = !m_filter.trimmed().isEmpty() || m_segment != u"all";
    m_table.setStatus(total, false, filtered ? tr("No run matches") : tr("No runs in this range"),
                      filtered ? tr("Change the filter or the segment.") : QString());
    m_table.setSortedRows(std::move(rows), static_cast<int>(runs.size()));
}

} // namespace flyball
