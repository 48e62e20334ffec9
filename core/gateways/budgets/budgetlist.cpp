// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/budgets/budgetlist.h"

#include <algorithm>

namespace flyball {

namespace {

void cut(std::string &text)
{
    if (text.size() <= BudgetList::kMostName)
        return;
    std::size_t end = BudgetList::kMostName;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    text.resize(end);
}

std::string counted(std::int64_t count, const char *one, const char *many)
{
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

} // namespace

void BudgetList::add(GatewayBudget budget)
{
    ++m_count;
    if (m_list.size() >= kMostBudgets)
        return;
    for (std::string *text : {&budget.id, &budget.name, &budget.workflow, &budget.model, &budget.period})
        cut(*text);
    PicoUsd left = 0;
    if (!budget.left && budget.cap && budget.spent && !__builtin_sub_overflow(*budget.cap, *budget.spent, &left))
        budget.left = left;
    PicoUsd spent = 0;
    if (!budget.spent && budget.cap && budget.left && !__builtin_sub_overflow(*budget.cap, *budget.left, &spent)
        && spent >= 0)
        budget.spent = spent;
    m_list.push_back(std::move(budget));
}

std::optional<PicoUsd> BudgetList::money(const JsonFields &fields, std::string_view key)
{
    const std::string_view raw = fields.raw(key);
    if (raw.empty() || raw == "null")
        return std::nullopt;
    PicoUsd pico = 0;
    if (parsePicoUsd(fields.digits(key), pico) && pico >= 0)
        return pico;
    ++m_bad;
    return std::nullopt;
}

void BudgetList::note(const std::string &what)
{
    if (m_note.find(what) == std::string::npos)
        m_note += (m_note.empty() ? "" : "; ") + what;
}

GatewayBudgets BudgetList::finish(TimeNs at, TimeNs staleAfter)
{
    if (m_bad > 0)
        note(counted(m_bad, "figure of a budget is no amount of money", "figures of budgets are no amounts of money"));
    if (m_broken > 0)
        note(counted(m_broken, "entry is no budget", "entries are no budgets"));
    GatewayBudgets out;
    out.total = std::max(m_count, m_told);
    if (out.total > static_cast<std::int64_t>(m_list.size()))
        note("the first " + std::to_string(m_list.size()) + " of " + std::to_string(out.total) + " budgets are shown");
    out.list = std::move(m_list);
    out.at = at;
    out.staleAfter = staleAfter;
    out.note = std::move(m_note);
    return out;
}

TimeNs budgetTime(const JsonFields &fields, std::string_view key) { return fields.time(key).value_or(kNoTime); }

} // namespace flyball
