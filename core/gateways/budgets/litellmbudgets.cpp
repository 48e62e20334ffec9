// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/budgets/litellmbudgets.h"

#include "core/base/key128.h"

namespace flyball {

namespace {

bool isObject(std::string_view raw) { return !raw.empty() && raw.front() == '{'; }

/// Some versions give objects as JSON in a text.
JsonFields unpacked(const JsonFields &fields, std::string_view key, std::string &keep)
{
    keep = fields.text(key);
    JsonFields out;
    if (!keep.empty() && keep.front() == '{' && out.parse(keep))
        return out;
    return fields.object(key);
}

/// Hard cap of `fields`, else of the budget table the holder refers to.
void capOf(const JsonFields &fields, const JsonFields &table, GatewayBudget &budget, BudgetList &out)
{
    budget.cap = out.money(fields, "max_budget");
    budget.uncapped = fields.raw("max_budget") == "null";
    if (!budget.cap && !table.empty() && (budget.uncapped || fields.raw("max_budget").empty())) {
        budget.cap = out.money(table, "max_budget");
        budget.uncapped = budget.uncapped && !table.has("max_budget");
    }
    budget.soft = out.money(fields.has("soft_budget") || table.empty() ? fields : table, "soft_budget");
    budget.period = fields.text("budget_duration");
    budget.resetAt = budgetTime(fields, "budget_reset_at");
    if (budget.period.empty() && budget.cap && !fields.has("max_budget"))
        budget.period = table.text("budget_duration");
}

/// {"model": {"budget_limit": 5, "time_period": "1d"}}, or with the names of the other endpoints.
void addModels(const JsonFields &fields, const GatewayBudget &holder, BudgetList &out)
{
    std::string keep;
    const JsonFields caps = unpacked(fields, "model_max_budget", keep);
    caps.forEach([&](std::string_view model, std::string_view raw) {
        GatewayBudget budget = holder;
        budget.model = model;
        budget.spent = budget.cap = budget.soft = budget.left = std::nullopt;
        budget.uncapped = false;
        budget.resetAt = kNoTime;
        budget.period.clear();
        JsonFields cap;
        if (isObject(raw) && cap.parse(raw)) {
            budget.cap = out.money(cap, cap.has("budget_limit") ? "budget_limit" : "max_budget");
            budget.period = cap.text(cap.has("time_period") ? "time_period" : "budget_duration");
        } else {
            PicoUsd pico = 0;
            if (parsePicoUsd(raw, pico) && pico >= 0)
                budget.cap = pico;
            else
                out.badFigure();
        }
        out.add(std::move(budget)); // what was spent of it is not told: model_spend is of all times
    });
}

/// Further windows: [{"budget_duration": "1h", "max_budget": 5}]. The one of the holder itself is not said again.
void addWindows(const JsonFields &fields, const GatewayBudget &holder, BudgetList &out)
{
    const std::string text(fields.text("budget_limits")); // as JSON in a text, some versions
    const std::string_view raw = text.empty() ? fields.raw("budget_limits") : std::string_view(text);
    if (raw.empty() || raw.front() != '[')
        return;
    const bool whole = forEachElement(raw, [&](std::string_view element) {
        JsonFields window;
        if (!isObject(element) || !window.parse(element)) {
            out.badEntry();
            return;
        }
        GatewayBudget budget = holder;
        budget.period = window.text("budget_duration");
        budget.cap = out.money(window, "max_budget");
        if (budget.period == holder.period && budget.cap == holder.cap)
            return;
        budget.spent = out.money(window, "spend");
        budget.soft = budget.left = std::nullopt;
        budget.uncapped = false;
        budget.resetAt = budgetTime(window, window.has("reset_at") ? "reset_at" : "budget_reset_at");
        out.add(std::move(budget));
    });
    if (!whole)
        out.badEntry();
}

void addHolder(const JsonFields &fields, GatewayBudget budget, BudgetList &out)
{
    std::string keep;
    const JsonFields metadata = unpacked(fields, "metadata", keep);
    for (const std::string_view name : {"workflow", "workflow_name", "flyball_workflow"})
        if (budget.workflow.empty())
            budget.workflow = metadata.text(name);
    budget.spent = out.money(fields, "spend");
    capOf(fields, fields.object("litellm_budget_table"), budget, out);
    out.add(budget);
    addModels(fields, budget, out);
    addWindows(fields, budget, out);
}

void addKey(const JsonFields &key, std::string_view id, BudgetList &out)
{
    GatewayBudget budget;
    budget.scope = BudgetScope::Key;
    budget.id = id.empty() ? key.id("token") : id;
    if (budget.id.starts_with("sk-")) // a hash stands there; should it ever be the key itself, it goes no further
        budget.id = "sk-..." + budget.id.substr(budget.id.size() - std::min<std::size_t>(4, budget.id.size() - 3));
    budget.name = key.text("key_alias").empty() ? key.text("key_name") : key.text("key_alias");
    addHolder(key, std::move(budget), out);
}

/// Calls fn(object) for each object of a list, as long as there is one.
template <typename Fn>
bool forObjects(std::string_view list, BudgetList &out, const Fn &fn)
{
    if (list.empty() || list.front() != '[')
        return false;
    // Whole first: what an answer that is cut off told is not half of the truth.
    if (!forEachElement(list, [](std::string_view) {}))
        return false;
    return forEachElement(list, [&](std::string_view raw) {
        JsonFields fields;
        if (isObject(raw) && fields.parse(raw))
            fn(fields);
        else
            out.badEntry();
    });
}

/// The list itself, or the first of `keys` that is one.
std::string_view listIn(std::string_view body, std::initializer_list<std::string_view> keys, JsonFields &answer)
{
    const std::size_t first = body.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && body[first] == '[')
        return body.substr(first);
    if (answer.parse(body))
        for (const std::string_view key : keys)
            if (const std::string_view raw = answer.raw(key); !raw.empty() && raw.front() == '[')
                return raw;
    return {};
}

} // namespace

