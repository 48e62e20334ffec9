// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/budgetrows.h"

#include <QCoreApplication>
#include <QHash>
#include <algorithm>

#include "core/models/sources/sourcewords.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("BudgetsModel", text); }

QString scopeText(BudgetScope scope)
{
    switch (scope) {
    case BudgetScope::Key:
        return tr("key");
    case BudgetScope::VirtualKey:
        return tr("virtual key");
    case BudgetScope::Team:
        return tr("team");
    case BudgetScope::User:
        return tr("user");
    case BudgetScope::Organization:
        return tr("organization");
    case BudgetScope::Customer:
        return tr("customer");
    case BudgetScope::Provider:
        return tr("provider");
    case BudgetScope::Shared:
        return tr("shared budget");
    case BudgetScope::Other:
        break;
    }
    return tr("budget");
}

constexpr double kNearlyFull = 0.9;

double shareOf(const GatewayBudget &budget)
{
    if (!budget.spent || !budget.cap)
        return kNoOrder;
    if (*budget.cap == 0)
        return *budget.spent > 0 ? 1e9 : 0;
    return static_cast<double>(*budget.spent) / static_cast<double>(*budget.cap);
}

QString toneOf(double share)
{
    return share >= 1 ? QStringLiteral("crit") : share >= kNearlyFull ? QStringLiteral("warn") : QString();
}

double usd(const std::optional<PicoUsd> &pico) { return pico ? UsdSum(*pico).toDouble() : 0; }

QVariant exact(const std::optional<PicoUsd> &pico)
{
    return pico ? QVariant(QString::fromStdString(UsdSum(*pico).toDecimal())) : QVariant();
}

QString ofCap(const GatewayBudget &budget, const Formatter &f)
{
    const QString spent = budget.spent ? f.money(UsdSum(*budget.spent)) : QString();
    const QString cap = budget.cap ? f.money(UsdSum(*budget.cap)) : QString();
    if (budget.spent && budget.cap)
        return tr("%1 of %2").arg(spent, cap);
    if (budget.cap)
        return tr("of %1, spend not told").arg(cap);
    if (budget.uncapped)
        return budget.spent ? tr("%1, no cap").arg(spent) : tr("no cap");
    return budget.spent ? tr("%1, cap not told").arg(spent) : tr("not told");
}

} // namespace

const QStringList BudgetRows::kRoles{
    QStringLiteral("name"),    QStringLiteral("sub"),         QStringLiteral("spent"),  QStringLiteral("spentTone"),
    QStringLiteral("cap"),     QStringLiteral("value"),       QStringLiteral("soft"),   QStringLiteral("hard"),
    QStringLiteral("left"),    QStringLiteral("leftTone"),    QStringLiteral("reset"),  QStringLiteral("policy"),
    QStringLiteral("verdict"), QStringLiteral("verdictTone"), QStringLiteral("told"),   QStringLiteral("toldTone"),
    QStringLiteral("stale"),   QStringLiteral("tip"),         QStringLiteral("source"), QStringLiteral("workflow")};
const QStringList BudgetRows::kSorts{QStringLiteral("name"), QStringLiteral("spent"), QStringLiteral("left"),
                                     QStringLiteral("told")};

BudgetRows::BudgetRows(const Formatter &format, TimeNs now, std::vector<TargetScope> targets,
                       std::set<std::string> known, const PolicyDocument *policy)
    : m_format(format), m_now(now), m_targets(std::move(targets)), m_known(std::move(known)), m_policy(policy)
{
    if (m_policy)
        for (const auto &[name, workflow] : m_policy->workflows)
            m_known.insert(name);
}

const EffectivePolicy *BudgetRows::policyOf(const std::string &workflow)
{
    if (!m_policy)
        return nullptr;
    const auto [it, isNew] = m_effective.try_emplace(workflow);
    if (isNew)
        it->second = effectivePolicy(*m_policy, PolicyScope{workflow, {}, {}, {}, {}});
    return &it->second;
}

BudgetRows::Line BudgetRows::line(const GatewayBudgets &budgets, const Formatter &format, TimeNs now)
{
    if (!budgets.known())
        return {tr("not told: %1").arg(displayName(std::string_view(budgets.problem))), QStringLiteral("warn")};
    Line out{format.count(budgets.total), {}};
    if (budgets.total == 0)
        out.text = tr("none");
    else if (const GatewayBudget *fullest = budgets.fullest()) {
        out.text = tr("%1, the fullest %2").arg(out.text, ofCap(*fullest, format));
        out.tone = toneOf(shareOf(*fullest));
    } else if (std::all_of(budgets.list.begin(), budgets.list.end(), [](const auto &b) { return b.uncapped; }))
        out.text = tr("%1, none with a cap").arg(out.text);
    if (budgets.stale(now))
        out = {tr("%1, as told %2").arg(out.text, format.whenExact(budgets.at, now)), QStringLiteral("warn")};
    return out;
}

