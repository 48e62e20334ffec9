// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/domain/gatewaybudget.h"

namespace flyball {

namespace {

std::string inCents(PicoUsd pico)
{
    const std::int64_t cents = divideHalfEven(pico, kPicoPerUsd / 100);
    const std::string part = std::to_string(cents % 100);
    return "$" + std::to_string(cents / 100) + (part.size() < 2 ? ".0" : ".") + part;
}

bool isFuller(const GatewayBudget &a, const GatewayBudget &b)
{
    return static_cast<__int128>(*a.spent) * *b.cap > static_cast<__int128>(*b.spent) * *a.cap;
}

} // namespace

std::string_view nameOf(BudgetScope scope)
{
    switch (scope) {
    case BudgetScope::Key:
        return "key";
    case BudgetScope::VirtualKey:
        return "virtual key";
    case BudgetScope::Team:
        return "team";
    case BudgetScope::User:
        return "user";
    case BudgetScope::Organization:
        return "organization";
    case BudgetScope::Customer:
        return "customer";
    case BudgetScope::Provider:
        return "provider";
    case BudgetScope::Shared:
        return "shared budget";
    case BudgetScope::Other:
        break;
    }
    return "budget";
}

const GatewayBudget *GatewayBudgets::fullest() const
{
    const GatewayBudget *best = nullptr;
    for (const GatewayBudget &one : list) {
        if (!one.spent || !one.cap || (*one.cap == 0 && *one.spent == 0))
            continue;
        if (!best || isFuller(one, *best))
            best = &one;
    }
    return best;
}

std::string budgetLine(const GatewayBudgets &budgets)
{
    if (budgets.total == 0)
        return {};
    std::string out = std::to_string(budgets.total) + (budgets.total == 1 ? " budget" : " budgets");
    if (const GatewayBudget *fullest = budgets.fullest())
        return out + ", the fullest " + inCents(*fullest->spent) + " of " + inCents(*fullest->cap);
    for (const GatewayBudget &one : budgets.list)
        if (one.cap)
            return out + ", of none with a cap the spend is told";
    return out + ", none with a cap";
}

} // namespace flyball
