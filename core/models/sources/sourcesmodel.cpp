// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/sources/sourcesmodel.h"

#include <QFileInfo>
#include <QSet>
#include <algorithm>

#include "core/gateways/registry.h"
#include "core/models/overview/kpitexts.h"
#include "core/models/policy/budgetrows.h"
#include "core/models/sources/sourcecheck.h"
#include "core/models/text/displayname.h"

namespace flyball {

SourcesModel::SourcesModel(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_table({QStringLiteral("name"),           QStringLiteral("sub"),
               QStringLiteral("kind"),           QStringLiteral("icon"),
               QStringLiteral("state"),          QStringLiteral("stateTone"),
               QStringLiteral("stateText"),      QStringLiteral("lag"),
               QStringLiteral("lagTone"),        QStringLiteral("spark"),
               QStringLiteral("linesPerSecond"), QStringLiteral("records"),
               QStringLiteral("recordsTone"),    QStringLiteral("rejected"),
               QStringLiteral("spend"),          QStringLiteral("spendMark"),
               QStringLiteral("paused"),         QStringLiteral("editable"),
               QStringLiteral("meters"),         QStringLiteral("told"),
               QStringLiteral("budgets")},
              {}, {}, false, this),
      m_details({QStringLiteral("label"), QStringLiteral("value"), QStringLiteral("tone"), QStringLiteral("mono")}, {},
                {}, false, this),
      m_rejects({QStringLiteral("reason"), QStringLiteral("sub"), QStringLiteral("count"), QStringLiteral("where")}, {},
                QStringLiteral("count"), true, this),
      m_reconcile(services, this),
      m_meters(services, this),
      m_raw(services, this),
      m_remote(services, this)
{
    for (const char *key : {"coverage", "lag", "linesPerSecond", "rejected", "duplicates"})
        m_kpis.append(new Kpi(QString::fromLatin1(key), this));
}

const SourceHealth *SourcesModel::health(const QString &id) const
{
    if (!m_snapshot)
        return nullptr;
    for (const SourceHealth &h : m_snapshot->sources)
        if (QString::fromStdString(h.id) == id)
            return &h;
    return nullptr;
}

void SourcesModel::showTrouble(const View &view)
{
    const auto &sources = view.snapshot->sources;
    const int problems = static_cast<int>(std::count_if(sources.begin(), sources.end(), inTrouble));
    const SourceTrouble trouble = troubleOf(*view.snapshot, m_services.format, view.now);
    if (problems == m_problems && trouble == m_trouble)
        return;
    m_problems = problems;
    m_trouble = trouble;
    Q_EMIT problemsChanged();
}

void SourcesModel::show(const View &view)
{
    const Formatter &f = m_services.format;
    m_snapshot = view.snapshot;
    m_now = view.now;
    m_spend = view.group({Dimension::Source});
    m_models = view.group({Dimension::Source, Dimension::Model});
    int live = 0;
    std::vector<TableRow> rows;
    for (const SourceHealth &h : m_snapshot->sources) {
        const QString id = QString::fromStdString(h.id);
        const SourceWords words = sourceWords(h.state);
        live += h.state == SourceState::Live || h.state == SourceState::Idle || h.state == SourceState::CatchingUp;
        const bool bad = inTrouble(h);
        const QString name = sourceName(h);
        const auto spend =
            std::find_if(m_spend.begin(), m_spend.end(), [&](const Group &g) { return g.key[0] == h.symbol; });
        SparkData spark;
        spark.stale = bad;
        if (const auto ring = m_samples.constFind(id); ring != m_samples.constEnd())
            for (const Sample &s : *ring)
                spark.values.append(s.rate);
        spark.summary = tr("%1 lines per second").arg(f.number(h.linesPerSecond, 0));
        const qint64 total = h.bytesRead + h.bytesPending;
        TableRow row = m_table.makeRow(id);
        const auto put = [&](const char *role, const QVariant &v, const QVariant &plain = {}, double order = kNoOrder) {
            m_table.put(row, role, v, plain, order);
        };
        const QString kind = kindLabel(QString::fromStdString(h.kind));
        const QString files = h.files == 1 ? tr("1 file") : tr("%1 files").arg(f.count(h.files));
        put("name", name, QString::fromStdString(h.target));
        const RemoteKind *remote = remoteKind(h.kind);
        const QString told = remote ? displayName(std::string_view(h.detail)) : files;
        put("sub", !h.error.empty()            ? problemText(h)
                   : remote && !told.isEmpty() ? told
                   : kind.isEmpty()            ? told
                   : told.isEmpty()            ? kind
                                               : tr("%1, %2").arg(kind, told));
        put("editable", remote && m_services.config.source(h.id) != nullptr);
        put("meters", remote && remote->meters);
        put("told", h.told);
        put("budgets", h.budgets && !h.budgets->list.empty());
        put("kind", QString::fromStdString(h.kind), QString::fromStdString(h.kind));
        put("icon", remote                    ? QStringLiteral("gate")
                    : h.kind == "claude-code" ? QStringLiteral("term")
                                              : QStringLiteral("file"));
        put("state", words.text, words.text);
        put("stateTone", words.tone);
        put("stateText", h.since > 0 ? tr("since %1").arg(f.whenExact(h.since, view.now)) : QString());
        const std::int64_t lag = lagOf(h);
        const QString idle = idleCell(h, f, view.now);
        put("lag",
            lag >= 0         ? f.duration(lag)
            : idle.isEmpty() ? Formatter::notApplicable()
                             : idle,
            lag >= 0 ? QVariant(static_cast<double>(lag) / 1e9) : QVariant());
        put("lagTone", bad ? QStringLiteral("warn") : lag < 0 ? QStringLiteral("muted") : QString());
        put("spark", QVariant::fromValue(spark));
        put("linesPerSecond", f.number(h.linesPerSecond, h.linesPerSecond < 9.95 ? 1 : 0), h.linesPerSecond);
        put("records", h.bytesPending > 0 ? f.bytesOf(h.bytesRead, total) : f.tokens(h.lines), qlonglong(h.lines));
        put("recordsTone", h.bytesPending > 0 ? QStringLiteral("info") : QString());
        put("rejected", f.count(h.rejected), qlonglong(h.rejected));
        const bool has = spend != m_spend.end();
        const bool unknown = has && spend->totals.costUnknown();
        put("spend",
            !has      ? Formatter::notApplicable()
            : unknown ? Formatter::unknown()
                      : f.money(spend->totals.cost),
            has && !unknown ? QVariant(QString::fromStdString(spend->totals.cost.toDecimal())) : QVariant());
        put("spendMark", has && !unknown ? Formatter::mark(spend->totals.bound(h.rejected)) : QString());
        put("paused", h.state == SourceState::Paused);
        put("accessible", tr("%1, %2").arg(name, words.text));
        rows.push_back(std::move(row));
    }
    const int n = static_cast<int>(rows.size());
    m_table.setPresent({QStringLiteral("name"), QStringLiteral("state"), QStringLiteral("lag"), QStringLiteral("spark"),
                        QStringLiteral("linesPerSecond"), QStringLiteral("records"), QStringLiteral("rejected"),
                        QStringLiteral("spend")});
    m_table.setStatus(tr("%1 sources").arg(f.count(n)), false, tr("No sources yet"),
                      tr("Add a trace file, a folder of traces, a gateway, or let agents send."));
    m_table.setSortedRows(std::move(rows), n);
    m_sub = m_problems > 0 ? tr("%1 live, %2 with problems").arg(live).arg(m_problems) : tr("%1 live").arg(live);
    showKpis(view);
    showDetails();
    showRejects();
    formLag();
    m_reconcile.show(view);
    m_meters.show(view, health(m_selectedId));
    Q_EMIT changed();
}

void SourcesModel::showKpis(const View &view)
{
    const Formatter &f = m_services.format;
    double rate = 0;
    std::int64_t lag = -1, lines = 0;
    const SourceHealth *newest = nullptr;
    for (const SourceHealth &h : m_snapshot->sources) {
        rate += h.linesPerSecond;
        lines += h.lines;
        lag = std::max(lag, lagOf(h));
        if (h.newestEvent != kNoTime && (newest == nullptr || h.newestEvent > newest->newestEvent))
            newest = &h;
    }
    KpiText coverage;
    coverage.label = tr("Coverage");
    if (const auto share = view.totals.pricedShare()) {
        coverage.value = kpi::pricedText(f, *share);
        coverage.unit = tr("priced");
        coverage.sub = view.totals.callsUnpriced > 0 ? tr("%1 of tokens have no price").arg(f.percentText(1 - *share))
                                                     : tr("every call of this range has a price");
        coverage.tileState = view.totals.callsUnpriced > 0 ? QStringLiteral("partial") : QStringLiteral("value");
    } else {
        coverage.value = Formatter::notApplicable();
        coverage.tileState = QStringLiteral("nodata");
    }
    KpiText lagText;
    lagText.label = tr("Lag");
    lagText.value = lag >= 0 ? f.duration(lag) : Formatter::notApplicable();
    lagText.sub = lag >= 0 || newest == nullptr ? tr("event time to screen") : idleText(*newest, f, view.now);
    lagText.note = lag >= 0 ? tr("slowest source") : QString();
    lagText.tileState = lag >= 0 ? QStringLiteral("value") : QStringLiteral("nodata");
    KpiText rateText;
    rateText.label = tr("Lines per second");
    rateText.value = f.number(rate, rate < 9.95 ? 1 : 0);
    rateText.sub = tr("%1 lines read").arg(f.tokens(lines));
    KpiText rejected;
    rejected.label = tr("Rejected");
    rejected.value = f.count(m_snapshot->rejected);
    rejected.unit = tr("of %1").arg(f.tokens(lines));
    rejected.sub = m_snapshot->rejected > 0 ? tr("not counted, named below") : tr("every line was understood");
    rejected.subTone = m_snapshot->rejected > 0 ? QStringLiteral("warn") : QString();
    KpiText duplicates;
    duplicates.label = tr("Duplicates dropped");
    duplicates.value = f.count(m_snapshot->duplicates);
    duplicates.sub = tr("same call seen twice");
    duplicates.note = tr("%1 ignored").arg(f.tokens(m_snapshot->ignored));
    const std::array<KpiText, 5> all{coverage, lagText, rateText, rejected, duplicates};
    for (int i = 0; i < 5; ++i)
        m_kpis[i]->set(all[static_cast<std::size_t>(i)]);
}

/// Signals that found their run, and those that wait, by what they name.
template <typename Add>
void SourcesModel::addQuality(const Add &add, const QualityCounts &counts)
{
    const Formatter &f = m_services.format;
    add(tr("Quality signals"), tr("%1, %2 of a known run").arg(f.count(counts.signals), f.count(counts.joined)));
    const std::array<QString, kSignalAddresses> names{QString(), tr("Wait for a run or trace"),
                                                      tr("Wait for a session"), tr("Wait for a prompt"),
                                                      tr("Wait for a request")};
    for (std::size_t i = 0; i < kSignalAddresses; ++i)
        if (counts.waiting[i] > 0)
            add(names[i], tr("%1, none of that id yet").arg(f.count(counts.waiting[i])), QStringLiteral("warn"));
    if (counts.ambiguous > 0)
        add(tr("Not joined"), tr("%1, their session is several runs: name the prompt").arg(f.count(counts.ambiguous)),
            QStringLiteral("warn"));
}

template <typename Add>
void SourcesModel::addFiles(const Add &add, const SourceHealth &source)
{
    const Formatter &f = m_services.format;
    add(tr("Path"), displayName(std::string_view(source.target)), {}, true);
    add(tr("Format"), source.kind.empty() ? tr("detected") : kindLabel(QString::fromStdString(source.kind)));
    add(tr("Files"), f.count(source.files));
    if (source.filesUnreadable > 0)
        add(tr("Unreadable files"), f.count(source.filesUnreadable), QStringLiteral("warn"));
    if (!source.error.empty())
        add(tr("Problem"), displayName(std::string_view(source.error)), QStringLiteral("crit"));
    add(tr("Newest event"),
        source.newestEvent == kNoTime ? Formatter::notApplicable() : f.whenExact(source.newestEvent, m_now));
    add(tr("Read position"), f.bytesOf(source.bytesRead, source.bytesRead + source.bytesPending));
    add(tr("Lines"), f.count(source.lines));
}

template <typename Add>
void SourcesModel::addRemote(const Add &add, const SourceHealth &source)
{
    const Formatter &f = m_services.format;
    const bool listens = !source.url.empty();
    add(listens ? tr("Listens on") : tr("Address"), displayName(std::string_view(listens ? source.url : source.target)),
        {}, true);
    add(tr("Kind"), kindLabel(QString::fromStdString(source.kind)));
    if (!source.error.empty())
        add(tr("Problem"), displayName(std::string_view(source.error)), QStringLiteral("crit"));
    if (!source.warning.empty())
        add(tr("Not whole"), displayName(std::string_view(source.warning)), QStringLiteral("warn"));
    if (!source.detail.empty())
        add(tr("Last told"), displayName(std::string_view(source.detail)));
    if (!listens)
        add(tr("Last answer"),
            source.lastAnswer == kNoTime ? Formatter::notApplicable() : f.whenExact(source.lastAnswer, m_now));
    add(tr("Newest event"),
        source.newestEvent == kNoTime ? Formatter::notApplicable() : f.whenExact(source.newestEvent, m_now));
    if (source.budgets) {
        const BudgetRows::Line line = BudgetRows::line(*source.budgets, f, m_now);
        add(tr("Budgets"), line.text, line.tone);
    }
    add(tr("Readings"), f.count(source.lines));
    if (source.told)
        add(tr("Counted"),
            listens ? tr("its calls; other sources tell what its metrics count")
                    : tr("no: other sources tell these calls"),
            QStringLiteral("info"));
    else if (const QString overlap = overlapText(source); !overlap.isEmpty())
        add(tr("Told twice?"), overlap, QStringLiteral("warn"));
}

/// Meters and calls of the same models in the same range may be of the same requests; only the operator knows.
QString SourcesModel::overlapText(const SourceHealth &source) const
{
    QSet<Symbol> metered;
    for (const Group &group : m_models)
        if (group.key[0] == source.symbol && group.totals.calls == 0 && !group.totals.isZero())
            metered.insert(group.key[1]);
    QSet<Symbol> both;
    QSet<Symbol> tellers;
    for (const Group &group : m_models)
        if (group.key[0] != source.symbol && group.totals.calls > 0 && metered.contains(group.key[1])) {
            both.insert(group.key[1]);
            tellers.insert(group.key[0]);
        }
    if (both.isEmpty())
        return {};
    const QString where = tellers.size() == 1 ? tr("another source") : tr("%1 other sources").arg(tellers.size());
    return both.size() == 1 ? tr("1 model of it is in %1 as well").arg(where)
                            : tr("%1 models of it are in %2 as well").arg(both.size()).arg(where);
}

void SourcesModel::showDetails()
{
    const SourceHealth *h = health(m_selectedId);
    std::vector<TableRow> rows;
    const auto add = [&](const QString &label, const QString &value, const QString &tone = {}, bool mono = false) {
        TableRow row = m_details.makeRow(label);
        m_details.put(row, "label", label);
        m_details.put(row, "value", value, value, kNoOrder);
        m_details.put(row, "tone", tone);
        m_details.put(row, "mono", mono);
        m_details.put(row, "accessible", label + QStringLiteral(": ") + value);
        rows.push_back(std::move(row));
    };
    if (h != nullptr) {
        const Formatter &f = m_services.format;
        if (remoteKind(h->kind))
            addRemote(add, *h);
        else
            addFiles(add, *h);
        add(tr("Ignored"), tr("%1, not model calls").arg(f.count(h->ignored)));
        if (h->metrics > 0)
            add(tr("Metrics"), tr("%1 exports: sums that tell of no call").arg(f.count(h->metrics)));
        add(tr("Duplicates"), f.count(h->duplicates));
        add(tr("Rejected"), f.count(h->rejected), h->rejected > 0 ? QStringLiteral("warn") : QString());
        if (h->quality.signals > 0)
            addQuality(add, h->quality);
    }
    const int n = static_cast<int>(rows.size());
    m_details.setSortedRows(std::move(rows), n);
}

void SourcesModel::showRejects()
{
    const Formatter &f = m_services.format;
    std::vector<TableRow> rows;
    qint64 total = 0;
    for (const SourceHealth &h : m_snapshot->sources) {
        const QString id = QString::fromStdString(h.id);
        if (!m_selectedId.isEmpty() && id != m_selectedId)
            continue;
        for (const RejectReason &r : h.rejects) {
            total += r.count;
            const QString reason = displayName(std::string_view(r.reason)).replace(u'_', u' ');
            const QString file = displayName(QFileInfo(QString::fromStdString(r.lastPath)).fileName());
            TableRow row = m_rejects.makeRow(id + u'/' + QString::fromStdString(r.reason));
            m_rejects.put(row, "reason", reason, QString::fromStdString(r.reason), kNoOrder);
            m_rejects.put(row, "sub",
                          tr("last: %1 bytes at offset %2").arg(f.count(r.lastLength), f.count(r.lastOffset)));
            m_rejects.put(row, "count", f.count(r.count), qlonglong(r.count), static_cast<double>(r.count));
            m_rejects.put(row, "where", file, QString::fromStdString(r.lastPath), kNoOrder);
            m_rejects.put(row, "accessible", tr("%1, %2 times, last in %3").arg(reason, f.count(r.count), file));
            rows.push_back(std::move(row));
        }
    }
    m_rejectsTotal = f.count(total);
    m_rejects.setStatus(m_rejectsTotal, false, tr("Nothing was rejected"), tr("Every line was understood."));
    m_rejects.setRows(std::move(rows));
}

} // namespace flyball
