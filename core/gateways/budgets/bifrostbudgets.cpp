// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/budgets/bifrostbudgets.h"

namespace flyball {

namespace {

struct Holder {
    std::string_view field;
    std::string_view kind; ///< in BifrostNames
    BudgetScope scope;
};
// The first that is there says whose it is: a budget of a provider inside a virtual key is the provider's.
constexpr Holder kHolders[] = {
    {"provider_config_id", "provider", BudgetScope::Provider},
    {"provider", "provider", BudgetScope::Provider},
    {"model_config_id", "model", BudgetScope::Other},
    {"virtual_key_id", "virtual_key", BudgetScope::VirtualKey},
    {"team_id", "team", BudgetScope::Team},
    {"customer_id", "customer", BudgetScope::Customer},
    {"user_id", "user", BudgetScope::User},
    {"business_unit_id", "business_unit", BudgetScope::Other},
};

bool isList(std::string_view raw) { return !raw.empty() && raw.front() == '['; }

/// One that is cut off is none.
bool isWholeList(std::string_view raw)
{
    return isList(raw) && forEachElement(raw, [](std::string_view) {});
}

/// "4h" and such of a fixed length; 0: months and years, which have none.
TimeNs lengthOf(std::string_view period)
{
    std::int64_t count = 0;
    if (period.size() < 2 || !parseInt64(period.substr(0, period.size() - 1), count) || count < 1 || count > 100'000)
        return 0;
    switch (period.back()) {
    case 's':
        return count * kSecond;
    case 'm':
        return count * kMinute;
    case 'h':
        return count * kHour;
    case 'd':
        return count * kDay;
    case 'w':
        return count * 7 * kDay;
    default:
        return 0;
    }
}

GatewayBudget budgetOf(const JsonFields &row, BudgetList &out)
{
    GatewayBudget budget;
    budget.id = row.id("id");
    budget.spent = out.money(row, "current_usage");
    budget.cap = out.money(row, "max_limit");
    budget.uncapped = row.raw("max_limit") == "null";
    budget.period = row.text("reset_duration");
    budget.lastReset = budgetTime(row, "last_reset");
    const TimeNs length = lengthOf(budget.period);
    if (length > 0 && budget.lastReset != kNoTime && budget.lastReset < kLatestTime - length)
        budget.resetAt = budget.lastReset + length;
    return budget;
}

template <typename Fn>
bool forBudgets(std::string_view list, BudgetList &out, const Fn &fn)
{
    return isWholeList(list) && forEachElement(list, [&](std::string_view raw) {
               JsonFields row;
               if (raw.front() == '{' && row.parse(raw))
                   fn(row, budgetOf(row, out));
               else
                   out.badEntry();
           });
}

} // namespace

void readBifrostNames(std::string_view body, std::string_view list, std::string_view kind, BifrostNames &names)
{
    JsonFields answer;
    if (!answer.parse(body) || !isList(answer.raw(list)))
        return;
    (void)forEachElement(answer.raw(list), [&](std::string_view raw) {
        JsonFields row;
        if (raw.front() != '{' || !row.parse(raw) || names.size() >= 2 * kMostBudgets)
            return;
        const std::string_view id = row.id("id");
        const std::string_view name = row.text("name");
        if (!id.empty() && !name.empty())
            names.emplace(std::string(kind) + ':' + std::string(id), name);
    });
}

bool readBifrostBudgets(std::string_view body, const BifrostNames &names, BudgetList &out)
{
    JsonFields answer;
    if (!answer.parse(body))
        return false;
    std::int64_t count = 0;
    for (const std::string_view key : {"total_count", "count"})
        if (parseInt64(answer.digits(key), count) && count > 0)
            out.setTotal(count);
    return answer.raw("budgets") == "null"
           || forBudgets(answer.raw("budgets"), out, [&](const JsonFields &row, GatewayBudget budget) {
                  for (const Holder &holder : kHolders) {
                      const std::string id(row.id(holder.field));
                      if (id.empty())
                          continue;
                      budget.scope = holder.scope;
                      budget.id = id;
                      const auto name = names.find(std::string(holder.kind) + ':' + id);
                      budget.name = name != names.end() ? name->second : id;
                      break;
                  }
                  out.add(std::move(budget));
              });
}

bool readBifrostQuota(std::string_view body, BudgetList &out)
{
    JsonFields answer;
    if (!answer.parse(body) || (!answer.has("virtual_key_name") && !isList(answer.raw("budgets"))))
        return false;
    const std::string name(answer.text("virtual_key_name"));
    for (const std::string_view list : {answer.raw("budgets"), answer.raw("provider_configs")})
        if (isList(list) && !isWholeList(list))
            return false;
    (void)forBudgets(answer.raw("budgets"), out, [&](const JsonFields &, GatewayBudget budget) {
        budget.scope = BudgetScope::VirtualKey;
        budget.name = name;
        out.add(std::move(budget));
    });
    const std::string_view providers = answer.raw("provider_configs");
    (void)(isList(providers) && forEachElement(providers, [&](std::string_view raw) {
               JsonFields provider;
               if (raw.front() != '{' || !provider.parse(raw))
                   return;
               (void)forBudgets(provider.raw("budgets"), out, [&](const JsonFields &, GatewayBudget budget) {
                   budget.scope = BudgetScope::Provider;
                   budget.name = name + " / " + std::string(provider.text("provider"));
                   out.add(std::move(budget));
               });
           }));
    return true;
}

} // namespace flyball