bool readKeyList(std::string_view body, KeyPage &page, BudgetList &out)
{
    JsonFields answer;
    if (!answer.parse(body))
        return false;
    const std::string_view keys = answer.raw("keys");
    page = {};
    (void)parseInt64(answer.digits("total_count"), page.total);
    (void)parseInt64(answer.digits("total_pages"), page.pages);
    if (keys.empty() || keys.front() != '[' || !forEachElement(keys, [&](std::string_view raw) {
            page.first = page.keys++ == 0 ? hash64(raw) : page.first;
        }))
        return false;
    return forObjects(keys, out, [&](const JsonFields &key) { addKey(key, {}, out); });
}

bool readKeyInfo(std::string_view body, BudgetList &out)
{
    JsonFields answer;
    if (!answer.parse(body) || !isObject(answer.raw("info")))
        return false;
    const JsonFields info = answer.object("info");
    addKey(info, answer.id("key"), out);
    return true;
}

bool readSharedBudgets(std::string_view body, BudgetList &out)
{
    JsonFields answer;
    return forObjects(listIn(body, {"budgets", "data"}, answer), out, [&](const JsonFields &row) {
        GatewayBudget budget;
        budget.scope = BudgetScope::Shared;
        budget.id = row.id("budget_id");
        capOf(row, {}, budget, out); // each holder has a spend of its own
        out.add(budget);
        addModels(row, budget, out);
    });
}

bool readTeamList(std::string_view body, BudgetList &out)
{
    JsonFields answer;
    return forObjects(listIn(body, {"teams", "data"}, answer), out, [&](const JsonFields &team) {
        GatewayBudget budget;
        budget.scope = BudgetScope::Team;
        budget.id = team.id("team_id");
        budget.name = team.text("team_alias");
        addHolder(team, std::move(budget), out);
    });
}

bool readProviderBudgets(std::string_view body, BudgetList &out)
{
    JsonFields answer;
    if (!answer.parse(body) || !isObject(answer.raw("providers")))
        return false;
    answer.object("providers").forEach([&](std::string_view provider, std::string_view raw) {
        JsonFields row;
        if (!isObject(raw) || !row.parse(raw)) {
            out.badEntry();
            return;
        }
        GatewayBudget budget;
        budget.scope = BudgetScope::Provider;
        budget.id = provider;
        budget.spent = out.money(row, "spend");
        budget.cap = out.money(row, "budget_limit");
        budget.uncapped = row.raw("budget_limit") == "null";
        budget.period = row.text("time_period");
        budget.resetAt = budgetTime(row, "budget_reset_at");
        out.add(std::move(budget));
    });
    return true;
}

} // namespace flyball
