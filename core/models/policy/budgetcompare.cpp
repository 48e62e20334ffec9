// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/budgetcompare.h"

#include <QCoreApplication>
#include <QStringList>
#include <array>
#include <charconv>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("BudgetsModel", text); }

struct Caps {
    const PeriodCap *same = nullptr;       ///< of the gateway's window
    std::vector<const PeriodCap *> hard{}; ///< all with a hard cap
};

Caps capsOf(const EffectivePolicy &policy, std::optional<PeriodWindow> window)
{
    Caps out;
    if (!policy.body.budget || !policy.body.budget->periods)
        return out;
    for (const PeriodCap &cap : *policy.body.budget->periods) {
        if (window == cap.window)
            out.same = &cap;
        if (cap.hardUsd)
            out.hard.push_back(&cap);
    }
    return out;
}

QString capText(const PeriodCap &cap, const Formatter &format)
{
    return tr("%1 %2").arg(format.money(*cap.hardUsd), windowText(cap.window));
}

/// A gauge says no window: it agrees with a cap of any.
BudgetVerdict withoutWindow(const GatewayBudget &budget, const Caps &caps, const Formatter &format)
{
    QStringList list;
    bool agrees = false;
    for (const PeriodCap *cap : caps.hard) {
        list += capText(*cap, format);
        agrees = agrees || (budget.cap && UsdSum(*budget.cap) == *cap->hardUsd);
    }
    const QString ours = list.join(QStringLiteral(", "));
    if (caps.hard.empty())
        return {{}, tr("the policy has no cap of a window"), {}};
    if (agrees)
        return {ours, tr("the gateway holds one of the policy's caps"), QStringLiteral("ok")};
    if (!budget.cap && !budget.uncapped)
        return {ours, tr("what the gateway holds is not told"), {}};
    return {ours,
            tr("the gateway holds %1, the policy says %2")
                .arg(budget.cap ? format.money(UsdSum(*budget.cap)) : tr("no cap"), ours),
            QStringLiteral("warn")};
}

BudgetVerdict withWindow(const GatewayBudget &budget, const PeriodCap *cap, const QString &period,
                         const Formatter &format)
{
    if (!cap || !cap->hardUsd) {
        BudgetVerdict none{{}, tr("the policy has no cap %1").arg(period), {}};
        return none;
    }
    const QString ours = capText(*cap, format);
    if (!budget.cap && !budget.uncapped)
        return {ours, tr("what the gateway holds is not told"), {}};
    const QString here = format.money(*cap->hardUsd);
    if (!budget.cap)
        return {ours, tr("the gateway holds no cap, the policy says %1").arg(here), QStringLiteral("warn")};
    if (UsdSum(*budget.cap) != *cap->hardUsd)
        return {ours, tr("the gateway holds %1, the policy says %2").arg(format.money(UsdSum(*budget.cap)), here),
                QStringLiteral("warn")};
    if (budget.soft && cap->softUsd && UsdSum(*budget.soft) != *cap->softUsd)
        return {ours,
                tr("the gateway warns at %1, the policy says %2")
                    .arg(format.money(UsdSum(*budget.soft)), format.money(*cap->softUsd)),
                QStringLiteral("warn")};
    return {ours, tr("as the policy says"), QStringLiteral("ok")};
}

} // namespace

std::optional<PeriodWindow> windowOfPeriod(const std::string &period)
{
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(period.data(), period.data() + period.size(), count);
    if (error != std::errc() || count < 1 || count > 10'000'000)
        return std::nullopt;
    const std::string unit(end, period.data() + period.size());
    if ((unit == "mo" || unit == "M") && count == 1)
        return PeriodWindow::Month;
    const std::array<std::pair<const char *, std::int64_t>, 5> units{
        {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86'400}, {"w", 604'800}}};
    for (const auto &[name, seconds] : units) {
        if (unit != name)
            continue;
        switch (count * seconds) {
        case 3600:
            return PeriodWindow::Hour;
        case 86'400:
            return PeriodWindow::Day;
        case 604'800:
            return PeriodWindow::Week;
        case 30 * 86'400: // LiteLLM takes it for a calendar month
            return PeriodWindow::Month;
        default:
            return std::nullopt;
        }
    }
    return std::nullopt;
}

QString windowText(PeriodWindow window)
{
    switch (window) {
    case PeriodWindow::Hour:
        return tr("per hour");
    case PeriodWindow::Day:
        return tr("per day");
    case PeriodWindow::Week:
        return tr("per week");
    case PeriodWindow::Month:
        break;
    }
    return tr("per month");
}

QString periodText(const std::string &period)
{
    if (period.empty())
        return {};
    const auto window = windowOfPeriod(period);
    return window ? windowText(*window) : tr("per %1").arg(displayName(std::string_view(period)));
}

std::string workflowOf(const GatewayBudget &budget, const std::vector<TargetScope> &targets,
                       const std::set<std::string> &known)
{
    for (const TargetScope &target : targets)
        if (!target.holder.empty() && target.holder == budget.id && !target.workflow.empty())
            return target.workflow;
    if (budget.scope == BudgetScope::Provider || budget.scope == BudgetScope::Shared)
        return {};
    for (const std::string &name : {budget.workflow, budget.name, budget.id})
        if (!name.empty() && known.contains(name))
            return name;
    return {};
}

BudgetVerdict compareBudget(const GatewayBudget &budget, const std::string &workflow, const EffectivePolicy *policy,
                            const Formatter &format)
{
    if (!policy)
        return {{}, tr("there is no policy"), {}};
    if (workflow.empty())
        return {{}, tr("of no workflow that is known here"), {}};
    if (!budget.model.empty())
        return {{}, tr("the policy has no caps of single models"), {}};
    const auto window = windowOfPeriod(budget.period);
    const Caps caps = capsOf(*policy, window);
    if (budget.period.empty())
        return withoutWindow(budget, caps, format);
    return withWindow(budget, caps.same, periodText(budget.period), format);
}

} // namespace flyball
