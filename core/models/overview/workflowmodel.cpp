// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/overview/workflowmodel.h"

#include "core/models/overview/kpitexts.h"

namespace flyball {

namespace {

QStringList partRoles()
{
    return {QStringLiteral("name"),      QStringLiteral("tier"),  QStringLiteral("tierName"), QStringLiteral("share"),
            QStringLiteral("shareText"), QStringLiteral("spend"), QStringLiteral("mark"),     QStringLiteral("calls"),
            QStringLiteral("tokens"),    QStringLiteral("errors")};
}

QStringList partSorts()
{
    return {QStringLiteral("name"), QStringLiteral("spend"), QStringLiteral("calls"), QStringLiteral("tokens"),
            QStringLiteral("errors")};
}

} // namespace

WorkflowModel::WorkflowModel(Services &services, ViewBuilder &builder, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_builder(builder),
      m_mixRows({QStringLiteral("name"), QStringLiteral("color"), QStringLiteral("slot"), QStringLiteral("tier"),
                 QStringLiteral("spend"), QStringLiteral("mark"), QStringLiteral("share")},
                {}, QStringLiteral("spend"), true, this),
      m_steps(partRoles(), partSorts(), QStringLiteral("spend"), true, this),
      m_agents(partRoles(), partSorts(), QStringLiteral("spend"), true, this),
      m_runs(services, false, this),
      m_numbers(services, this)
{
    for (const char *key : {"spend", "runs", "costPerRun", "percentiles", "costPerSuccess", "cache", "passRate"}) {
        m_kpis.append(new Kpi(QString::fromLatin1(key), this));
        m_kpis.last()->setOpen([this] { m_services.openCalls({tr("Calls of %1").arg(m_name), m_filter}); });
    }
}

void WorkflowModel::setMixBy(const QString &by)
{
    m_mixByTier = by == u"tier";
    Q_EMIT mixChanged();
    m_services.refresh();
}

void WorkflowModel::show(const View &view, Symbol workflow)
{
    const QString id = symbolId(workflow);
    const QString name = view.name(workflow, NameKind::Workflow);
    ViewFilter filter;
    filter.workflow = workflow;
    const Totals totals = totalOf(view.folded, view.series(), filter);
    m_filter = view.callFilter();
    m_filter.workflow = workflow;
    showKpis(view, workflow, totals);
    showMix(view, workflow, totals);
    const auto steps = view.group({Dimension::Step, Dimension::Tier}, filter);
    showParts(m_steps, view, steps, NameKind::Step, totals);
    showParts(m_agents, view, view.group({Dimension::Agent}, filter), NameKind::Agent, totals);

    QString sub;
    // By name: a step on two tiers is one step.
    const auto named = view.group({Dimension::Step}, filter);
    if (named.size() > 3 && !totals.cost.isZero()) {
        UsdSum top;
        for (std::size_t i = 0; i < 3; ++i)
            top += named[i].totals.cost;
        sub = tr("top three are %1 of spend")
                  .arg(m_services.format.percentText(top.toDouble() / totals.cost.toDouble(), 0));
    }
    const int slot = m_services.colours.slotOf(view.rawName(workflow));
    if (id != m_id || name != m_name || sub != m_stepsSub || slot != m_slot) {
        m_id = id;
        m_name = name;
        m_stepsSub = sub;
        m_slot = slot;
        Q_EMIT changed();
    }
    m_runs.show(view, workflow);
    m_numbers.show(view, workflow);
}

void WorkflowModel::showKpis(const View &view, Symbol workflow, const Totals &totals)
{
    const Formatter &f = m_services.format;
    static const RunStats kNone;
    const auto found = view.runs.byWorkflow.find(workflow);
    const RunStats &runs = found == view.runs.byWorkflow.end() ? kNone : found->second;
    m_kpis[0]->set(kpi::spend(f, view, totals, 0, std::nullopt));
    m_kpis[1]->set(kpi::runs(f, runs));
    m_kpis[2]->set(kpi::costPerRun(f, runs));
    m_kpis[3]->set(kpi::percentiles(f, runs));
    m_kpis[4]->set(kpi::costPerSuccess(f, runs));
    m_kpis[5]->set(view.loading ? kpi::loading(tr("Cache hit rate")) : kpi::cache(f, totals));
    m_kpis[6]->set(kpi::passRate(f, runs));
}

void WorkflowModel::showMix(const View &view, Symbol workflow, const Totals &totals)
{
    const Formatter &f = m_services.format;
    ViewFilter filter;
    filter.workflow = workflow;
    const auto tiers = view.group({Dimension::Tier}, filter);
    m_hasTier = std::any_of(tiers.begin(), tiers.end(), [](const Group &g) { return g.key[0] != 0; });
    const bool byTier = m_mixByTier && m_hasTier;
    const auto groups = byTier ? tiers : view.group({Dimension::Model, Dimension::Tier}, filter);
    const auto tierOf = [&](const Group &group) {
        return tierIndex(view.rawName(byTier ? group.key[0] : group.key[1]).toStdString());
    };
    DonutData donut;
    std::vector<TableRow> rows;
    constexpr std::size_t kSlices = 7;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const Group &group = groups[i];
        const int tier = tierOf(group);
        const int slot = tier >= 0 ? -1 : i < kSlices ? static_cast<int>(i) : -1;
        const QString name = byTier && group.key[0] == 0
                                 ? tr("no tier recorded")
                                 : view.name(group.key[0], byTier ? NameKind::Tier : NameKind::Model);
        const double amount = group.totals.cost.toDouble();
        if (i < kSlices)
            donut.slices.append({name, amount, slot, tier});
        else if (donut.slices.size() == static_cast<qsizetype>(kSlices))
            donut.slices.append({tr("others"), amount, -1, -1});
        else
            donut.slices.last().value += amount;
        TableRow row = m_mixRows.makeRow(symbolId(group.key[0]) + u'/' + symbolId(group.key[1]));
        const bool unknown = group.totals.costUnknown();
        const QString money = f.moneyCell(group.totals);
        m_mixRows.put(row, "name", name);
        m_mixRows.put(row, "color", slot);
        m_mixRows.put(row, "slot", slot);
        m_mixRows.put(row, "tier", tier);
        m_mixRows.put(row, "spend", money,
                      unknown ? QVariant() : QVariant(QString::fromStdString(group.totals.cost.toDecimal())), amount);
        m_mixRows.put(row, "mark", unknown ? QString() : Formatter::mark(group.totals.bound()));
        m_mixRows.put(row, "share", totals.cost.isZero() ? 0.0 : amount / totals.cost.toDouble());
        m_mixRows.put(row, "accessible", tr("%1, %2").arg(name, f.spend(group.totals)));
        rows.push_back(std::move(row));
    }
    m_mixCentre.clear();
    m_mixCentreSub.clear();
    if (!groups.empty() && !totals.cost.isZero()) {
        m_mixCentre = f.percentText(groups.front().totals.cost.toDouble() / totals.cost.toDouble(), 0);
        donut.summary = tr("%1 of spend is %2").arg(m_mixCentre, donut.slices.first().name);
        // The hole holds one short word; the full name is in the first row beside it.
        const int tier = donut.slices.first().tier;
        m_mixCentreSub = tier >= 0 ? view.name(byTier ? groups.front().key[0] : groups.front().key[1], NameKind::Tier)
                                   : tr("top model");
        if (!byTier && tier >= 0) {
            UsdSum same;
            for (const Group &group : groups)
                if (tierOf(group) == tier)
                    same += group.totals.cost;
            m_mixCentre = f.percentText(same.toDouble() / totals.cost.toDouble(), 0);
        }
    }
    m_mix = donut;
    m_mixRows.setRows(std::move(rows));
    Q_EMIT mixChanged();
}

void WorkflowModel::showParts(TableModel &table, const View &view, const std::vector<Group> &groups, NameKind kind,
                              const Totals &totals)
{
    const Formatter &f = m_services.format;
    const double dearest = groups.empty() ? 0 : groups.front().totals.cost.toDouble();
    bool hasTier = false, hasErrors = false;
    std::vector<TableRow> rows;
    for (const Group &group : groups) {
        const Totals &t = group.totals;
        TableRow row = table.makeRow(symbolId(group.key[0]) + u'/' + symbolId(group.key[1]));
        const QString name = view.name(group.key[0], kind);
        const QString tier = group.key[1] == 0 ? QString() : view.name(group.key[1], NameKind::Tier);
        hasTier |= !tier.isEmpty();
        hasErrors |= t.errors > 0;
        const bool unknown = t.costUnknown();
        const double part = totals.cost.isZero() ? 0.0 : t.cost.toDouble() / totals.cost.toDouble();
        table.put(row, "name", name, view.rawName(group.key[0]), kNoOrder);
        table.put(row, "tier", tierIndex(tier.toStdString()));
        table.put(row, "tierName", tier, tier, kNoOrder);
        table.put(row, "share", dearest > 0 ? t.cost.toDouble() / dearest : 0.0);
        table.put(row, "shareText", f.percentText(part), part, part);
        table.put(row, "spend", f.moneyCell(t),
                  unknown ? QVariant() : QVariant(QString::fromStdString(t.cost.toDecimal())), t.cost.toDouble());
        table.put(row, "mark", unknown ? QString() : Formatter::mark(t.bound()));
        table.put(row, "calls", f.count(t.calls), qlonglong(t.calls), static_cast<double>(t.calls));
        table.put(row, "tokens", f.tokens(t.allTokens()), qlonglong(t.allTokens()), static_cast<double>(t.allTokens()));
        table.put(row, "errors", f.count(t.errors), qlonglong(t.errors), static_cast<double>(t.errors));
        table.put(row, "accessible", tr("%1, %2, %3 calls").arg(name, f.spend(t), f.count(t.calls)));
        rows.push_back(std::move(row));
    }
    QStringList present{QStringLiteral("name"),  QStringLiteral("share"), QStringLiteral("shareText"),
                        QStringLiteral("spend"), QStringLiteral("calls"), QStringLiteral("tokens")};
    if (hasTier)
        present << QStringLiteral("tier");
    if (hasErrors)
        present << QStringLiteral("errors");
    table.setPresent(present);
    table.setRows(std::move(rows));
}

} // namespace flyball
