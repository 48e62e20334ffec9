// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/overview/overviewmodel.h"

#include "core/models/overview/kpitexts.h"

namespace flyball {

namespace {

/// "bands" is what the page shows in one cell; band0, band1 ... are the same for exports.
QStringList chartRoles()
{
    QStringList roles{QStringLiteral("time"), QStringLiteral("total"), QStringLiteral("bands")};
    for (int i = 0; i < SpendChart::kMostBands; ++i)
        roles.append(QStringLiteral("band%1").arg(i));
    return roles;
}

} // namespace

OverviewModel::OverviewModel(Services &services, ViewBuilder &builder, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_builder(builder),
      m_chart(services, builder.runs()),
      m_chartTable(chartRoles(), {}, {}, false, this),
      m_workflows({QStringLiteral("name"),      QStringLiteral("color"),     QStringLiteral("slot"),
                   QStringLiteral("spark"),     QStringLiteral("spend"),     QStringLiteral("spendMark"),
                   QStringLiteral("share"),     QStringLiteral("p95"),       QStringLiteral("costPerSuccess"),
                   QStringLiteral("cache"),     QStringLiteral("cacheTone"), QStringLiteral("pass"),
                   QStringLiteral("passTone"),  QStringLiteral("runs"),      QStringLiteral("calls"),
                   QStringLiteral("tokens"),    QStringLiteral("state"),     QStringLiteral("stateTone"),
                   QStringLiteral("stateIcon"), QStringLiteral("stateMark"), QStringLiteral("hiddenInChart")},
                  {QStringLiteral("name"), QStringLiteral("spend"), QStringLiteral("p95"),
                   QStringLiteral("costPerSuccess"), QStringLiteral("cache"), QStringLiteral("pass"),
                   QStringLiteral("runs"), QStringLiteral("calls"), QStringLiteral("tokens"), QStringLiteral("state")},
                  QStringLiteral("spend"), true, this),
      m_sidebar({QStringLiteral("name"), QStringLiteral("slot"), QStringLiteral("rate"), QStringLiteral("mark"),
                 QStringLiteral("spend"), QStringLiteral("hiddenInChart"), QStringLiteral("stale")},
                {}, QStringLiteral("spend"), true, this),
      m_unpriced({QStringLiteral("name"), QStringLiteral("tokens")}, {}, QStringLiteral("tokens"), true, this)
{
    for (const char *key : {"spend", "burn", "runs", "cache", "costPerSuccess", "passRate"}) {
        m_kpis.append(new Kpi(QString::fromLatin1(key), this));
        m_kpis.last()->setOpen([this] { m_services.openCalls({tr("All calls, %1").arg(m_rangeText), m_filter}); });
    }
}

void OverviewModel::setChartKind(const QString &kind)
{
    if (kind == m_chartKind || (kind != u"spend" && kind != u"tokens" && kind != u"runs"))
        return;
    m_chartKind = kind;
    Q_EMIT chartChanged();
    m_services.refresh();
}

QString OverviewModel::bandId(int band) const
{
    const auto workflow = m_chart.bandWorkflow(band);
    return workflow ? symbolId(*workflow) : QString();
}

void OverviewModel::toggleHidden(const QString &workflowId)
{
    const auto workflow = symbolFromId(workflowId);
    if (!workflow)
        return;
    if (!m_hidden.erase(*workflow))
        m_hidden.insert(*workflow);
    m_services.refresh();
}

void OverviewModel::emptyAction(const QString &key)
{
    if (key == u"sources")
        Q_EMIT pageWanted(key);
    else
        Q_EMIT rangeWanted(key);
}

void OverviewModel::show(const View &view)
{
    m_filter = view.callFilter();
    m_rangeText = view.rangeText;
    showKpis(view);
    showWorkflows(view);
    showUnpriced(view);
}

void OverviewModel::showKpis(const View &view)
{
    const Formatter &f = m_services.format;
    const Snapshot &snapshot = *view.snapshot;
    const Window before{view.window.since - view.window.span(), view.window.since};
    std::optional<Totals> former;
    // Only when the ledger reaches back over the whole period: half a period would look like growth.
    if (snapshot.firstEvent != kNoTime && snapshot.firstEvent <= before.since)
        former = m_builder.totals(snapshot, before);
    spend()->set(kpi::spend(f, view, view.totals, snapshot.rejected, former));
    burn()->set(kpi::burn(f, view, burnRate(snapshot, view.now), view.totals));
    runsKpi()->set(kpi::runs(f, view.runs.all));
    cache()->set(view.loading ? kpi::loading(tr("Cache hit rate")) : kpi::cache(f, view.totals));
    costPerSuccess()->set(kpi::costPerSuccess(f, view.runs.all));
    passRate()->set(kpi::passRate(f, view.runs.all));
}

void OverviewModel::showUnpriced(const View &view)
{
    const Formatter &f = m_services.format;
    std::vector<TableRow> rows;
    for (const Group &group : flyball::unpricedModels(view.folded, view.series())) {
        TableRow row = m_unpriced.makeRow(symbolId(group.key[0]) + u'/' + symbolId(group.key[1]));
        const QString name = view.name(group.key[0], NameKind::Model);
        const QString tokens = tr("%1 tokens").arg(f.tokens(group.totals.tokensUnpriced));
        m_unpriced.put(row, "name", name, view.rawName(group.key[0]), kNoOrder);
        m_unpriced.put(row, "tokens", tokens, qlonglong(group.totals.tokensUnpriced),
                       static_cast<double>(group.totals.tokensUnpriced));
        m_unpriced.put(row, "accessible", name + QStringLiteral(", ") + tokens);
        rows.push_back(std::move(row));
    }
    m_unpriced.setRows(std::move(rows));
}

OverviewModel::Text OverviewModel::texts(const View &view, std::size_t active) const
{
    const Formatter &f = m_services.format;
    const Snapshot &snapshot = *view.snapshot;
    Text t;
    t.summary = tr("%1 active").arg(f.count(static_cast<qint64>(active)));
    t.empty = view.empty() && !view.loading;
    const auto action = [](const QString &key, const QString &text) {
        return QVariantMap{{QStringLiteral("key"), key},
                           {QStringLiteral("text"), text},
                           {QStringLiteral("kind"), QStringLiteral("normal")}};
    };
    if (t.empty && snapshot.firstEvent == kNoTime) {
        t.emptyHeading = tr("No calls yet");
        t.emptyText =
            snapshot.sources.empty() ? tr("No source is set up.") : tr("The sources have not shown a call so far.");
        t.emptyActions.append(action(QStringLiteral("sources"), tr("Open sources")));
    } else if (t.empty) {
        t.emptyHeading = tr("No calls between %1 and %2")
                             .arg(f.whenExact(view.window.since, view.now), f.whenExact(view.window.until, view.now));
        t.emptyText = tr("The newest call is from %1.").arg(f.whenExact(snapshot.newestEvent, view.now));
        t.emptyActions.append(action(QStringLiteral("all"), tr("Show all data")));
    }
    if (view.totals.callsUnpriced > 0) {
        const double share = 1 - view.totals.pricedShare().value_or(0);
        t.partialHeading = share > 0.0005 ? tr("%1 of tokens have no price").arg(f.percentText(share))
                                          : tr("%1 calls have no price").arg(f.count(view.totals.callsUnpriced));
        t.partialText = tr("True spend is at least this much.");
    } else if (view.totals.bound(snapshot.rejected) == CostBound::AtLeast) {
        t.partialHeading = tr("Some calls could not be counted in full");
        t.partialText = tr("True spend is at least this much.");
    } else if (view.totals.bound() == CostBound::Estimate) {
        t.partialHeading = tr("Some counts are estimates");
        t.partialText = tr("True spend may be lower or higher.");
    }
    return t;
}

void OverviewModel::showChart(const View &view)
{
    const auto kind = m_chartKind == u"tokens" ? SpendChart::Kind::Tokens
                      : m_chartKind == u"runs" ? SpendChart::Kind::Runs
                                               : SpendChart::Kind::Spend;
    m_chart.form(view, kind, m_hidden);
    const StackData &data = m_chart.data();
    std::vector<TableRow> rows;
    for (int i = 0; i < data.bins; ++i) {
        const TimeNs at = view.folded.edges[static_cast<std::size_t>(i)];
        TableRow row = m_chartTable.makeRow(QString::number(at / kSecond));
        const bool known = data.known.isEmpty() || data.known.at(i);
        QStringList texts;
        double sum = 0;
        for (qsizetype b = 0; b < data.bands.size(); ++b) {
            const double value = data.bands.at(b).values.at(i);
            texts.append(known ? m_chart.valueText(value) : Formatter::notApplicable());
            m_chartTable.put(row, QByteArray("band" + QByteArray::number(b)).constData(), texts.last(),
                             known ? QVariant(value) : QVariant(), value);
            sum += value;
        }
        const QString time = m_services.format.whenExact(at, view.now);
        const QString total = known ? m_chart.valueText(sum) : tr("no data");
        m_chartTable.put(row, "time", time, QString::fromStdString(formatRfc3339(at)), kNoOrder);
        m_chartTable.put(row, "total", total, known ? QVariant(sum) : QVariant(), sum);
        m_chartTable.put(row, "bands", texts);
        m_chartTable.put(row, "accessible", time + QStringLiteral(", ") + total);
        rows.push_back(std::move(row));
    }
    const int total = static_cast<int>(rows.size());
    m_chartTable.setSortedRows(std::move(rows), total);
    Q_EMIT chartChanged();
}

} // namespace flyball