QString BudgetRows::resetText(const GatewayBudget &budget) const
{
    const QString period = periodText(budget.period);
    QString reset;
    if (budget.resetAt != kNoTime)
        reset = budget.resetAt <= m_now ? tr("reset was due %1").arg(m_format.when(budget.resetAt, m_now))
                : budget.resetAbout     ? tr("resets about %1").arg(m_format.when(budget.resetAt, m_now))
                                        : tr("resets %1").arg(m_format.when(budget.resetAt, m_now));
    else if (budget.lastReset != kNoTime)
        reset = tr("last reset %1").arg(m_format.when(budget.lastReset, m_now));
    if (period.isEmpty() && reset.isEmpty())
        return Formatter::notApplicable();
    return period.isEmpty() ? reset : reset.isEmpty() ? period : tr("%1, %2").arg(period, reset);
}

TableRow BudgetRows::rowOf(const TableModel &table, const QString &id, const GatewayBudget &budget,
                           const SourceHealth &source, const std::string &workflow)
{
    const Formatter &f = m_format;
    const GatewayBudgets &all = *source.budgets;
    TableRow row = table.makeRow(id);
    const auto put = [&](const char *role, const QVariant &v, const QVariant &plain = {}, double order = kNoOrder) {
        table.put(row, role, v, plain, order);
    };
    const std::string &raw = budget.name.empty() ? budget.id : budget.name;
    const QString name = raw.empty() ? tr("without a name") : displayName(std::string_view(raw));
    const QString of =
        budget.model.empty()
            ? scopeText(budget.scope)
            : tr("%1, model %2").arg(scopeText(budget.scope), displayName(std::string_view(budget.model)));
    const QString from = displayName(sourceName(source));
    const double share = shareOf(budget);
    const QString spent = ofCap(budget, f);
    const bool stale = all.stale(m_now);
    put("name", name, QString::fromStdString(raw));
    put("sub", tr("%1 at %2").arg(of, from), of);
    put("spent", spent, exact(budget.spent), share);
    put("spentTone", !budget.spent && !budget.uncapped ? QStringLiteral("muted") : QString());
    put("cap", budget.cap ? f.money(UsdSum(*budget.cap)) : QString(), exact(budget.cap), kNoOrder);
    put("value", usd(budget.spent));
    put("soft", usd(budget.soft));
    put("hard", budget.spent ? usd(budget.cap) : 0.0);
    put("left",
        budget.left       ? f.money(UsdSum(*budget.left))
        : budget.uncapped ? tr("no cap")
                          : Formatter::unknown(),
        exact(budget.left), budget.left ? usd(budget.left) : kNoOrder);
    put("leftTone",
        budget.left ? (*budget.left < 0 ? QStringLiteral("crit") : toneOf(share)) : QStringLiteral("muted"));
    const QString reset = resetText(budget);
    put("reset", reset,
        budget.resetAt == kNoTime ? QVariant() : QVariant(QString::fromStdString(formatRfc3339(budget.resetAt))));
    const BudgetVerdict verdict = compareBudget(budget, workflow, policyOf(workflow), f);
    put("policy", verdict.cap.isEmpty() ? Formatter::notApplicable() : verdict.cap, verdict.cap);
    put("verdict", verdict.text, verdict.text);
    put("verdictTone", verdict.tone.isEmpty() ? QStringLiteral("muted") : verdict.tone);
    put("told", f.whenExact(all.at, m_now), QString::fromStdString(formatRfc3339(all.at)),
        static_cast<double>(all.at) / 1e9);
    put("toldTone", stale ? QStringLiteral("warn") : QStringLiteral("muted"));
    put("stale", stale);
    put("source", from, QString::fromStdString(source.target));
    put("workflow", displayName(std::string_view(workflow)), QString::fromStdString(workflow));
    QStringList tip{tr("%1 %2").arg(of, name)};
    if (budget.soft)
        tip += tr("warns at %1").arg(f.money(UsdSum(*budget.soft)));
    if (budget.resetAt != kNoTime && !budget.resetAbout)
        tip += tr("resets %1").arg(f.clockMinutes(budget.resetAt));
    if (!workflow.empty())
        tip += tr("workflow %1").arg(displayName(std::string_view(workflow)));
    tip += verdict.text;
    tip += stale ? tr("told %1, may not hold any more%2")
                       .arg(f.whenExact(all.at, m_now),
                            all.problem.empty() ? QString()
                                                : QStringLiteral(": ") + displayName(std::string_view(all.problem)))
                 : tr("told %1").arg(f.whenExact(all.at, m_now));
    put("tip", tip.join(QStringLiteral(". ")));
    put("accessible", tr("%1, %2, %3, %4").arg(name, of, spent, verdict.text));
    return row;
}

std::vector<BudgetRows::Made> BudgetRows::of(const TableModel &table, const SourceHealth &source)
{
    std::vector<Made> out;
    if (!source.budgets)
        return out;
    QHash<QString, int> ids;
    for (const GatewayBudget &budget : source.budgets->list) {
        const QString id = QString::fromStdString(source.id + '\x1f' + std::string(nameOf(budget.scope)) + '\x1f'
                                                  + budget.id + '\x1f' + budget.model + '\x1f' + budget.period);
        const int again = ids[id]++;
        const QString unique = again == 0 ? id : id + u'\x1f' + QString::number(again);
        const std::string workflow = workflowOf(budget, m_targets, m_known);
        out.push_back({rowOf(table, unique, budget, source, workflow), workflow});
    }
    return out;
}

} // namespace flyball
