// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/overview/kpitexts.h"
#include "core/models/overview/overviewmodel.h"
#include "core/models/overview/sparks.h"

namespace flyball {

namespace {

struct State {
    QString text, tone, icon, mark;
    double rank = 0; ///< worst first
};

State stateOf(const Totals &t, const Formatter &f)
{
    const auto tr = [](const char *text) { return OverviewModel::tr(text); };
    if (t.calls > 0 && t.errors * 20 > t.calls)
        return {t.errors == 1 ? tr("1 error") : tr("%1 errors").arg(f.count(t.errors)),
                QStringLiteral("warn"),
                QStringLiteral("incident"),
                {},
                4};
    if (t.callsUnpriced > 0) {
        const double share = 1 - t.pricedShare().value_or(0);
        const QString text = share >= 0.005 ? tr("%1 unpriced").arg(f.percentText(share, 0))
                                            : tr("%1 calls unpriced").arg(f.count(t.callsUnpriced));
        return {text, QStringLiteral("info"), {}, QStringLiteral("≥"), 3 + share / 2};
    }
    if (t.callsWithoutUsage + t.callsPartial + t.callsPlaceholder > 0)
        return {tr("Counts missing"), QStringLiteral("info"), {}, QStringLiteral("≥"), 2};
    if (t.bound() == CostBound::Estimate)
        return {tr("Estimated"), QStringLiteral("info"), {}, QStringLiteral("≈"), 1};
    return {tr("Fully priced"), QStringLiteral("ok"), QStringLiteral("check"), {}, 0};
}

std::unordered_map<Symbol, std::vector<UsdSum>> spendBins(const View &view)
{
    std::unordered_map<Symbol, std::vector<UsdSum>> out;
    const auto &series = view.series();
    for (const BinCell &cell : view.folded.cells) {
        if (cell.series >= series.size())
            continue;
        auto &bins = out[series[cell.series].workflow];
        bins.resize(view.folded.bins());
        bins[cell.bin] += cell.totals.cost;
    }
    // A bin that is not over would end every line in a fall.
    const std::size_t n = view.folded.bins();
    if (n > 2 && std::min(view.now, view.folded.edges[n]) - view.folded.edges[n - 1] < view.binWidth)
        for (auto &[workflow, bins] : out)
            bins.pop_back();
    return out;
}

} // namespace

void OverviewModel::showWorkflows(const View &view)
{
    const Formatter &f = m_services.format;
    const std::vector<Group> groups = view.group({Dimension::Workflow});
    auto bins = spendBins(view);
    QStringList present{QStringLiteral("name"),  QStringLiteral("spark"),  QStringLiteral("spend"),
                        QStringLiteral("calls"), QStringLiteral("tokens"), QStringLiteral("state")};
    const RunStats &all = view.runs.all;
    if (all.count > 0)
        present << QStringLiteral("runs") << QStringLiteral("p95");
    if (all.known() > 0)
        present << QStringLiteral("costPerSuccess") << QStringLiteral("pass");
    if (view.totals.cacheHitRate())
        present << QStringLiteral("cache");
    std::vector<TableRow> rows;
    static const RunStats kNoRuns;
    for (const Group &group : groups) {
        const Symbol workflow = group.key[0];
        const Totals &t = group.totals;
        const auto found = view.runs.byWorkflow.find(workflow);
        const RunStats &runs = found == view.runs.byWorkflow.end() ? kNoRuns : found->second;
        TableRow row = m_workflows.makeRow(symbolId(workflow));
        const auto put = [&](const char *role, const QVariant &shown, const QVariant &plain = {},
                             double order = kNoOrder) { m_workflows.put(row, role, shown, plain, order); };
        const auto optional = [&](const char *role, const std::optional<UsdSum> &money) {
            put(role, money ? f.moneyFine(*money) : Formatter::notApplicable(),
                money ? QVariant(QString::fromStdString(money->toDecimal())) : QVariant(),
                money ? money->toDouble() : kNoOrder);
        };
        const auto share = [&](const char *role, const std::optional<double> &rate) {
            put(role, rate ? f.percent(*rate).value : Formatter::notApplicable(), rate ? QVariant(*rate) : QVariant(),
                rate.value_or(kNoOrder));
        };
        const QString raw = view.rawName(workflow);
        const QString name = view.name(workflow, NameKind::Workflow);
        const bool unknown = t.costUnknown();
        const QString money = f.moneyCell(t);
        put("name", name, raw);
        put("slot", m_services.colours.slotOf(raw));
        put("color", m_services.colours.slotOf(raw));
        put("spark", QVariant::fromValue(spendSpark(bins[workflow], f)));
        put("spend", money, unknown ? QVariant() : QVariant(QString::fromStdString(t.cost.toDecimal())),
            t.cost.toDouble());
        put("spendMark", unknown ? QString() : Formatter::mark(t.bound()));
        put("share", view.totals.cost.isZero() ? 0.0 : t.cost.toDouble() / view.totals.cost.toDouble());
        optional("p95", runs.cost.p95);
        optional("costPerSuccess", runs.costPerSuccess());
        share("cache", t.cacheHitRate());
        share("pass", runs.passRate());
        put("cacheTone", QString());
        put("passTone", QString());
        put("runs", f.count(runs.count), qlonglong(runs.count), static_cast<double>(runs.count));
        put("calls", f.count(t.calls), qlonglong(t.calls), static_cast<double>(t.calls));
        put("tokens", f.tokens(t.allTokens()), qlonglong(t.allTokens()), static_cast<double>(t.allTokens()));
        const State state = stateOf(t, f);
        put("state", state.text, state.text, state.rank);
        put("stateTone", state.tone);
        put("stateIcon", state.icon);
        put("stateMark", state.mark);
        put("hiddenInChart", m_hidden.contains(workflow));
        put("accessible", tr("%1, spend %2, %3").arg(name, f.spend(t), state.text));
        rows.push_back(std::move(row));
    }
    m_workflows.setPresent(present);
    m_workflows.setStatus(tr("%1 workflows").arg(f.count(static_cast<qint64>(groups.size()))), view.loading,
                          tr("No calls in this range"));
    m_workflows.setRows(std::move(rows));
    const Text text = texts(view, groups.size());
    if (text != m_text) {
        m_text = text;
        Q_EMIT changed();
    }
}

void OverviewModel::showSidebar(const View &view)
{
    const Formatter &f = m_services.format;
    const auto rates = burnByWorkflow(*view.snapshot, view.now);
    std::vector<TableRow> rows;
    for (const Group &group : view.group({Dimension::Workflow})) {
        const Symbol workflow = group.key[0];
        TableRow row = m_sidebar.makeRow(symbolId(workflow));
        const QString name = view.name(workflow, NameKind::Workflow);
        const auto rate = rates.find(workflow);
        const bool live = rate != rates.end();
        // USD per hour is the column's unit, so the values stand without it.
        const QString text = live ? f.moneyRate(rate->second.ewmaPerHour).remove(u'$') : Formatter::notApplicable();
        m_sidebar.put(row, "name", name);
        m_sidebar.put(row, "slot", m_services.colours.slotOf(view.rawName(workflow)));
        m_sidebar.put(row, "rate", text);
        m_sidebar.put(row, "mark", live ? Formatter::mark(rate->second.bound) : QString());
        m_sidebar.put(row, "spend", f.spend(group.totals), {}, group.totals.cost.toDouble());
        m_sidebar.put(row, "hiddenInChart", m_hidden.contains(workflow));
        m_sidebar.put(row, "stale", !live);
        m_sidebar.put(row, "accessible",
                      live ? tr("%1, %2 dollars per hour").arg(name, text) : tr("%1, idle for 2 hours").arg(name));
        rows.push_back(std::move(row));
    }
    m_sidebar.setRows(std::move(rows));
}

} // namespace flyball
